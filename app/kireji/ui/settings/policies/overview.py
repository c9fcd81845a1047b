"""A policy to be read: its categories, what is done at each level, and its examples, which can be tried."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from kireji.core.moderation.policies import Category, Level, Policy
from kireji.core.moderation.verdicts import Action
from kireji.ui.parts import LivePair, Pair, button, frame, label, restyle, spread
from kireji.ui.results.verdict_words import TONES, action_word
from kireji.ui.settings.cards import Chip, tell
from kireji.ui.settings.fields import NumberRow
from kireji.ui.settings.pane import ChoiceRow
from kireji.ui.settings.policies.words import level_words
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_HIGHEST = 1_000_000_000
_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse
_LONGEST = 2_000


class Overview(QWidget):
    """Shows what the text says; the action of a level and the version can be changed here.

    Args:
        theme: Colours and text size.
    """

    action_chosen = Signal(object, object, object)
    """Names of a category and of its level, and the `Action`."""
    version_entered = Signal(object)
    example_chosen = Signal(object, object, object)
    """A text, the name of the category, and whether it belongs there."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._policy: Policy | None = None
        self.version = NumberRow(tr("Version"), "", 1, _HIGHEST)
        self.description = label("", wrap=True)
        self.instructions = label("", "muted", wrap=True)
        self.rules = label("", "muted", wrap=True)
        self.broken = label("", "error", wrap=True)
        self.cards: list[CategoryCard] = []
        self._column = QVBoxLayout()
        spread(self._column, 0, SPACE[2])
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[2])
        for each in (self.broken, self.version, self.description, self.instructions, self.rules):
            layout.addWidget(each)
        layout.addLayout(self._column)
        for words in (self.description, self.instructions):
            words.setTextInteractionFlags(_SELECTABLE)
        self.version.entered.connect(self.version_entered)
        self.broken.hide()

    def show_policy(self, policy: Policy | None) -> None:
        """Show what the text says now; None where it says nothing that can be used."""
        tell(
            self.broken,
            "" if policy is not None else tr("The text has errors. What is shown here is what it said before them."),
            "error",
        )
        if policy is None:
            # The controls stay: a contradiction that they have made is taken back with them.
            self._policy = None
            return
        if policy == self._policy:
            return
        self.version.show_number(policy.version)
        tell(self.description, policy.description.strip()[:_LONGEST], "")
        tell(self.instructions, policy.instructions.strip()[:_LONGEST], "muted")
        refused = tr("What the model refuses to judge: {action}.", action=action_word(policy.refusal))
        unsure = tr("Findings that are less than {number} % sure: {action}.", number=round(policy.unsure_below * 100),
                    action=action_word(Action.REVIEW))  # fmt: skip
        self.rules.setText(f"{unsure} {refused}" if policy.unsure_below else refused)
        self._show_categories(policy)
        self._policy = policy

    def _show_categories(self, policy: Policy) -> None:
        while len(self.cards) > len(policy.categories):
            card = self.cards.pop()
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        while len(self.cards) < len(policy.categories):
            card = CategoryCard()
            card.action_chosen.connect(self.action_chosen)
            card.example_chosen.connect(self.example_chosen)
            self.cards.append(card)
            self._column.addWidget(card)
            card.show()
        for card, category in zip(self.cards, policy.categories, strict=True):
            card.show_category(category)


class CategoryCard(QFrame):
    """One category."""

    action_chosen = Signal(object, object, object)
    example_chosen = Signal(object, object, object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._category: Category | None = None
        self.levels: list[LevelRow] = []
        self.tries: list[QWidget] = []
        self._inner: QWidget | None = None
        self._layout = QVBoxLayout(self)
        spread(self._layout, (SPACE[3] - 2, SPACE[2], SPACE[3] - 2, SPACE[2]), 0)

    def show_category(self, category: Category) -> None:
        """Show this; what says the same stays, with its keyboard."""
        if self._category is not None and _same_but_actions(self._category, category):
            for row, level in zip(self.levels, category.levels, strict=True):
                row.show_action(level.action)
        elif self._category != category:
            self._renew(category)
        self._category = category

    def _renew(self, category: Category) -> None:
        if self._inner is not None:
            self._layout.removeWidget(self._inner)
            self._inner.hide()
            self._inner.deleteLater()
        self._inner = QWidget()
        column = QVBoxLayout(self._inner)
        spread(column, 0, SPACE[1])
        self.setAccessibleName(category.title)
        column.addWidget(Pair(label(category.title, "strong"), label(category.name, "small")))
        definition = label(_one_line(category.definition), wrap=True)
        definition.setTextInteractionFlags(_SELECTABLE)
        column.addWidget(definition)
        self.levels, self.tries = [], []
        for level in category.levels:
            row = LevelRow(category, level)
            row.chosen.connect(partial(self._choose, level.name))
            self.levels.append(row)
            column.addWidget(row)
        for heading, texts, belongs in (
            (tr("Belongs there"), category.examples, True),
            (tr("Does not belong there"), category.counterexamples, False),
        ):
            if texts:
                column.addWidget(label(heading, "section"))
            for text in texts:
                column.addWidget(self._example(category, text, belongs=belongs))
        self._layout.addWidget(self._inner)
        self._inner.show()

    def _example(self, category: Category, text: str, *, belongs: bool) -> QWidget:
        attempt = button(tr("Judge"), "chip", name=tr("Judge this example: {text}", text=_one_line(text)[:120]))
        attempt.clicked.connect(partial(self._try, text, category.name, belongs))
        self.tries.append(attempt)
        return Pair(label(tr("“{words}”", words=_one_line(text)), "muted", wrap=True), attempt)

    def _try(self, text: str, category: str, belongs: bool, _checked: bool = False) -> None:
        self.example_chosen.emit(text, category, belongs)

    def _choose(self, level: str, action: object) -> None:
        if self._category is not None:
            self.action_chosen.emit(self._category.name, level, action)


class LevelRow(QWidget):
    """A level with its definition, and what is done there.

    Args:
        category: Whose level it is.
        level: What it is now.
    """

    chosen = Signal(object)
    """The `Action` that the person chose."""

    def __init__(self, category: Category, level: Level) -> None:
        super().__init__()
        self.chip = Chip()
        title = tr("{category}, {level}", category=category.title, level=level_words(level.name))
        self.action = ChoiceRow(
            tr("What is done"),
            [(action, action_word(action)) for action in Action],
            tr("What is done: {where}", where=title),
        )
        around = frame("notice")
        inside = QVBoxLayout(around)
        spread(inside, (SPACE[2], SPACE[1], SPACE[2], SPACE[1]), SPACE[0])
        inside.addWidget(LivePair(label(level_words(level.name), "strong"), self.chip, spread_out=False))
        inside.addWidget(label(_one_line(level.definition), "muted", wrap=True))
        inside.addWidget(self.action)
        layout = QVBoxLayout(self)
        spread(layout)
        layout.addWidget(around)
        self.action.chosen.connect(self._choose)
        self.show_action(level.action)

    def show_action(self, action: Action) -> None:
        """What is done there now."""
        self.chip.setText(action_word(action))
        restyle(self.chip, state=TONES[action])
        self.action.set_value(action)

    def _choose(self, action: object) -> None:
        assert isinstance(action, Action)
        self.show_action(action)
        self.chosen.emit(action)


def _same_but_actions(one: Category, other: Category) -> bool:
    def told(category: Category) -> tuple[object, ...]:
        levels = [(level.name, level.definition) for level in category.levels]
        return category.name, category.title, category.definition, levels, category.examples, category.counterexamples

    return told(one) == told(other)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]
