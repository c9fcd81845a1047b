"""Tools, reasoning, caching, forms, documents and whole answers with a service that keeps every rule."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from kireji.core.errors import ConnectionFailed, Overloaded, ProtocolViolation
from kireji.core.events import MessageBuilder, ModelEvent, PartDelta, TurnFinished
from kireji.core.messages import (
    DocumentPart,
    ImagePart,
    Message,
    Role,
    StopReason,
    TextPart,
    ThinkingPart,
    ToolResultPart,
    Usage,
)
from kireji.core.models import Effort, Lifecycle
from kireji.core.requests import (
    Delivery,
    ModelRequest,
    Purpose,
    Thinking,
    ToolChoice,
    ToolSpec,
    ToolUse,
)
from tests.integration.providers.conftest import SECRET, Asking, Passing, png
from tests.service import Blocks, Body, Call, Raw, Reasoning, Redacted, Replay, Rule, Status, TestService, Words
from tests.support.cleared import cleared

MODEL = "claude-haiku-5-5"
LOOK = ToolSpec(
    "look",
    "Looks at a window.",
    b'{"type":"object","properties":{"at":{"type":"string"}},"required":["at"],"additionalProperties":false}',
    strict=True,
)
FORM = b'{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}'
LONG = "These are the instructions of a very patient person. " * 80


def user(*parts: Any) -> Message:
    return Message(Role.USER, tuple(TextPart(part) if isinstance(part, str) else part for part in parts))


def seen(message: Message, *content: Any) -> list[ToolResultPart]:
    """What every tool that was asked for gave back."""
    given = tuple(TextPart(one) if isinstance(one, str) else one for one in content)
    return [ToolResultPart(call.call_id, given) for call in message.calls]


class Talking:
    """A conversation that goes on.

    Args:
        asking: The provider.
        base_url: Where it asks.
        options: Of every request.
    """

    def __init__(self, asking: Asking, base_url: str, **options: Any) -> None:
        self._asking = asking
        self._base_url = base_url
        self._options = options
        self.messages: list[Message] = []
        self.usages: list[Usage] = []
        self.ends: list[TurnFinished] = []

    async def say(self, *parts: Any, delivery: Delivery = Delivery.STREAM, **options: Any) -> Message:
        self.messages.append(user(*parts))
        asked = ModelRequest(MODEL, tuple(self.messages), **(self._options | options))
        builder = MessageBuilder("anthropic")
        for event in await answer(self._asking, self._base_url, asked, delivery):
            builder.feed(event)
        self.messages.append(builder.snapshot())
        self.usages.append(builder.usage or Usage())
        assert builder.finished is not None
        self.ends.append(builder.finished)
        return self.messages[-1]


async def answer(asking: Asking, base_url: str, asked: ModelRequest, delivery: Delivery) -> list[ModelEvent]:
    outgoing = asking.provider.encode(asked, base_url, delivery)
    async with asking.provider.stream(cleared(outgoing, asked), SECRET) as events:
        return [event async for event in events]


async def test_two_calls_are_answered_and_the_reasoning_before_them_comes_back(asking: Asking) -> None:
    first = Blocks([Reasoning(), Words(["Looking."]), Call("look", {"at": "left"}), Call("look", {"at": "right"})])
    async with TestService(first) as service:
        talk = Talking(asking, service.base_url, tools=(LOOK,))
        said = await talk.say("What is there?")
        assert [call.arguments for call in said.calls] == ['{"at":"left"}', '{"at":"right"}']
        assert talk.ends[0].reason is StopReason.TOOL_USE
        await talk.say(*seen(said, "A cat."), "Be quick.")
        await talk.say("Thanks.")
        sent = service.requests[1].body["messages"]
        assert [request.refusal for request in service.requests] == ["", "", ""]
    assert [block["type"] for block in sent[1]["content"]] == ["thinking", "text", "tool_use", "tool_use"]
    assert [block["type"] for block in sent[2]["content"]] == ["tool_result", "tool_result", "text"]


async def test_a_picture_may_be_the_result_of_a_tool(asking: Asking) -> None:
    data = png(20, 20)
    shot = ImagePart(hashlib.sha256(data).hexdigest(), "image/png", 20, 20)
    async with TestService(Blocks([Call("look", {"at": "left"})])) as service:
        talk = Talking(asking, service.base_url, tools=(LOOK,), blobs={shot.blob: data})
        said = await talk.say("What is there?")
        await talk.say(*seen(said, "See:", shot))
        assert service.requests[1].refusal == ""


async def test_calls_that_were_never_answered_do_not_end_a_conversation(asking: Asking) -> None:
    async with TestService(Blocks([Reasoning(), Call("look", {"at": "left"})])) as service:
        talk = Talking(asking, service.base_url, tools=(LOOK,))
        await talk.say("What is there?")
        assert (await talk.say("Never mind.")).text
        [result, _] = service.requests[1].body["messages"][2]["content"]
    assert (result["type"], result["is_error"]) == ("tool_result", True)


async def test_arguments_that_are_no_json_go_back_with_their_error(asking: Asking) -> None:
    eager = msgspec.structs.replace(LOOK, strict=False, eager=True)
    async with TestService(Blocks([Reasoning(), Call("look", pieces=['{"at": ', "nonsense}"])])) as service:
        talk = Talking(asking, service.base_url, tools=(eager,))
        said = await talk.say("What is there?")
        assert said.calls[0].arguments == '{"at": nonsense}'
        await talk.say(ToolResultPart(said.calls[0].call_id, (TextPart("That is no JSON."),), is_error=True))
        assert [request.refusal for request in service.requests] == ["", ""]


async def test_a_tool_that_must_be_used_is_used(asking: Asking) -> None:
    async with TestService() as service:
        talk = Talking(asking, service.base_url, tools=(LOOK,), tool_choice=ToolChoice(ToolUse.ONE, "look"))
        assert (await talk.say("What is there?")).calls[0].name == "look"


async def test_reasoning_is_shown_where_it_is_asked_for_and_comes_back_unchanged(asking: Asking) -> None:
    async with TestService() as service:
        talk = Talking(asking, service.base_url, thinking=Thinking.SHOWN, effort=Effort.LOW)
        assert (await talk.say("One")).parts[0] == ThinkingPart("The person asks.")
        await talk.say("Two")
        assert (await talk.say("Three", thinking=Thinking.OFF)).parts[0] == TextPart(
            f"{MODEL} received 0 picture(s) and these words: Three"
        )
        assert [request.refusal for request in service.requests] == ["", "", ""]


async def test_redacted_reasoning_comes_back(asking: Asking) -> None:
    async with TestService(Blocks([Redacted(), Words(["Yes."])])) as service:
        talk = Talking(asking, service.base_url)
        await talk.say("One")
        await talk.say("Two")
        assert service.requests[1].body["messages"][1]["content"][0]["type"] == "redacted_thinking"


async def test_the_second_question_reads_the_first_from_the_cache(asking: Asking) -> None:
    async with TestService() as service:
        talk = Talking(asking, service.base_url, system=LONG)
        await talk.say("One")
        await talk.say("Two")
    first, second = talk.usages
    assert (first.cache_read_tokens, first.input_tokens) == (0, 0)
    assert first.cache_write_tokens > 512
    assert second.cache_read_tokens == first.cache_write_tokens
    assert second.cost is not None
    assert first.cost is not None
    assert second.cost < first.cost / 2


@pytest.mark.parametrize("calls", [1, 12, 40])
async def test_every_round_of_a_tool_loop_reads_the_one_before_from_the_cache(asking: Asking, calls: int) -> None:
    tools = Blocks([Reasoning(), *[Call("look", {"at": str(number)}) for number in range(calls)]])
    async with TestService(*[Rule(tools, times=3)]) as service:
        talk = Talking(asking, service.base_url, tools=(LOOK,), system=LONG)
        said = await talk.say("Go.")
        for _ in range(3):
            said = await talk.say(*seen(said, "Seen."))
        assert [request.refusal for request in service.requests] == [""] * 4
    for before, after in zip(talk.usages, talk.usages[1:], strict=False):
        assert after.cache_read_tokens == before.cache_read_tokens + before.cache_write_tokens


async def test_an_answer_keeps_to_its_form(asking: Asking) -> None:
    async with TestService() as service:
        said = await Talking(asking, service.base_url, output_schema=FORM, effort=Effort.LOW).say("Where?")
    assert msgspec.json.decode(said.text) == {"city": "words"}


async def test_documents_and_their_citations(asking: Asking) -> None:
    files = {"application/pdf": b"%PDF-1.7 /Type /Page", "text/plain": "Grüße".encode()}
    parts = [DocumentPart(hashlib.sha256(data).hexdigest(), kind, "T", True) for kind, data in files.items()]
    blobs = {part.blob: data for part, data in zip(parts, files.values(), strict=True)}
    place = {"type": "page_location", "cited_text": "sun", "document_index": 0, "document_title": "T"}
    cited = Blocks([Words(["Sunny", place | {"start_page_number": 1, "end_page_number": 2}, "."])])
    async with TestService(cited) as service:
        talk = Talking(asking, service.base_url, blobs=blobs)
        said = await talk.say(*parts, "What is it?")
        assert [part.citations[0].title for part in said.parts if isinstance(part, TextPart)] == ["T, page 1"]
        assert "0 picture(s), 0" not in (await talk.say("And now?")).text
        assert [request.refusal for request in service.requests] == ["", ""]
        assert service.requests[1].body["messages"][1]["content"][0]["citations"][0]["cited_text"] == "sun"


async def test_an_answer_ends_at_a_stop_sequence(asking: Asking) -> None:
    async with TestService() as service:
        talk = Talking(asking, service.base_url, stop_sequences=("received",))
        assert (await talk.say("One")).text == f"{MODEL} "
    assert (talk.ends[0].reason, talk.ends[0].detail) == (StopReason.STOP_SEQUENCE, "received")


async def test_a_paused_answer_goes_on(asking: Asking) -> None:
    async with TestService(Replay("pause_turn"), Blocks([Words(["Found."])])) as service:
        talk = Talking(asking, service.base_url)
        await talk.say("Search.")
        assert talk.ends[0].reason is StopReason.PAUSE_TURN
        asked = ModelRequest(MODEL, tuple(talk.messages))
        events = await answer(asking, service.base_url, asked, Delivery.STREAM)
        assert isinstance(events[-1], TurnFinished)
        assert service.requests[1].body["messages"][-1]["role"] == "assistant"


ANSWERS = {
    "words": Blocks([Reasoning(), Words(["It", " works. 😀\u2028\x85"])]),
    "calls": Blocks([Reasoning(["Hm."]), Words(["So:"]), Call("look", {"at": "x"}), Call("look")]),
    "redacted": Blocks([Redacted(), Words(["A."])]),
    "nothing": Blocks(),
    "refusal": Blocks([], "refusal", stop_details={"type": "refusal", "category": None, "explanation": "No."}),
    "unknown": Blocks([Raw({"type": "future_block", "x": [1]}), Words(["A."])], "tired"),
}


def built(events: Sequence[ModelEvent]) -> tuple[Message, Usage | None, TurnFinished | None]:
    builder = MessageBuilder("anthropic")
    for event in events:
        builder.feed(event)
    message = msgspec.structs.replace(builder.snapshot(), raw=None)
    finished = builder.finished and msgspec.structs.replace(builder.finished, raw=None)
    return message, builder.usage and msgspec.structs.replace(builder.usage, cost=None), finished


@pytest.mark.parametrize("name", sorted(ANSWERS))
async def test_the_same_answer_comes_streamed_and_whole(asking: Asking, name: str) -> None:
    asked = ModelRequest(MODEL, (user("Why?"),), tools=(LOOK,))
    results = []
    for delivery in Delivery:
        async with TestService(ANSWERS[name]) as service:
            results.append(await answer(asking, service.base_url, asked, delivery))
    assert built(results[0]) == built(results[1])


async def test_a_whole_answer_comes_at_once_with_its_words_as_a_delta(asking: Asking) -> None:
    async with TestService() as service:
        events = await answer(asking, service.base_url, ModelRequest(MODEL, (user("Why?"),)), Delivery.WHOLE)
        assert service.requests[0].body["stream"] is False
    assert "Why?" in "".join(event.text for event in events if isinstance(event, PartDelta))


@pytest.mark.parametrize(
    ("scripted", "expected"),
    [
        (Rule(Status(529, "overloaded_error"), times=None), Overloaded),
        (Rule(Body("<html>", 200), times=None), ProtocolViolation),
        (Rule(Body("{}", 200, "application/json"), times=None), ProtocolViolation),
        (
            Rule(Body('{"type":"error","error":{"type":"overloaded_error"}}', 200, "application/json"), times=None),
            Overloaded,
        ),
    ],
)
async def test_a_whole_answer_that_is_none_is_one_of_our_errors(
    asking: Asking, scripted: Rule, expected: type[Exception]
) -> None:
    async with TestService(scripted) as service:
        with pytest.raises(expected):
            await answer(asking, service.base_url, ModelRequest(MODEL, (user("Why?"),)), Delivery.WHOLE)


async def test_models_are_what_the_service_says_with_those_that_are_retired(asking: Asking) -> None:
    gate = Passing()
    async with TestService() as service:
        models = {model.id: model for model in await asking.provider.models(gate, service.base_url, SECRET)}
    haiku, old = models["claude-haiku-5-5"], models["claude-3-5-haiku-20241022"]
    assert (haiku.lifecycle, haiku.thinking) == (Lifecycle.ACTIVE, ("adaptive", "disabled"))
    assert (old.lifecycle, old.ends, old.replacement) == (Lifecycle.RETIRED, "2026-02-19", "claude-haiku-5-5")
    assert models["claude-sonnet-4-5-20250929"].lifecycle is Lifecycle.DEPRECATED
    assert haiku.prices[1].above_tokens == 100_000
    assert [outgoing.purpose for outgoing in gate.passed] == [Purpose.MODEL_LIST]


async def test_the_built_in_table_says_what_the_service_says(asking: Asking) -> None:
    async with TestService() as service:
        listed = await asking.provider.models(Passing(), service.base_url, SECRET)
    known = {model.id: model for model in await asking.provider.models(None, "", None)}
    for model in listed:
        built_in = known.get(model.id)
        if built_in is not None:
            assert (set(built_in.thinking), built_in.efforts) == (set(model.thinking), model.efforts), model.id
            assert (built_in.lifecycle, built_in.ends) == (model.lifecycle, model.ends)


async def test_pages_are_asked_for_until_there_are_no_more_each_through_the_gate(asking: Asking) -> None:
    def page(id: str, more: bool) -> Rule:
        body = {"data": [{"id": id}], "has_more": more, "first_id": id, "last_id": id}
        return Rule(Body(msgspec.json.encode(body).decode(), 200, "application/json"), path="/v1/models")

    gate = Passing()
    async with TestService(page("claude-haiku-5-5", True), page("claude-opus-5", True), page("x", False)) as service:
        models = await asking.provider.models(gate, service.base_url, SECRET, Purpose.KEY_TEST)
        queries = [request.query for request in service.requests]
    assert [model.id for model in models] == ["claude-haiku-5-5", "claude-opus-5", "x"]
    assert [query.partition("after_id=")[2] for query in queries] == ["", "claude-haiku-5-5", "claude-opus-5"]
    assert all(query.startswith("limit=1000&") for query in queries)
    assert [outgoing.purpose for outgoing in gate.passed] == [Purpose.KEY_TEST] * 3


async def test_connecting_sends_no_key_and_is_what_the_question_then_uses(asking: Asking) -> None:
    gate = Passing()
    async with TestService() as service:
        await asking.provider.connect(gate, service.base_url)
        await asking.provider.connect(gate, service.base_url)
        await asking.ask(service.base_url)
        [looked, _] = service.requests
        assert service.connections == 1
    assert (looked.method, looked.header("x-api-key"), looked.raw) == ("HEAD", None, b"")
    assert [outgoing.purpose for outgoing in gate.passed] == [Purpose.CONNECTION]


async def test_connecting_to_nobody_says_so(asking: Asking) -> None:
    with pytest.raises(ConnectionFailed):
        await asking.provider.connect(Passing(), "http://127.0.0.1:1")
