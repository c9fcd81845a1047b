"""Recorded streams of Anthropic's API, and answers decoded from them and from made-up events."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from kireji.core.errors import ProviderError
from kireji.core.events import MessageBuilder, ModelEvent
from kireji.core.messages import Message, Usage
from kireji.providers.anthropic_models import find_model
from kireji.providers.anthropic_stream import StreamDecoder
from kireji.providers.failures import Answerer

_FOLDER = Path(__file__).parents[2] / "data" / "sse"
FIXTURES = {
    path.relative_to(_FOLDER).with_suffix("").as_posix(): path.read_bytes()
    for path in _FOLDER.rglob("*.txt")
    if not path.stem.startswith("openai_")
}
BROKEN = {name for name in FIXTURES if name.startswith("broken/")} | {
    "error_mid_stream",
    "no_message_stop",
    "no_final_blank_line",
}
PLAIN = {
    name
    for name, data in FIXTURES.items()
    if name not in BROKEN and b"\r" not in data and data.startswith(b"event: ") and data.count(b"\ndata: ") > 1
} - {"comments_and_fields"}
"""Those that end well and have one line of data per event."""
WHO = Answerer("anthropic", "api.anthropic.com", "claude-haiku-5-5")


def cost(usage: Usage) -> float | None:
    model = find_model(WHO.model)
    assert model is not None
    return model.cost(usage)


def decoder() -> StreamDecoder:
    return StreamDecoder(WHO, "req_1", cost)


def data_lines(name: str) -> list[str]:
    """The data of each event of one of PLAIN."""
    return [line[6:] for line in FIXTURES[name].decode().split("\n") if line.startswith("data: ")]


def feed(data: Iterable[str | dict[str, Any]]) -> tuple[list[ModelEvent], ProviderError | None]:
    """What comes of these events, and what it ends with if it does not end well."""
    decoding = decoder()
    events: list[ModelEvent] = []
    try:
        for one in data:
            events.extend(decoding.feed(one if isinstance(one, str) else msgspec.json.encode(one).decode()))
        decoding.end()
    except ProviderError as error:
        return events, error
    return events, None


def built(events: Iterable[ModelEvent]) -> Message:
    builder = MessageBuilder("anthropic")
    for event in events:
        builder.feed(event)
    return builder.snapshot()


def started(index: int, **block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int, **fields: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": fields}


def stopped(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def ended(reason: str, **usage: Any) -> list[dict[str, Any]]:
    return [
        {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}, "usage": usage},
        {"type": "message_stop"},
    ]
