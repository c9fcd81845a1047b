"""The questions that wait, above the composer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from kireji.core.history import QueuedQuestion
from kireji.ui.chat.endings import NO_WAY_OUT, WayOut
from kireji.ui.chat.header import ElidedLabel
from kireji.ui.parts import button, label, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import plural, tr

_MOST_ROWS = 3
"""Seen at once; more are scrolled to."""
_GAP = 2


class QueueRow(QFrame):
    """One line for each question that waits, with what can be done with it, and why they wait.

    Args:
        theme: Colours and text size.
    """

    ask_clicked = Signal(object)
    """A `QueuedQuestion` that shall be asked now."""
    edit_clicked = Signal(object)
    """A `QueuedQuestion` whose words shall go back into the field."""
    remove_clicked = Signal(object)
    """A `QueuedQuestion` that shall not be asked."""
    budget_clicked = Signal()
    """The budgets shall be changed."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "notice")
        self.setAccessibleName(tr("Questions that wait"))
        self._theme = theme
        self._lines: list[_Line] = []
        self._shown: tuple[tuple[QueuedQuestion, ...], str, WayOut] = ((), "", NO_WAY_OUT)
        self._sentence = label("", "muted", wrap=True)
        self.budget = button(tr("Change budget"), "chip")
        self.budget.clicked.connect(self.budget_clicked)
        self._body = QWidget()
        self._body.setProperty("kind", "clear")
        self._rows = QVBoxLayout(self._body)
        spread(self._rows, 0, _GAP)
        self._area = QScrollArea()
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its lines' buttons have the keyboard
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setWidget(self._body)
        self._area.viewport().setAutoFillBackground(False)
        self._body.setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        spread(layout, (SPACE[2], SPACE[1], SPACE[2], SPACE[1]), 2)
        above = QHBoxLayout()
        spread(above, 0, SPACE[0])
        above.addWidget(self._sentence, 1)
        above.addWidget(self.budget, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(above)
        layout.addWidget(self._area)
        theme.changed.connect(self._fit)
        self.hide()

    def show_queue(self, waiting: Sequence[QueuedQuestion], sentence: str, way_out: WayOut = NO_WAY_OUT) -> None:
        """Show what waits.

        Args:
            waiting: First to last; none hides the row.
            sentence: Why they are not asked by themselves; empty while they are.
            way_out: What can be done where money keeps the first of them.
        """
        if (tuple(waiting), sentence, way_out) == self._shown:
            return
        self._shown = (tuple(waiting), sentence, way_out)
        focused = next((line.question.id for line in self._lines if line.isAncestorOf(self.focusWidget())), None)
        for line in self._lines:
            self._rows.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines = []
        for place, question in enumerate(waiting, start=1):
            self._lines.append(self._line(place, question, held=bool(sentence), anyway=way_out.anyway))
        self.budget.setVisible(way_out.budget)
        self._sentence.setText(sentence or self._usual(len(waiting)))
        self.setVisible(bool(waiting))
        self._fit()
        self._keep_focus(focused)

    def lines(self) -> tuple[str, ...]:
        """The words of every line."""
        return tuple(line.words for line in self._lines)

    def sentence(self) -> str:
        """What stands above them."""
        return self._sentence.text() if not self.isHidden() else ""

    def _usual(self, count: int) -> str:
        return plural(count, "Asked when this answer is done:", "Asked one after the other when this answer is done:")

    def _line(self, place: int, question: QueuedQuestion, *, held: bool, anyway: bool) -> _Line:
        line = _Line(self._theme, place, question, held=held, anyway=anyway)
        line.ask.clicked.connect(partial(self.ask_clicked.emit, question))
        line.edit.clicked.connect(partial(self.edit_clicked.emit, question))
        line.remove.clicked.connect(partial(self.remove_clicked.emit, question))
        self._rows.addWidget(line)
        return line

    def _keep_focus(self, focused: int | None) -> None:
        """Who has put a line away by the keyboard goes on with the next."""
        if focused is not None and self._lines:
            line = next((one for one in self._lines if one.question.id >= focused), self._lines[-1])
            line.remove.setFocus()

    def _fit(self) -> None:
        self._body.adjustSize()
        heights = [line.sizeHint().height() for line in self._lines[:_MOST_ROWS]]
        half = heights[-1] // 2 if len(self._lines) > _MOST_ROWS else 0  # shows that there are more
        self._area.setFixedHeight(max(1, sum(heights) + _GAP * (len(heights) - 1 + bool(half)) + half))


class _Line(QWidget):
    """One question that waits."""

    def __init__(self, theme: Theme, place: int, question: QueuedQuestion, *, held: bool, anyway: bool) -> None:
        super().__init__()
        self.question = question
        self._theme = theme
        self.words = words_of(question)
        shown = ElidedLabel("")
        shown.set_words(self.words)
        name = tr("Ask question {place} now: {words}", place=place, words=self.words)
        if anyway:
            name = tr("Send question {place} anyway: {words}", place=place, words=self.words)
        self.ask = button(tr("Send anyway") if anyway else tr("Ask now"), "chip", name=name)
        self.edit = button("", "quiet", name=tr("Put question {place} back into the field", place=place))
        self.remove = button("", "quiet", name=tr("Remove question {place}", place=place))
        self.ask.setVisible(held)
        layout = QHBoxLayout(self)
        spread(layout, 0, SPACE[0])
        layout.addWidget(shown, 1000)
        layout.addStretch(1)
        for each in (self.ask, self.edit, self.remove):
            layout.addWidget(each)
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        set_icon(self.edit, self._theme, "pencil", self._theme.colours.muted, 14)
        set_icon(self.remove, self._theme, "x", self._theme.colours.muted, 14)


def words_of(question: QueuedQuestion) -> str:
    """A question in one line: its words, or what goes with it."""
    words = " ".join(question.message.text.split())
    if words:
        return words
    count = len(question.message.blobs)
    return plural(count, "A question with a picture or file", "A question with {n} pictures or files")
