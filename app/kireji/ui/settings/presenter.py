"""Between the settings pages and the services."""

from __future__ import annotations

import asyncio
import logging

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from kireji.core.errors import KirejiError
from kireji.core.settings import Settings
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.settings.about_page import AboutPage
from kireji.ui.settings.appearance_page import AppearancePage
from kireji.ui.settings.key_check import KeyCheck
from kireji.ui.settings.keys_page import KeysPage
from kireji.ui.settings.pane import SettingsPane
from kireji.ui.settings.places import Places
from kireji.ui.settings.shortcuts import ShortcutControl, ShortcutsPage
from kireji.ui.shortcut import ShortcutState
from kireji.ui.theme import Theme

log = logging.getLogger(__name__)

_TEST_AGAIN_SECONDS = 600.0
_ANTHROPIC = "anthropic"
_DEVICE = "device"
_MINUTE = 60_000


class SettingsPresenter(QObject):
    """Fills the pages with what is true, and carries changes out.

    Args:
        services: The use cases.
        theme: Changed with the appearance.
        shortcut: Holds the chord.
        places: For the About page.
        keys: Tests keys; shared with the first-start page.
        parent: Owns this.
    """

    def __init__(
        self,
        services: Services,
        theme: Theme,
        shortcut: ShortcutControl,
        places: Places,
        keys: KeyCheck,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._theme = theme
        self._shortcut = shortcut
        self._keys = keys
        self._scope = TaskScope("settings", self._failed)
        self.keys_page = KeysPage()
        self.shortcuts_page = ShortcutsPage()
        self.appearance_page = AppearancePage()
        self.pane = SettingsPane(
            theme,
            (
                ("Keys & models", self.keys_page),
                ("Shortcuts", self.shortcuts_page),
                ("Appearance", self.appearance_page),
                ("About", AboutPage(places)),
            ),
        )
        self._minute = QTimer(self, interval=_MINUTE)
        self._unsubscribe = [
            services.credentials.changed.subscribe(self._key_changed),
            services.preferences.changed.subscribe(self._settings_changed),
            shortcut.changed.subscribe(self._shortcut_changed),
            shortcut.pressed.subscribe(self._pressed),
        ]
        self._connect()

    def _connect(self) -> None:
        card, page = self.keys_page.anthropic, self.keys_page
        card.form.entered.connect(self._key_entered)
        card.form.keep_untested.connect(self._keep_untested)
        card.form.keep_for_session.connect(self._keep_for_session)
        card.test_clicked.connect(self._test)
        card.removal_confirmed.connect(self._remove)
        page.model.chosen.connect(self._model_chosen)
        page.effort.chosen.connect(self._effort_chosen)
        page.offline.chosen.connect(self._offline_chosen)
        self.shortcuts_page.change_wanted.connect(self._change_shortcut)
        self.appearance_page.theme.chosen.connect(self._theme_chosen)
        self.appearance_page.text_size.chosen.connect(self._size_chosen)
        self.pane.page_shown.connect(self._page_shown)
        self._minute.timeout.connect(self._show_key_state)

    def show(self) -> None:
        """The settings come onto the screen."""
        self._settings_changed(self._services.preferences.settings)
        self._shortcut_changed(self._shortcut.state())
        self.pane.show_problems([problem.sentence for problem in self._services.preferences.problems])
        self._scope.restart(self._fill_keys(), name="keys")
        self._scope.restart(self._fill_models(), name="models")
        self._minute.start()

    def leave(self) -> None:
        """The settings go away."""
        self._minute.stop()
        self.shortcuts_page.stop_testing()
        self.keys_page.anthropic.close_form()

    async def aclose(self) -> None:
        """End what runs."""
        for end in self._unsubscribe:
            end()
        self._minute.stop()
        await self._scope.aclose()

    async def _fill_keys(self) -> None:
        keychain = await self._services.credentials.keychain()
        if keychain.ok:
            where = f" ({keychain.reason})" if keychain.reason and len(keychain.reason) < 40 else ""
            self.keys_page.place.setText(f"Keys are kept in your system keychain{where}, never in a file.")
        else:
            words = "A key can be used for this session only; it is never written to a file."
            self.keys_page.place.setText(f"{keychain.reason} {keychain.hint} {words}".replace("  ", " ").strip())
        reader = await self._services.reader.availability()
        self.keys_page.show_device(ready=reader.ok, reason=reader.reason, hint=reader.hint)
        state = await self._keys.state(_ANTHROPIC)
        self.keys_page.anthropic.show_state(state)
        age = self._keys.age(_ANTHROPIC)
        if state.source and (age is None or age > _TEST_AGAIN_SECONDS):
            self._test()

    async def _fill_models(self) -> None:
        settings = self._services.preferences.settings.models
        models = await self._services.catalog.models(_ANTHROPIC)
        choices: list[tuple[object, str]] = [(("", ""), "The first that works")]
        choices += [((_ANTHROPIC, model.id), model.name) for model in models if not model.retired]
        choices.append(((_DEVICE, ""), "This computer, text only"))
        known = [value for value, _ in choices]
        current = self._current_choice(settings.provider, settings.model)
        if current not in known:
            choices.insert(1, (current, current[1] or current[0].capitalize()))
        self.keys_page.model.set_choices(choices)
        self.keys_page.model.set_value(current)

    def _current_choice(self, provider: str, model: str) -> tuple[str, str]:
        if provider == _ANTHROPIC and not model:
            return _ANTHROPIC, self._services.catalog.provider(_ANTHROPIC).default_model
        return (provider, model) if provider else ("", "")

    def _key_entered(self, text: object) -> None:
        self._add_key(str(text))

    def _keep_untested(self, text: object) -> None:
        self._add_key(str(text), keep_untested=True)

    def _keep_for_session(self, text: object) -> None:
        self._add_key(str(text), session_only=True)

    def _add_key(self, text: str, *, keep_untested: bool = False, session_only: bool = False) -> None:
        self.keys_page.anthropic.form.show_busy()
        work = self._add(text, keep_untested=keep_untested, session_only=session_only)
        self._scope.restart(work, name="add")

    async def _add(self, text: str, *, keep_untested: bool, session_only: bool) -> None:
        card = self.keys_page.anthropic
        result = await self._keys.add(_ANTHROPIC, text, keep_untested=keep_untested, session_only=session_only)
        card.form.show_result(result)
        if result.kept:
            card.close_form()
        card.show_state(await self._keys.state(_ANTHROPIC))

    def _test(self) -> None:
        self.keys_page.anthropic.set_testing(True)
        self._scope.restart(self._run_test(), name="test")

    async def _run_test(self) -> None:
        card = self.keys_page.anthropic
        try:
            await self._keys.test(_ANTHROPIC)
        finally:
            card.set_testing(False)
        card.show_state(await self._keys.state(_ANTHROPIC))
        await self._fill_models()

    def _remove(self) -> None:
        self._scope.restart(self._run_removal(), name="remove")

    async def _run_removal(self) -> None:
        self._keys.forget(_ANTHROPIC)
        await self._services.credentials.delete(_ANTHROPIC)

    def _key_changed(self, _provider: str) -> None:
        self._show_key_state()

    def _show_key_state(self) -> None:
        self._scope.restart(self._refresh_key_state(), name="state")

    async def _refresh_key_state(self) -> None:
        self.keys_page.anthropic.show_state(await self._keys.state(_ANTHROPIC))

    def _model_chosen(self, value: object) -> None:
        assert isinstance(value, tuple)
        self._scope.restart(self._keep_model(*value), name="model")

    async def _keep_model(self, provider: str, model: str) -> None:
        await self._services.preferences.set("models.provider", provider)
        await self._services.preferences.set("models.anthropic", model)

    def _effort_chosen(self, value: object) -> None:
        self._keep("models.effort", value)

    def _offline_chosen(self, value: object) -> None:
        self._keep("models.fallback", ("device",) if value == "device" else ())

    def _theme_chosen(self, value: object) -> None:
        self._keep("appearance.theme", value)

    def _size_chosen(self, value: object) -> None:
        self._keep("appearance.text_scale", value)

    def _keep(self, option: str, value: object) -> None:
        self._scope.restart(self._services.preferences.set(option, value), name=option)

    def _settings_changed(self, settings: Settings) -> None:
        self.keys_page.effort.set_value(settings.models.effort)
        self.keys_page.offline.set_value("device" if settings.models.fallback else "error")
        self.appearance_page.show_settings(settings.appearance)

    def _change_shortcut(self, chord: object) -> None:
        if problem := self._shortcut.change(str(chord)):
            self.shortcuts_page.show_refusal(problem)
            return
        self._keep("shortcuts.capture", str(chord))

    def _shortcut_changed(self, state: ShortcutState) -> None:
        self.shortcuts_page.show_state(state)

    def _pressed(self, _nothing: None) -> None:
        self.shortcuts_page.press_arrived()

    def _page_shown(self, page: object) -> None:
        assert isinstance(page, QWidget)
        if page is not self.shortcuts_page:
            self.shortcuts_page.stop_testing()

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self.pane.show_problems([error.sentence])
            return
        assert not isinstance(error, asyncio.CancelledError)
        log.error("a task of the settings failed", exc_info=error)
        self.pane.show_problems(["Something in Kireji failed. The log has the details; please try again."])
