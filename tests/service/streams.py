"""Streams of server-sent events: written, and read back as the message that they describe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import msgspec

from tests.service.answers import Delivery
from tests.service.frames import Frame, payload

DELTA = b"event: content_block_delta"
_KNOWN = ("message_start", "message_delta", "content_block_start", "content_block_delta")


def written(events: Iterable[dict[str, Any]], delivery: Delivery) -> list[Frame]:
    """Events as they go over the wire."""
    frames = [frame_of(event, delivery) for event in events]
    if delivery.pings:
        ping = frame_of({"type": "ping"}, delivery)
        frames = [item for frame in frames for item in (ping, frame)]
    if delivery.comments:
        frames = [Frame(b": still here" + _end(delivery) * 2 + frame.data, frame.is_delta) for frame in frames]
    return frames


def frame_of(event: dict[str, Any], delivery: Delivery) -> Frame:
    """One event."""
    end = _end(delivery)
    data = b"event: " + event["type"].encode() + end + b"data: " + msgspec.json.encode(event) + end + end
    return Frame(data, event["type"] == "content_block_delta")


def error_frame(kind: str, delivery: Delivery) -> Frame:
    """An error in the middle."""
    return frame_of({"type": "error", "error": {"type": kind, "message": "Scripted failure"}}, delivery)


def message_of(frames: list[Frame]) -> dict[str, Any]:
    """The whole message, as it is answered to requests without `stream`."""
    message: dict[str, Any] = {}
    for event in _parsed(frames):
        if event["type"] == "message_start":
            message = event["message"]
        elif event["type"] == "message_delta":
            message |= event["delta"]
            message["usage"] |= {name: value for name, value in event["usage"].items() if value is not None}
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
    for index, json in inputs.items():
        with suppress(msgspec.DecodeError):  # cut off at max_tokens, or never valid
            blocks[index]["input"] = msgspec.json.decode(json or "{}")
    return [blocks[index] for index in sorted(blocks)]


def _end(delivery: Delivery) -> bytes:
    return b"\r\n" if delivery.crlf else b"\n"


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


def _parsed(frames: list[Frame]) -> Iterator[dict[str, Any]]:
    for frame in frames:
        if data := payload(frame):
            try:
                event = msgspec.json.decode(data)
            except msgspec.DecodeError:  # a recorded stream that ends inside an event
                return
            if event["type"] in _KNOWN:
                yield event
