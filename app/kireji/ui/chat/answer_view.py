"""One answer in Markdown that scrolls by itself, while it streams and when it is whole."""

from __future__ import annotations

from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QWidget

from kireji.ui.chat.document import EDGE
from kireji.ui.chat.transcript.body import BodyItem
from kireji.ui.chat.transcript.column import AT_ONCE, BUDGET
from kireji.ui.chat.transcript.flushing import Flushing
from kireji.ui.chat.transcript.piece import Piece
from kireji.ui.chat.transcript.pointing import PointingColumn
from kireji.ui.theme import Theme
from kireji.ui.tokens import TYPE_BODY
from kireji.ui.translation import tr

_REACH = 1200
"""Logical pixels: the card that holds it wants to know how high a short answer is before it has that height."""


class AnswerView(PointingColumn):
    """Shows Markdown that grows, in the pieces of the reading column.

    Nothing that the text names is ever loaded; links open in the browser, only http, https and mailto.

    Args:
        theme: Colours and text size; changes are followed.
        parent: As usual in Qt.
    """

    height_changed = Signal(object)
    """The height that the whole text takes, in logical pixels."""
    words_placed = Signal()
    """Words stand elsewhere now."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, QPalette.ColorRole.Base, (0, 0))
        self.setParent(parent)
        self._item = BodyItem(self, theme, tr("Answer"))
        self._flushing = Flushing(self._flush, self)
        self._height = 0
        self.reach = _REACH
        self.setAccessibleName(tr("Answer"))
        self.add_item(self._item)

    def markdown(self) -> str:
        """The source, for copying."""
        return self._item.body.text

    def append_delta(self, text: str) -> None:
        """More of the answer. The first piece shows at once; later ones are gathered for some 40 ms."""
        if not text:
            return
        if self._item.body.finished:
            text = self._item.body.text + text
            self._item.renew()
        body = self._item.body
        if body.empty:
            body.restyled = self._flushing.want
            body.begin(text)
            self.follow()
            self._show()
        else:
            body.append(text)
        self._flushing.want()

    def finish(self, markdown: str) -> None:
        """The answer is whole; what is shown becomes exactly what `set_markdown` would show."""
        self._flushing.stop()
        self._item.body.finish(markdown)
        self._item.body.refresh()
        self._show()

    def set_markdown(self, markdown: str) -> None:
        """Show a whole text."""
        self._flushing.stop()
        self._item.renew()
        if markdown:
            self.finish(markdown)
        else:
            self._show()

    def read_from_the_beginning(self) -> None:
        """Stay at the first line, as for what is there already: an answer that grows is followed to its end."""
        self.scroll_to(self._item)

    def _flush(self) -> None:
        for row in self._item.body.refresh():
            if row.widget is not None:
                self.relay(row)
        self._show(BUDGET)

    def _show(self, budget: float = AT_ONCE) -> None:
        self.put_rows(self._item, self._item.body.rows)
        self.settle(budget)
        self._tell_height()

    def placed(self) -> None:
        super().placed()
        self._tell_height()
        self.words_placed.emit()

    def _tell_height(self) -> None:
        if self.total != self._height:
            self._height = self.total
            self.height_changed.emit(self._height)

    def text_height(self) -> int:
        """The height that the whole text takes, in logical pixels."""
        return self.total

    def pieces(self) -> list[Piece]:
        """Those that are built, first to last."""
        return [row.piece for row in self._item.rows if row.piece is not None]

    def plain_text(self) -> str:
        """The words that are built."""
        return "\n".join(piece.plain_text() for piece in self.pieces())

    def end_of_words(self) -> tuple[QRect, bool]:
        """Where the next word will stand in the viewport, and whether that is to the left of the last one."""
        rows = self._item.rows
        if not rows or (piece := rows[-1].piece) is None:
            line = self._theme.px(TYPE_BODY)
            return QRect(EDGE, 0, 1, line), False
        place, backwards = piece.last_line()
        return QRect(piece.mapTo(self.viewport(), place.topLeft().toPoint()), place.size().toSize()), backwards
