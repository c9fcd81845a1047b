"""What the tray's menu offers: every action with its chord, quick prompts, the newest conversations, what runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from kireji.core.capturing import Action, CaptureMode, CaptureRequest, PromptKey, Target
from kireji.core.history import ConversationSummary
from kireji.core.prompts import Prompt
from kireji.ui.translation import mark, plural, tr

_DELAYS = (3, 5, 10)
_LENGTH = 40
"""Letters of a title; the menu stays narrow."""
_LONG = 100
"""Letters of a sentence."""
_SHORT = {
    Action.WINDOW: mark("A window"),
    Action.SCREEN: mark("This screen"),
    Action.ALL_SCREENS: mark("All screens"),
    Action.LAST: mark("The same region again"),
    Action.ADD: mark("Add a region to the question"),
}


_SETTINGS, _HELP, _QUIT = mark("Settings"), mark("Help"), mark("Quit")


class Job(NamedTuple):
    """Something that runs and can be stopped.

    Args:
        title: What it does, in the person's own words.
        stop: Ends it.
        trouble: Why it does not get on at present; empty otherwise.
    """

    title: str
    stop: Callable[[], None]
    trouble: str = ""


class TrayMenu(QObject):
    """Fills a menu and says what was chosen in it.

    Args:
        menu: The tray's own, empty.
    """

    chosen = Signal(object)
    """An Action."""
    capture_chosen = Signal(object)
    """A CaptureRequest, for what has no action of its own."""
    settings_chosen = Signal()
    help_chosen = Signal()
    jobs_chosen = Signal()
    conversation_chosen = Signal(object)
    pause_toggled = Signal(bool)
    quit_chosen = Signal()
    opening = Signal()
    """The person is about to see it."""
    waiting_changed = Signal(bool)
    """Whether a call of a tool waits for the person in some conversation."""

    def __init__(self, menu: QMenu) -> None:
        super().__init__(menu)
        self._menu = menu
        self._entries: dict[Target, QAction] = {}
        self._titles: dict[Target, str] = {}
        self._captures = QMenu(tr("Capture"), menu)
        self._prompts = QMenu(tr("Quick prompts"), menu)
        self._recent = QMenu(tr("Recent"), menu)
        self._jobs = QMenu(tr("Jobs"), menu)
        self._listed_jobs: tuple[Job, ...] = ()
        self._queued = 0
        self._waiting: list[QAction] = []
        self._pause = QAction(tr("Pause shortcuts"), self, checkable=True)
        self._listed: tuple[Prompt, ...] = ()
        self._build()

    def set_chord(self, action: Target, keys: str) -> None:
        """Show the keys beside an action; empty for none."""
        if (entry := self._entries.get(action)) is not None:
            title = self._titles[action]
            entry.setText(f"{title}\t{keys}" if keys else title)

    def set_delay(self, seconds: float) -> None:
        """Show the chord for captures after a delay beside the entry with that delay."""
        entry = self._entries.pop(Action.DELAYED, None)
        if entry is not None:
            entry.setText(self._titles[Action.DELAYED])
        for each in self._captures.actions():
            request = each.data()
            if isinstance(request, CaptureRequest) and request.delay == seconds:
                self._entries[Action.DELAYED], self._titles[Action.DELAYED] = each, each.text()

    def set_paused(self, paused: bool) -> None:
        """Show whether shortcuts are paused, without reporting it back."""
        blocked = self._pause.blockSignals(True)
        self._pause.setChecked(paused)
        self._pause.blockSignals(blocked)

    def set_recent(self, conversations: Sequence[ConversationSummary]) -> None:
        """List the newest conversations."""
        self._recent.clear()
        for summary in conversations:
            self._recent.addAction(_short(summary.title)).setData(summary.id)
        self._recent.menuAction().setEnabled(bool(conversations))

    def set_waiting(self, conversations: Sequence[ConversationSummary]) -> None:
        """Put conversations in which a call of a tool waits for the person above everything else."""
        for entry in self._waiting:
            self._menu.removeAction(entry)
            entry.deleteLater()
        self._waiting = []
        first = self._entries[Action.CAPTURE]
        for summary in conversations:
            entry = QAction(tr("Waits for you: {title}", title=_short(summary.title)), self)
            entry.setData(summary.id)
            entry.triggered.connect(self._waiting_triggered)
            self._waiting.append(entry)
        if conversations:
            separator = QAction(self)
            separator.setSeparator(True)
            self._waiting.append(separator)
        for entry in self._waiting:
            self._menu.insertAction(first, entry)
        self.waiting_changed.emit(bool(conversations))

    def _waiting_triggered(self) -> None:
        entry = self.sender()
        assert isinstance(entry, QAction)
        self.conversation_chosen.emit(entry.data())

    def set_prompts(self, prompts: Sequence[Prompt]) -> None:
        """List the quick prompts; choosing one captures, and asks it as soon as something is selected."""
        if tuple(prompts) == self._listed:
            return  # a menu that is open must not lose its entries
        self._listed = tuple(prompts)
        self._prompts.clear()
        for target in [target for target in self._entries if isinstance(target, PromptKey)]:
            del self._entries[target], self._titles[target]
        for prompt in prompts:
            entry, target = self._prompts.addAction(_short(prompt.title)), PromptKey(prompt.name, prompt.title)
            entry.setData(target if prompt.takes_text else CaptureRequest(prompt=prompt.name))
            self._entries[target], self._titles[target] = entry, entry.text()
        self._prompts.menuAction().setEnabled(bool(prompts))

    def set_jobs(self, jobs: Sequence[Job]) -> None:
        """List what runs, each with a way to stop it."""
        self._listed_jobs = tuple(jobs)
        self._jobs.clear()
        for job in jobs:
            entry = self._jobs.addMenu(_short(job.title))
            if job.trouble:
                entry.addAction(_short(job.trouble, _LONG)).setEnabled(False)
            entry.addAction(tr("Stop")).triggered.connect(job.stop)
        if jobs:
            self._jobs.addSeparator()
        self._jobs.addAction(tr("Show all jobs")).triggered.connect(self._jobs_triggered)
        self._count_jobs()

    def set_queued(self, running: int) -> None:
        """How many jobs of the queue run; the page of jobs lists them."""
        self._queued = running
        self._count_jobs()

    def _count_jobs(self) -> None:
        running = len(self._listed_jobs) + self._queued
        self._jobs.setTitle(plural(running, "Jobs (1 running)", "Jobs ({n} running)") if running else tr("Jobs"))

    def _jobs_triggered(self) -> None:
        self.jobs_chosen.emit()

    def _build(self) -> None:
        menu = self._menu
        self._add(menu, Action.CAPTURE)
        for action in (Action.WINDOW, Action.SCREEN, Action.ALL_SCREENS):
            self._add(self._captures, action)
        self._captures.addSeparator()
        for seconds in _DELAYS:
            entry = self._captures.addAction(plural(seconds, "After 1 second", "After {n} seconds"))
            entry.setData(CaptureRequest(CaptureMode.REGION, float(seconds)))
        self._captures.addSeparator()
        for action in (Action.LAST, Action.ADD):
            self._add(self._captures, action)
        menu.addMenu(self._captures)
        for action in (Action.CLIPBOARD, Action.SELECTION):
            self._add(menu, action)
        menu.addMenu(self._prompts)
        menu.addSeparator()
        menu.addMenu(self._recent)
        menu.addMenu(self._jobs)
        menu.addSeparator()
        menu.addAction(self._pause)
        menu.addSeparator()
        self._add(menu, Action.OPEN)
        settings, pages, leave = (QAction(tr(words), self) for words in (_SETTINGS, _HELP, _QUIT))
        menu.addActions([settings, pages, leave])
        self.set_recent(())
        self._prompts.menuAction().setEnabled(False)
        self.set_jobs(())
        menu.aboutToShow.connect(self.opening)
        self._captures.triggered.connect(self._captures_triggered)
        self._prompts.triggered.connect(self._captures_triggered)
        self._recent.triggered.connect(self._recent_triggered)
        for action in (Action.CAPTURE, Action.CLIPBOARD, Action.SELECTION, Action.OPEN):
            self._entries[action].triggered.connect(self._triggered)
        self._pause.toggled.connect(self.pause_toggled)
        settings.triggered.connect(self.settings_chosen)
        pages.triggered.connect(self.help_chosen)
        leave.triggered.connect(self.quit_chosen)

    def _add(self, menu: QMenu, action: Action) -> None:
        title = tr(_SHORT[action]) if action in _SHORT else action.title
        entry = menu.addAction(title)
        entry.setData(action)
        self._entries[action], self._titles[action] = entry, title

    def _triggered(self) -> None:
        entry = self.sender()
        assert isinstance(entry, QAction)
        self.chosen.emit(entry.data())

    def _captures_triggered(self, entry: QAction) -> None:
        if isinstance(entry.data(), CaptureRequest):
            self.capture_chosen.emit(entry.data())
        else:
            self.chosen.emit(entry.data())

    def _recent_triggered(self, entry: QAction) -> None:
        self.conversation_chosen.emit(entry.data())


def _short(title: str, length: int = _LENGTH) -> str:
    """Cut to the menu's width; a menu takes & for the sign before the letter that chooses the entry."""
    line = " ".join(title.split())
    return (line if len(line) <= length else line[: length - 1] + "…").replace("&", "&&")
