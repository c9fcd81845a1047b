"""Keeps the tray's menu true: chords, quick prompts, the newest conversations, what runs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from kireji.core.capturing import Action, PromptKey, Target
from kireji.core.errors import KirejiError
from kireji.core.settings import Settings
from kireji.services.application import Services
from kireji.services.watch import Watch
from kireji.ui.aio import TaskScope
from kireji.ui.job_states import JobNumbers, JobStates
from kireji.ui.prompt_shortcuts import hold_prompts
from kireji.ui.shortcut import GlobalShortcuts
from kireji.ui.tray_menu import Job, TrayMenu

log = logging.getLogger(__name__)

_RECENT = 8
"""Conversations in the menu."""
_WAITING = 50
"""Newest conversations among which those are that wait: a question has just been asked in each."""


class TrayPresenter:
    """Fills one tray menu.

    Args:
        menu: What to fill.
        services: The use cases.
        shortcuts: Which chords are held.
        failed: Told of faults of our own.
    """

    def __init__(
        self,
        menu: TrayMenu,
        services: Services,
        shortcuts: GlobalShortcuts,
        failed: Callable[[BaseException], None],
    ) -> None:
        self._menu = menu
        self._services = services
        self._shortcuts = shortcuts
        self._scope = TaskScope("tray", failed)
        self._queue = JobStates(services.jobs, failed)
        self._closed = False
        self._jobs: list[tuple[int, str]] = []
        """What the menu lists: the watches' numbers and what is wrong with them."""
        self._waiting: frozenset[int] = frozenset()
        """Where a call waits for the person."""
        self._unsubscribe = [
            services.tools.approvals.changed.subscribe(self._approvals_changed),
            shortcuts.changed.subscribe(self._shortcut_changed),
            services.preferences.changed.subscribe(self._settings_changed),
        ]
        self._settings_changed(services.preferences.settings)

    def settle(self) -> None:
        """After the start: list what the first click should find; nothing where the program has been left meanwhile."""
        if self._closed:
            return
        self._unsubscribe += [
            self._services.chat.live.changed.subscribe(self._conversations_changed),
            self._services.watches.changed.subscribe(self._watches_changed),
        ]
        self._menu.opening.connect(self._opening)
        self._queue.changed.connect(self._queue_changed)
        self._queue.begin()
        self._watches_changed()
        self._conversations_changed()
        self._opening()

    async def aclose(self) -> None:
        """Fill it no more."""
        self._closed = True
        for end in self._unsubscribe:
            end()
        await self._queue.aclose()
        await self._scope.aclose()

    def _shortcut_changed(self, action: Target) -> None:
        self._menu.set_chord(action, self._shortcuts.state(action).keys)

    def _settings_changed(self, settings: Settings) -> None:
        self._menu.set_paused(settings.shortcuts.paused)
        self._menu.set_delay(settings.capture.delay)
        for action in Action:
            self._shortcut_changed(action)

    def _approvals_changed(self, conversation: int | None) -> None:
        if conversation is None or self._closed:
            return
        waits = bool(self._services.tools.approvals.pending(conversation))
        waiting = self._waiting | {conversation} if waits else self._waiting - {conversation}
        if waiting != self._waiting:
            self._waiting = waiting
            self._scope.restart(self._show_waiting(), name="waiting")

    def _conversations_changed(self, _conversation: int | None = None) -> None:
        if not self._closed:
            self._scope.restart(self._show_recent(), name="recent")

    def _watches_changed(self, _watch: Watch | None = None) -> None:
        watches = self._services.watches
        jobs = [(watch.id, watch.sentence) for watch in watches.running]
        if jobs != self._jobs:  # a menu that is open must not lose its entries at every look
            self._jobs = jobs
            self._menu.set_jobs(
                [Job(watch.title, partial(watches.stop, watch), watch.sentence) for watch in watches.running]
            )

    def _queue_changed(self, numbers: object) -> None:
        assert isinstance(numbers, JobNumbers)
        self._menu.set_queued(numbers.running)

    def _opening(self) -> None:
        """The person's own prompts may have changed since."""
        if not self._closed:
            self._scope.restart(self._show_prompts(), name="prompts")

    async def _show_recent(self) -> None:
        try:
            self._menu.set_recent(await self._services.conversations.recent(_RECENT))
        except KirejiError as error:
            log.warning("the tray does not list conversations: %s", error)

    async def _show_waiting(self) -> None:
        try:
            recent = await self._services.conversations.recent(_WAITING) if self._waiting else ()
        except KirejiError as error:
            log.warning("the tray does not say where something waits: %s", error)
            return
        self._menu.set_waiting([summary for summary in recent if summary.id in self._waiting])

    async def _show_prompts(self) -> None:
        prompts = await self._services.prompts.prompts()
        self._menu.set_prompts([each for each in prompts if each.tray])
        await hold_prompts(self._services, self._shortcuts)
        for each in prompts:
            self._shortcut_changed(PromptKey(each.name, each.title))
