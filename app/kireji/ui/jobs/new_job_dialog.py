"""The window in which a job is made: first what it does, then what was read and what it will take."""

from __future__ import annotations

import enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from kireji.ui.jobs.new_job_check import CheckPage
from kireji.ui.jobs.new_job_form import NewJobForm
from kireji.ui.parts import Pair, button, label, separator, spread
from kireji.ui.settings.cards import actions, tell
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_WIDTH, _HEIGHT = 680, 720


class Step(enum.Enum):
    """Where the person is."""

    FORM = "form"
    READING = "reading"
    READY = "ready"


class NewJobDialog(QDialog):
    """Holds the two pages and the buttons below them.

    Args:
        theme: Colours and text size.
        parent: Over which it opens.
    """

    check_clicked = Signal()
    back_clicked = Signal()
    start_clicked = Signal()
    keep_chosen = Signal()
    """Close; the job stays in the list."""
    remove_chosen = Signal()
    """Close; nothing of the job stays."""
    left = Signal()
    """Close; there is no job that could stay, or it was in the list before."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("New job"))
        self.step = Step.FORM
        self.asks_before_leaving = True
        self.form = NewJobForm(theme)
        self.check = CheckPage(theme)
        self._stack = QStackedWidget()
        self.hint = label("", "muted", wrap=True)
        self.cancel = button(tr("Cancel"))
        self.check_button = button(tr("Check"), "primary")
        self.back = button(tr("Change…"))
        self.close_button = button(tr("Close"))
        self.start = button(tr("Start"), "primary")
        self.keep = button(tr("Keep it in the list"), "primary")
        self.remove = button(tr("Remove it"))
        self.stay = button(tr("Back"))
        self._usual = QWidget()
        self._asking = QWidget()
        self._build()
        self._connect()
        self.set_hint("", ready=False)
        self.show_step(Step.FORM)
        room = parent.screen().availableSize() * 0.92
        self.resize(min(theme.px(_WIDTH), room.width()), min(theme.px(_HEIGHT), room.height()))
        self.setMinimumSize(360, 360)

    def _build(self) -> None:
        self._stack.addWidget(self.form)
        self._stack.addWidget(self.check)
        usual = QHBoxLayout(self._usual)
        spread(usual)
        buttons = actions(self.back, self.cancel, self.close_button, self.check_button, self.start)
        usual.addWidget(Pair(self.hint, buttons))
        asking = QHBoxLayout(self._asking)
        spread(asking)
        words = label(tr("Its rows are read. Shall the job stay in the list, to be started later?"), "", wrap=True)
        asking.addWidget(Pair(words, actions(self.stay, self.remove, self.keep)))
        foot = QVBoxLayout()
        spread(foot, (SPACE[4], SPACE[2], SPACE[4], SPACE[2]))
        foot.addWidget(self._usual)
        foot.addWidget(self._asking)
        self._asking.hide()
        layout = QVBoxLayout(self)
        spread(layout)
        layout.addWidget(self._stack, 1)
        layout.addWidget(separator())
        layout.addLayout(foot)

    def _connect(self) -> None:
        self.cancel.clicked.connect(self.leave)
        self.close_button.clicked.connect(self.leave)
        self.check_button.clicked.connect(self.check_clicked)
        self.back.clicked.connect(self.back_clicked)
        self.start.clicked.connect(self.start_clicked)
        self.keep.clicked.connect(self.keep_chosen)
        self.remove.clicked.connect(self.remove_chosen)
        self.stay.clicked.connect(self._stay)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self._go_on)

    def _go_on(self) -> None:
        """Ctrl+Enter, from every field."""
        (self.check_button if self.step is Step.FORM else self.start).click()

    def show_step(self, step: Step) -> None:
        """Show a page with the buttons that fit."""
        self.step = step
        form, ready = step is Step.FORM, step is Step.READY
        self._stack.setCurrentWidget(self.form if form else self.check)
        self.cancel.setVisible(form)
        self.check_button.setVisible(form)
        self.back.setVisible(ready and self.asks_before_leaving)
        self.close_button.setVisible(not form)
        self.start.setVisible(not form)
        self.start.setEnabled(False)
        self._stay()
        self.updateGeometry()

    def set_hint(self, sentence: str, *, ready: bool) -> None:
        """Say what is missing still, and whether it can go on.

        Args:
            sentence: Empty for nothing.
            ready: Whether it can be checked, or started.
        """
        tell(self.hint, sentence, "muted")
        self.hint.setVisible(True)  # it holds the buttons at the end
        (self.check_button if self.step is Step.FORM else self.start).setEnabled(ready)

    def leave(self) -> None:
        """Close, after asking what becomes of a job that could be kept."""
        if self.step is Step.READY and self.asks_before_leaving:
            self._usual.hide()
            self._asking.show()
            self.keep.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.left.emit()

    def focus_next(self) -> None:
        """Put the keyboard where it goes on."""
        ready = self.start if self.start.isEnabled() else self.check.trying.button
        ready.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def asking(self) -> bool:
        """Whether it asks what becomes of the job."""
        return not self._asking.isHidden()

    def _stay(self) -> None:
        had_focus = any(each.hasFocus() for each in (self.stay, self.remove, self.keep))
        self._asking.hide()
        self._usual.show()
        if had_focus:
            self.start.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            event.accept()
            if self.asking:
                self._stay()
            else:
                self.leave()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()  # Enter in a field neither checks nor starts
            return
        super().keyPressEvent(event)

    def reject(self) -> None:
        self.leave()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.result() or not self.isVisible():
            super().closeEvent(event)
            return
        event.ignore()
        self.leave()

    def finish(self) -> None:
        """Go away without asking."""
        self.done(1)
