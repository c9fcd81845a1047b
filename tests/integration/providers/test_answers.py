"""Questions and answers over real sockets."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from pathlib import Path

import pytest

from kireji.core.errors import ReplayRefused
from kireji.core.events import PartDelta, TurnFinished
from kireji.core.messages import ImagePart, Message, Role, TextPart
from kireji.core.models import Effort
from kireji.core.requests import ModelRequest
from tests.integration.providers.conftest import SECRET, Asking, png, question
from tests.service import KEY, Delivery, Replay, Rule, Status, TestService, Text
from tests.support.cleared import cleared, cleared_question

FIXTURES = sorted(
    path.stem
    for path in (Path(__file__).parents[2] / "data" / "sse").glob("*.txt")
    if not path.stem.startswith("openai_")
)
BROKEN = {"error_mid_stream", "no_message_stop", "no_final_blank_line"}


async def test_an_answer_arrives_in_its_pieces(asking: Asking) -> None:
    async with TestService(Text(["It", " works."])) as service:
        events = await asking.events(service.base_url)
    assert [event.text for event in events if isinstance(event, PartDelta)] == ["It", " works."]
    assert isinstance(events[-1], TurnFinished)


async def test_the_first_piece_is_there_before_the_answer_ends(asking: Asking) -> None:
    async with TestService(Text(["First", " last"], delivery=Delivery(hold_after=1))) as service:
        asked = cleared_question(asking.provider, question(), service.base_url)
        async with asking.provider.stream(asked, SECRET) as events:
            texts = (event.text async for event in events if isinstance(event, PartDelta))
            assert await anext(texts) == "First"
            await service.until(lambda: service.requests[0].held)
            service.release()
            assert [text async for text in texts] == [" last"]


@pytest.mark.parametrize("name", [name for name in FIXTURES if name not in BROKEN])
async def test_recorded_streams_arrive_whole_byte_by_byte(asking: Asking, name: str) -> None:
    async with TestService(Replay(name), Replay(name, Delivery(chunk=1))) as service:
        assert await asking.events(service.base_url) == await asking.events(service.base_url)


async def test_the_sent_bytes_are_the_cleared_bytes(asking: Asking) -> None:
    async with TestService() as service:
        asked = cleared_question(asking.provider, question("Ünïcode 😀\u2028"), service.base_url)
        async with asking.provider.stream(asked, SECRET) as events:
            async for _ in events:
                pass
        assert asked.outgoing is not None
        assert service.requests[0].raw == asked.outgoing.body


async def test_the_key_stands_in_exactly_one_header(asking: Asking) -> None:
    async with TestService() as service:
        await asking.ask(service.base_url)
        [received] = service.requests
    assert [name for name, value in received.headers if KEY in value] == ["x-api-key"]
    assert KEY not in received.path + received.query + received.raw.decode()


async def test_only_the_cleared_headers_are_sent(asking: Asking) -> None:
    async with TestService() as service:
        asked = cleared_question(asking.provider, question(), service.base_url)
        await asking.ask(service.base_url)
        [received] = service.requests
    assert asked.outgoing is not None
    named = {name.lower() for name, _ in received.headers}
    assert named == {name.lower() for name in asked.outgoing.headers} | {"host", "content-length", "x-api-key"}


async def test_a_picture_arrives_bit_by_bit_as_it_was(asking: Asking) -> None:
    data = png(300, 200)
    image = ImagePart(hashlib.sha256(data).hexdigest(), "image/png", 300, 200)
    asked = ModelRequest(
        "claude-haiku-5-5", (Message(Role.USER, (image, TextPart("What?"))),), {image.blob: data}, effort=Effort.LOW
    )
    async with TestService() as service:
        message = await asking.ask(service.base_url, asked)
    assert message.text == "claude-haiku-5-5 received 1 picture(s) and these words: What?"


async def test_a_conversation_goes_on_with_its_reasoning(asking: Asking) -> None:
    async with TestService() as service:
        messages = list(question("One").messages)
        for text in ("Two", "Three"):
            asked = ModelRequest("claude-haiku-5-5", tuple(messages), system="Be brief.")
            messages += [await asking.ask(service.base_url, asked), Message(Role.USER, (TextPart(text),))]
        await asking.ask(service.base_url, ModelRequest("claude-haiku-5-5", tuple(messages), system="Be brief."))
        sent = service.requests[-1].body["messages"]
    assert [block["type"] for block in sent[1]["content"]] == ["thinking", "text"]
    assert [request.refusal for request in service.requests] == ["", "", ""]


async def test_changed_instructions_are_told_apart_and_the_words_alone_are_taken(asking: Asking) -> None:
    async with TestService() as service:
        first = question("One", system="Be brief.")
        said = await asking.ask(service.base_url, first)
        messages = (*first.messages, said, Message(Role.USER, (TextPart("Two"),)))
        _, error = await asking.failure(
            service.base_url, ModelRequest("claude-haiku-5-5", messages, system="Be thorough.")
        )
        assert isinstance(error, ReplayRefused)
        plain = tuple(Message(message.role, message.parts) for message in messages)
        assert (await asking.ask(service.base_url, ModelRequest("claude-haiku-5-5", plain, system="Be thorough."))).text


async def test_stopping_closes_the_connection_and_the_service_sees_it(asking: Asking) -> None:
    async with TestService(Text(["First", " last"], delivery=Delivery(hold_after=1))) as service:
        asked = cleared_question(asking.provider, question(), service.base_url)

        async def read() -> None:
            async with asking.provider.stream(asked, SECRET) as events:
                async for _ in events:
                    pass

        async with asyncio.TaskGroup() as group:
            reading = group.create_task(read())
            await service.until(lambda: service.requests and service.requests[0].held)
            reading.cancel()
        assert reading.cancelled()
        await service.until(lambda: service.requests[0].disconnected)


async def test_stopping_before_the_first_byte_closes_the_connection_too(asking: Asking) -> None:
    async with TestService(Text(["Late"], delivery=Delivery(header_delay=600))) as service:
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(asking.ask(service.base_url))
            await service.until(lambda: service.requests)
            reading.cancel()
        await service.until(lambda: service.requests[0].disconnected)


async def test_leaving_the_context_early_closes_the_connection(asking: Asking) -> None:
    async with TestService(Text(["First", " last"], delivery=Delivery(hold_after=1))) as service:
        asked = cleared_question(asking.provider, question(), service.base_url)
        async with asking.provider.stream(asked, SECRET) as events:
            await anext(events)
        await service.until(lambda: service.requests[0].disconnected)


async def test_a_second_question_uses_the_same_connection(asking: Asking) -> None:
    async with TestService() as service:
        await asking.ask(service.base_url)
        await asking.ask(service.base_url)
        assert service.connections == 1


async def test_warming_contacts_nothing(asking: Asking) -> None:
    async with TestService() as service:
        await asking.provider.warm(service.base_url)
        assert service.connections == 0
        await asking.ask(service.base_url)
        assert service.connections == 1


async def test_a_request_that_stays_here_is_never_sent(asking: Asking) -> None:
    with pytest.raises(ValueError, match="leaves"):
        async with asking.provider.stream(cleared(None, question()), SECRET):
            pass


async def test_no_log_holds_addresses_keys_or_words(asking: Asking, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with TestService(Rule(Status(529), times=1)) as service:
        await asking.ask(service.base_url, question("private words"))
    assert caplog.records
    assert not [record for record in caplog.records if record.name.startswith(("httpx", "httpcore"))]
    assert KEY not in caplog.text
    assert "private words" not in caplog.text
