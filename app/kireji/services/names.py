"""What providers are called in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kireji.core.words import mark, say

_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "anthropic": "Anthropic",
        "openrouter": "OpenRouter",
        "local": mark("The local server"),
        "device": mark("This computer"),
    }
)


def title(provider: str) -> str:
    """A provider's name as people know it, at the beginning of a sentence."""
    return say(_TITLES[provider]) if provider in _TITLES else provider
