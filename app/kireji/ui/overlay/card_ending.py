"""What stands under the answer in the card: what is waited for, how it ended, and the ways out of a failure."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kireji.core.errors import KirejiError
from kireji.core.history import StoredMessage
from kireji.core.messages import MessageState
from kireji.ui.chat.endings import NO_WAY_OUT, PATIENCE_MILLISECONDS, Waiting, WayOut, details_of, ending_of, way_out_of
from kireji.ui.chat.failure_details import FailureDetails
from kireji.ui.flow import FlowLayout
from kireji.ui.overlay.card_state import CardState
from kireji.ui.parts import button, label, restyle, spread
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class Outcome(NamedTuple):
    """What became of an answer.

    Args:
        markdown: All that arrived.
        state: Whether it is whole, stopped or failed.
        sentence: What went wrong and what to do; empty when nothing did.
        continues: Whether it was cut and can go on.
        details: The technical side of a failure.
        way_out: What can be done where money is the reason.
    """

    markdown: str
    state: CardState
    sentence: str = ""
    continues: bool = False
    details: str = ""
    way_out: WayOut = NO_WAY_OUT


_ENDS = {
    MessageState.COMPLETE: CardState.DONE,
    MessageState.STREAMING: CardState.DONE,
    MessageState.STOPPED: CardState.STOPPED,
    MessageState.INTERRUPTED: CardState.FAILED,
    MessageState.FAILED: CardState.FAILED,
}


def outcome_of(message: StoredMessage, note: str, error: KirejiError | None) -> Outcome:
    """What became of an answer that has ended.

    Args:
        message: As it is stored.
        note: What stands above it already.
        error: What went wrong; None when nothing did.
    """
    ending, way_out = ending_of(message, note), way_out_of(error)
    said = ending.sentence if message.state is not MessageState.STOPPED else ""
    if error is not None and way_out.budget:
        said = error.message  # what to do stands on the buttons
    return Outcome(message.message.text, _ENDS[message.state], said, ending.continues, details_of(error), way_out)


class CardEnding(QWidget):
    """A sentence, and below it what can be done; hidden while there is nothing to say.

    Args:
        margin: Round the sentence, so that it lines up with the answer.
        parent: As usual in Qt.

    Attributes:
        details: The technical side of a failure.
        anyway: Sends what nobody knows the price of.
        budget: Opens the page with the budgets.
    """

    resized = Signal()
    """It needs more or less room."""

    def __init__(self, margin: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._margin = margin
        self._status = label(role="muted", wrap=True)
        self._status.setMargin(margin)
        self.details = FailureDetails()
        self.details.resized.connect(self.resized)
        self.anyway = button(tr("Send anyway"), "chip", name=tr("Send the question although its price is unknown"))
        self.budget = button(tr("Change budget"), "chip", name=tr("Change the budgets in the settings"))
        self._later = ""
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MILLISECONDS)
        self._patience.timeout.connect(self._say_later)
        self._ways = QWidget()
        self._lay_out()
        self.clear()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        line = QHBoxLayout()
        spread(line, 0, SPACE[1])
        line.addWidget(self._status, 1)
        line.addWidget(self.details.toggle, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(line)
        ways = FlowLayout(SPACE[0], self._ways)
        ways.addWidget(self.anyway)
        ways.addWidget(self.budget)
        indented = QHBoxLayout()
        spread(indented, (self._margin, 0, self._margin, 0))
        indented.addWidget(self._ways)
        layout.addLayout(indented)
        layout.addWidget(self.details)

    def stand_before(self, field: QWidget) -> None:
        """Let Tab come to its buttons before a field, which they stand above."""
        for earlier, later in ((self.details.toggle, self.anyway), (self.anyway, self.budget), (self.budget, field)):
            QWidget.setTabOrder(earlier, later)

    # What it says.

    def say(self, sentence: str, role: str = "muted") -> None:
        """Say a sentence and nothing else; empty says nothing."""
        self._patience.stop()
        restyle(self._status, role=role)
        self._status.setText(sentence)
        self.details.show_text("")
        self._offer(NO_WAY_OUT)
        self.setVisible(bool(sentence))

    def wait_for(self, waiting: Waiting) -> None:
        """Say what is waited for, and after a while what it may be waiting for itself."""
        self.say(waiting.sentence)
        self._later = waiting.later
        if waiting.later:
            self._patience.start()

    def show_failure(self, details: str, way_out: WayOut) -> None:
        """What there is besides the sentence that was said.

        Args:
            details: The technical side; empty when there is none.
            way_out: What can be done where money is the reason.
        """
        self.details.show_text(details)
        self._offer(way_out)
        self.setVisible(bool(self._status.text() or details))

    def clear(self) -> None:
        """Say nothing."""
        self.say("")

    def warn(self) -> None:
        """The sentence is no failure, but the person should see it."""
        restyle(self._status, role="warn")

    @property
    def sentence(self) -> str:
        """What it says; empty while it is hidden."""
        return "" if self.isHidden() else self._status.text()

    def _offer(self, way_out: WayOut) -> None:
        self.anyway.setVisible(way_out.anyway)
        self.budget.setVisible(way_out.budget)
        self._ways.setVisible(way_out != NO_WAY_OUT)

    def _say_later(self) -> None:
        self._status.setText(self._later)
        self.resized.emit()

    # Its size.

    def heightForWidth(self, width: int) -> int:
        toggle = self.details.toggle
        if toggle.isHidden():
            heights = [self._status.heightForWidth(width)]
        else:
            beside = toggle.sizeHint()
            heights = [max(self._status.heightForWidth(width - beside.width() - SPACE[1]), beside.height())]
        if not self._ways.isHidden():
            heights.append(self._ways.heightForWidth(width - 2 * self._margin))
        if not self.details.isHidden():
            heights.append(self.details.heightForWidth(width))
        return sum(heights) + SPACE[1] * (len(heights) - 1)
