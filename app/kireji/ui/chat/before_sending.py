"""Where the answer will stand, while the question is looked through: how far it is, and what the person is asked."""

from __future__ import annotations

import itertools

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.services.consents import Decision
from kireji.services.redaction import Asked
from kireji.services.turns import ConsentAsked, ConsentGiven, LookingThrough, ReadingSources, TurnEvent
from kireji.ui.chat.endings import READING_PICTURE
from kireji.ui.covers.consent_card import ConsentCard, text_of, title_of
from kireji.ui.parts import label, spread
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

LOOKING = mark("Looking through the picture before it leaves…  Esc cancels")


READING = mark("Reading what goes along…  Esc cancels")
_TAB = Qt.FocusPolicy.TabFocus
_READS_UNSEEN = 300
"""Milliseconds: most of what goes along is read by then, and a line that came and went would only be restless."""


class BeforeSending(QWidget):
    """One line, or one card at a time."""

    given = Signal(object)
    """`(number, decision)`: the person's answer."""
    said = Signal(object)
    """A sentence that screen readers shall say."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[tuple[int, Asked]] = []
        self.card: ConsentCard | None = None
        self._shown: int | None = None
        self._line = label("", "muted", wrap=True)
        self._layout = QVBoxLayout(self)
        spread(self._layout, 0, SPACE[1])
        self._layout.addWidget(self._line)
        self._reads_now = READING
        self._reading = QTimer(self, singleShot=True, interval=_READS_UNSEEN)
        self._reading.timeout.connect(self._reads)
        self.hide()

    @property
    def sentence(self) -> str:
        """The line; empty while there is none."""
        return "" if self.isHidden() or self._line.isHidden() else self._line.text()

    @property
    def asks(self) -> bool:
        """Whether something waits for the person."""
        return self.card is not None

    def follow(self, event: TurnEvent) -> None:
        """Something happens before the question leaves; other events are of no interest here."""
        match event:
            case ReadingSources(picture=picture):
                self._reads_now = READING_PICTURE if picture else READING
                self._reading.start()
                return
            case LookingThrough():
                self._tell(tr(LOOKING))
            case ConsentAsked(number, asked):
                self._waiting.append((number, asked))
                self.said.emit(f"{title_of(asked)}. {text_of(asked)}")
            case ConsentGiven(number):
                self._waiting = [one for one in self._waiting if one[0] != number]
            case _:
                return
        self._renew()

    def _tell(self, sentence: str) -> None:
        self._reading.stop()
        self._line.setText(sentence)
        self.said.emit(sentence)

    def _reads(self) -> None:
        self._tell(tr(self._reads_now))
        self._renew()

    def clear(self) -> None:
        """Nothing is read or looked through any more, and nothing waits."""
        self._reading.stop()
        self._line.setText("")
        self._waiting.clear()
        self._renew()

    def accept(self) -> None:
        """Enter was pressed where the person writes."""
        if self.card is not None:
            self.card.accept()

    def _renew(self) -> None:
        number = self._waiting[0][0] if self._waiting else None
        if self.card is not None and self._shown != number:
            self._layout.removeWidget(self.card)
            self.card.hide()
            self.card.deleteLater()
            self.card = None
        if self.card is None and self._waiting:
            self.card = ConsentCard(self._waiting[0][1])
            self._shown = number
            self.card.decided.connect(self._decided)
            self._layout.addWidget(self.card)
            self.card.show()  # Qt would show it only later
        self._line.setVisible(bool(self._line.text()) and self.card is None)
        self.setVisible(self.card is not None or bool(self._line.text()))

    def order_before(self, widget: QWidget) -> None:
        """Let Tab come to the card before a widget that stands below it."""
        if self.card is None:
            return
        before = widget.previousInFocusChain()
        while before is not None and before is not widget and not before.focusPolicy() & _TAB:
            before = before.previousInFocusChain()  # what holds others is followed by all of them
        chain = self.card.buttons() if before is None else [before, *self.card.buttons()]
        for earlier, later in itertools.pairwise(chain):
            QWidget.setTabOrder(earlier, later)

    def _decided(self, decision: object) -> None:
        assert isinstance(decision, Decision)
        if self._waiting:
            self.given.emit((self._waiting[0][0], decision))
