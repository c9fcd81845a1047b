from __future__ import annotations

from kireji.services.live import LiveTurns
from kireji.ui.history.answers import Answers, AnswersNow


class Turns(LiveTurns):
    """Turns that begin and end as a test says."""

    def __init__(self) -> None:
        super().__init__()
        self.going: set[int] = set()

    def find(self, conversation: int) -> object:  # type: ignore[override] # only whether there is one counts
        return conversation if conversation in self.going else None

    def start(self, conversation: int) -> None:
        self.going.add(conversation)
        self.changed.publish(conversation)

    def stop(self, conversation: int) -> None:
        self.going.discard(conversation)
        self.changed.publish(conversation)


def test_an_answer_that_ends_unseen_is_unread_until_it_is_seen() -> None:
    turns = Turns()
    answers = Answers(turns, lambda _conversation: False)
    turns.start(1)
    assert answers.now == AnswersNow(running=frozenset({1}))
    turns.stop(1)
    assert answers.now == AnswersNow(unread=frozenset({1}))
    answers.seen(1)
    assert answers.now == AnswersNow()


def test_what_is_before_the_person_is_never_unread() -> None:
    turns = Turns()
    answers = Answers(turns, lambda conversation: conversation == 1)
    for conversation in (1, 2):
        turns.start(conversation)
        turns.stop(conversation)
    assert answers.now.unread == {2}


def test_an_unread_conversation_that_is_asked_again_runs() -> None:
    turns = Turns()
    answers = Answers(turns, lambda _conversation: False)
    turns.start(1)
    turns.stop(1)
    turns.start(1)
    assert answers.now == AnswersNow(running=frozenset({1}))


def test_seeing_what_is_not_unread_tells_nobody() -> None:
    answers = Answers(Turns(), lambda _conversation: False)
    told: list[AnswersNow] = []
    answers.changed.subscribe(told.append)
    answers.seen(1)
    answers.seen(None)
    assert told == []
