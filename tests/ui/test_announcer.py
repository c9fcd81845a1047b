"""What screen readers are told, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from kireji.core.history import ConversationSummary, StoredMessage
from kireji.core.messages import Message, MessageState, Role, TextPart
from kireji.services.live import LiveTurn
from kireji.services.turns import AnswerEnds, QuestionSaved, TurnControl
from kireji.ui.announcer import Announcer, AnswerEndings
from tests.fakes.provider import answer
from tests.fakes.services import FakeSurroundings
from tests.ui.window.support import window_over

pytestmark = pytest.mark.qt

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class RecordingVoice:
    def __init__(self) -> None:
        self.listened = True
        self.said: list[tuple[str, bool]] = []

    def active(self) -> bool:
        return self.listened

    def say(self, text: str, *, urgent: bool) -> None:
        self.said.append((text, urgent))


@pytest.fixture
def voice() -> RecordingVoice:
    return RecordingVoice()


@pytest.fixture
def announcer(qapp: QObject, voice: RecordingVoice) -> Iterator[Announcer]:
    owner = QObject()
    yield Announcer(voice, owner)
    owner.deleteLater()


def stored(role: Role, text: str, state: MessageState = MessageState.COMPLETE, error: str = "") -> StoredMessage:
    message = Message(role, (TextPart(text),))
    return StoredMessage(1, None, message, state, "anthropic", "small", None, None, error, NOW)


def ended(announcer: Announcer, answer: StoredMessage, *, shown: bool = True) -> None:
    summary = ConversationSummary(7, "Title", NOW, NOW)
    turn = LiveTurn(QuestionSaved(summary, stored(Role.USER, "Why?")), TurnControl(), lambda _event: None)
    turn.feed(AnswerEnds(answer))
    AnswerEndings(announcer, lambda conversation: shown and conversation == 7).ended(turn)
    announcer.flush()


def test_sentences_of_a_moment_are_said_together(announcer: Announcer, voice: RecordingVoice, qtbot: QtBot) -> None:
    announcer.tell("The first sentence.")
    announcer.tell("The second\none.")
    assert voice.said == []
    qtbot.waitUntil(lambda: voice.said == [("The first sentence. The second one.", False)])


def test_much_text_does_not_wait(announcer: Announcer, voice: RecordingVoice) -> None:
    announcer.tell("word " * 100)
    assert len(voice.said) == 1


def test_a_fast_stream_is_said_in_few_pieces(announcer: Announcer, voice: RecordingVoice) -> None:
    for number in range(1000):
        announcer.tell(f"Sentence number {number}.")
    announcer.flush()
    assert len(voice.said) < 70
    assert " ".join(text for text, _ in voice.said).count("Sentence") == 1000


def test_a_failure_is_said_at_once_after_what_was_said_before(announcer: Announcer, voice: RecordingVoice) -> None:
    announcer.tell("A sentence.")
    announcer.warn("The connection was lost.")
    assert voice.said == [("A sentence.", False), ("The connection was lost.", True)]


def test_where_nobody_listens_nothing_is_gathered(announcer: Announcer, voice: RecordingVoice) -> None:
    voice.listened = False
    announcer.tell("A sentence.")
    announcer.warn("A failure.")
    voice.listened = True
    announcer.flush()
    assert voice.said == []


def test_what_belongs_to_another_conversation_is_forgotten(announcer: Announcer, voice: RecordingVoice) -> None:
    announcer.tell("A sentence.")
    announcer.forget()
    announcer.flush()
    assert voice.said == []


def test_a_whole_answer_is_said_to_be_finished(announcer: Announcer, voice: RecordingVoice) -> None:
    ended(announcer, stored(Role.ASSISTANT, "Because."))
    assert voice.said == [("Answer finished.", False)]


def test_a_failed_answer_interrupts(announcer: Announcer, voice: RecordingVoice) -> None:
    ended(announcer, stored(Role.ASSISTANT, "", MessageState.FAILED, "The service is overloaded."))
    assert voice.said == [("The service is overloaded.", True)]


def test_a_stopped_answer_is_said_politely(announcer: Announcer, voice: RecordingVoice) -> None:
    ended(announcer, stored(Role.ASSISTANT, "Bec", MessageState.STOPPED))
    assert voice.said == [("You stopped this answer. What had arrived is kept.", False)]


def test_an_answer_that_nobody_sees_is_not_said(announcer: Announcer, voice: RecordingVoice) -> None:
    ended(announcer, stored(Role.ASSISTANT, "Because."), shown=False)
    assert voice.said == []


async def test_an_answer_that_streams_is_said_by_sentence() -> None:
    below = FakeSurroundings().with_key()
    below.provider.enqueue(answer("The first sentence. ", "The **second", "** one.\n\n```sh\nls\n```\n"))
    QAccessible.setActive(True)
    async with window_over(below) as stand:
        said: list[object] = []
        stand.window.chat.transcript.spoken.connect(said.append)
        stand.window.chat.composer.set_text("Why?")
        field = stand.window.chat.composer.focusProxy()
        assert field is not None
        QTest.keyClick(field, Qt.Key.Key_Return)
        await stand.until(lambda: "Code" in " ".join(map(str, said)))
        assert " ".join(map(str, said)) == "The first sentence. The second one. Code, sh."
    QAccessible.setActive(False)
