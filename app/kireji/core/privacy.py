"""What the person wants to keep to themselves, and what is kept of what was sent, as it stands in the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from kireji.core.filters import Rule

MOST_DAYS = 3650


class PrivacySettings(msgspec.Struct, frozen=True):
    """[privacy]

    Args:
        anthropic: What happens to keys, cards, addresses and the like before a question goes to Anthropic: "always"
            hides them, "ask" asks when there are some, "never" does not look.
        openrouter: The same for OpenRouter.
        local: The same for a model server; what stays on this computer needs it not.
        off: Kinds that are not looked for, by the names of `core.secrets.kinds.Kind`.
        words: The person's own words, which are hidden too.
        masks: Texts that are masked in answers; between two strokes (/…/) patterns.
        stops: Texts before which an answer ends, written in the same way.
        keep_contents: Whether the exact bytes of every request are kept on this computer, besides their hash, so that
            a receipt can show them whatever becomes of the conversation. Keys are never part of them.
        keep_days: For how many days.
    """

    anthropic: str = "always"
    openrouter: str = "always"
    local: str = "never"
    off: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    masks: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    keep_contents: bool = False
    keep_days: int = 30

    def of(self, provider: str) -> str:
        """What holds for a provider; what this computer does itself is never looked through."""
        match provider:
            case "anthropic":
                return self.anthropic
            case "openrouter":
                return self.openrouter
            case "local":
                return self.local
        return "never" if provider == "device" else "always"

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules for answers."""
        from kireji.core.filters import rule_of  # the settings are read before anything is shown; patterns take longer

        return (*map(rule_of, self.masks), *(msgspec.structs.replace(rule_of(stop), stops=True) for stop in self.stops))
