"""What stands around an answer's words: who is waited for, why it is somebody else, how it ended."""

from __future__ import annotations

import html

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kireji.ui.chat.document import EDGE
from kireji.ui.chat.endings import PATIENCE_MILLISECONDS, Waiting
from kireji.ui.chat.failure_details import FailureDetails
from kireji.ui.flow import FlowLayout
from kireji.ui.parts import button, label, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE, TYPE_BODY
from kireji.ui.translation import mark, tr

_HIDDEN = mark("Hidden from the service: {what}.")
"""As the services say it."""


class WaitingLine(QWidget):
    """A small seal and a sentence. It does not blink.

    Args:
        theme: Colours and text size.
        waiting: What is being waited for.
    """

    def __init__(self, theme: Theme, waiting: Waiting) -> None:
        super().__init__()
        self._theme = theme
        self._later = ""
        self._sentence = label("", "muted")
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MILLISECONDS)
        self._patience.timeout.connect(self._say_later)
        layout = QHBoxLayout(self)
        spread(layout, (0, SPACE[0], 0, SPACE[0]))
        # Which is at the other side in a mirrored window, as a margin is not.
        layout.addSpacing(EDGE + self._seal()[0] + SPACE[2] + 2)
        layout.addWidget(self._sentence)
        layout.addStretch(1)
        theme.changed.connect(self.update)
        self.show_waiting(waiting)

    def show_waiting(self, waiting: Waiting) -> None:
        """Something else is being waited for."""
        self._sentence.setText(waiting.sentence)
        self._later = waiting.later
        self._patience.stop()
        if waiting.later:
            self._patience.start()

    def _say_later(self) -> None:
        self._sentence.setText(self._later)

    def _seal(self) -> tuple[int, int]:
        """Width and height."""
        height = self._theme.px(TYPE_BODY)
        return max(8, height // 2 + 1), height

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colours.accent))
        width, height = self._seal()
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        left = self.width() - EDGE - width if mirrored else EDGE
        painter.drawRoundedRect(left, (self.height() - height) // 2, width, height, 1.5, 1.5)


class Sentence(QWidget):
    """One sentence above or below an answer.

    Args:
        text: The sentence.
        role: Of the stylesheet: muted, warn or error.
    """

    def __init__(self, text: str, role: str = "muted") -> None:
        super().__init__()
        self._words = label(text, role, wrap=True)
        layout = QVBoxLayout(self)
        spread(layout, (EDGE, 0, EDGE, 0))
        layout.addWidget(self._words)


class HiddenNote(QWidget):
    """What was hidden from the service, and the way to what was sent.

    Args:
        theme: Colours and text size.
        text: The sentence.
        question: The row of the question; None for the newest.
    """

    receipt_clicked = Signal(object)
    """What was sent shall be shown: the question's row, or None."""

    def __init__(self, theme: Theme, text: str, question: int | None) -> None:
        super().__init__()
        self._theme, self._text, self._question = theme, text, question
        self.words = label("", "small", wrap=True, name=text)
        self.words.setTextFormat(Qt.TextFormat.RichText)
        links = Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        self.words.setTextInteractionFlags(links)
        self.words.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.words.linkActivated.connect(self._clicked)
        layout = QVBoxLayout(self)
        spread(layout, (EDGE, 0, EDGE, 0))
        layout.addWidget(self.words)
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        colour = self._theme.colours.muted
        sentence, link = (html.escape(each, quote=False) for each in (self._text, tr("What was sent")))
        markup = f'{sentence} <a href="sent" style="color:{colour}">{link}</a>'
        self.words.setText(markup)

    def _clicked(self, _link: str) -> None:
        self.receipt_clicked.emit(self._question)


def hidden_part(note: str) -> tuple[str, str]:
    """What a note says, and what of it tells what was hidden; that stands at its end."""
    begin = tr(_HIDDEN).partition("{what}")[0]
    at = note.find(begin) if begin else -1
    return (note[:at].strip(), note[at:]) if at >= 0 else (note, "")


class Actions(QWidget):
    """What can be done about how an answer ended.

    Args:
        theme: Colours and text size.
        item: What the signals tell.
        details: The technical side of a failure; empty when there is none.
    """

    retry_clicked = Signal(object)
    continue_clicked = Signal(object)
    settings_clicked = Signal()
    resized = Signal(object)
    """This widget needs more or less room."""

    def __init__(self, theme: Theme, item: object, details: str) -> None:
        super().__init__()
        self._theme = theme
        self._item = item
        self.go_on = button(tr("Continue"), "primary", name=tr("Continue the answer where it was cut"))
        self.retry = button(tr("Ask again"))
        self.settings = button(tr("Open settings"))
        self.details = FailureDetails()
        layout = QVBoxLayout(self)
        spread(layout, (EDGE, SPACE[0], EDGE, SPACE[0]), SPACE[1])
        row = FlowLayout(SPACE[1])
        for each in (self.go_on, self.retry, self.settings, self.details.toggle):
            row.addWidget(each)
        layout.addLayout(row)
        layout.addWidget(self.details)
        self.details.show_text(details)
        self.go_on.clicked.connect(self._go_on)
        self.retry.clicked.connect(self._retry)
        self.settings.clicked.connect(self.settings_clicked)
        self.details.resized.connect(self._resized)
        set_icon(self.retry, theme, "rotate-cw", theme.colours.ink, 14)

    def offer(self, *, go_on: bool, retry: bool, settings: bool) -> None:
        """Which of the buttons there are."""
        self.go_on.setVisible(go_on)
        self.retry.setVisible(retry)
        self.settings.setVisible(settings)

    def _go_on(self) -> None:
        self.continue_clicked.emit(self._item)

    def _retry(self) -> None:
        self.retry_clicked.emit(self._item)

    def _resized(self) -> None:
        self.resized.emit(self)
