"""The models of the service, on purpose not taken from the program's own table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Model:
    """What a model takes."""

    id: str
    name: str
    line: str
    context: int
    output: int
    thinking: frozenset[str]
    effort: bool
    system_turns: bool
    images: int

    def listed(self) -> dict[str, Any]:
        """The entry in GET /v1/models."""
        yes = {"supported": True}
        kinds = ("adaptive", "enabled", "disabled", "between_tools")
        levels = {level: {"supported": self.effort} for level in ("low", "medium", "high", "xhigh", "max")}
        return {
            "id": self.id,
            "type": "model",
            "display_name": self.name,
            "created_at": "2026-10-07T00:00:00Z",
            "lifecycle": "active",
            "line": self.line,
            "max_input_tokens": self.context,
            "max_tokens": self.output,
            "deprecated_at": None,
            "retires_at": None,
            "capabilities": {
                "image_input": yes,
                "pdf_input": yes,
                "batch": yes,
                "effort": {"supported": self.effort, **levels},
                "thinking": {
                    "supported": True,
                    "types": {kind: {"supported": kind in self.thinking} for kind in kinds},
                },
            },
        }


def _large(id: str, name: str, thinking: set[str]) -> Model:
    line = id.split("-")[1]
    return Model(id, name, line, 1_000_000, 128_000, frozenset(thinking), effort=True, system_turns=True, images=600)


MODELS = (
    _large("claude-haiku-5-5", "Claude Haiku 5.5", {"adaptive", "disabled"}),
    _large("claude-sonnet-5-5", "Claude Sonnet 5.5", {"adaptive", "between_tools"}),
    _large("claude-opus-5-5", "Claude Opus 5.5", {"adaptive"}),
    Model(
        "claude-haiku-4-5-20251001",
        "Claude Haiku 4.5",
        "haiku",
        context=200_000,
        output=64_000,
        thinking=frozenset({"enabled", "disabled"}),
        effort=False,
        system_turns=False,
        images=100,
    ),
)
ALIASES = {"claude-haiku-4-5": "claude-haiku-4-5-20251001"}


def find(id: str) -> Model | None:
    """The model behind an id or alias; None for unknown and retired ones."""
    return next((model for model in MODELS if model.id == ALIASES.get(id, id)), None)
