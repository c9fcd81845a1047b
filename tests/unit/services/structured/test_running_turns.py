"""A structured question among the running turns: joined, stopped, and not sent before the person has answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from kireji.core.errors import KirejiError, NotSent
from kireji.core.extraction.sheets import Extraction
from kireji.core.messages import MessageState
from kireji.core.ports import EncodedPicture
from kireji.core.structured.forms import AnswerForm
from kireji.core.structured.questions import Asker, StructuredAnswer, StructuredQuestion
from kireji.services.consents import Decision
from kireji.services.structured.turn import Made, Outcome, StructuredTurns
from kireji.services.turns import (
    AnswerBegins,
    AnswerEnds,
    ConsentAsked,
    ConsentGiven,
    LookingThrough,
    QuestionSaved,
    TurnEvent,
)
from tests.fakes.provider import FakeProvider, Hold, answer
from tests.fakes.reader import WaitingReader
from tests.fakes.stores import MemorySettings
from tests.fakes.world import World

PNG = EncodedPicture(b"\x89PNG picture", "image/png", 900, 300)
ASKS = {"privacy": {"anthropic": "ask"}}
KEY_LINES = (
    "key: sk-ant-api03-Ab3dEf6hIj9lMn2pQr5tUv8x",
    "and a longer line behind it, which does not belong to the key.",
)
SCHEMA = b'{"type":"object","properties":{},"additionalProperties":false}'
MAIL = StructuredQuestion(AnswerForm.TABLE, "As a table", "Take out the table.", "to a@example.org", SCHEMA)
PLAIN = msgspec.structs.replace(MAIL, text="nothing secret")


async def make(answer: StructuredAnswer) -> Made:
    return Made("**One** table.", Extraction(()))


class Scene:
    """Structured questions with somebody who watches."""

    def __init__(self, *turns: list[Any], settings: dict[str, Any] | None = None) -> None:
        self.world = World(
            remote=FakeProvider(*turns),
            reader=WaitingReader(KEY_LINES),
            settings=MemorySettings(settings or {}),
            redacts=True,
        )
        self.services = services = self.world.services()
        assert services.outbox.redaction is not None
        services.outbox.redaction.asker = services.chat.consents.ask_in_turn
        self.turns: StructuredTurns = services.habits().extraction._turns
        self.seen: list[TurnEvent] = []
        self.decisions: list[Decision] = []

    def tell(self, event: TurnEvent) -> None:
        self.seen.append(event)
        if isinstance(event, ConsentAsked) and self.decisions:
            decision = self.decisions.pop(0)
            asyncio.get_running_loop().call_soon(self.services.chat.consents.answer, event.number, decision)

    @property
    def kinds(self) -> list[type[TurnEvent]]:
        return [type(event) for event in self.seen]

    def run(self, question: StructuredQuestion, asker: Asker | None = None) -> asyncio.Task[Outcome]:
        asker = Asker(tell=self.tell) if asker is None else asker
        return asyncio.get_running_loop().create_task(self.turns.run(question, asker, make))

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
                await asyncio.sleep(0)


async def test_who_asked_is_told_of_the_question_who_answers_and_the_answers_words() -> None:
    here = Scene(answer("{}"))
    outcome = await here.run(PLAIN)
    assert here.kinds == [QuestionSaved, AnswerBegins, AnswerEnds]
    end = here.seen[-1]
    assert isinstance(end, AnswerEnds)
    assert (end.message.message.text, end.message.id) == ("**One** table.", outcome.message)
    assert here.services.chat.live.running == 0


async def test_another_window_can_join_and_stop_it() -> None:
    hold = Hold()
    here = Scene([hold, *answer("{}")])
    task = here.run(PLAIN)
    await hold.reached.wait()
    turn = here.services.chat.live.find(1)
    assert turn is not None
    joined: list[TurnEvent] = []
    turn.attach(joined.append)
    assert [type(event) for event in joined] == [QuestionSaved, AnswerBegins]
    turn.control.stop()
    with pytest.raises(asyncio.CancelledError):
        await task
    end = joined[-1]
    assert isinstance(end, AnswerEnds)
    assert end.message.state is MessageState.STOPPED


async def test_a_failure_ends_the_turn_with_its_sentence() -> None:
    here = Scene(answer("no JSON"), answer("no JSON"))
    with pytest.raises(KirejiError):
        await here.run(PLAIN)
    end = here.seen[-1]
    assert isinstance(end, AnswerEnds)
    assert end.error is not None
    assert end.message.error == end.error.sentence


async def test_our_own_fault_leaves_no_question_without_a_word() -> None:
    here = Scene(answer("{}"))

    async def fails(_answer: StructuredAnswer) -> Made:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await here.turns.run(PLAIN, Asker(tell=here.tell), fails)
    end = here.seen[-1]
    assert isinstance(end, AnswerEnds)
    assert end.message.state is MessageState.FAILED
    assert here.services.chat.live.running == 0


@pytest.mark.parametrize(("decision", "sent"), [(Decision.HIDDEN, "to [MAIL_1]"), (Decision.AS_IS, "to a@example.org")])
async def test_the_person_is_asked_once_before_it_is_stored(decision: Decision, sent: str) -> None:
    here = Scene(answer("{}"), settings=ASKS)
    here.decisions = [decision]
    await here.run(MAIL)
    assert here.kinds == [ConsentAsked, ConsentGiven, QuestionSaved, AnswerBegins, AnswerEnds]
    assert here.world.remote.encoded[0].messages[0].text == sent


async def test_what_the_person_does_not_want_sent_is_not_stored() -> None:
    here = Scene(settings=ASKS)
    here.decisions = [Decision.NOT]
    with pytest.raises(NotSent):
        await here.run(MAIL)
    assert await here.services.conversations.latest() is None
    assert (here.world.remote.asked, here.world.ledger.rows) == ([], [])


async def test_what_is_called_back_while_a_picture_is_looked_through_was_never_asked() -> None:
    here = Scene()
    part = await here.services.capture.store(PNG)
    task = here.run(msgspec.structs.replace(PLAIN, images=(part,)))
    await here.until(lambda: here.kinds == [LookingThrough])
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await here.services.conversations.latest() is None


async def test_where_nobody_tells_whoever_joins_is_asked() -> None:
    here = Scene(answer("{}"), settings=ASKS)
    here.services.chat.live.changed.subscribe(
        lambda number: (turn := here.services.chat.live.find(number)) and turn.attach(here.tell)
    )
    here.decisions = [Decision.AS_IS]
    await here.run(MAIL, Asker())
    assert here.world.remote.encoded[0].messages[0].text == "to a@example.org"


async def test_where_nobody_is_there_all_is_hidden() -> None:
    here = Scene(answer("{}"), settings=ASKS)
    await here.run(MAIL, Asker(attended=False))
    assert here.world.remote.encoded[0].messages[0].text == "to [MAIL_1]"
