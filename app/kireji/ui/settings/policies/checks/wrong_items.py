"""The items of a set whose verdict is not as people have said; each opens to what was judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.moderation.agreement import ItemOutcome
from kireji.core.moderation.labelled import LabelledItem
from kireji.core.moderation.policies import Policy
from kireji.ui.parts import button, frame, label, spread
from kireji.ui.settings.cards import actions
from kireji.ui.settings.policies.wide_button import WideButton
from kireji.ui.settings.policies.words import given, said
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import plural, tr

_MOST = 60
_LONGEST = 2_000
_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse


class WrongItems(QWidget):
    """A list of them.

    Args:
        theme: Colours and text size.
    """

    item_wanted = Signal(object)
    """The `LabelledItem` that shall be tried."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.rows: list[WrongItem] = []
        self._rest = label("", "small", wrap=True)
        self._column = QVBoxLayout(self)
        spread(self._column, 0, SPACE[0])
        self._column.addWidget(self._rest)

    def show_items(self, outcomes: Sequence[ItemOutcome], items: Mapping[str, LabelledItem], policy: Policy) -> None:
        """Show these.

        Args:
            outcomes: Of the wrong ones.
            items: What was judged, by id.
            policy: Gives titles.
        """
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        for number, outcome in enumerate(outcomes[:_MOST]):
            row = WrongItem(self._theme, outcome, items.get(outcome.id), policy)
            row.item_wanted.connect(self.item_wanted)
            self.rows.append(row)
            self._column.insertWidget(number, row)
            row.show()
        more = len(outcomes) - len(self.rows)
        self._rest.setText(plural(more, "and 1 more", "and {n} more"))
        self._rest.setVisible(more > 0)


class WrongItem(QWidget):
    """One of them.

    Args:
        theme: Colours and text size.
        outcome: What was said of it.
        item: What was judged; None when it is not at hand.
        policy: Gives titles.
    """

    item_wanted = Signal(object)

    def __init__(self, theme: Theme, outcome: ItemOutcome, item: LabelledItem | None, policy: Policy) -> None:
        super().__init__()
        self.outcome = outcome
        self._item = item
        expected = said(policy, outcome.expected, outcome.expected_action, outcome.expected_level)
        words = tr("{id} · labelled {expected} · given {given}", id=outcome.id, expected=expected,
                   given=given(policy, outcome))  # fmt: skip
        self.head = WideButton(theme, words, "muted", "chevron-right")
        self.head.setCheckable(True)
        self.text = label("", wrap=True)
        self.text.setTextInteractionFlags(_SELECTABLE)
        self.attempt = button(tr("Try it"), name=tr("Judge {id} by itself", id=outcome.id))
        self.details = frame("details")
        inside = QVBoxLayout(self.details)
        spread(inside, SPACE[2], SPACE[1])
        inside.addWidget(self.text)
        inside.addWidget(actions(self.attempt))
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[0])
        layout.addWidget(self.head)
        layout.addWidget(self.details)
        self.details.hide()
        self.attempt.setVisible(item is not None and bool(item.text.strip()))
        self.head.toggled.connect(self._toggled)
        self.attempt.clicked.connect(self._try)

    def _toggled(self, on: bool) -> None:
        self.head.set_icon("chevron-down" if on else "chevron-right")
        self.details.setVisible(on)
        if not on:
            return
        item = self._item
        if item is None:
            self.text.setText(tr("The set has no such item any more."))
            return
        picture = tr("Picture: {path}", path=item.image) if item.image else ""
        shown = item.text.strip()
        shown = f"{shown[:_LONGEST]}…" if len(shown) > _LONGEST else shown
        self.text.setText("\n\n".join(filter(None, (shown, picture))))

    def _try(self) -> None:
        self.item_wanted.emit(self._item)
