"""Calls of tools while an answer streams: short lines beside it."""

from __future__ import annotations

from kireji.cli.console import Console
from kireji.cli.values import outcome_word
from kireji.core.events import PartFinished
from kireji.core.messages import TextPart, ToolCallPart, ToolResultPart
from kireji.core.permissions import ApprovalRequest
from kireji.services.turns import ToolBegins, ToolProgressed, TurnEvent

_SHOWN = 100
"""Characters of arguments and of what went wrong."""


class ToolLines:
    """Says at a terminal which tools run and how that went.

    Args:
        console: Where to.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._calls: dict[str, ToolCallPart] = {}
        self._titles: dict[str, str] = {}

    def take(self, event: TurnEvent) -> None:
        """Take what happens in a turn."""
        if not self._console.notes_are_shown:
            return
        match event:
            case PartFinished(_, ToolCallPart() as call):
                self._calls[call.call_id] = call
            case ToolBegins(call_id, tool):
                self._titles[call_id] = tool.title
                call_ = self._calls.get(call_id)
                self._console.note(f"[{tool.title}] {_shortened(call_.arguments if call_ else '')}".rstrip())
            case ToolProgressed(call_id, text, fraction):
                share = "" if fraction is None else f" {fraction:.0%}"
                self._console.progress(f"[{self._title(call_id)}] {_shortened(text)}{share}")
            case PartFinished(_, ToolResultPart() as result):
                self._console.progress("")
                self._console.note(f"[{self._title(result.call_id)}] {_outcome(result)}")

    def _title(self, call_id: str) -> str:
        call = self._calls.get(call_id)
        return self._titles.get(call_id) or (call.name if call else "tool")


def request_value(request: ApprovalRequest) -> dict[str, object]:
    """A call that waits for the person, as JSON."""
    return {
        "id": request.call_id,
        "name": request.tool.name,
        "title": request.tool.title,
        "source": request.source,
        "arguments": request.arguments,
        "changes": request.effects.changes,
        "sends": request.effects.sends,
        "change": request.change,
        "outside": sorted(place.value for place in request.outside),
        "reason": request.reason.value,
    }


def _outcome(result: ToolResultPart) -> str:
    took = f", {result.seconds:.1f} s" if result.seconds else ""
    if result.refused or not result.is_error:
        return f"{outcome_word(result)}{took}"
    words = " ".join(part.text for part in result.content if isinstance(part, TextPart))
    return f"{outcome_word(result)}{took}: {_shortened(words)}"


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
