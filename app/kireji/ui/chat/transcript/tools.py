"""A call of a tool and what came of it, as one row that folds; a card in its place while it waits for the person."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from kireji.core.messages import DocumentPart, ImagePart, MessageState, TextPart, ToolCallPart, ToolResultPart
from kireji.core.permissions import Approval, ApprovalRequest
from kireji.core.rounds import stands_for_none
from kireji.ui.chat.permission.exact import NO_ARGUMENTS, escaped_json, exact_line
from kireji.ui.chat.permission.wording import approval_words
from kireji.ui.chat.transcript.asking import AskingRow
from kireji.ui.chat.transcript.body import Body
from kireji.ui.chat.transcript.folds import Fold, took
from kireji.ui.chat.transcript.outcome import Outcome
from kireji.ui.chat.transcript.rows import Item, Row, WidgetRow
from kireji.ui.chat.words import size
from kireji.ui.theme import Theme
from kireji.ui.tokens import TYPE_BODY
from kireji.ui.translation import plural, tr

if TYPE_CHECKING:
    from kireji.ui.chat.transcript.transcript import Transcript

_LONGEST = 40_000
"""Characters of a tool's arguments or result that are shown."""
_PROGRESS = 80
_MANY = 1024
"""Bytes of arguments from which on their size is told while they arrive: something goes on."""
_FENCE = "`" * 40
"""Around arguments that still arrive, of which nobody knows how long the longest fence in them will be."""
_CARD = 150
"""Height of a card, in logical pixels: an estimate."""


class Tool:
    """A call with what came of it.

    Args:
        item: Where it stands.
        index: Which part of that.
        column: Shows it.
        theme: Colours and text size.
        offered: Name of the tool as it was offered to the model; empty where that is not known.
    """

    def __init__(self, item: Item, index: int, column: Transcript, theme: Theme, offered: str = "") -> None:
        self.offered = offered
        self.call_id = ""
        self.arguments = ""
        self.seconds = 0.0
        self.result: ToolResultPart | None = None
        self._requests: list[ApprovalRequest] = []
        self.is_open = self.shows_whole = False
        self._arriving: list[str] | None = None
        self._arrived = 0
        self._approval: Approval | None = None
        self._answered = self._begun = False
        self._since: float | None = None
        self._progress = ""
        self._fraction: float | None = None
        self._ended: MessageState | None = None
        self._item, self._index = item, index
        self._column, self._theme = column, theme
        self.body = Body(item, column, theme)
        self._media: WidgetRow | None = None
        self._card: WidgetRow | None = None
        self._line = self._new_line()

    @property
    def name(self) -> str:
        """The tool as people know it."""
        return self._column.tool_names.name(self.offered) if self.offered else tr("Tool")

    @property
    def request(self) -> ApprovalRequest | None:
        """What the person is asked now."""
        return self._requests[0] if self._requests else None

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.result is not None or self._ended is not None

    @property
    def growing(self) -> bool:
        """Whether its arguments are shown while they arrive."""
        return self._arriving is not None and self.is_open

    # What happens to it.

    def arrive(self, text: str = "") -> None:
        """Its arguments arrive; they show with the next `refresh` of the body, where it is open."""
        if self._arriving is None:
            self._arriving = []
        self._arriving.append(text)
        self._arrived += len(text.encode("utf-8", "replace"))
        if self.is_open:
            self.body.append(escaped_json(text))

    def show_call(self, part: ToolCallPart) -> None:
        """The call as it went out."""
        self.offered, self.call_id, self.arguments = part.name, part.call_id, part.arguments
        self.seconds, self._begun = part.seconds, part.begun or self._begun
        self._arriving = self.result = self._ended = None
        self.renew()

    def ask(self, request: ApprovalRequest) -> None:
        """It waits for the person; a call that runs may ask several times, and at once."""
        self._requests.append(request)
        self._show_card()

    def answer(self, approval: Approval | None) -> None:
        """It waits no longer; without an answer when the turn was stopped first."""
        del self._requests[:1]
        self._answered, self._approval = True, approval
        self._show_card()

    def _show_card(self) -> None:
        self.shows_whole = False
        self._card = WidgetRow(self._item, self._make_card, self._theme.px(_CARD)) if self._requests else None
        self.renew()

    def begin(self) -> None:
        """It runs now."""
        self._begun, self._since = True, time.monotonic()
        self.renew()

    def progress(self, text: str, fraction: float | None) -> None:
        """How far it is; the line says so without being laid out again."""
        self._progress, self._fraction = exact_line(text, _PROGRESS), fraction
        if isinstance(fold := self._line.widget, Fold):
            fold.tick()

    def show_result(self, part: ToolResultPart) -> None:
        """What came of it."""
        self.result, self._card = part, None
        self._requests.clear()
        self.renew()

    def end(self, state: MessageState) -> None:
        """The answer has ended like this, whether there is a result or not."""
        self._card = self._arriving = None
        self._requests.clear()
        self._ended = state
        self.renew()

    def rename(self) -> None:
        """The tool may be called differently now."""
        if self._card is None:
            self._line = self._new_line()

    def place(self, index: int) -> None:
        """It is another part of its item now."""
        self._index = index

    def renew(self) -> None:
        """Make the line and what is inside anew."""
        self._line = self._new_line()
        self.body = Body(self._item, self._column, self._theme)
        self._media = None
        if not self.is_open:
            return
        if self._arriving is not None:
            self.body.append(f"{_FENCE}\n{escaped_json(''.join(self._arriving))}")
            self.body.empty = False
        else:
            self.body.finish(self._inside())
            if self._shown_media():
                self._media = WidgetRow(self._item, self._make_media, self._theme.px(TYPE_BODY) * 8)
        self.body.refresh()

    # What is shown of it.

    def rows(self) -> list[Row]:
        """What is shown of it."""
        if self._card is not None:
            return [self._card]
        inside: list[Row] = [*self.body.rows] if self.is_open else []
        if self.is_open and self._media is not None:
            inside.append(self._media)
        return [self._line, *inside]

    @property
    def line(self) -> WidgetRow:
        """What it is folded to."""
        return self._line

    def _new_line(self) -> WidgetRow:
        return WidgetRow(self._item, self._make_line, self._theme.px(TYPE_BODY) * 2)

    def _make_line(self) -> QWidget:
        fold = Fold(self._theme, (self._item, self._index), "wrench", can_open=self._can_open(), is_open=self.is_open)
        fold.toggled.connect(self._column.toggle_part)
        if self._running:
            assert self._since is not None
            fold.count_from(self._since, self._running_words)
        elif self._arriving is not None:
            fold.count_from(time.monotonic(), lambda _seconds: self.sentence())
        else:
            fold.say(self.sentence())
        return fold

    def _make_card(self) -> QWidget:
        request = self._requests[0]
        row = AskingRow(self._theme, self, request, self._column.tool_names.name(request.tool.name))
        self._column.connect_asking(row)
        return row

    def _make_media(self) -> QWidget:
        outcome = Outcome(self._theme, self._shown_media())
        self._column.connect_outcome(outcome)
        return outcome

    @property
    def _running(self) -> bool:
        return self._since is not None and not self.over

    @property
    def _has_arguments(self) -> bool:
        return self.arguments.strip() not in NO_ARGUMENTS

    def _can_open(self) -> bool:
        return bool(self._arriving is not None or self._has_arguments or self._words() or self._shown_media())

    def sentence(self) -> str:
        """How it stands, in one line."""
        if self._running:
            assert self._since is not None
            return self._running_words(time.monotonic() - self._since)
        return " · ".join(filter(None, (self._state(), *self._details())))

    def _running_words(self, seconds: float) -> str:
        percent = tr("{percent} %", percent=round(self._fraction * 100)) if self._fraction is not None else ""
        time_words = tr("{seconds} s", seconds=int(seconds)) if seconds >= 1 else ""
        parts = (tr("{tool}: running", tool=self.name), self._progress, percent, time_words)
        return " · ".join(filter(None, parts))

    def _state(self) -> str:
        name = self.name
        if self.result is not None and not self._broken_off:
            return self._result_words(name, self.result)
        if self._ended is not None:
            return self._ended_words(name)
        if self._answered:
            return tr("{tool}: {answer}", tool=name, answer=approval_words(self._approval))
        return (
            tr("{tool}: being asked for", tool=name)
            if self._arriving is not None
            else tr("{tool}: about to run", tool=name)
        )

    @property
    def _broken_off(self) -> bool:
        """Whether it has a result only because every call must have one."""
        return self._ended is not None and self.result is not None and stands_for_none(self.result)

    def _result_words(self, name: str, result: ToolResultPart) -> str:
        if self._denied:
            return tr("{tool}: {answer}", tool=name, answer=approval_words(self._approval))
        if result.refused:
            return tr("{tool}: denied", tool=name)
        return tr("{tool}: failed", tool=name) if result.is_error else tr("{tool}: done", tool=name)

    def _ended_words(self, name: str) -> str:
        if not self._begun:
            return tr("{tool}: did not run", tool=name)
        match self._ended:
            case MessageState.STOPPED:
                return tr("{tool}: was running when you stopped the answer", tool=name)
            case MessageState.STREAMING:
                return tr("{tool}: running in another Kireji", tool=name)
            case MessageState.COMPLETE:
                return tr("{tool}: gave nothing back", tool=name)
            case _:
                return tr("{tool}: was running when the program ended; whether it took effect is not known", tool=name)

    @property
    def _denied(self) -> bool:
        """Whether the person has denied the call, and not only something that it wanted while it ran."""
        refused = self.result is None or self.result.refused
        return refused and self._answered and self._approval is not None and not self._approval.allowed

    def _details(self) -> tuple[str, ...]:
        """What stands behind how it ended."""
        result = self.result
        if self._arriving is not None and self._arrived >= _MANY:
            return (size(self._arrived),)
        if result is None or self._denied or self._broken_off:
            return ()
        answer = approval_words(self._approval) if self._answered and self._approval is not None else ""
        pictures = sum(isinstance(one, ImagePart) for one in result.content)
        files = sum(isinstance(one, DocumentPart) for one in result.content)
        seconds = result.seconds or self.seconds
        return (
            answer,
            plural(pictures, "1 picture", "{n} pictures") if pictures else "",
            plural(files, "1 file", "{n} files") if files else "",
            took(seconds) if seconds >= 1 else "",
        )

    def _shown_media(self) -> tuple[ImagePart | DocumentPart, ...]:
        content = self.result.content if self.result is not None else ()
        return tuple(one for one in content if isinstance(one, ImagePart | DocumentPart))

    def _words(self) -> str:
        content = self.result.content if self.result is not None and not self._broken_off else ()
        return "\n\n".join(one.text for one in content if isinstance(one, TextPart)).strip()

    def _inside(self) -> str:
        """Arguments and result as Markdown that can hold anything: fences longer than any in the text."""
        texts = []
        if self._has_arguments:
            texts.append((tr("Asked with"), "json", escaped_json(_pretty(self.arguments))))
        if self.result is not None and (words := self._words()):
            texts.append((tr("It failed with") if self.result.is_error else tr("Result"), "", words))
        return "\n\n".join(f"{title}\n\n{_fenced(text, language)}" for title, language, text in texts)


def _pretty(arguments: str) -> str:
    try:
        return json.dumps(json.loads(arguments), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return arguments


def _fenced(text: str, language: str) -> str:
    shown = text[:_LONGEST] + ("\n…" if len(text) > _LONGEST else "")
    fence = "```"
    while fence in shown:
        fence += "`"
    return f"{fence}{language}\n{shown}\n{fence}"
