"""The page of jobs inside the main window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QPushButton, QStackedWidget, QVBoxLayout, QWidget

from kireji.core.jobs.values import Job
from kireji.ui.chat.pane import Notice
from kireji.ui.jobs.empty import NoJobs
from kireji.ui.jobs.header import JobsHeader
from kireji.ui.jobs.job_list import JobList
from kireji.ui.jobs.steps_layer import StepsLayer
from kireji.ui.jobs.titles import ColumnTitles
from kireji.ui.parts import spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class JobsPane(QWidget):
    """Shows all jobs, or what jobs are for while there are none; holds no state of the program.

    Args:
        theme: Colours and text size.
        name: What a model is called: provider and id to words.
    """

    menu_clicked = Signal()
    import_clicked = Signal(object)
    """The button that was pressed."""
    new_clicked = Signal()
    settings_clicked = Signal()

    def __init__(self, theme: Theme, name: Callable[[str, str], str]) -> None:
        super().__init__()
        self.setAccessibleName(tr("Jobs"))
        self.header = JobsHeader(theme)
        self.notice = Notice(theme)
        self.list = JobList(theme, name)
        self.titles = ColumnTitles(theme, self.list)
        self.empty = NoJobs()
        self._notice_area = QWidget()
        self._stack = QStackedWidget()
        self._all = QWidget()
        self._build()
        self._connect()

    def _build(self) -> None:
        column = QVBoxLayout(self._all)
        spread(column, (0, SPACE[2], 0, 0))
        column.addWidget(self.titles)
        column.addWidget(self.list, 1)
        self.steps = StepsLayer(self.list, self._all)
        around = QVBoxLayout(self._notice_area)
        spread(around, (SPACE[4], SPACE[2], SPACE[4], 0))
        around.addWidget(self.notice)
        self._notice_area.hide()
        self.notice.installEventFilter(self)
        outer = QVBoxLayout(self)
        spread(outer)
        outer.addWidget(self.header)
        outer.addWidget(self._notice_area)
        outer.addWidget(self._stack, 1)
        # While nothing is known, neither a list is shown nor that there is none.
        for widget in (QWidget(), self._all, self.empty):
            self._stack.addWidget(widget)

    def _connect(self) -> None:
        self.header.menu.clicked.connect(self.menu_clicked)
        self.notice.settings_clicked.connect(self.settings_clicked)
        self.steps.chosen.connect(self.list.ordered)
        for new in (self.header.new_clicked, self.empty.new.clicked):
            new.connect(self.new_clicked)
        for pressed in (self.header.import_, self.empty.import_):
            pressed.clicked.connect(partial(self._import, pressed))

    def _import(self, pressed: QPushButton, _checked: bool = False) -> None:
        self.import_clicked.emit(pressed)

    def show_jobs(self, jobs: Sequence[Job]) -> None:
        """What there is."""
        self.list.rows.show_jobs(jobs)
        shown = self._all if jobs else self.empty
        if shown is not self._stack.currentWidget():
            within = self._stack.isAncestorOf(self.window().focusWidget())
            self._stack.setCurrentWidget(shown)
            if within:  # what had the keyboard is gone
                self.focus_list()

    @property
    def known(self) -> bool:
        """Whether it was told what there is."""
        return self._stack.currentIndex() > 0

    def focus_list(self) -> None:
        """Put the keyboard into the list, or on the first button where there is none."""
        known = self.list.rows.rowCount() > 0
        (self.list if known else self.empty.new).setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.notice and event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._notice_area.setVisible(not self.notice.isHidden())
        return False
