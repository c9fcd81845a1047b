"""What is hidden before it is sent, what is not shown of answers, and what is kept."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from kireji.core.privacy import PrivacySettings
from kireji.ui.settings.pane import rows
from kireji.ui.settings.privacy.answers import AnswersCard
from kireji.ui.settings.privacy.hiding import HidingCard, WordsCard
from kireji.ui.settings.privacy.keeping import KeptCard
from kireji.ui.settings.privacy.text_list import Wrong
from kireji.ui.settings.tools.tab_order import TabOrder
from kireji.ui.theme import Theme


class PrivacyPage(QWidget):
    """The whole page.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.hiding = HidingCard()
        self.words = WordsCard(theme)
        self.answers = AnswersCard(theme)
        self.kept = KeptCard()
        self.setLayout(rows(self.hiding, self.words, self.answers, self.kept))
        TabOrder(self)

    def show_settings(self, privacy: PrivacySettings, wrong_masks: Wrong, wrong_stops: Wrong) -> None:
        """What holds now, and rules that cannot."""
        self.hiding.show_settings(privacy)
        self.words.show_settings(privacy)
        self.answers.show_settings(privacy, wrong_masks, wrong_stops)
        self.kept.show_settings(privacy)
