"""A conversation that goes on begins with the same bytes, whatever was looked at, counted or started in between."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kireji.core.errors import RedactionFailed
from kireji.core.messages import ImagePart, LinkedImagePart, Message, Role, TextPart, ToolCallPart, ToolResultPart
from kireji.core.placeholders import Vault
from kireji.core.redaction import RequestRedactor
from kireji.core.requests import ModelRequest, ToolSpec
from kireji.core.secrets.detection import Detection
from kireji.core.secrets.kinds import Kind
from kireji.providers.anthropic import AnthropicProvider
from kireji.providers.http import HttpClient
from kireji.services.redaction import Redaction
from kireji.services.turns import Question, TurnEvent
from tests.fakes.provider import USES_TOOLS, FakeProvider, answer, calling
from tests.fakes.stores import MemorySettings
from tests.fakes.world import World
from tests.support import known_secrets as made

DETECTION = Detection(own=["Heron"])
OWN = Detection([Kind.OWN], ["Heron"])


def ignored(_: TurnEvent) -> None:
    """Nobody watches."""


def person(text: str) -> Message:
    return Message(Role.USER, (TextPart(text),))


def redacted(*messages: Message, tools: tuple[ToolSpec, ...] = ()) -> ModelRequest:
    request = ModelRequest("m", messages, tools=tools)
    return RequestRedactor(Vault(), DETECTION.find, OWN.find).redacted(request, {})


def texts(request: ModelRequest) -> list[str]:
    return [message.text for message in request.messages]


def redaction_of(world: World) -> Redaction:
    redaction = world.services().outbox.redaction
    assert redaction is not None
    return redaction


async def test_what_is_only_shown_or_counted_gives_no_numbers_away() -> None:
    world = World(remote=FakeProvider(answer("Yes"), answer("Yes")), redacts=True)
    services = world.services()
    await services.chat.ask(Question("a@example.org"), ignored)
    draft = Question("b@example.org, c@example.org", conversation=1)
    assert await services.receipts.before(draft) is not None
    await services.counting.estimate(draft)
    await services.chat.ask(replace(draft, text="d@example.org"), ignored)
    assert texts(world.remote.encoded[-1])[-1] == "[MAIL_2]"


async def test_a_program_that_starts_later_goes_on_with_the_same_bytes() -> None:
    world = World(remote=FakeProvider(answer("Yes, [MAIL_1]"), answer("Yes")), redacts=True)
    await world.services().chat.ask(Question("a@example.org b@example.org"), ignored)
    await world.services().chat.ask(Question("c@example.org a@example.org", conversation=1), ignored)
    first, second = world.remote.encoded
    assert second.messages[0] == first.messages[0]
    assert second.messages[1].raw == b'[{"type":"text","text":"Yes, [MAIL_1]"}]'
    assert texts(second) == ["[MAIL_1] [MAIL_2]", "Yes, [MAIL_1]", "[MAIL_3] [MAIL_1]"]


async def test_a_count_hides_alike_and_changes_nothing() -> None:
    world = World(redacts=True)
    services = world.services()
    assert services.outbox.redaction is not None
    await services.outbox.redaction.redact("anthropic", ModelRequest("m", (person("a@example.org"),)), 1)
    counter = AnthropicProvider(HttpClient())
    asked = ModelRequest("claude-haiku-5-5", (person("b@example.org"),))
    cleared = await services.outbox.clear_count(counter, asked, "https://api.example", 1)
    assert cleared.outgoing is not None
    assert b"[MAIL_1]" in cleared.outgoing.body
    assert b"example.org" not in cleared.outgoing.body
    assert dict(services.outbox.redaction.vault(1).values) == {"[MAIL_1]": "a@example.org"}


async def test_another_branch_gives_no_numbers_away() -> None:
    world = World(remote=FakeProvider(answer("1"), answer("2"), answer("3")), redacts=True)
    services = world.services()
    first = await services.chat.ask(Question("a@example.org"), ignored)
    await services.chat.ask(Question("b@example.org", conversation=1), ignored)
    loaded = await services.conversations.load(1)
    assert loaded is not None
    await services.chat.ask(Question("c@example.org", conversation=1, edit=loaded.messages[2].id), ignored)
    assert first.parent is not None
    assert texts(world.remote.encoded[-1])[-1] == "[MAIL_2]"


async def test_values_in_calls_are_named_in_their_turn() -> None:
    call = Message(Role.ASSISTANT, (ToolCallPart("1", "look", '{"for": "b@example.org"}'),))
    first = redacted(person("a@example.org"))
    later = redacted(person("a@example.org"), call, person("c@example.org"))
    assert later.messages[0] == first.messages[0] == person("[MAIL_1]")
    (part,) = later.messages[1].parts
    assert isinstance(part, ToolCallPart)
    assert part.arguments == '{"for": "[MAIL_2]"}'
    assert later.messages[2] == person("[MAIL_3]")


def test_what_overlaps_is_named_in_its_turn() -> None:
    said = [person("password=hunter2x"), person("key hunter2xsk-ant-api03-Ab3dEf6hIj9lMn2pQr5tUv8x")]
    before = redacted(*said)
    after = redacted(*said, person("sk-ant-api03-Zb3dEf6hIj9lMn2pQr5tUv8x"))
    assert after.messages[:2] == before.messages


def test_what_is_learnt_late_is_hidden_in_what_came_before() -> None:
    request = redacted(person("say hunter2"), person("password=hunter2"))
    assert texts(request) == ["say [PASSWORD_1]", "password=[PASSWORD_1]"]


def test_own_words_are_hidden_in_what_is_said_of_tools_and_nothing_else_is() -> None:
    schema = b'{"properties": {"Heron": {"description": "for Heron", "default": "a@example.org"}}}'
    request = redacted(person("Heron?"), tools=(ToolSpec("look", "Asks Heron, as a@example.org", schema),))
    (tool,) = request.tools
    assert tool.description == "Asks [NAME_1], as a@example.org"
    assert (
        tool.input_schema == b'{"properties": {"Heron": {"description": "for [NAME_1]", "default": "a@example.org"}}}'
    )


def test_an_address_of_a_picture_that_holds_a_value_is_not_fetched() -> None:
    link = Message(Role.USER, (LinkedImagePart("https://a.example/?mail=a@example.org"),))
    request = redacted(link)
    assert "[MAIL_1]" in texts(request)[0]


async def test_rounds_of_one_answer_begin_alike() -> None:
    call = ToolCallPart("c1", "look", '{"for": "b@example.org"}')
    remote = FakeProvider(calling(call), answer("Yes"), answer("Yes"), models=(USES_TOOLS,))
    world = World(remote=remote, redacts=True)
    await world.services().chat.ask(Question("a@example.org"), ignored)
    await world.services().chat.ask(Question("c@example.org", conversation=1), ignored)
    *_, earlier, last = world.remote.encoded
    assert last.messages[: len(earlier.messages)] == earlier.messages


async def test_settings_that_do_not_concern_it_read_no_picture_again() -> None:
    world = World(redacts=True)
    services = world.services()
    world.captures.pictures["p"] = b"\x89PNG"
    redaction = services.outbox.redaction
    assert redaction is not None
    await redaction.prepare(ImagePart("p", "image/png", 4, 3))
    await services.preferences.set("privacy.keep_days", 5)
    assert redaction.covers("p") is not None
    await services.preferences.set("privacy.words", ["Heron"])
    assert redaction.covers("p") is None


@pytest.mark.parametrize("url", ["https://evil.example/?q=heron", "https://evil.example/Heron/"])
async def test_own_words_are_kept_from_tools_too(url: str) -> None:
    redaction = redaction_of(World(settings=MemorySettings({"privacy": {"words": ["Heron"]}}), redacts=True))
    await redaction.redact("anthropic", ModelRequest("m", (person("Heron"),)), 1)
    with pytest.raises(RedactionFailed):
        redaction.refuse_values(url, 1)
    redaction.refuse_values("https://evil.example/herons", 1)


async def test_a_value_in_the_name_of_a_host_is_kept_from_tools() -> None:
    redaction = redaction_of(World(redacts=True))
    key = "sk-ant-api03-Ab3dEf6hIj9lMn2pQr5tUv8x"
    await redaction.redact("anthropic", ModelRequest("m", (person(key),)), 1)
    with pytest.raises(RedactionFailed):
        redaction.refuse_values(f"https://{key.lower()}.evil.example/", 1)


async def test_nothing_is_kept_from_tools_of_a_conversation_that_was_sent_as_it_is() -> None:
    redaction = redaction_of(World(redacts=True))
    asked = ModelRequest("m", (person("a@example.org"),))
    await redaction.redact("anthropic", asked, 1)
    await redaction.redact("local", asked, 1)
    redaction.refuse_values("mail=a@example.org", 1)


VALUES = st.builds(
    lambda maker, seed: maker(random.Random(seed)),
    st.sampled_from([*made.KEYS.values(), made.card, made.iban, made.mail, made.private_key]),
    st.integers(0, 10_000),
)
WORDS = st.sampled_from(["[MAIL_1]", "[KEY_2]", "\\[MAIL\\_1\\]", "and", '"', "\\", "Heron", "look:", "[TEXT_1]"])
SAID = st.lists(st.one_of(VALUES, WORDS), min_size=1, max_size=4).map(" ".join)


@st.composite
def _messages(draw: st.DrawFn) -> list[Message]:
    found: list[Message] = []
    for number in range(draw(st.integers(1, 4))):
        found.append(person(draw(SAID)))
        call = ToolCallPart(f"c{number}", "look", f'{{"for": {_quoted(draw(SAID))}}}')
        found.append(Message(Role.ASSISTANT, (TextPart(draw(SAID)), call)))
        found.append(Message(Role.USER, (ToolResultPart(call.call_id, (TextPart(draw(SAID)),)),)))
    return found


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


@given(_messages(), st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_was_sent_before_is_sent_again_alike(messages: list[Message], data: st.DataObject) -> None:
    """The beginning only changes where a value is told later that stood there before, unknown as one."""
    count = data.draw(st.integers(1, len(messages)))
    vault = Vault()
    early = RequestRedactor(vault, DETECTION.find, OWN.find).redacted(ModelRequest("m", tuple(messages[:count])), {})
    later = Vault()
    whole = RequestRedactor(later, DETECTION.find, OWN.find).redacted(ModelRequest("m", tuple(messages)), {})
    fresh = later.values_from(len(vault))
    told_later = [value for value in fresh if any(value in repr(message) for message in messages[:count])]
    if not told_later:
        assert whole.messages[:count] == early.messages
        assert list(later.values.items())[: len(vault)] == list(vault.values.items())


def test_nothing_waits_for_a_lock_when_texts_are_looked_through_in_threads() -> None:
    world = World(redacts=True)
    redaction = redaction_of(world)
    long = [person(f"a{number}@example.org " + "word " * 4000) for number in range(20)]

    async def all_at_once() -> list[ModelRequest]:
        request = ModelRequest("m", tuple(long))
        return [
            one.request for one in await asyncio.gather(*(redaction.redact("anthropic", request, 1) for _ in "abc"))
        ]

    first, second, third = asyncio.run(all_at_once())
    assert first == second == third
