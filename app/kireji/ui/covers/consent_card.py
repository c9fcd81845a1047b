"""The card that asks before something leaves."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from kireji.core.redaction import Hidden
from kireji.core.secrets.kinds import Kind
from kireji.services.consents import Decision
from kireji.services.redaction import Asked
from kireji.ui.chat.permission.guard import Guard
from kireji.ui.chat.words import provider_name
from kireji.ui.covers.words import kind_name
from kireji.ui.flow import FlowLayout
from kireji.ui.parts import button, label, spread
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_SIDE = SPACE[2] + 2


class ConsentCard(QFrame):
    """Says what would be hidden, or what could not be looked through, and takes the answer.

    It takes no press in the first moment, and the keyboard never: what the person types or clicks was meant for what
    stood there before.

    Args:
        asked: What the person is asked.
        compact: Where there is little room around it.
        clock: Seconds from some moment on.
    """

    decided = Signal(object)
    """A `Decision`; only once."""

    def __init__(self, asked: Asked, *, compact: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._asked, self._over = asked, False
        self.setProperty("kind", "plain" if compact else "card")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(title_of(asked))
        self.setAccessibleDescription(text_of(asked))
        self.default, self.as_is = button("", "primary"), button(tr("Send it as it is"))
        self.refuse = button(tr("Don't send"))
        if asked.problem:
            self._default = Decision.AGAIN
            self._name(self.default, tr("Try again"))
        else:
            self._default = Decision.HIDDEN
            self._name(self.default, tr("Send hidden") if asked.hidden.count else tr("Send it"))
        offered = bool(asked.problem or asked.hidden.count)
        self._buttons = [self.default, *([self.as_is] if offered else []), self.refuse]
        self.guard = Guard(self, clock)
        self.guard.cover(*self._buttons)
        self._build(0 if compact else _SIDE, 0 if compact else SPACE[2])
        self.default.clicked.connect(self._take_default)
        self.as_is.clicked.connect(self._send_as_is)
        self.refuse.clicked.connect(self._refuse)

    def _name(self, target: QPushButton, words: str) -> None:
        target.setText(f"{words} ⏎")
        target.setAccessibleName(words)

    def _build(self, side: int, above: int) -> None:
        layout = QVBoxLayout(self)
        spread(layout, (side, above, side, above), SPACE[1])
        layout.addWidget(label(title_of(self._asked), "strong", wrap=True))
        layout.addWidget(label(text_of(self._asked), "muted", wrap=True))
        row = QWidget()
        flow = FlowLayout(SPACE[1], row)
        for each in self.buttons():
            flow.addWidget(each)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        row.setSizePolicy(policy)
        layout.addWidget(row)

    def buttons(self) -> list[QPushButton]:
        """In their order; Tab goes through them."""
        return list(self._buttons)

    def accept(self) -> None:
        """Enter was pressed where the person writes: what the first button says, once the card has stood a moment."""
        if self.guard.ripe:
            self._take_default()

    def sizeHint(self) -> QSize:
        width = max(80, self.width())
        return QSize(width, self.heightForWidth(width))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            event.accept()  # a press between the buttons is no press on what lies below
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._refuse()
            return
        super().keyPressEvent(event)

    def _take_default(self) -> None:
        self._decide(self._default)

    def _send_as_is(self) -> None:
        self._decide(Decision.AS_IS)

    def _refuse(self) -> None:
        self._decide(Decision.NOT)

    def _decide(self, decision: Decision) -> None:
        if not self._over:
            self._over = True
            self.decided.emit(decision)


def title_of(asked: Asked) -> str:
    """What the person is asked, in a few words."""
    if asked.problem:
        return tr("The picture could not be looked through")
    if asked.hidden.count:
        return tr("Hide this from {name}?", name=provider_name(asked.provider))
    return tr("Send what could not be looked into?")


def text_of(asked: Asked) -> str:
    """The same at length."""
    sentences = []
    if asked.problem:
        sentences.append(asked.problem)
        sentences.append(tr("Sent as it is, everything in it can be seen; nothing has left yet."))
    elif asked.hidden.count:
        sentences.append(f"{listed(asked.hidden)}.")
    if asked.hidden.unchecked:
        titles = tr(", ").join(asked.hidden.unchecked)
        sentences.append(tr("Nobody can look into these documents: {titles}.", titles=titles))
    return " ".join(sentences)


def listed(hidden: Hidden) -> str:
    """What would be hidden, by kind."""
    counts = Counter(hidden.texts)
    counts.update(cover.kind for boxes in hidden.pictures.values() for cover in boxes)
    several = ((kind_name(kind), counts[kind]) for kind in Kind if counts[kind])
    return tr(", ").join(name if number == 1 else f"{name} ({number})" for name, number in several)
