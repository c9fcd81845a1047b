"""What can be done with a job, by menu, keys and the buttons beside a job that needs the person."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job
from kireji.core.structured.forms import AnswerForm
from kireji.ui.chat.words import count
from kireji.ui.translation import mark, plural, tr


class Command(enum.Enum):
    """One thing that can be done."""

    OPEN = "open"
    REVIEW = "review"
    """Look at what was read and what it will cost, and start it from there."""
    DECIDE = "decide"
    """Of a job that judges: look at its verdicts and decide."""
    PAUSE = "pause"
    RESUME = "resume"
    RETRY = "retry"
    SEND_AGAIN = "send again"
    COUNT_FAILED = "count failed"
    EXPORT = "export"
    CANCEL = "cancel"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Order:
    """What shall be done with which job."""

    command: Command
    job: int


_WORDS = {
    Command.OPEN: mark("Open results"),
    Command.REVIEW: mark("Check and start…"),
    Command.DECIDE: mark("Review verdicts"),
    Command.PAUSE: mark("Pause"),
    Command.RESUME: mark("Resume"),
    Command.EXPORT: mark("Export results…"),
    Command.CANCEL: mark("Cancel the job"),
    Command.REMOVE: mark("Remove…"),
}
_KEYS = {Command.OPEN: "Return", Command.REVIEW: "Return", Command.REMOVE: "Del"}
_OVER = (JobState.FINISHED, JobState.CANCELLED)
_CANCELLED_FROM = (JobState.RUNNING, JobState.PAUSED, JobState.NEEDS_YOU)


def command_words(command: Command, job: Job) -> str:
    """What a command is called for a job."""
    counts = job.counts
    match command:
        case Command.RETRY:
            failed = count(counts.failed)
            return plural(counts.failed, "Retry the row that failed", "Retry the {n} rows that failed", n=failed)
        case Command.SEND_AGAIN:
            rows = count(counts.uncertain)
            return plural(counts.uncertain, "Send the uncertain row again", "Send {n} uncertain rows again", n=rows)
        case Command.COUNT_FAILED:
            return plural(counts.uncertain, "Count it as failed", "Count them as failed")
    return tr(_WORDS[command])


def offered(job: Job) -> list[Command]:
    """The commands that fit, in the order of a menu."""
    if job.state is JobState.IMPORTING:
        return []
    found = [Command.REVIEW if job.state is JobState.READY else Command.OPEN]
    if reviewable(job):
        found.append(Command.DECIDE)
    if job.counts.uncertain and job.state is JobState.NEEDS_YOU:
        found += [Command.SEND_AGAIN, Command.COUNT_FAILED]
    if job.state in (JobState.PAUSED, JobState.NEEDS_YOU):
        found.append(Command.RESUME)
    if job.state is JobState.RUNNING:
        found.append(Command.PAUSE)
    if job.state in _OVER and job.counts.failed:
        found.append(Command.RETRY)
    if job.counts.ended:
        found.append(Command.EXPORT)
    if job.state in _CANCELLED_FROM:
        found.append(Command.CANCEL)
    if removable(job):
        found.append(Command.REMOVE)
    return found


def next_steps(job: Job) -> tuple[Command, ...]:
    """What stands as buttons beside a job that waits for the person or their decisions, the likeliest first."""
    if job.state is JobState.READY:
        return (Command.REVIEW,)
    if job.state is JobState.PAUSED and job.sentence:
        return (Command.RESUME,)
    if job.state is JobState.FINISHED and job.undecided:
        return (Command.DECIDE,)
    if job.state is not JobState.NEEDS_YOU:
        return ()
    if job.counts.uncertain:
        return (Command.SEND_AGAIN, Command.COUNT_FAILED)
    return (Command.RESUME, Command.CANCEL)


def reviewable(job: Job) -> bool:
    """Whether there are verdicts that a person can decide about."""
    return job.plan.form is AnswerForm.VERDICT and job.counts.ended > 0


def removable(job: Job) -> bool:
    """Whether nothing of it is with the service any more."""
    return job.state in _OVER or (
        job.state in (JobState.READY, JobState.PAUSED, JobState.NEEDS_YOU)
        and not job.counts.taken
        and not job.counts.uncertain
    )


class JobMenu(QObject):
    """Fills menus with what can be done with a job, and says what was chosen.

    Args:
        parent: As usual in Qt; the menus live no longer.
    """

    chosen = Signal(object)
    """An `Order`."""

    def fill(self, menu: QMenu, job: Job) -> None:
        """Add the entries.

        Args:
            menu: Where to.
            job: What they are about.
        """
        for command in offered(job):
            if command in (Command.CANCEL, Command.REMOVE) and not menu.isEmpty():
                menu.addSeparator()
            action = menu.addAction(command_words(command, job).replace("&", "&&"))
            action.setData(Order(command, job.id))
            if command in _KEYS:
                # Shown only: the list itself handles the keys, while it has the keyboard.
                action.setShortcut(QKeySequence(_KEYS[command]))
                action.setShortcutVisibleInContextMenu(True)
        menu.triggered.connect(self._triggered)

    def _triggered(self, action: QAction) -> None:
        order = action.data()
        if isinstance(order, Order):
            self.chosen.emit(order)
