"""Keys and models: a card per provider with its true state, and who answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.settings import ModelSettings, OpenRouterSettings
from kireji.ui.chat.words import provider_name
from kireji.ui.parts import label, spread
from kireji.ui.settings.cards import DeviceCard, OpenRouterCard, ProviderCard, line, tell
from kireji.ui.settings.fallback_list import PROVIDERS, FallbackList
from kireji.ui.settings.fields import NumberRow, Passage
from kireji.ui.settings.local_card import LocalCard
from kireji.ui.settings.pane import ChoiceRow, rows
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

EFFORTS = (
    ("low", mark("Low: quick and cheap")),
    ("medium", mark("Medium")),
    ("high", mark("High")),
    ("xhigh", mark("Very high")),
    ("max", mark("Most: slow and dear")),
    ("", mark("The model decides")),
)


def _answerers() -> Sequence[tuple[str, str]]:
    return (("", tr("First that can work")), *((name, provider_name(name)) for name in PROVIDERS))


class WhoAnswers(QWidget):
    """Who answers a new conversation, how, and who does when that does not work.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.provider = ChoiceRow(tr("New conversations are answered by"), _answerers())
        self.now = label("", "muted", wrap=True)
        self.effort = ChoiceRow(tr("Effort"), [(value, tr(words)) for value, words in EFFORTS])
        self.longest = NumberRow(tr("Longest answer, thinking included"), tr("tokens"), 16, 128_000)
        self.instructions = Passage(
            tr("Instructions for new conversations"),
            tr("They stand before everything you ask; each conversation can have its own."),
            tr("For example: Answer in two sentences."),
        )
        self.fallback = FallbackList(theme)
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[3])
        first = QVBoxLayout()
        spread(first, 0, SPACE[0])
        first.addWidget(self.provider)
        first.addWidget(self.now)
        layout.addWidget(label(tr("Who answers"), "title"))
        layout.addLayout(first)
        for widget in (self.effort, self.longest, line(), self.fallback, line(), self.instructions):
            layout.addWidget(widget)
        self.now.hide()

    def show_settings(self, models: ModelSettings) -> None:
        """What holds now."""
        self.provider.set_value(models.provider)
        self.effort.set_value(models.effort)
        self.longest.show_number(models.max_tokens)
        self.instructions.show_text(models.system)
        self.fallback.show_order(models.fallback)

    def show_now(self, sentence: str, *, works: bool = True) -> None:
        """Who would answer at this moment."""
        tell(self.now, sentence, "muted" if works else "warn")


class KeysPage(QWidget):
    """The whole page.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.place = label("", "muted", wrap=True)
        self.anthropic = ProviderCard("Anthropic")
        self.openrouter = OpenRouterCard(theme)
        self.local = LocalCard(theme)
        self.device = DeviceCard()
        self.answers = WhoAnswers(theme)
        self.cards: Mapping[str, ProviderCard] = {"anthropic": self.anthropic, "openrouter": self.openrouter}
        self.setLayout(rows(self.place, self.anthropic, self.openrouter, self.local, self.device, self.answers))

    def show_routing(self, routing: OpenRouterSettings) -> None:
        """What holds for OpenRouter."""
        self.openrouter.private.set_on(routing.data_collection == "deny")
        self.openrouter.zero_retention.set_on(routing.zero_retention)

    def close_forms(self) -> None:
        """Forget what was typed and not kept."""
        self.anthropic.close_form()
        self.openrouter.close_form()
        self.local.close_form()
