"""Who wants to be asked before something leaves is asked once about each thing."""

from __future__ import annotations

import asyncio
from typing import Any

from kireji.core.errors import Overloaded, ReaderError
from kireji.core.messages import DocumentPart, MessageState, ToolCallPart
from kireji.core.models import ModelInfo
from kireji.core.tool_ports import CallContext
from kireji.core.tools import Arguments, ToolOutput
from kireji.services.redaction import Asked
from kireji.services.turns import Question, TurnControl, TurnEvent, ValuesHidden
from tests.fakes.provider import USES_TOOLS, FakeProvider, answer, calling
from tests.fakes.reader import FakeReader
from tests.fakes.stores import MemorySettings
from tests.fakes.tools import FakeToolSource, FakeToolSources, said
from tests.fakes.world import ROUTER_KEY, World
from tests.unit.services.test_redaction import BLOB, LOOK, PICTURE, PNG, ignored


class Person:
    """Says what they were told to say, and keeps what they were asked."""

    def __init__(self, *answers: bool | None) -> None:
        self._answers = list(answers)
        self.asked: list[Asked] = []

    async def __call__(self, asked: Asked) -> bool | None:
        self.asked.append(asked)
        return self._answers.pop(0)


def world_of(*turns: Any, policy: str = "ask", **more: Any) -> World:
    settings = MemorySettings({"privacy": {"anthropic": policy, "openrouter": "never"}})
    return World(remote=FakeProvider(*turns, models=(USES_TOOLS,)), settings=settings, redacts=True, **more)


def sent(world: World) -> list[list[str]]:
    return [[message.text for message in request.messages] for request in world.remote.encoded]


async def test_the_same_is_asked_once_in_a_conversation_and_something_new_again() -> None:
    world = world_of(answer("1"), answer("2"), answer("3"))
    services, person = world.services(), Person(False, True)
    assert services.outbox.redaction is not None
    services.outbox.redaction.asker = person
    await services.chat.ask(Question("a@example.org"), ignored)
    await services.chat.ask(Question("Again a@example.org", conversation=1), ignored)
    await services.chat.ask(Question("b@example.org", conversation=1), ignored)
    assert len(person.asked) == 2
    assert sent(world)[1] == ["a@example.org", "1", "Again a@example.org"]
    assert sent(world)[2] == ["[MAIL_1]", "1", "Again [MAIL_1]", "2", "[MAIL_2]"]


async def test_what_a_tool_brings_is_asked_when_it_is_new() -> None:
    tools = FakeToolSource(LOOK, name="built-in", fingerprint="built-in")

    async def find(_: Arguments, __: CallContext) -> ToolOutput:
        return said("found b@example.org")

    tools.behaviours["look"] = find
    turns = [calling(ToolCallPart(f"c{number}", "look", "{}")) for number in range(2)]
    world = world_of(*turns, answer("Done"), tool_sources=FakeToolSources(tools))
    services, person = world.services(), Person(False, True)
    assert services.outbox.redaction is not None
    services.outbox.redaction.asker = person
    await services.chat.ask(Question("a@example.org"), ignored)
    assert [asked.hidden.count for asked in person.asked] == [1, 2]
    assert sent(world)[0] == ["a@example.org"]
    assert all("example.org" not in str(request.messages) for request in world.remote.encoded[1:])


async def test_nobody_is_asked_about_a_question_that_was_not_asked_by_hand() -> None:
    world = world_of(answer("Yes"))
    services, person = world.services(), Person()
    assert services.outbox.redaction is not None
    services.outbox.redaction.asker = person
    await services.chat.ask(Question("a@example.org", attended=False), ignored)
    assert (person.asked, sent(world)) == ([], [["[MAIL_1]"]])


async def test_a_document_that_nobody_can_look_into_is_asked_about() -> None:
    world = world_of(answer("Yes"))
    world.remote = FakeProvider(answer("Yes"), models=(ModelInfo("anthropic", "m", "M", reads_documents=True),))
    services, person = world.services(), Person(True)
    assert services.outbox.redaction is not None
    services.outbox.redaction.asker = person
    world.captures.pictures["d"] = b"%PDF"
    await services.chat.ask(Question("?", documents=(DocumentPart("d", "application/pdf", "paper"),)), ignored)
    assert person.asked[0].hidden.unchecked == ("paper",)


async def test_what_the_person_does_not_want_sent_leaves_nothing_behind() -> None:
    world = world_of()
    services = world.services()
    assert services.outbox.redaction is not None
    services.outbox.redaction.asker = Person(None)
    stored = await services.chat.ask(Question("a@example.org"), ignored)
    assert (stored.state, stored.error) == (MessageState.FAILED, "The question was not sent. Change it and ask again.")
    assert (world.remote.asked, world.ledger.rows, world.spending.rows) == ([], [], {})


async def test_a_question_can_be_stopped_while_the_person_is_asked() -> None:
    world = world_of()
    services, control, asked = world.services(), TurnControl(), asyncio.Event()

    async def wait(_: Asked) -> bool:
        asked.set()
        await asyncio.Event().wait()
        return True

    assert services.outbox.redaction is not None
    services.outbox.redaction.asker = wait
    async with asyncio.TaskGroup() as group:
        turn = group.create_task(services.chat.ask(Question("a@example.org"), ignored, control))
        await asked.wait()
        control.stop()
    assert turn.cancelled()
    loaded = await services.conversations.load(1)
    assert loaded is not None
    assert [message.state for message in loaded.messages] == [MessageState.COMPLETE, MessageState.STOPPED]
    assert (world.remote.asked, world.ledger.rows) == ([], [])


async def test_who_stands_in_is_sent_what_its_own_policy_says() -> None:
    world = world_of([Overloaded("Busy.")], policy="always", router_key=ROUTER_KEY)
    world.settings.tables["models"] = {"fallback": ["openrouter"]}
    world.router.enqueue(answer("Yes"))
    await world.services().chat.ask(Question("a@example.org"), ignored)
    assert sent(world) == [["[MAIL_1]"]]
    assert world.router.encoded[0].messages[0].text == "a@example.org"


async def test_words_are_hidden_and_pictures_that_were_read_are_painted_although_one_could_not_be() -> None:
    class Halting(FakeReader):
        async def read_all(self, picture: bytes):  # type: ignore[no-untyped-def]
            if picture != PNG:
                raise ReaderError("It stopped.")
            return await super().read_all(picture)

    reader = Halting(["api key sk-ant-api03-Ab3dEf6hIj9lMn2pQr5tUv8x and more words behind it here"])
    world = world_of(answer("Yes"), reader=reader)
    services, person = world.services(), Person(True)
    assert services.outbox.redaction is not None
    services.outbox.redaction.asker = person
    world.captures.pictures |= {BLOB: PNG, "other": b"\x89PNG other"}
    images = (PICTURE, type(PICTURE)("other", "image/png", 4, 3))
    await services.chat.ask(Question("a@example.org", images=images), ignored)
    [request] = world.remote.encoded
    assert (person.asked[0].problem, person.asked[0].unread) == ("It stopped.", ("other",))
    assert request.messages[0].text == "[MAIL_1]"
    assert sorted(request.blobs.values()) != sorted(world.captures.pictures.values())
    assert PNG not in request.blobs.values()


async def test_what_is_shown_before_is_what_the_person_decided() -> None:
    world = world_of(answer("1"), answer("2"))
    services = world.services()
    assert services.outbox.redaction is not None
    services.outbox.redaction.asker = Person(False)
    await services.chat.ask(Question("a@example.org"), ignored)
    shown = await services.receipts.before(Question("More", conversation=1))
    await services.chat.ask(Question("More", conversation=1), ignored)
    assert shown is not None
    assert shown.sent.digest == world.ledger.rows[-1].digest


async def test_rounds_and_answers_tell_what_was_hidden() -> None:
    world = world_of(answer("Yes"), policy="always")
    seen: list[TurnEvent] = []
    await world.services().chat.ask(Question("a@example.org"), seen.append)
    [told] = [event for event in seen if isinstance(event, ValuesHidden)]
    assert told.hidden.by_kind == {"mail": 1}
