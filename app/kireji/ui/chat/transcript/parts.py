"""The parts of an answer as rows: its words, the model's thinking; calls of tools have a module of their own."""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from kireji.core.messages import ThinkingPart
from kireji.ui.chat.blocks import Block
from kireji.ui.chat.transcript.body import Body
from kireji.ui.chat.transcript.folds import Fold, thinking_line, thought_line
from kireji.ui.chat.transcript.rows import Item, Row, WidgetRow
from kireji.ui.chat.transcript.selecting import SelectingColumn
from kireji.ui.chat.transcript.tools import Tool
from kireji.ui.theme import Theme
from kireji.ui.tokens import TYPE_BODY


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

    def place(self, index: int) -> None:
        """It is another part of its item now."""
        self._key = (self._key[0], index)

    @property
    def line(self) -> WidgetRow:
        """What it is folded to."""
        return self._line

    def renew(self) -> None:
        """Make the line anew."""
        self._line = WidgetRow(self._line.item, self._make, self._theme.px(TYPE_BODY) * 2)

    def _make(self) -> QWidget:
        can_open = not self.body.empty
        fold = Fold(self._theme, self._key, "chevron-right", can_open=can_open, is_open=self.is_open)
        fold.toggled.connect(self._column.toggle_part)
        if self.since is not None:
            fold.count_from(self.since, thinking_line)
        else:
            fold.say(thought_line(self.seconds))
        return fold

    def rows(self) -> list[Row]:
        """What is shown of it."""
        return [self._line, *(self.body.rows if self.is_open else ())]


Part = Words | Thinking | Tool
