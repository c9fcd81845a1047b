"""Between the page "Updates" and the services."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QObject

from kireji.core.errors import KirejiError, SettingsError
from kireji.services.application import Services
from kireji.services.updates import Updates, UpdateState
from kireji.ui.aio import TaskScope
from kireji.ui.settings.opening import open_page
from kireji.ui.settings.updates import words
from kireji.ui.settings.updates.page import UpdatesPage
from kireji.ui.translation import locale, tr


class UpdatesPresenter(QObject):
    """Fills the page with what is true while it is shown, and carries changes out.

    Args:
        page: The page.
        services: The use cases.
        failed: Told of every failure that has no place of its own.
        parent: Owns this.
    """

    def __init__(
        self, page: UpdatesPage, services: Services, failed: Callable[[BaseException], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._services = services
        self._scope = TaskScope("updates", failed)
        self._unsubscribe: Callable[[], None] | None = None
        self._state: UpdateState | None = None
        self._running = False
        page.check.clicked.connect(self._check)
        page.allow.switched.connect(self._switch)
        page.release.page.clicked.connect(self._open)
        page.release.skip_clicked.connect(self._skip)
        page.address.entered.connect(self._address_entered)
        page.keys.entered.connect(self._keys_entered)

    @property
    def _updates(self) -> Updates:
        return self._services.updates()

    def show(self) -> None:
        """The page comes onto the screen."""
        if self._unsubscribe is None:
            self._unsubscribe = self._updates.changed.subscribe(self._changed)
        self.refresh()

    def refresh(self) -> None:
        """Read everything again, if anybody has seen it; nothing is asked."""
        if self._unsubscribe is not None:
            self._scope.restart(self._show(), name="show")

    async def aclose(self) -> None:
        """End what runs."""
        if self._unsubscribe is not None:
            self._unsubscribe()
        await self._scope.aclose()

    def _changed(self, _: None) -> None:
        self.refresh()

    async def _show(self) -> None:
        state = await self._updates.state()
        self._state = state
        page, settings = self._page, self._services.preferences.settings.updates
        page.show_state(tr("Kireji {version}", version=state.running), words.chip(state), words.sentence(state))
        page.show_problem(state.problem)
        self._show_asking(state)
        page.show_source(settings.address, settings.keys, words.trusted(state, own_keys=bool(settings.keys)))
        page.show_usual_address(self._updates.built_in.address)
        self._show_release(state)

    def _show_asking(self, state: UpdateState) -> None:
        possible = bool(state.source.address and state.source.keys)
        self._page.show_asking(possible=possible, allowed=state.allowed)

    def _show_release(self, state: UpdateState) -> None:
        card, release = self._page.release, state.release
        card.setVisible(release is not None and state.newer)
        if release is None or not state.newer:
            return
        here = locale()
        notes = release.notes_in("en" if here is None else here.name())
        card.show_release(words.found(release.version), words.day(release.date), notes, state.how, release.page)
        card.show_file(state.file)
        card.show_skipped(state.skipped)

    def _check(self) -> None:
        # The button stays as it is meanwhile: one that cannot be pressed would lose the keyboard.
        if not self._running:
            self._running = True
            self._scope.start(self._run_check(), name="check")

    async def _run_check(self) -> None:
        self._page.state.set_chip(tr("asking…"), "idle")
        problem = ""
        try:
            await self._updates.check()
        except KirejiError as error:
            problem = error.sentence
        finally:
            self._running = False
        await self._show()
        if problem:  # also where it could not be kept
            self._page.show_problem(problem)

    def _switch(self, on: object) -> None:
        self._scope.restart(self._allow(bool(on)), name="allow")

    async def _allow(self, on: bool) -> None:
        await self._updates.allow(on)
        if on and not self._running:  # the yes is for now, too: who says it wants to know
            self._running = True
            await self._run_check()

    def _skip(self) -> None:
        if self._state is not None and self._state.release is not None:
            version = "" if self._state.skipped else self._state.release.version
            self._scope.restart(self._updates.skip(version), name="skip")

    def _open(self) -> None:
        if self._state is not None and self._state.release is not None:
            open_page(self._state.release.page)

    def _address_entered(self, text: object) -> None:
        self._scope.restart(self._keep("updates.address", str(text)), name="address")

    def _keys_entered(self, text: object) -> None:
        keys = tuple(re.split(r"[,;،，、\s]+", str(text))) if text else ()
        self._scope.restart(self._keep("updates.keys", keys), name="keys")

    async def _keep(self, option: str, value: object) -> None:
        row = self._page.address if option == "updates.address" else self._page.keys
        row.say("")
        try:
            await self._services.preferences.set(option, value)
        except SettingsError as error:
            called = tr("The address") if row is self._page.address else tr("The list of keys")
            row.say(error.sentence.replace(option, called))
        await self._show()
