"""Asks before what is left out of a conversation is summarised, and shows how far that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout

from kireji.ui.chat.words import count, dollars
from kireji.ui.flow import FlowLayout
from kireji.ui.parts import button, label, spread
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, plural, tr

if TYPE_CHECKING:
    from kireji.services.summaries import SummaryOffer

AFTERWARDS = mark("The summary is attached to your next question, where you can read, change or remove it.")


class SummaryCard(QFrame):
    """A question with its price, then a line that says how far it is; both with a way out."""

    agreed = Signal()
    stopped = Signal()
    """The person does not want it, or not any more."""
    said = Signal(object)
    """A sentence that screen readers shall say."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "notice")
        self._words = label("", "", wrap=True)
        self.go = button(tr("Summarise"), "primary")
        self.leave = button(tr("Cancel"))
        layout = QVBoxLayout(self)
        spread(layout, SPACE[2], SPACE[1])
        layout.addWidget(self._words)
        row = FlowLayout(SPACE[1])
        row.addWidget(self.go)
        row.addWidget(self.leave)
        layout.addLayout(row)
        self.go.clicked.connect(self.agreed)
        self.leave.clicked.connect(self.stopped)
        self.hide()

    def ask(self, offer: SummaryOffer) -> None:
        """Say what it would take."""
        self._show(f"{_wanted(offer)} {_price(offer)} {tr(AFTERWARDS)}")
        self.go.show()
        self.leave.setText(tr("Cancel"))

    def show_progress(self, number: int, of: int) -> None:
        """Say which of the requests is under way."""
        if of > 1:
            self._show(tr("Summarising what is left out: part {number} of {count}…", number=number, count=of))
        else:
            self._show(tr("Summarising what is left out…"))
        self.go.hide()
        self.leave.setText(tr("Stop"))

    def sentence(self) -> str:
        """What it says."""
        return "" if self.isHidden() else self._words.text()

    def _show(self, sentence: str) -> None:
        self._words.setText(sentence)
        self.show()
        self.said.emit(sentence)


def _wanted(offer: SummaryOffer) -> str:
    if offer.messages == 1:
        return tr("Have {name} summarise the message that is left out?", name=offer.name)
    return tr("Have {name} summarise the {count} messages that are left out?", name=offer.name, count=offer.messages)


def _price(offer: SummaryOffer) -> str:
    read = plural(
        offer.requests,
        "It reads about {tokens} tokens in one request",
        "It reads about {tokens} tokens in {n} requests",
        tokens=count(offer.tokens),
    )
    if offer.price is None:
        return tr("{read}; nobody knows what that costs.", read=read)
    if not offer.price:
        return tr("{read} and costs nothing.", read=read)
    return tr("{read}, which costs about {price}.", read=read, price=dollars(offer.price))
