"""Who answered a request, as sentences name it and as hints lead to it."""

from __future__ import annotations

import msgspec

from kireji.core.words import mark, say

CHECK_NETWORK = mark("Check the network")
_HOMES = {"anthropic": "api.anthropic.com", "openrouter": "openrouter.ai"}
"""Where these are reached unless the environment names another place."""


class Answerer(msgspec.Struct, frozen=True):
    """Who answered.

    Args:
        provider: Name of the provider.
        host: Host and port.
        model: The model that was asked; empty when none was.
        has_key: Whether a key was sent along.
    """

    provider: str
    host: str
    model: str = ""
    has_key: bool = True

    @property
    def name(self) -> str:
        """As it stands in sentences."""
        return display_name(self.provider, self.host)


def display_name(provider: str, host: str = "") -> str:
    """How a provider is called in sentences."""
    match provider:
        case "anthropic":
            return "Anthropic"
        case "openrouter":
            return "OpenRouter"
        case "local":
            return say("the model server at {host}", host=host)
    return host or provider


def address_hint(who: Answerer) -> str:
    """Where the address that was asked is written, without a full stop."""
    home = _HOMES.get(who.provider)
    if home is None:
        if who.provider == "local":
            return say("Check the address in Settings, Keys & models, or in OPENAI_BASE_URL")
        return say("Check the address in Settings, Keys & models")
    if who.host == home:
        return say(CHECK_NETWORK)
    return say("Check the address in {variable}", variable=f"{who.provider.upper()}_BASE_URL")


def key_hint(who: Answerer) -> str:
    """Where a key is given to a service that was asked without one."""
    if who.provider == "local":
        return say(
            "Enter one in Settings, Keys & models, or with: kireji keys set local. "
            "Beside OPENAI_BASE_URL, set OPENAI_API_KEY."
        )
    return say("Open Settings, Keys & models, and paste one.")


def capitalised(name: str) -> str:
    """A name at the beginning of a sentence."""
    return name[:1].upper() + name[1:] if name.startswith("the ") else name
