"""What is kept of what was sent."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.ledger import Kept
from kireji.core.privacy import MOST_DAYS, PrivacySettings
from kireji.ui.chat.words import count, size
from kireji.ui.parts import LivePair, button, label, spread
from kireji.ui.settings.cards import Card, actions, line, tell
from kireji.ui.settings.fields import NumberRow
from kireji.ui.settings.switch import SwitchRow
from kireji.ui.tokens import SPACE
from kireji.ui.translation import plural, tr


class KeptCard(Card):
    """Contents of requests, the ledger, and receipts."""

    delete_confirmed = Signal()

    def __init__(self) -> None:
        super().__init__(tr("What is kept"))
        self.contents = SwitchRow(
            tr("Keep the contents of what is sent"),
            tr(
                "Exactly the bytes, on this computer, so that a receipt can show them whatever becomes of the "
                "conversation. Keys are never among them."
            ),
        )
        self.days = NumberRow(tr("For how long"), tr("days"), 1, MOST_DAYS)
        self.amount = label("", "muted", wrap=True)
        self.delete = button(tr("Delete now"), name=tr("Delete the contents that are kept"))
        self.question = Deletion()
        self.check = button(tr("Check the ledger"))
        self.receipts = button(tr("Open the receipts"))
        self.result = label("", "muted", wrap=True)
        self.result.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.set_chip("", "idle")
        self.say(
            tr(
                "The ledger notes of every request when it left, where to, how large it was and its hash. What was in "
                "it is kept only if you want that."
            )
        )
        ledger = label(tr("What was changed, removed or added in the ledger later is found."), "muted", wrap=True)
        self.add(
            self.contents,
            self.days,
            LivePair(self.amount, self.delete),
            self.question,
            line(),
            ledger,
            actions(self.check, self.receipts),
            self.result,
        )
        self.result.hide()
        self.delete.clicked.connect(self.question.ask)
        self.question.confirmed.connect(self.delete_confirmed)
        self.question.left.connect(self.delete.setFocus)

    def show_settings(self, privacy: PrivacySettings) -> None:
        """What holds now."""
        self.contents.set_on(privacy.keep_contents)
        self.days.show_number(privacy.keep_days)
        self.days.setEnabled(privacy.keep_contents)

    def show_amount(self, kept: Kept) -> None:
        """How much there is."""
        words = plural(kept.files, "{size} in 1 file is kept now.", "{size} in {n} files are kept now.",
                       size=size(kept.size), n=count(kept.files))  # fmt: skip
        self.show_sentence(words if kept.files else tr("No contents are kept now."), "muted")
        self.delete.setEnabled(kept.files > 0)
        if not kept.files:
            self.question.hide()

    def show_sentence(self, sentence: str, role: str) -> None:
        """Say something else in the place of the amount."""
        tell(self.amount, sentence, role)

    def show_result(self, sentences: Sequence[str], role: str) -> None:
        """What a check of the ledger has found."""
        tell(self.result, "\n".join(sentences), role)


class Deletion(QWidget):
    """Asks once before contents are deleted."""

    confirmed = Signal()
    left = Signal()
    """It was answered, by whatever way."""

    def __init__(self) -> None:
        super().__init__()
        self.yes = button(tr("Delete them"))
        self.no = button(tr("Keep them"))
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        words = label(
            tr("Delete all contents that are kept? The ledger stays; its receipts then show what can still be proved."),
            "",
            wrap=True,
        )
        layout.addWidget(words)
        layout.addWidget(actions(self.yes, self.no))
        self.yes.clicked.connect(self._confirmed)
        self.no.clicked.connect(self._leave)
        self.hide()

    def ask(self) -> None:
        """Show the question; the answer that changes nothing has the focus."""
        self.show()
        self.no.setFocus()

    def _confirmed(self) -> None:
        self._leave()
        self.confirmed.emit()

    def _leave(self) -> None:
        self.hide()
        self.left.emit()
