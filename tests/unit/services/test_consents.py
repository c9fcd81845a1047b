"""What the person is asked before something leaves, and what is not stored when they do not want it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from kireji.core.errors import NotSent
from kireji.core.messages import ImagePart, MessageState
from kireji.core.ports import EncodedPicture
from kireji.services.application import Services
from kireji.services.consents import Decision
from kireji.services.turns import ConsentAsked, ConsentGiven, LookingThrough, Question, TurnControl, TurnEvent
from tests.fakes.provider import FakeProvider, answer
from tests.fakes.reader import WaitingReader
from tests.fakes.stores import MemorySettings
from tests.fakes.world import World

PNG = EncodedPicture(b"\x89PNG picture", "image/png", 900, 300)
ASKS = {"privacy": {"anthropic": "ask"}}
KEY_LINES = (
    "key: sk-ant-api03-Ab3dEf6hIj9lMn2pQr5tUv8x",
    "and a longer line behind it, which does not belong to the key.",
)


class Scene:
    """Questions that are asked with somebody who watches."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.services: Services = world.services()
        redaction = self.services.outbox.redaction
        assert redaction is not None
        self.redaction = redaction
        redaction.asker = self.services.chat.consents.ask_in_turn
        self.control = TurnControl()
        self.seen: list[TurnEvent] = []
        self.decisions: list[Decision] = []
        self.task: asyncio.Task[object] | None = None

    def observe(self, event: TurnEvent) -> None:
        self.seen.append(event)
        if isinstance(event, ConsentAsked) and self.decisions:
            decision = self.decisions.pop(0)
            asyncio.get_running_loop().call_soon(self.services.chat.consents.answer, event.number, decision)

    def kinds(self) -> list[type[TurnEvent]]:
        """What happened before the question was stored, in order."""
        wanted = (LookingThrough, ConsentAsked, ConsentGiven)
        return [type(event) for event in self.seen if isinstance(event, wanted)]

    async def picture(self) -> ImagePart:
        return await self.services.capture.store(PNG)

    def begin(self, question: Question, *, shows: bool = True) -> asyncio.Task[object]:
        chat = self.services.chat
        self.task = asyncio.get_running_loop().create_task(chat.ask(question, self.observe, self.control, shows=shows))
        return self.task

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
                await asyncio.sleep(0)

    def asked(self) -> list[ConsentAsked]:
        return [event for event in self.seen if isinstance(event, ConsentAsked)]


@asynccontextmanager
async def scene(
    *turns: list[object], reader: WaitingReader | None = None, settings: object = None
) -> AsyncIterator[Scene]:
    reader = reader or WaitingReader(KEY_LINES)
    tables = settings if isinstance(settings, dict) else {}
    remote = FakeProvider(*turns)  # type: ignore[arg-type] # the steps of answers
    made = Scene(World(remote=remote, reader=reader, settings=MemorySettings(tables), redacts=True))
    yield made
    if made.task is not None and not made.task.done():
        made.task.cancel()
        await asyncio.gather(made.task, return_exceptions=True)


async def test_a_picture_is_looked_through_before_the_question_is_stored() -> None:
    reader = WaitingReader(KEY_LINES)
    async with scene(answer("Yes"), reader=reader) as here:
        task = here.begin(Question("?", images=(await here.picture(),)))
        await here.until(here.kinds)
        assert here.kinds() == [LookingThrough]
        assert await here.services.conversations.latest() is None
        reader.go_on.set()
        await task
        assert here.kinds() == [LookingThrough]
        assert len(here.world.remote.asked) == 1


async def test_a_question_that_is_called_back_meanwhile_was_never_asked() -> None:
    async with scene() as here:
        task = here.begin(Question("?", images=(await here.picture(),)))
        await here.until(here.kinds)
        here.control.stop()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await here.services.conversations.latest() is None
        assert (here.world.remote.asked, here.world.ledger.rows) == ([], [])


async def test_a_picture_that_was_looked_through_makes_no_question_wait() -> None:
    reader = WaitingReader(KEY_LINES)
    reader.go_on.set()
    async with scene(answer("Yes"), reader=reader) as here:
        part = await here.picture()
        await here.redaction.prepare(part)
        await here.begin(Question("?", images=(part,)))
        assert here.kinds() == []
        assert len(reader.pictures) == 1


async def test_who_watches_without_showing_it_is_told_within_the_turn() -> None:
    reader = WaitingReader(KEY_LINES)
    async with scene(answer("Yes"), reader=reader) as here:
        task = here.begin(Question("?", images=(await here.picture(),)), shows=False)
        await here.until(lambda: here.services.chat.live.running)
        reader.go_on.set()
        await task
        assert here.kinds() == []


@pytest.mark.parametrize(("decision", "sent"), [(Decision.HIDDEN, "to [MAIL_1]"), (Decision.AS_IS, "to a@example.org")])
async def test_who_wants_to_be_asked_is_asked_once_before_the_question_is_stored(decision: Decision, sent: str) -> None:
    async with scene(answer("Yes"), settings=ASKS) as here:
        here.decisions = [decision]
        await here.begin(Question("to a@example.org"))
        assert here.kinds() == [ConsentAsked, ConsentGiven]
        assert here.world.remote.encoded[0].messages[0].text == sent


async def test_what_the_person_does_not_want_sent_is_not_stored() -> None:
    async with scene(settings=ASKS) as here:
        here.decisions = [Decision.NOT]
        with pytest.raises(NotSent):
            await here.begin(Question("to a@example.org"))
        assert await here.services.conversations.latest() is None
        assert (here.world.remote.asked, here.world.ledger.rows) == ([], [])


async def test_within_a_turn_what_is_not_wanted_ends_it() -> None:
    async with scene(settings=ASKS) as here:
        here.decisions = [Decision.NOT]
        stored = await here.services.chat.ask(Question("to a@example.org"), here.observe)
        assert (stored.state, stored.error) == (
            MessageState.FAILED,
            "The question was not sent. Change it and ask again.",
        )
        assert here.world.remote.asked == []


async def test_a_picture_that_cannot_be_looked_through_waits_for_the_person() -> None:
    reader = WaitingReader(KEY_LINES, failures=10)
    reader.go_on.set()
    async with scene(answer("Yes"), reader=reader) as here:
        here.decisions = [Decision.AS_IS]
        await here.begin(Question("to a@example.org", images=(await here.picture(),)))
        (asked,) = here.asked()
        assert asked.asked.problem.startswith("The text reader stopped.")
        (request,) = here.world.remote.encoded
        assert list(request.blobs.values()) == [PNG.data]
        assert reader.failures == 9  # a reader that is silent for a minute is waited for once
        assert request.messages[0].text == "to [MAIL_1]"


@pytest.mark.parametrize("shows", [True, False])
async def test_it_is_looked_through_once_more_when_the_person_says_so(shows: bool) -> None:
    reader = WaitingReader(KEY_LINES, failures=1)
    reader.go_on.set()
    async with scene(answer("Yes"), reader=reader) as here:
        here.decisions = [Decision.AGAIN]
        await here.begin(Question("?", images=(await here.picture(),)), shows=shows)
        assert len(here.asked()) == 1
        (request,) = here.world.remote.encoded
        assert PNG.data not in request.blobs.values()


async def test_what_waits_is_known_by_its_conversation() -> None:
    async with scene(answer("Yes"), answer("And"), settings=ASKS) as here:
        consents, changes = here.services.chat.consents, list[int | None]()
        here.decisions = [Decision.HIDDEN]
        await here.begin(Question("to a@example.org"))
        consents.changed.subscribe(changes.append)
        task = here.begin(Question("to b@example.org", conversation=1))
        await here.until(lambda: consents.pending(1))
        (number,) = consents.pending(1)
        assert consents.answer(number, Decision.HIDDEN)
        await task
        assert consents.pending(1) == ()
        assert not consents.answer(number, Decision.HIDDEN)
        assert changes[0] == changes[-1] == 1


async def test_where_nobody_can_be_asked_all_is_hidden() -> None:
    async with scene(settings=ASKS) as here:
        request = (await here.services.chat.would_ask(Question("to a@example.org")))[1].request
        redacted = await here.redaction.redact("anthropic", request, None)
        assert redacted.request.messages[0].text == "to [MAIL_1]"


async def test_a_question_that_nobody_can_answer_says_so_in_its_turn() -> None:
    reader = WaitingReader(KEY_LINES)
    reader.go_on.set()
    async with scene(reader=reader) as here:
        here.world.keychain.secrets.clear()
        part = await here.picture()
        stored = await here.services.chat.ask(
            Question("?", images=(part,), provider="anthropic"), here.observe, here.control, shows=True
        )
        assert stored.state is MessageState.FAILED
