"""What providers are called in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "anthropic": "Anthropic",
        "openrouter": "OpenRouter",
        "local": "The local server",
        "device": "This computer",
    }
)


def title(provider: str) -> str:
    """A provider's name as people know it, at the beginning of a sentence."""
    return _TITLES.get(provider, provider)
