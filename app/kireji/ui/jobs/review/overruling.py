"""Where a person says what shall be done instead of what the model's verdict would have."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QVBoxLayout

from kireji.core.jobs.reviews import LONGEST_NOTE, ReviewItem
from kireji.core.moderation.policies import Policy
from kireji.core.moderation.verdicts import Action
from kireji.ui.models.segments import Segments
from kireji.ui.parts import ChoiceBox, Pair, button, caption, label, spread
from kireji.ui.results.verdict_words import action_word
from kireji.ui.settings.cards import actions
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_DIGITS = {Qt.Key.Key_1: Action.ALLOW, Qt.Key.Key_2: Action.REVIEW, Qt.Key.Key_3: Action.BLOCK}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Overruling(NamedTuple):
    """What was chosen.

    Args:
        action: What shall be done.
        category: Name of the category; empty for none.
        note: Why.
    """

    action: Action
    category: str
    note: str


class OverruleForm(QFrame):
    """Action, category and a note; 1, 2 and 3 choose the action, Enter saves, Esc leaves everything as it was."""

    saved = Signal(object)
    """An `Overruling`."""
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setAccessibleName(tr("Overrule the verdict"))
        self.action = Segments(tr("What shall be done"))
        self.category = ChoiceBox()
        self.category.setAccessibleName(tr("Category"))
        self.category.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._found = ""
        self.note = QLineEdit()
        self.note.setPlaceholderText(tr("Why (a note for others, and for you)"))
        self.note.setAccessibleName(tr("Note"))
        self.note.setMaxLength(LONGEST_NOTE)
        # Qt's own asks the clipboard, whose owner may hang.
        self.note.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.save = button(tr("Save decision"), "primary")
        self.cancel = button(tr("Cancel"))
        column = QVBoxLayout(self)
        spread(column, SPACE[2], SPACE[1])
        column.addWidget(Pair(label(tr("What shall be done instead?"), "strong", wrap=True), self.action))
        column.addWidget(Pair(caption(tr("Category"), self.category), self.category))
        column.addWidget(self.note)
        column.addWidget(actions(self.cancel, self.save))
        self.action.chosen.connect(self._action_chosen)
        self.save.clicked.connect(self._save)
        self.cancel.clicked.connect(self.cancelled)

    def begin(self, item: ReviewItem, policy: Policy | None) -> None:
        """Ask about a row; what stands there is what was decided last, else what is likeliest.

        Args:
            item: Which.
            policy: What its categories are called.
        """
        review = item.review
        likeliest = Action.ALLOW if item.judged.action is not Action.ALLOW else Action.BLOCK
        action = review.action if review is not None else likeliest
        self.action.show_choices([(each.value, action_word(each)) for each in Action], action.value)
        self._found = item.judged.category
        chosen = review.category if review is not None else "" if action is Action.ALLOW else self._found
        self.category.clear()
        self.category.addItem(tr("No category"), "")
        for each in policy.categories if policy is not None else ():
            self.category.addItem(each.title, each.name)
        self.category.setCurrentIndex(max(0, self.category.findData(chosen)))
        self.note.setText(review.note if review is not None else "")
        self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif event.key() in _ENTER:
            self._save()
        elif event.key() in _DIGITS and not self.note.hasFocus():
            self.action.press(_DIGITS[Qt.Key(event.key())].value)
        else:
            super().keyPressEvent(event)

    def _action_chosen(self, value: object) -> None:
        """What is allowed belongs to no category; what is not, likeliest to the one that the model has named."""
        wanted = "" if value == Action.ALLOW.value else self._found
        if not self.category.currentData() or not wanted:
            self.category.setCurrentIndex(max(0, self.category.findData(wanted)))

    def _save(self) -> None:
        category = self.category.currentData()
        self.saved.emit(Overruling(Action(self.action.value()), str(category or ""), self.note.text().strip()))
