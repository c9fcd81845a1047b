from __future__ import annotations

import asyncio

from kireji.core.permissions import Approval, ApprovalRequest
from kireji.services.live import LiveTurns
from kireji.services.tools.approvals import Approvals
from kireji.ui.history.answers import Answers, AnswersNow
from tests.ui.chat.permission.support import request


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
    answers = Answers(turns, lambda _conversation: False, Approvals())
    turns.start(1)
    assert answers.now == AnswersNow(running=frozenset({1}))
    turns.stop(1)
    assert answers.now == AnswersNow(unread=frozenset({1}))
    answers.seen(1)
    assert answers.now == AnswersNow()


def test_what_is_before_the_person_is_never_unread() -> None:
    turns = Turns()
    answers = Answers(turns, lambda conversation: conversation == 1, Approvals())
    for conversation in (1, 2):
        turns.start(conversation)
        turns.stop(conversation)
    assert answers.now.unread == {2}


def test_an_unread_conversation_that_is_asked_again_runs() -> None:
    turns = Turns()
    answers = Answers(turns, lambda _conversation: False, Approvals())
    turns.start(1)
    turns.stop(1)
    turns.start(1)
    assert answers.now == AnswersNow(running=frozenset({1}))


def test_seeing_what_is_not_unread_tells_nobody() -> None:
    answers = Answers(Turns(), lambda _conversation: False, Approvals())
    told: list[AnswersNow] = []
    answers.changed.subscribe(told.append)
    answers.seen(1)
    answers.seen(None)
    assert told == []


async def test_a_conversation_waits_as_long_as_a_call_in_it_does() -> None:
    approvals = Approvals()
    answers = Answers(Turns(), lambda _conversation: False, approvals)
    asked: list[ApprovalRequest] = []
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(approvals.ask(request(), asked.append))
        group.create_task(approvals.ask(request(conversation=None), asked.append))
        await asyncio.sleep(0)
        assert answers.now == AnswersNow(waiting=frozenset({1}))
        first, second, other = asked
        approvals.answer(first.id, Approval(True))
        await asyncio.sleep(0.01)
        assert answers.now.waiting == {1}
        approvals.answer(second.id, Approval(False))
        approvals.answer(other.id, Approval(False))
    assert answers.now == AnswersNow()
