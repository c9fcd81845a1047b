"""Turns what a script says into the events of an answer."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any, TypeAlias

import msgspec

from tests.service.answers import Block, Blocks, Call, Echo, Event, Raw, Reasoning, Redacted, Text, Words
from tests.service.caching import blocks_in
from tests.service.memory import Memory
from tests.service.models import Model
from tests.service.rules import thinks
from tests.service.schemas import example
from tests.service.tools import forced_tool

Events: TypeAlias = Iterator[dict[str, Any]]


def echo(said: Echo, body: dict[str, Any], model: Model) -> Blocks:
    """What was received, in the form that was asked for."""
    if body.get("max_tokens") == 0:
        return Blocks([], "max_tokens", delivery=said.delivery)
    tool = forced_tool(body)
    if tool is not None:
        return Blocks([Call(tool["name"], example(tool["input_schema"]))], delivery=said.delivery)
    blocks: list[Block] = []
    if said.thinking != "none" and thinks(body, model):
        shown = (body.get("thinking") or {}).get("display") == "summarized"
        given = said.thinking if isinstance(said.thinking, list) else ["The person ", "asks."] if shown else [""]
        blocks.append(Reasoning(given))
    form = (body.get("output_config") or {}).get("format")
    if form is not None:
        return Blocks([*blocks, Words([msgspec.json.encode(example(form["schema"])).decode()])], delivery=said.delivery)
    words, match = _until_stop(heard(body), body.get("stop_sequences") or [])
    if match is None:
        return Blocks([*blocks, Words([words])], delivery=said.delivery)
    spoken: list[Block] = [Words([words])] if words else []
    return Blocks([*blocks, *spoken], "stop_sequence", match, delivery=said.delivery)


def heard(body: dict[str, Any]) -> str:
    """What was received, in words."""
    blocks = blocks_in(body["messages"][-1]["content"])
    words = " ".join(block["text"] for block in blocks if block["type"] == "text")
    pictures = sum(block["type"] == "image" for block in blocks)
    documents = sum(block["type"] == "document" for block in blocks)
    also = f", {documents} document(s)" if documents else ""
    return f"{body['model']} received {pictures} picture(s){also} and these words: {words}"


def as_blocks(answer: Text) -> Blocks:
    """An answer in words as one of blocks."""
    blocks: list[Block] = []
    if answer.thinking != "none":
        blocks.append(Reasoning(answer.thinking if isinstance(answer.thinking, list) else [""]))
    if answer.deltas:
        blocks.append(Words(list(answer.deltas)))
    return Blocks(
        blocks,
        "" if answer.stop_reason is None else answer.stop_reason,
        answer.stop_sequence,
        answer.stop_details,
        answer.usage,
        answer.first_usage,
        answer.usage_twice,
        answer.delivery,
    )


class Speaker:
    """Speaks one answer.

    Args:
        body: The request.
        model: Who is asked.
        memory: Signs reasoning.
        number: Of the request, for ids.
    """

    def __init__(self, body: dict[str, Any], model: Model, memory: Memory, number: int) -> None:
        self._body = body
        self._model = model
        self._memory = memory
        self._number = number

    def events(self, answer: Blocks, usage: dict[str, Any]) -> Events:
        """Everything from message_start to message_stop."""
        yield {"type": "message_start", "message": self._message(usage | answer.first_usage)}
        index = 0
        for block in answer.blocks:
            if isinstance(block, Event):
                yield block.event
                continue
            yield from self._block(block, index)
            index += 1
        if answer.usage_twice:
            yield {"type": "message_delta", "delta": {"stop_reason": None}, "usage": {"output_tokens": 7}}
        reason = answer.stop_reason or ("tool_use" if any(isinstance(b, Call) for b in answer.blocks) else "end_turn")
        ending = {"stop_reason": reason, "stop_sequence": answer.stop_sequence}
        if answer.stop_details is not None:
            ending["stop_details"] = answer.stop_details  # type: ignore[assignment]
        yield {"type": "message_delta", "delta": ending, "usage": _totals(answer) | answer.usage}
        yield {"type": "message_stop"}

    def _message(self, usage: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": f"msg_{self._number:04}",
            "type": "message",
            "role": "assistant",
            "model": self._model.id,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "stop_details": None,
            "container": None,
            "usage": {"output_tokens": 1, "service_tier": "standard"} | usage,
        }

    def _block(self, block: Block, index: int) -> Events:
        match block:
            case Words():
                yield from _whole(index, {"type": "text", "text": ""}, [_worded(piece) for piece in block.pieces])
            case Reasoning():
                start = {"type": "thinking", "thinking": "", "signature": ""}
                deltas = [{"type": "thinking_delta", "thinking": piece} for piece in block.pieces or [""]]
                signature = self._memory.sign("".join(block.pieces), self._body, self._model)
                yield from _whole(index, start, [*deltas, {"type": "signature_delta", "signature": signature}])
            case Redacted():
                seed = f"{self._number} {index}".encode()
                data = base64.b64encode(hashlib.sha512(seed).digest()).decode()
                yield from _whole(index, {"type": "redacted_thinking", "data": data}, [])
            case Call():
                yield from self._call(block, index)
            case Raw():
                yield from _whole(index, block.block, block.deltas)

    def _call(self, call: Call, index: int) -> Events:
        id = call.id or f"toolu_{self._number:04}_{index}"
        start = {"type": "tool_use", "id": id, "name": call.name, "input": {}, **call.more}
        pieces = call.pieces
        if pieces is None:
            json = msgspec.json.encode(call.input).decode() if call.input else ""
            pieces = ["", *(json[at : at + call.size] for at in range(0, len(json), call.size))]
        yield from _whole(index, start, [{"type": "input_json_delta", "partial_json": piece} for piece in pieces])


def _whole(index: int, block: dict[str, Any], deltas: list[dict[str, Any]]) -> Events:
    yield {"type": "content_block_start", "index": index, "content_block": block}
    for delta in deltas:
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


def _worded(piece: str | dict[str, Any]) -> dict[str, Any]:
    if isinstance(piece, str):
        return {"type": "text_delta", "text": piece}
    return {"type": "citations_delta", "citation": piece}


def _until_stop(words: str, stops: list[str]) -> tuple[str, str | None]:
    found = [(words.index(stop), stop) for stop in stops if stop in words]
    if not found:
        return words, None
    place, match = min(found)
    return words[:place], match


def _totals(answer: Blocks) -> dict[str, Any]:
    thought = 5 if any(isinstance(block, (Reasoning, Redacted)) for block in answer.blocks) else 0
    tokens = 20 if answer.blocks else 2
    return {"output_tokens": tokens, "output_tokens_details": {"thinking_tokens": thought}}
