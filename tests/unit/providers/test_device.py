"""This computer's own reader as a provider: labelled, line by line, and nothing leaves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kireji.core.errors import ReaderError
from kireji.core.events import MessageBuilder, ModelEvent, PartDelta, PartFinished, PartStarted, TurnFinished
from kireji.core.messages import ImagePart, Message, Role, StopReason, TextPart
from kireji.core.requests import ClearedRequest, ModelRequest, OutgoingRequest
from kireji.providers.device import DeviceProvider
from tests.fakes.reader import FakeReader
from tests.support.cleared import cleared

PNG = b"\x89PNG picture "


def _request(pictures: int, *, earlier: int = 0) -> ModelRequest:
    blobs = [f"{number:064x}" for number in range(earlier + pictures)]
    images = [ImagePart(blob, "image/png", 10, 10) for blob in blobs]
    messages = [
        Message(Role.USER, (TextPart("and this?"), *images[:earlier])),
        Message(Role.ASSISTANT, (TextPart("that"),)),
        Message(Role.USER, (*images[earlier:], TextPart("what went wrong?"))),
    ]
    held = {blob: PNG + blob.encode() for blob in blobs}
    return ModelRequest("reader", tuple(messages if earlier else messages[-1:]), held)


async def _events(reader: FakeReader, request: ModelRequest) -> list[ModelEvent]:
    async with DeviceProvider(reader).stream(cleared(None, request), None) as events:
        return [event async for event in events]


async def _text(reader: FakeReader, request: ModelRequest) -> str:
    builder = MessageBuilder("device")
    for event in await _events(reader, request):
        builder.feed(event)
    return builder.snapshot().text


def test_needs_no_key() -> None:
    assert not DeviceProvider(FakeReader()).needs_key


def test_nothing_leaves_for_a_question() -> None:
    assert DeviceProvider(FakeReader()).encode(_request(1), "") is None


async def test_nothing_leaves_for_the_list_of_models_or_to_connect() -> None:
    async def shut(outgoing: OutgoingRequest) -> ClearedRequest:
        raise AssertionError(f"{outgoing.url} was to leave")

    provider = DeviceProvider(FakeReader())
    await provider.models(shut, "", None)
    await provider.connect(shut, "")


async def test_its_one_model_is_free_and_is_the_default() -> None:
    provider = DeviceProvider(FakeReader())
    [model] = await provider.models(None, "", None)
    assert (model.provider, model.id, model.free) == (provider.name, provider.default_model, True)


async def test_warming_starts_the_reader() -> None:
    reader = FakeReader()
    await DeviceProvider(reader).warm("")
    assert reader.warmed == 1


async def test_the_answer_says_first_that_this_computer_read_it() -> None:
    first = next(event for event in await _events(FakeReader(), _request(1)) if isinstance(event, PartDelta))
    assert "Read on this computer" in first.text
    assert "not sent to any model" in first.text


async def test_every_line_is_a_delta_of_its_own() -> None:
    deltas = [event.text for event in await _events(FakeReader(("one", "two", "three")), _request(1))
              if isinstance(event, PartDelta)]  # fmt: skip
    assert [sum(word in delta for delta in deltas) for word in ("one", "two", "three")] == [1, 1, 1]


async def test_the_finished_part_is_what_was_shown() -> None:
    events = await _events(FakeReader(("one", "two")), _request(2))
    shown = "".join(event.text for event in events if isinstance(event, PartDelta))
    assert [event.part for event in events if isinstance(event, PartFinished)] == [TextPart(shown)]


async def test_the_turn_starts_and_ends() -> None:
    events = await _events(FakeReader(), _request(1))
    assert isinstance(events[0], PartStarted)
    assert events[-1] == TurnFinished(StopReason.END_TURN)


async def test_the_lines_stand_in_a_code_block_as_they_were_read() -> None:
    tokens = MarkdownIt().parse(await _text(FakeReader(("def f():", "    return 1")), _request(1)))
    assert [token.content for token in tokens if token.type == "fence"] == ["def f():\n    return 1\n"]


async def test_only_the_pictures_of_the_last_question_are_read() -> None:
    reader = FakeReader()
    await _events(reader, _request(1, earlier=2))
    assert reader.pictures == [PNG + f"{2:064x}".encode()]


async def test_several_pictures_are_told_apart() -> None:
    text = await _text(FakeReader(), _request(2))
    assert text.index("Picture 1 of 2") < text.index("```text") < text.index("Picture 2 of 2")


async def test_without_a_picture_it_says_what_it_can_do_and_what_to_do_next() -> None:
    text = await _text(FakeReader(), _request(0))
    assert "can only read the text in a picture" in text
    assert "Cut out a piece of the screen" in text


async def test_a_picture_without_text_is_said_to_have_none() -> None:
    text = await _text(FakeReader(()), _request(1))
    assert "No text was found in the picture." in text
    assert "```" not in text


async def test_a_failing_reader_ends_the_answer_with_its_sentence() -> None:
    with pytest.raises(ReaderError, match="stopped"):
        await _events(FakeReader(error=ReaderError("The text reader stopped.")), _request(1))


async def test_leaving_the_answer_stops_the_reader() -> None:
    reader = FakeReader(("one", "two"))
    provider = DeviceProvider(reader)
    async with provider.stream(cleared(None, _request(1)), None) as events:
        async for event in events:
            if isinstance(event, PartDelta) and "one" in event.text:
                assert reader.reading == 1
                break
    assert reader.reading == 0


hostile = st.one_of(
    st.text(st.sampled_from("`~ \n\r\u2028ab[]()!"), max_size=20),
    st.sampled_from(["```", "````", "   ```  ", "~~~", "``` ![x](http://example.org/y)", "\n```\n# Heading"]),
)


@given(st.lists(hostile, min_size=1, max_size=6))
async def test_no_text_in_a_picture_gets_out_of_the_code_block(lines: list[str]) -> None:
    tokens = MarkdownIt().parse(await _text(FakeReader(lines), _request(1)))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close", "fence"]


@given(st.lists(hostile, min_size=1, max_size=6), st.integers(1, 9))
async def test_nor_does_it_while_the_answer_is_unfinished(lines: list[str], taken: int) -> None:
    deltas = [event.text for event in await _events(FakeReader(lines), _request(1)) if isinstance(event, PartDelta)]
    tokens = MarkdownIt().parse("".join(deltas[:taken]))
    assert [token.type for token in tokens][:4] == ["paragraph_open", "inline", "paragraph_close", "fence"][
        : len(tokens)
    ]
