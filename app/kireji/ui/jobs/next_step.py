"""What a job needs of the person: its sentence, and the next steps as buttons, below its row."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRect, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QStyle, QWidget

from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job
from kireji.ui.chat.words import count
from kireji.ui.flow import FlowLayout
from kireji.ui.jobs.commands import Command, Order, command_words, next_steps
from kireji.ui.parts import button, label, restyle
from kireji.ui.tokens import SPACE
from kireji.ui.translation import plural, tr


def sentence_of(job: Job) -> str:
    """Why a job waits for the person; empty when it does not."""
    if not next_steps(job):
        return ""
    if job.sentence:
        return job.sentence
    if job.state is JobState.FINISHED:
        return ""  # the button says it
    if job.state is JobState.READY:
        over = job.estimate.over_budget if job.estimate is not None else ""
        return over or tr("It waits for you to start it.")
    if uncertain := job.counts.uncertain:
        return plural(
            uncertain,
            "1 row was sent, and nobody can tell whether the service has it. Sent again, it may be paid for twice.",
            "{n} rows were sent, and nobody can tell whether the service has them. Sent again, they may be paid twice.",
            n=count(uncertain),
        )
    return tr("It cannot go on by itself.")


class NextStep(QWidget):
    """A sentence with buttons beside it, or below it where there is no room.

    Args:
        parent: As usual in Qt.
    """

    chosen = Signal(object)
    """An `Order`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._commands: tuple[Command, ...] = ()
        self.buttons: list[QPushButton] = []
        self.sentence = label("", "muted", wrap=True)
        self._area = QWidget()
        self._row = FlowLayout(SPACE[1], self._area)
        for widget in (self.sentence, self._area):
            widget.setParent(self)

    def show_job(self, job: Job) -> None:
        """Say what this job needs."""
        if job == self._job:
            return
        self._job = job
        self.sentence.setText(sentence_of(job))
        role = "warn" if job.state is JobState.NEEDS_YOU else "muted"
        if self.sentence.property("role") != role:
            restyle(self.sentence, role=role)
        if (commands := next_steps(job)) != self._commands:
            self._commands = commands
            self._fill()
        for each, command in zip(self.buttons, commands, strict=True):
            words = command_words(command, job)
            each.setText(words.replace("&", "&&"))
            each.setAccessibleName(tr("{command}: {job}", command=words, job=job.plan.name))
        self._arrange()

    def _fill(self) -> None:
        for old in self.buttons:
            self._row.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.buttons = [button("") for _ in self._commands]
        for each, command in zip(self.buttons, self._commands, strict=True):
            each.clicked.connect(partial(self._pressed, command))
            self._row.addWidget(each)
            each.show()

    def _pressed(self, command: Command, _checked: bool = False) -> None:
        if self._job is not None:
            self.chosen.emit(Order(command, self._job.id))

    # Its room: a sentence takes as many lines as it needs.

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        sentence, area = self._places(width)
        return max(sentence.bottom(), area.bottom()) + 1 + SPACE[2]

    def sizeHint(self) -> QSize:
        return QSize(240, self.heightForWidth(240))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _places(self, width: int) -> tuple[QRect, QRect]:
        """Of the sentence and of the buttons, as when one reads from the left."""
        self.ensurePolished()
        self.sentence.ensurePolished()
        buttons = self._row.sizeHint()
        beside = width - buttons.width() - SPACE[3]
        words = self.sentence.fontMetrics().horizontalAdvance(self.sentence.text()) + 4
        if beside < min(words, width // 2):
            high = self.sentence.heightForWidth(width)
            return QRect(0, 0, width, high), QRect(0, high + SPACE[1], width, self._row.heightForWidth(width))
        high = self.sentence.heightForWidth(beside)
        tall = max(high, buttons.height())
        area = QRect(width - buttons.width(), (tall - buttons.height()) // 2, buttons.width(), buttons.height())
        return QRect(0, (tall - high) // 2, beside, high), area

    def _arrange(self) -> None:
        for widget, place in zip((self.sentence, self._area), self._places(self.width()), strict=True):
            widget.setGeometry(QStyle.visualRect(self.layoutDirection(), self.rect(), place))
