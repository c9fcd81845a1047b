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
from kireji.ui.chat.words import provider_name
from kireji.ui.models.lookup import model_name
from kireji.ui.settings.about.page import AboutPage
from kireji.ui.settings.about.presenter import AboutPresenter
from kireji.ui.settings.appearance_page import AppearancePage
from kireji.ui.settings.general_page import GeneralPage
from kireji.ui.settings.general_presenter import GeneralPresenter
from kireji.ui.settings.help_topics import TOPICS
from kireji.ui.settings.history_page import HistoryPage
from kireji.ui.settings.history_presenter import HistoryPagePresenter
from kireji.ui.settings.jobs_page import JobsPage
from kireji.ui.settings.jobs_presenter import JobsPagePresenter
from kireji.ui.settings.key_check import KeyCheck
from kireji.ui.settings.keys_page import KeysPage
from kireji.ui.settings.keys_presenter import KeysPresenter
from kireji.ui.settings.network_page import NetworkPage
from kireji.ui.settings.network_presenter import NetworkPresenter
from kireji.ui.settings.pane import SettingsPane
from kireji.ui.settings.places import Places
from kireji.ui.settings.policies.page import PoliciesPage
from kireji.ui.settings.policies.presenter import PoliciesPresenter
from kireji.ui.settings.privacy.page import PrivacyPage
from kireji.ui.settings.privacy.presenter import PrivacyPresenter
from kireji.ui.settings.prompts.page import PromptsPage
from kireji.ui.settings.prompts.presenter import PromptsPresenter
from kireji.ui.settings.shortcuts import ShortcutControl, ShortcutsPage
from kireji.ui.settings.shortcuts_presenter import ShortcutsPresenter
from kireji.ui.settings.spending.page import SpendingPage
from kireji.ui.settings.spending.presenter import SpendingPresenter
from kireji.ui.settings.tools.page import ToolsPage
from kireji.ui.settings.tools.presenter import ToolsPresenter
from kireji.ui.settings.updates.page import UpdatesPage
from kireji.ui.settings.updates.presenter import UpdatesPresenter
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

log = logging.getLogger(__name__)

_MINUTE = 60_000


class SettingsPresenter(QObject):
    """Fills the pages with what is true, and carries changes out.

    Args:
        services: The use cases.
        theme: Changed with the appearance.
        shortcut: Holds the chords.
        places: For the About page, and the command that keys can be bound to.
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
        self._scope = TaskScope("settings", self._failed)
        self.keys_page = KeysPage(theme)
        self.general_page = GeneralPage()
        self.shortcuts_page = ShortcutsPage(places.program())
        self.tools_page = ToolsPage(theme)
        self.prompts_page = PromptsPage(theme)
        self.policies_page = PoliciesPage(theme)
        self.privacy_page = PrivacyPage(theme)
        self.network_page = NetworkPage()
        self.history_page = HistoryPage()
        self.jobs_page = JobsPage()
        self.spending_page = SpendingPage(theme, self._name)
        self.appearance_page = AppearancePage()
        self.updates_page = UpdatesPage(theme)
        self.about_page = AboutPage(places)
        self.keys = KeysPresenter(self.keys_page, services, theme, keys, self._failed, self)
        self.general = GeneralPresenter(self.general_page, services, self._failed, self)
        self.shortcuts = ShortcutsPresenter(self.shortcuts_page, shortcut, services.preferences, self._failed, self)
        self.tools = ToolsPresenter(self.tools_page, services, places.plugins, self._failed, self)
        self.prompts = PromptsPresenter(
            self.prompts_page, services, shortcut, theme, places.prompts, self._failed, self
        )
        self.policies = PoliciesPresenter(self.policies_page, services, places.policies, self._failed, self)
        self.privacy = PrivacyPresenter(self.privacy_page, services, self._failed, self)
        self.network = NetworkPresenter(self.network_page, services, keys, self._failed, self)
        self.history = HistoryPagePresenter(self.history_page, services, self._failed, self)
        self.jobs = JobsPagePresenter(self.jobs_page, services, self._failed, self)
        self.spending = SpendingPresenter(self.spending_page, services, self._failed, self)
        self.updates = UpdatesPresenter(self.updates_page, services, self._failed, self)
        self.about = AboutPresenter(self.about_page, services, self._failed, self)
        self.pane = SettingsPane(
            theme,
            (
                (tr("Keys & models"), self.keys_page),
                (tr("General"), self.general_page),
                (tr("Shortcuts"), self.shortcuts_page),
                (tr("Tools"), self.tools_page),
                (tr("Privacy"), self.privacy_page),
                (tr("Prompts"), self.prompts_page),
                (tr("Policies"), self.policies_page),
                (tr("Spending"), self.spending_page),
                (tr("Jobs"), self.jobs_page),
                (tr("History"), self.history_page),
                (tr("Network"), self.network_page),
                (tr("Appearance"), self.appearance_page),
                (tr("Updates"), self.updates_page),
                (tr("About"), self.about_page),
            ),
        )
        self._problems = services.preferences.problems
        self._minute = QTimer(self, interval=_MINUTE)
        self._unsubscribe = services.preferences.changed.subscribe(self._settings_changed)
        self._connect()

    def _connect(self) -> None:
        self.appearance_page.theme.chosen.connect(self._theme_chosen)
        self.appearance_page.text_size.chosen.connect(self._size_chosen)
        self.appearance_page.contrast.chosen.connect(self._contrast_chosen)
        self.appearance_page.language.chosen.connect(self._language_chosen)
        self.pane.page_shown.connect(self._page_shown)
        self._minute.timeout.connect(self.keys.refresh)

    def show(self) -> None:
        """The settings come onto the screen."""
        self.appearance_page.show_settings(self._services.preferences.settings.appearance)
        self._show_problems()
        self.general.show()
        self.shortcuts.show()
        self.keys.show()
        self.network.show()
        self.history.show()
        self.jobs.show()
        self._page_shown(self.pane.page())
        self._scope.restart(self._services.preferences.refresh(), name="refresh")
        self._minute.start()

    def help_topic(self) -> str:
        """The page of the help about the page that is shown."""
        page = self.pane.page()
        return next((topic for kind, topic in TOPICS if isinstance(page, kind)), "")

    def show_shortcuts(self) -> None:
        """Go to the page on which the shortcut is chosen."""
        self.pane.show_widget(self.shortcuts_page)

    def show_tools(self) -> None:
        """Go to the page of tools."""
        self.pane.show_widget(self.tools_page)

    def show_spending(self) -> None:
        """Go to the page of what was spent."""
        self.pane.show_widget(self.spending_page)

    def show_updates(self) -> None:
        """Go to the page about newer versions."""
        self.pane.show_widget(self.updates_page)

    def leave(self) -> None:
        """The settings go away."""
        self._minute.stop()
        self.shortcuts.leave()
        self.keys.leave()
        self.tools.leave()
        self.prompts.leave()
        self.policies.leave()
        self.privacy.leave()
        self.spending.leave()
        self.jobs.leave()

    async def aclose(self) -> None:
        """End what runs."""
        self._unsubscribe()
        self._minute.stop()
        await self.keys.aclose()
        await self.general.aclose()
        await self.shortcuts.aclose()
        await self.tools.aclose()
        await self.prompts.aclose()
        await self.policies.aclose()
        await self.privacy.aclose()
        await self.network.aclose()
        await self.history.aclose()
        await self.spending.aclose()
        await self.updates.aclose()
        await self.jobs.aclose()
        await self.about.aclose()
        await self._scope.aclose()

    def _theme_chosen(self, value: object) -> None:
        self._keep("appearance.theme", value)

    def _size_chosen(self, value: object) -> None:
        self._keep("appearance.text_scale", value)

    def _contrast_chosen(self, value: object) -> None:
        self._keep("appearance.contrast", value)

    def _language_chosen(self, value: object) -> None:
        self._keep("appearance.language", value)

    def _keep(self, option: str, value: object) -> None:
        self._scope.restart(self._services.preferences.set(option, value), name=option)

    def _settings_changed(self, settings: Settings) -> None:
        self.keys.settings_changed(settings)
        self.network.settings_changed()
        self.history.settings_changed()
        self.general.settings_changed(settings)
        self.tools.settings_changed(settings)
        self.privacy.settings_changed()
        self.spending.refresh()
        self.updates.refresh()
        self.jobs.settings_changed()
        self.appearance_page.show_settings(settings.appearance)
        if self._services.preferences.problems != self._problems:
            self._show_problems()

    def _show_problems(self) -> None:
        self._problems = self._services.preferences.problems
        self.pane.show_problems([problem.sentence for problem in self._problems])

    def _page_shown(self, page: object) -> None:
        assert isinstance(page, QWidget)
        if page is not self.shortcuts_page:
            self.shortcuts_page.stop_testing()
        if page is self.tools_page:
            self.tools.show()
        else:
            self.tools.leave()
        if page is self.prompts_page:
            self.prompts.show()
        else:
            self.prompts.leave()
        if page is self.policies_page:
            self.policies.show()
        else:
            self.policies.leave()
        if page is self.privacy_page:
            self.privacy.show()
        else:
            self.privacy.leave()
        if page is self.updates_page:
            self.updates.show()
        if page is self.spending_page:
            self.spending.show()
        else:
            self.spending.leave()
        if page is self.about_page:
            self.about.show()

    def _name(self, provider: str, model: str) -> str:
        called = model_name(self._services, provider, model)
        return tr("{model} · {provider}", model=called, provider=provider_name(provider))

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self.pane.show_problems([error.sentence])
            return
        assert not isinstance(error, asyncio.CancelledError)
        log.error("a task of the settings failed", exc_info=error)
        self.pane.show_problems([tr("Something in Kireji failed. The log has the details; please try again.")])
