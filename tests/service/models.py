"""The models of the service, on purpose not taken from the program's own table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

LEVELS = ("low", "medium", "high", "xhigh", "max")
THINKING = ("adaptive", "enabled", "disabled", "between_tools")


@dataclass(frozen=True)
class Model:
    """What a model takes.

    Args:
        id: Its one real name.
        name: For people.
        released: A date.
        thinking: The kinds of `thinking` that it takes.
        thinks: Whether it reasons when nothing is said.
        quiet_at_most: The highest effort at which reasoning can be left out.
        levels: The efforts it knows.
        line: What it belongs to; None for some.
        context: Tokens that go in.
        output: Tokens that come out.
        images: Most in one request.
        cache_minimum: Tokens of the shortest prompt that is cached.
        system_turns: Takes `system` messages in the middle.
        bound: Its reasoning is valid only after the same beginning.
        forced: Takes a forced choice of tools.
        prefill: Takes a last message of the assistant.
        sampling: What it takes of temperature and the like, and only under the older versions.
        lifecycle: active, deprecated or retired.
        retires: A date.
    """

    id: str
    name: str
    released: str
    thinking: frozenset[str]
    thinks: bool = True
    quiet_at_most: str = "high"
    levels: tuple[str, ...] = LEVELS
    default_effort: str = "high"
    line: str | None = None
    context: int = 1_000_000
    output: int = 128_000
    images: int = 600
    cache_minimum: int = 512
    system_turns: bool = True
    bound: bool = False
    forced: bool = True
    prefill: bool = False
    high_resolution: bool = True
    sampling: Literal["default", "free"] = "default"
    lifecycle: Literal["active", "deprecated", "retired"] = "active"
    retires: str | None = None

    def listed(self) -> dict[str, Any]:
        """The entry in GET /v1/models."""
        past = self.lifecycle != "active"
        return {
            "id": self.id,
            "type": "model",
            "display_name": self.name,
            "created_at": f"{self.released}T00:00:00Z",
            "lifecycle": self.lifecycle,
            "line": self.line,
            "max_input_tokens": self.context,
            "max_tokens": self.output,
            "deprecated_at": "2025-12-15T00:00:00Z" if past else None,
            "retires_at": f"{self.retires}T00:00:00Z" if self.retires else None,
            "capabilities": self._capabilities(),
        }

    def _capabilities(self) -> dict[str, Any]:
        yes = {"supported": True}
        always = ("image_input", "pdf_input", "batch", "citations", "structured_outputs", "code_execution")
        edits = ("clear_tool_uses_20250919", "clear_thinking_20251015", "compact_20260112")
        return {
            **dict.fromkeys(always, yes),
            "server_tools": {"supported": True, "web_search": yes, "code_execution": yes},
            "effort": {
                "supported": bool(self.levels),
                **{level: {"supported": level in self.levels} for level in LEVELS},
            },
            "thinking": {
                "supported": True,
                "types": {kind: {"supported": kind in self.thinking} for kind in THINKING},
            },
            "context_management": {"supported": True, **dict.fromkeys(edits, yes)},
        }


def _kinds(*kinds: str) -> frozenset[str]:
    return frozenset(kinds)


_OLD: dict[str, Any] = {"thinks": False, "prefill": True, "system_turns": False, "high_resolution": False}
_OLD |= {"context": 200_000, "output": 64_000, "images": 100, "sampling": "free"}
_RETIRED: dict[str, Any] = {**_OLD, "line": "haiku", "levels": (), "lifecycle": "retired"}
_4_6: dict[str, Any] = {"thinks": False, "system_turns": False, "high_resolution": False, "sampling": "free"}
_4_6 |= {"thinking": _kinds("adaptive", "enabled", "disabled"), "levels": ("low", "medium", "high", "max")}
_4_6 |= {"quiet_at_most": "max"}
_ADAPTIVE = _kinds("adaptive")
_OPTIONAL = _kinds("adaptive", "disabled")
_BUDGET = _kinds("enabled", "disabled")

MODELS = (
    Model("claude-fable-5-2", "Claude Fable 5.2", "2026-11-09", _ADAPTIVE, line="fable", forced=False),
    Model(
        "claude-haiku-5-5",
        "Claude Haiku 5.5",
        "2026-10-07",
        _OPTIONAL,
        line="haiku",
        bound=True,
        default_effort="medium",
    ),
    Model(
        "claude-sonnet-5-5",
        "Claude Sonnet 5.5",
        "2026-09-28",
        _kinds("adaptive", "between_tools"),
        line="sonnet",
        bound=True,
    ),
    Model(
        "claude-opus-5-5",
        "Claude Opus 5.5",
        "2026-09-22",
        _ADAPTIVE,
        line="opus",
        bound=True,
        default_effort="medium",
    ),
    Model("claude-fable-5-1", "Claude Fable 5.1", "2026-07-14", _ADAPTIVE, line="fable", bound=True, forced=False),
    Model("claude-opus-5", "Claude Opus 5", "2026-06-10", _OPTIONAL, line="opus"),
    Model("claude-fable-5", "Claude Fable 5", "2026-05-20", _ADAPTIVE, line="fable"),
    Model(
        "claude-sonnet-5",
        "Claude Sonnet 5",
        "2026-05-05",
        _OPTIONAL,
        line="sonnet",
        cache_minimum=1024,
        system_turns=False,
        quiet_at_most="max",
    ),
    Model(
        "claude-opus-4-8",
        "Claude Opus 4.8",
        "2026-04-16",
        _OPTIONAL,
        thinks=False,
        line="opus",
        cache_minimum=1024,
        quiet_at_most="max",
    ),
    Model(
        "claude-opus-4-7",
        "Claude Opus 4.7",
        "2026-03-19",
        _OPTIONAL,
        thinks=False,
        line="opus",
        cache_minimum=2048,
        system_turns=False,
        quiet_at_most="max",
    ),
    Model("claude-sonnet-4-6", "Claude Sonnet 4.6", "2026-02-17", line="sonnet", cache_minimum=1024, **_4_6),
    Model("claude-opus-4-6", "Claude Opus 4.6", "2026-02-05", line="opus", cache_minimum=4096, **_4_6),
    Model(
        "claude-opus-4-5-20251101",
        "Claude Opus 4.5",
        "2025-11-01",
        _BUDGET,
        line="opus",
        cache_minimum=4096,
        levels=("low", "medium", "high"),
        **_OLD,
    ),
    Model(
        "claude-haiku-4-5-20251001",
        "Claude Haiku 4.5",
        "2025-10-01",
        _BUDGET,
        line="haiku",
        cache_minimum=4096,
        levels=(),
        **_OLD,
    ),
    Model(
        "claude-sonnet-4-5-20250929",
        "Claude Sonnet 4.5",
        "2025-09-29",
        _BUDGET,
        line="sonnet",
        cache_minimum=1024,
        levels=(),
        lifecycle="deprecated",
        retires="2026-11-30",
        **_OLD,
    ),
    Model("claude-3-5-haiku-20241022", "Claude Haiku 3.5", "2024-10-22", _kinds(), retires="2026-02-19", **_RETIRED),
    Model("claude-3-haiku-20240307", "Claude Haiku 3", "2024-03-07", _kinds(), retires="2026-04-20", **_RETIRED),
)
"""Newest first."""
ALIASES = {
    "claude-haiku-4-5": "claude-haiku-4-5-20251001",
    "claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
    "claude-opus-4-5": "claude-opus-4-5-20251101",
}


def find(id: str) -> Model | None:
    """The model behind an id or alias; None for unknown and retired ones."""
    wanted = ALIASES.get(id, id)
    return next((model for model in MODELS if model.id == wanted and model.lifecycle != "retired"), None)
