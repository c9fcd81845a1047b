"""The list of jobs: choosing, the menu, keys, and what a job needs below its row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QStyleOptionViewItem

from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job
from kireji.ui.jobs.columns import PAD, Columns
from kireji.ui.jobs.commands import Command, JobMenu, Order, next_steps, offered
from kireji.ui.jobs.list_model import Index, JobModel
from kireji.ui.jobs.next_step import NextStep
from kireji.ui.jobs.rows import JobRows
from kireji.ui.parts import restyle
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_THIS = QItemSelectionModel.SelectionFlag.ClearAndSelect
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class JobList(QListView):
    """Shows jobs; Enter opens one, Delete removes it, the menu key shows what else can be done.

    Args:
        theme: Colours and text size.
        name: What a model is called: provider and id to words.
    """

    ordered = Signal(object)
    """An `Order`."""
    arranged = Signal()
    """Columns stand elsewhere now."""
    steps_placed = Signal(object)
    """Jobs in view that need something of the person: by number, the job and the room below its row."""

    def __init__(self, theme: Theme, name: Callable[[str, str], str]) -> None:
        super().__init__()
        self.rows = JobModel(name)
        self.rows.setParent(self)
        self._measure = NextStep(self)
        self._measure.hide()
        self._heights: dict[tuple[object, ...], int] = {}
        self.delegate = JobRows(theme, self, self.rows, self._below)
        self._menu = JobMenu(self)
        self.setModel(self.rows)
        self.setItemDelegate(self.delegate)
        self.setAccessibleName(tr("Jobs"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self._menu.chosen.connect(self.ordered)
        self.verticalScrollBar().valueChanged.connect(self._place_steps)
        for changed in (self.rows.rowsInserted, self.rows.rowsRemoved, self.rows.modelReset):
            changed.connect(self.scheduleDelayedItemsLayout)
        theme.changed.connect(self._restyle)

    # What is chosen.

    def current(self) -> Job | None:
        """The job that has the keyboard."""
        return self.rows.job(self.currentIndex())

    def select(self, job: int) -> None:
        """Put the keyboard on a job."""
        index = self.rows.find(job)
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, _THIS)
            self.scrollTo(index)

    def menu_for(self, job: Job) -> QMenu:
        """A menu with what can be done with it."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._menu.fill(menu, job)
        return menu

    def _order(self, command: Command, job: Job | None) -> None:
        if job is not None and command in offered(job):
            self.ordered.emit(Order(command, job.id))

    def _open(self, job: Job | None) -> None:
        self._order(Command.REVIEW if job is not None and job.state is JobState.READY else Command.OPEN, job)

    def _open_menu(self, place: QPoint | None) -> None:
        job = self.current()
        if job is None or not offered(job):
            return
        if place is None:
            dots = self.delegate.more_place(self.visualRect(self.currentIndex()))
            place = self.viewport().mapToGlobal(dots.bottomLeft())
        menu = self.menu_for(job)
        menu.popup(place)
        menu.setActiveAction(menu.actions()[0])

    # Mouse and keyboard.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._point(event.position().toPoint())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(QPoint(-1, -1))

    def _point(self, point: QPoint) -> None:
        index = self.indexAt(point)
        part = self.delegate.part_at(index, self.visualRect(index), point) if index.isValid() else ""
        if (pointed := (index.row(), part)) != self.delegate.pointed:
            self.delegate.pointed = pointed
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if part else Qt.CursorShape.ArrowCursor)
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        index = self.indexAt(point)
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid() or index != self.currentIndex():
            return
        match self.delegate.part_at(index, self.visualRect(index), point):
            case "more":
                self._open_menu(None)
            case "retry":
                self._order(Command.RETRY, self.rows.job(index))
            case _:
                self._open(self.rows.job(index))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            at = self.indexAt(event.pos())
            if at.isValid():
                self.selectionModel().setCurrentIndex(at, _THIS)
                self._open_menu(event.globalPos())
        else:
            self._open_menu(None)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = event.key(), event.modifiers()
        if key in _ENTER:
            self._open(self.current())
        elif key == Qt.Key.Key_Delete:
            self._order(Command.REMOVE, self.current())
        elif key == Qt.Key.Key_F10 and modifiers == Qt.KeyboardModifier.ShiftModifier:
            self._open_menu(None)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.rows.rowCount():
            self.selectionModel().setCurrentIndex(self.rows.index(0, 0), _THIS)

    # What stands below rows.

    def _below(self, job: Job, columns: Columns) -> int:
        """Room below a row, in logical pixels."""
        if not next_steps(job):
            return 0
        width = columns.width - 2 * (columns.edge + _side(columns))
        key = (job.state, job.sentence, job.counts.uncertain, job.undecided, width)
        if key not in self._heights:
            self._measure.show_job(job)
            self._heights[key] = self._measure.heightForWidth(width)
        return self._heights[key]

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        # Qt's own list lays all rows out anew, though most have not become higher.
        QAbstractItemView.dataChanged(self, first, last, list(roles))
        option = QStyleOptionViewItem()
        for row in range(first.row(), last.row() + 1):
            index = self.rows.index(row, 0)
            if self._laid_out_height(index) != self.delegate.sizeHint(option, index).height():
                self.scheduleDelayedItemsLayout()
                return
        self._place_steps()

    def _laid_out_height(self, index: QModelIndex) -> int:
        """What a row has; its own rectangle is what it would like to have."""
        top = self.visualRect(index).top()
        following = self.rows.index(index.row() + 1, 0)
        if following.isValid():
            return self.visualRect(following).top() - top
        return self.contentsSize().height() - self.verticalOffset() - top

    def doItemsLayout(self) -> None:
        super().doItemsLayout()
        self.updateGeometries()
        self._place_steps()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arranged.emit()
        self.scheduleDelayedItemsLayout()

    def _place_steps(self, _value: int = 0) -> None:
        """Say below which rows in view something stands, and where."""
        columns = self.delegate.columns()
        own = self.delegate.own_height(columns)
        wanted: dict[int, tuple[Job, QRect]] = {}
        for index in self._in_view():
            job = self.rows.job(index)
            if job is not None and next_steps(job):
                row = columns.inner(self.visualRect(index))
                side = _side(columns)
                room = row.adjusted(side, own - SPACE[0], -side, 0)
                wanted[job.id] = (job, room)
        self.steps_placed.emit(wanted)

    def _in_view(self) -> list[QModelIndex]:
        height, found = self.viewport().height(), []
        index = self.indexAt(QPoint(self.viewport().width() // 2, 1))
        row = index.row() if index.isValid() else 0
        while row < self.rows.rowCount():
            index = self.rows.index(row, 0)
            if self.visualRect(index).top() > height:
                break
            found.append(index)
            row += 1
        return found

    def _restyle(self) -> None:
        self._heights.clear()
        self.scheduleDelayedItemsLayout()
        restyle(self)


def _side(columns: Columns) -> int:
    """Empty room at both sides of what stands below a row."""
    return 0 if columns.stacked else PAD
