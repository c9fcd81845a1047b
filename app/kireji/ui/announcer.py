"""Tells screen readers what happens without a control having the keyboard: an answer that grows, its end, notices.

An answer is read by sentences, gathered for a moment, so that speech is not cut off by every few words. Failures are
said at once. Where no screen reader listens, nothing is gathered and nothing costs anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from kireji.core.messages import MessageState
from kireji.services.live import LiveTurn
from kireji.services.turns import AnswerEnds, TurnEvent
from kireji.ui.chat.endings import ending_of
from kireji.ui.chat.speech import Speech
from kireji.ui.translation import tr

_GATHERED_MILLISECONDS = 700
"""How long sentences are gathered before they are said together."""
_ENOUGH = 400
"""Characters that are said without waiting for more."""


class Voice(Protocol):
    """Where announcements go."""

    def active(self) -> bool:
        """Whether anybody listens."""

    def say(self, text: str, *, urgent: bool) -> None:
        """Say something.

        Args:
            text: Plain text.
            urgent: Whether it may interrupt what is being said.
        """


class ScreenReader:
    """The system's, through Qt.

    Args:
        window: In whose name things are said.
    """

    def __init__(self, window: QWidget) -> None:
        self._window = window

    def active(self) -> bool:
        return QAccessible.isActive()

    def say(self, text: str, *, urgent: bool) -> None:
        event = QAccessibleAnnouncementEvent(self._window, text)
        how = QAccessible.AnnouncementPoliteness
        event.setPoliteness(how.Assertive if urgent else how.Polite)
        QAccessible.updateAccessibility(event)


class Announcer(QObject):
    """Gathers what is said in one window.

    Args:
        voice: Where it goes.
        parent: Owns this.
    """

    def __init__(self, voice: Voice, parent: QObject) -> None:
        super().__init__(parent)
        self._voice = voice
        self._waiting: list[str] = []
        self._timer = QTimer(self, singleShot=True, interval=_GATHERED_MILLISECONDS)
        self._timer.timeout.connect(self.flush)

    def tell(self, text: object) -> None:
        """Say it politely, together with what comes in the next moment."""
        words = " ".join(str(text).split())
        if not words or not self._voice.active():
            return
        self._waiting.append(words)
        if sum(map(len, self._waiting)) >= _ENOUGH:
            self.flush()
        elif not self._timer.isActive():
            self._timer.start()

    def warn(self, text: str) -> None:
        """Say it at once; what waits is said before it."""
        if not text or not self._voice.active():
            return
        self.flush()
        self._voice.say(text, urgent=True)

    def flush(self) -> None:
        """Say what has been gathered."""
        self._timer.stop()
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._voice.say(" ".join(waiting), urgent=False)

    def forget(self) -> None:
        """Something else is shown: what waits is of no interest any more."""
        self._timer.stop()
        self._waiting = []


class AnswerEndings:
    """Says how the answers end that the person has before them.

    Args:
        announcer: Says it.
        shows: Whether the person has a conversation before them.
    """

    def __init__(self, announcer: Announcer, shows: Callable[[int], bool]) -> None:
        self._announcer = announcer
        self._shows = shows

    def ended(self, turn: LiveTurn) -> None:
        """A turn has ended, by whatever way."""
        if self._shows(turn.conversation):
            turn.attach(self._observe)()

    def _observe(self, event: TurnEvent) -> None:
        if not isinstance(event, AnswerEnds):
            return
        ending = ending_of(event.message)
        if ending.role == "error":
            self._announcer.warn(ending.sentence)
        elif event.message.state is MessageState.COMPLETE:
            self._announcer.tell(" ".join(filter(None, (tr("Answer finished."), ending.sentence))))
        else:
            self._announcer.tell(ending.sentence)


class SpokenAnswer:
    """Says one answer that streams beside a selection, and how it ended.

    Args:
        window: In whose name it is said.
    """

    def __init__(self, window: QWidget) -> None:
        self._announcer = Announcer(ScreenReader(window), window)
        self._speech = Speech()

    def add(self, text: str) -> None:
        """More of its Markdown."""
        self._speech.add(text)
        self._announcer.tell(self._speech.take())

    def interrupt(self, sentence: str) -> None:
        """Say something at once, behind the words that came before it."""
        self._announcer.tell(self._speech.take(whole=True))
        self._announcer.warn(sentence)

    def end(self, sentence: str, *, failed: bool) -> None:
        """It has ended; nothing follows.

        Args:
            sentence: How; empty for well.
            failed: Whether there is no whole answer.
        """
        self._announcer.tell(self._speech.take(whole=True))
        if failed:
            self._announcer.warn(sentence)
        else:
            self._announcer.tell(" ".join(filter(None, (tr("Answer finished."), sentence))))
        self._announcer.flush()
        self._announcer.deleteLater()


def spoken_answer(window: QWidget) -> SpokenAnswer | None:
    """What says the next answer in a window; None where no screen reader listens."""
    return SpokenAnswer(window) if QAccessible.isActive() else None
