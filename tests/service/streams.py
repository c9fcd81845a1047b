"""Answers as streams of server-sent events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec

from tests.service.answers import Delivery, Echo, Replay, Text
from tests.service.frames import Frame, payload, split_frames
from tests.service.memory import Memory


def frames_of(answer: Text | Replay | Echo, body: dict[str, Any], memory: Memory, number: int) -> list[Frame]:
    """The events of `answer` to `body`; the reasoning in them is remembered."""
    if isinstance(answer, Replay):
        recorded = list(split_frames(answer.read(), b"event: content_block_delta"))
        memory.remember(blocks_of(recorded), body)
        return recorded
    if isinstance(answer, Echo):
        answer = Text([echo(body)], answer.thinking, delivery=answer.delivery)
    frames = [_frame(event, answer.delivery) for event in _events(answer, body, memory, number)]
    if answer.delivery.pings:
        ping = _frame({"type": "ping"}, answer.delivery)
        frames = [item for frame in frames for item in (ping, frame)]
    memory.remember(blocks_of(frames), body)
    return frames


def error_frame(kind: str, delivery: Delivery) -> Frame:
    """An error in the middle."""
    return _frame({"type": "error", "error": {"type": kind, "message": "Scripted failure"}}, delivery)


def message_of(frames: list[Frame]) -> dict[str, Any]:
    """The whole message, as it is answered to requests without `stream`."""
    message: dict[str, Any] = {}
    for event in _parsed(frames):
        if event["type"] == "message_start":
            message = event["message"]
        elif event["type"] == "message_delta":
            message |= event["delta"]
            message["usage"] |= event["usage"]
    return message | {"content": blocks_of(frames)}


def blocks_of(frames: list[Frame]) -> list[dict[str, Any]]:
    """The finished blocks of a stream."""
    blocks: dict[int, dict[str, Any]] = {}
    inputs: dict[int, str] = {}
    for event in _parsed(frames):
        index = event.get("index", -1)
        if event["type"] == "content_block_start":
            blocks[index] = dict(event["content_block"])
        elif event["type"] == "content_block_delta":
            _apply(event["delta"], blocks[index], inputs, index)
    for index, written in inputs.items():
        with suppress(msgspec.DecodeError):  # cut off at max_tokens
            blocks[index]["input"] = msgspec.json.decode(written or "{}")
    return [blocks[index] for index in sorted(blocks)]


def _apply(delta: dict[str, Any], block: dict[str, Any], inputs: dict[int, str], index: int) -> None:
    match delta["type"]:
        case "text_delta":
            block["text"] += delta["text"]
        case "thinking_delta":
            block["thinking"] += delta["thinking"]
        case "signature_delta":
            block["signature"] = delta["signature"]
        case "input_json_delta":
            inputs[index] = inputs.get(index, "") + delta["partial_json"]
        case "citations_delta":
            block["citations"] = [*(block.get("citations") or []), delta["citation"]]


def echo(body: dict[str, Any]) -> str:
    """What was received, in words."""
    content = body["messages"][-1]["content"]
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    words = " ".join(block["text"] for block in blocks if block["type"] == "text")
    pictures = sum(block["type"] == "image" for block in blocks)
    return f"{body['model']} received {pictures} picture(s) and these words: {words}"


def _events(answer: Text, body: dict[str, Any], memory: Memory, number: int) -> Iterator[dict[str, Any]]:
    usage = {"input_tokens": 100, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 1}
    message = {
        "id": f"msg_{number:04}",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage | answer.first_usage,
    }
    yield {"type": "message_start", "message": message}
    index = 0
    if answer.thinking != "none":
        yield from _thinking(index, answer, body, memory)
        index += 1
    if answer.deltas:
        yield {"type": "content_block_start", "index": index, "content_block": {"type": "text", "text": ""}}
        for delta in answer.deltas:
            yield _delta(index, type="text_delta", text=delta)
        yield {"type": "content_block_stop", "index": index}
    ending = {"stop_reason": answer.stop_reason, "stop_sequence": answer.stop_sequence}
    if answer.stop_details is not None:
        ending["stop_details"] = answer.stop_details  # type: ignore[assignment]
    if answer.usage_twice:
        yield {"type": "message_delta", "delta": {"stop_reason": None}, "usage": {"output_tokens": 7}}
    yield {"type": "message_delta", "delta": ending, "usage": {"output_tokens": 20} | answer.usage}
    yield {"type": "message_stop"}


def _thinking(index: int, answer: Text, body: dict[str, Any], memory: Memory) -> Iterator[dict[str, Any]]:
    pieces = answer.thinking if isinstance(answer.thinking, list) else [""]
    start = {"type": "thinking", "thinking": "", "signature": ""}
    yield {"type": "content_block_start", "index": index, "content_block": start}
    for piece in pieces:
        yield _delta(index, type="thinking_delta", thinking=piece)
    yield _delta(index, type="signature_delta", signature=memory.sign("".join(pieces), body))
    yield {"type": "content_block_stop", "index": index}


def _delta(index: int, **delta: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": delta}


def _frame(event: dict[str, Any], delivery: Delivery) -> Frame:
    end = b"\r\n" if delivery.crlf else b"\n"
    data = b"event: " + event["type"].encode() + end + b"data: " + msgspec.json.encode(event) + end + end
    return Frame(data, event["type"] == "content_block_delta")


def _parsed(frames: list[Frame]) -> Iterator[dict[str, Any]]:
    for frame in frames:
        if data := payload(frame):
            event = msgspec.json.decode(data)
            if event["type"] in ("message_start", "message_delta", "content_block_start", "content_block_delta"):
                yield event
