"""Which page of the help each settings page is explained on."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from kireji.ui.settings.about.page import AboutPage
from kireji.ui.settings.appearance_page import AppearancePage
from kireji.ui.settings.general_page import GeneralPage
from kireji.ui.settings.history_page import HistoryPage
from kireji.ui.settings.jobs_page import JobsPage
from kireji.ui.settings.keys_page import KeysPage
from kireji.ui.settings.network_page import NetworkPage
from kireji.ui.settings.policies.page import PoliciesPage
from kireji.ui.settings.privacy.page import PrivacyPage
from kireji.ui.settings.prompts.page import PromptsPage
from kireji.ui.settings.shortcuts import ShortcutsPage
from kireji.ui.settings.spending.page import SpendingPage
from kireji.ui.settings.tools.page import ToolsPage
from kireji.ui.settings.updates.page import UpdatesPage

TOPICS: tuple[tuple[type[QWidget], str], ...] = (
    (KeysPage, "keys"),
    (GeneralPage, "first-steps"),
    (ShortcutsPage, "capture#shortcuts"),
    (ToolsPage, "tools"),
    (PrivacyPage, "privacy"),
    (PromptsPage, "prompts"),
    (PoliciesPage, "policies"),
    (SpendingPage, "cost"),
    (JobsPage, "jobs"),
    (HistoryPage, "backups"),
    (NetworkPage, "keys#network"),
    (AppearancePage, "first-steps#appearance"),
    (UpdatesPage, "updates#looking-for-a-newer-version"),
    (AboutPage, "updates#versions-and-licences"),
)
