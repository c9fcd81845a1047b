"""Asks before something is done to a job that cannot be taken back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from kireji.core.jobs.values import Job
from kireji.ui.chat.words import count
from kireji.ui.parts import button, label, spread
from kireji.ui.settings.cards import actions
from kireji.ui.tokens import SPACE
from kireji.ui.translation import plural, tr

_WIDTH = 420


class Question(QDialog):
    """One question with two answers; the one that changes nothing has the keyboard.

    Args:
        parent: Over which it opens.
        title: What it is about.
        sentence: What would happen.
        yes: Words of the button that does it.
        no: Words of the button that does not.
    """

    def __init__(self, parent: QWidget, title: str, sentence: str, yes: str, no: str) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setAccessibleDescription(sentence)
        self.yes = button(yes)
        self.no = button(no)
        layout = QVBoxLayout(self)
        spread(layout, SPACE[4], SPACE[2])
        layout.addWidget(label(title, "lead", wrap=True))
        layout.addWidget(label(sentence, "muted", wrap=True))
        layout.addSpacing(SPACE[1])
        layout.addWidget(actions(self.yes, self.no))
        self.setMinimumWidth(_WIDTH)
        self.yes.clicked.connect(self.accept)
        self.no.clicked.connect(self.reject)
        self.no.setDefault(True)
        self.no.setFocus()


def ask_to_remove(parent: QWidget, job: Job, do: Callable[[], None]) -> Question:
    """Ask whether a job shall be deleted.

    Args:
        parent: Over which the question opens.
        job: Which.
        do: Called when the person says so.
    """
    answers = job.counts.succeeded
    sentence = plural(
        answers,
        "Its rows and 1 answer go, and cannot be brought back. The file that it was made from stays.",
        "Its rows and {n} answers go, and cannot be brought back. The file that it was made from stays.",
        n=count(answers),
    )
    if not answers:
        sentence = tr("Its rows go. The file that it was made from stays.")
    return _open(parent, tr("Remove “{job}”?", job=job.plan.name), sentence, tr("Remove the job"), tr("Keep it"), do)


def ask_to_cancel(parent: QWidget, job: Job, do: Callable[[], None]) -> Question:
    """Ask whether rows that are with the service shall be called back.

    Args:
        parent: Over which the question opens.
        job: Which.
        do: Called when the person says so.
    """
    taken = job.counts.taken
    sentence = plural(
        taken,
        "1 row is with the service. If it has answered that already, the answer is paid for, and it is kept.",
        "{n} rows are with the service. What it has answered already is paid for, and those answers are kept.",
        n=count(taken),
    )
    title = tr("Cancel “{job}”?", job=job.plan.name)
    return _open(parent, title, sentence, tr("Cancel the job"), tr("Let it run"), do)


def ask_to_send_again(parent: QWidget, job: Job, do: Callable[[], None]) -> Question:
    """Ask whether rows whose fate nobody knows shall be sent once more.

    Args:
        parent: Over which the question opens.
        job: Which.
        do: Called when the person says so.
    """
    rows = job.counts.uncertain
    sentence = plural(
        rows,
        "The service may have 1 row already. Sent again, it may be paid for twice.",
        "The service may have these {n} rows already. Sent again, they may be paid for twice.",
        n=count(rows),
    )
    return _open(parent, tr("Send them again?"), sentence, tr("Send again"), tr("Not now"), do)


def _open(parent: QWidget, title: str, sentence: str, yes: str, no: str, do: Callable[[], None]) -> Question:
    question = Question(parent, title, sentence, yes, no)
    question.accepted.connect(do)
    question.open()
    return question
