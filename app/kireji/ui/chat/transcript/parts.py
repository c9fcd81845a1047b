"""The parts of an answer as rows: its words, the model's thinking, its calls of tools."""

from __future__ import annotations

import json
import time
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from kireji.core.messages import TextPart, ThinkingPart, ToolCallPart, ToolResultPart
from kireji.ui.chat.blocks import Block
from kireji.ui.chat.transcript.body import Body
from kireji.ui.chat.transcript.folds import Fold, thought_line, took
from kireji.ui.chat.transcript.rows import Item, Row, WidgetRow
from kireji.ui.chat.transcript.selecting import SelectingColumn
from kireji.ui.theme import Theme
from kireji.ui.tokens import TYPE_BODY
from kireji.ui.translation import tr

_LONGEST = 40_000
"""Characters of a tool's arguments or result that are shown."""


class Words:
    """Words of an answer.

    Args:
        item: Where they stand.
        column: Shows them.
        theme: Colours and text size.
    """

    def __init__(self, item: Item, column: SelectingColumn, theme: Theme) -> None:
        self.body = Body(item, column, theme)

    def rows(self) -> list[Row]:
        """What is shown of it."""
        return [*self.body.rows]


class _Quoted(Body):
    """Words that stand beside the answer and not in it: set like a quote."""

    def blocks(self, at: int) -> tuple[Block, ...]:
        return tuple(replace(block, path="q" + block.path) for block in super().blocks(at))

    def joins(self, at: int) -> bool:
        return 0 < at < len(self.source.segments)


class Thinking:
    """The model's reasoning, folded.

    Args:
        item: Where it stands.
        index: Which part of that.
        column: Shows it.
        theme: Colours and text size.
    """

    def __init__(self, item: Item, index: int, column: SelectingColumn, theme: Theme) -> None:
        self.body = _Quoted(item, column, theme)
        self.since: float | None = None
        self.seconds = 0.0
        self.is_open = False
        self._key = (item, index)
        self._column, self._theme = column, theme
        self._line = WidgetRow(item, self._make, theme.px(TYPE_BODY) * 2)

    def begin(self) -> None:
        """It goes on now."""
        self.since = time.monotonic()

    def end(self, part: ThinkingPart | None) -> None:
        """It is whole."""
        if self.since is not None:
            self.seconds = time.monotonic() - self.since
        self.since = None
        if part is not None:
            self.seconds = part.seconds or self.seconds
        self.body.finish(part.text if part is not None else None)
        self.renew()

    def renew(self) -> None:
        """Make the line anew."""
        self._line = WidgetRow(self._line.item, self._make, self._theme.px(TYPE_BODY) * 2)

    def _make(self) -> QWidget:
        can_open = not self.body.empty
        fold = Fold(self._theme, self._key, "chevron-right", can_open=can_open, is_open=self.is_open)
        fold.toggled.connect(self._column.toggle_part)
        if self.since is not None:
            fold.count_from(self.since)
        else:
            fold.say(thought_line(self.seconds))
        return fold

    def rows(self) -> list[Row]:
        """What is shown of it."""
        return [self._line, *(self.body.rows if self.is_open else ())]


class Tool:
    """A call of a tool with what came of it, folded.

    Args:
        item: Where it stands.
        index: Which part of that.
        column: Shows it.
        theme: Colours and text size.
        name: Of the tool; for a result alone, the call's name or nothing.
    """

    def __init__(self, item: Item, index: int, column: SelectingColumn, theme: Theme, name: str) -> None:
        self.name = name
        self.arguments = ""
        self.seconds = 0.0
        self.running = False
        self.result: ToolResultPart | None = None
        self.is_open = False
        self.body = Body(item, column, theme)
        self._key = (item, index)
        self._column, self._theme = column, theme
        self._line = WidgetRow(item, self._make, theme.px(TYPE_BODY) * 2)

    def show_call(self, part: ToolCallPart) -> None:
        """The call as it went out."""
        self.name, self.arguments, self.seconds = part.name, part.arguments, part.seconds
        self.renew()

    def show_result(self, part: ToolResultPart) -> None:
        """What came of it."""
        self.result = part
        self.renew()

    def renew(self) -> None:
        """Make the line and what is inside anew."""
        self._line = WidgetRow(self._line.item, self._make, self._theme.px(TYPE_BODY) * 2)
        self.body = Body(self._line.item, self._column, self._theme)
        self.body.finish(self._inside())
        self.body.refresh()

    def _inside(self) -> str:
        """Arguments and result as Markdown that can hold anything: fences longer than any in the text."""
        texts = []
        if self.arguments.strip():
            texts.append((tr("Asked with"), "json", _pretty(self.arguments)))
        if self.result is not None:
            words = "\n\n".join(one.text for one in self.result.content if isinstance(one, TextPart))
            title = tr("It failed with") if self.result.is_error else tr("Result")
            if words.strip():
                texts.append((title, "", words))
        return "\n\n".join(f"{title}\n\n{_fenced(text, language)}" for title, language, text in texts)

    def _state(self) -> str:
        if self.running:
            return tr("{tool}: being asked for", tool=self.name)
        if self.result is None:
            return tr("{tool}: did not run", tool=self.name)
        if self.result.is_error:
            return tr("{tool}: failed", tool=self.name)
        return tr("{tool}: done", tool=self.name)

    def _make(self) -> QWidget:
        can_open = not self.body.empty
        fold = Fold(self._theme, self._key, "wrench", can_open=can_open, is_open=self.is_open)
        fold.toggled.connect(self._column.toggle_part)
        state = self._state()
        fold.say(tr("{what} · {time}", what=state, time=took(self.seconds)) if self.seconds else state)
        return fold

    def rows(self) -> list[Row]:
        """What is shown of it."""
        return [self._line, *(self.body.rows if self.is_open else ())]


def _pretty(arguments: str) -> str:
    try:
        return json.dumps(json.loads(arguments), indent=2, ensure_ascii=False)
    except ValueError:
        return arguments


def _fenced(text: str, language: str) -> str:
    shown = text[:_LONGEST] + ("\n…" if len(text) > _LONGEST else "")
    fence = "```"
    while fence in shown:
        fence += "`"
    return f"{fence}{language}\n{shown}\n{fence}"


Part = Words | Thinking | Tool
