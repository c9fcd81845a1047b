"""The results of a job in the main window: the table, and one row of it in full."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job
from kireji.ui.chat.header import HEADER, ElidedLabel
from kireji.ui.jobs import results_words as words
from kireji.ui.jobs.commands import reviewable
from kireji.ui.jobs.results_model import ResultModel
from kireji.ui.jobs.results_table import ResultTable
from kireji.ui.jobs.row_page import RowPage
from kireji.ui.jobs.work_row import WorkRow
from kireji.ui.models.segments import Segments
from kireji.ui.parts import LivePair, button, frame, label, restyle, row_of, set_icon, spread
from kireji.ui.settings.cards import Chip, actions, tell
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_BESIDE_FROM = 820
"""Logical pixels from which a row stands beside the table, at the usual text size."""
_ROW_WIDTH = 400


class ResultsPane(QWidget):
    """A header with what can be done, the choice of rows, the table and the row that is open.

    Args:
        theme: Colours and text size.
    """

    menu_clicked = Signal()
    back_clicked = Signal()
    """The list of jobs shall be shown."""
    filter_chosen = Signal(object)
    """A key of `results_words.STATES_OF`."""
    row_closed = Signal()
    shown = Signal()
    """It came into view: what it shows may have changed meanwhile."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.header = _Header(theme)
        self.filters = Segments(tr("Which rows are shown"))
        self.export = button(tr("Export…"))
        self.retry = button(tr("Retry failed"))
        self.review = button(tr("Review"), "primary", name=tr("Review the verdicts"))
        self.sentence = label("", "muted", wrap=True)
        self.work = WorkRow(tr("Export"))
        self.model = ResultModel()
        self.table = ResultTable(theme, self.model)
        self.empty = label("", "muted", wrap=True)
        self.row = RowPage(theme)
        self._row_frame = frame("inspector")
        self._list = QWidget()
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._build()
        self.header.menu.clicked.connect(self.menu_clicked)
        self.header.back.clicked.connect(self.back_clicked)
        self.filters.chosen.connect(self.filter_chosen)
        self.row.closed.connect(self.close_row)
        for keys, slot in (("Alt+Left", self.back_clicked), ("Ctrl+S", self.export.click)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)

    def _build(self) -> None:
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.hide()
        column = QVBoxLayout(self._list)
        spread(column, (SPACE[4], SPACE[2], SPACE[4], 0), SPACE[1])
        column.addWidget(LivePair(self.filters, actions(self.retry, self.export, self.review)))
        column.addWidget(self.sentence)
        column.addWidget(self.work)
        column.addWidget(self.table, 1)
        column.addWidget(self.empty, 1)
        inside = QVBoxLayout(self._row_frame)
        spread(inside)
        inside.addWidget(self.row)
        self._row_frame.hide()
        spread(self._box)
        self._box.addWidget(self._list, 1)
        self._box.addWidget(self._row_frame)
        outer = QVBoxLayout(self)
        spread(outer)
        outer.addWidget(self.header)
        outer.addLayout(self._box, 1)

    def show_job(self, job: Job, state: str, tone: str) -> None:
        """Say what is true of the job now.

        Args:
            job: Whose rows they are.
            state: Where it stands, in a word.
            tone: Of a chip: ok, warn, error or idle.
        """
        self.header.show_job(job.plan.name, state, tone)
        choice = self.filters.value()
        texts = words.filters(job.counts)
        self.filters.show_choices(texts, choice)
        self.filters.rename(texts)
        had_focus = self.retry.hasFocus()
        self.retry.setVisible(job.counts.failed > 0 and job.state is not JobState.CANCELLING)
        if had_focus and self.retry.isHidden():
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self.export.setEnabled(job.counts.ended > 0)
        self.review.setVisible(reviewable(job))
        tell(self.sentence, job.sentence, "warn" if job.state is JobState.NEEDS_YOU else "muted")

    def show_emptiness(self, sentence: str) -> None:
        """Say why there is no row; empty shows the table."""
        self.empty.setText(sentence)
        self.empty.setVisible(bool(sentence))
        self.table.setVisible(not sentence)

    @property
    def row_open(self) -> bool:
        """Whether a row is shown in full."""
        return not self._row_frame.isHidden()

    def open_row(self) -> None:
        """Show the row in full, beside the table or in its place."""
        was_open = self.row_open
        self._row_frame.show()
        self._arrange()
        if not was_open and (place := self.table.currentIndex()).isValid():
            self.table.scrollTo(place)
        if not self._beside():
            self.row.area.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_keyboard(self) -> None:
        """The keyboard goes to the table, or to the row that stands in its place."""
        where = self.row.area if self.row_open and not self._beside() else self.table
        where.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_row(self) -> None:
        """Show the table alone; the keyboard goes back to it."""
        if self.row_open:
            self._row_frame.hide()
            self._arrange()
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
            self.row_closed.emit()

    def leave(self) -> None:
        """Close the row that is open; where none is, go back to the jobs."""
        if self.row_open:
            self.close_row()
        else:
            self.back_clicked.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _beside(self) -> bool:
        return self.width() >= _BESIDE_FROM * max(1.0, self._theme.scale)

    def _arrange(self) -> None:
        beside = self._beside()
        self._list.setVisible(beside or not self.row_open)
        if beside:
            width = max(self._theme.px(_ROW_WIDTH), int(self.width() * 0.4))
            self._row_frame.setFixedWidth(min(width, self.width() // 2))
        else:
            self._row_frame.setMinimumWidth(0)
            self._row_frame.setMaximumWidth(16_777_215)
        restyle(self._row_frame, kind="inspector" if beside else "bare")


class _Header(QFrame):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "header")
        self._theme = theme
        self.menu = button("", "quiet", name=tr("Show the conversations"))
        self.back = button(tr("Jobs"), "quiet", name=tr("Back to the jobs"))
        self._sign = label("", "muted")
        self.title = ElidedLabel("lead")
        self.chip = Chip()
        layout = QHBoxLayout(self)
        spread(layout, (SPACE[2], 0, SPACE[2], 1), SPACE[2])
        layout.addWidget(self.menu)
        layout.addWidget(row_of(self.back, self._sign))
        layout.addWidget(self.title, 1000)
        layout.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addStretch(1)
        self.menu.hide()
        theme.changed.connect(self._dress)
        self._dress()

    def show_job(self, name: str, state: str, tone: str) -> None:
        self.title.set_words(name)
        self.chip.setText(state)
        self.chip.setAccessibleName(state)
        restyle(self.chip, state=tone)

    def _dress(self) -> None:
        self.setFixedHeight(max(HEADER, self._theme.px(HEADER - 16)))
        set_icon(self.menu, self._theme, "menu", self._theme.colours.muted)
        self._sign.setText("‹" if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else "›")
