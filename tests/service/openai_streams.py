"""Answers of chat completions as streams of server-sent events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tests.service.frames import Frame, payload
from tests.service.openai_answers import Call, Completion, Fault

WAITING = b": OPENROUTER PROCESSING"


@dataclass(frozen=True)
class Voice:
    """How one service words its chunks.

    Args:
        id: Of the answer.
        model: That answers.
        extra: Fields of every chunk beside OpenAI's.
        waiting: Whether comment lines come while the model is started.
        reasoning: The field of `delta` that carries reasoning; empty puts it into the content in <think> tags.
        details: Whether reasoning comes as `reasoning_details` too.
        whole_calls: Whether a call comes in one delta.
        usage: The last totals; None sends none.
        native: Whether `native_finish_reason` is told.
        ending: Fields of the last chunk.
    """

    id: str
    model: str
    extra: dict[str, Any] = field(default_factory=dict)
    waiting: bool = False
    reasoning: str = "reasoning"
    details: bool = False
    whole_calls: bool = False
    usage: dict[str, Any] | None = None
    native: bool = False
    ending: dict[str, Any] = field(default_factory=dict)
    sign: Any = None


def frames_of(answer: Completion, voice: Voice) -> list[Frame]:
    """The events of `answer`."""
    end = b"\r\n" if answer.delivery.crlf else b"\n"
    frames: list[Frame] = []
    comment = Frame(WAITING + end + end, False)
    if voice.waiting:
        frames += [comment, comment]
    for chunk, is_delta in _chunks(answer, voice):
        if answer.delivery.pings:
            frames.append(comment)
        frames.append(frame(chunk, end, is_delta=is_delta))
    if answer.error is not None:
        frames.append(frame(fault_chunk(answer.error, voice), end))
    elif answer.done:
        frames.append(Frame(b"data: [DONE]" + end + end, False))
    return frames


def frame(chunk: Any, end: bytes = b"\n", *, is_delta: bool = False) -> Frame:
    """One event."""
    return Frame(b"data: " + msgspec.json.encode(chunk) + end + end, is_delta)


def fault_chunk(fault: Fault, voice: Voice) -> dict[str, Any]:
    """The chunk that ends a stream with an error."""
    error: dict[str, Any] = {"code": fault.code, "message": fault.message}
    if fault.metadata is not None:
        error["metadata"] = fault.metadata
    if fault.bare:
        return {"error": error}
    choice = {"index": 0, "delta": {"content": ""}, "finish_reason": "error"}
    return _chunk(voice, [choice]) | {"error": error}


def _chunk(voice: Voice, choices: list[dict[str, Any]]) -> dict[str, Any]:
    head = {"id": voice.id, "object": "chat.completion.chunk", "created": 1_790_000_000, "model": voice.model}
    return head | voice.extra | {"choices": choices}


def _choice(voice: Voice, delta: dict[str, Any] | None, finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return _chunk(voice, [choice | ({"native_finish_reason": finish} if voice.native else {})])


def _chunks(answer: Completion, voice: Voice) -> Iterator[tuple[dict[str, Any], bool]]:
    """Chunks, each with whether it carries content."""
    odd = set(answer.oddities)
    if "debug" in odd:
        yield _chunk(voice, []) | {"debug": {"echo_upstream_body": {"model": voice.model}}}, False
    yield _choice(voice, {"role": "assistant", "content": None if "null_content" in odd else ""}), False
    for delta in _reasoning(answer, voice):
        yield _choice(voice, delta), True
    last = len(answer.deltas) - 1
    for number, words in enumerate(answer.deltas):
        for strange in _strange(voice, odd):
            yield strange, False
        finishes = "finish_with_content" in odd and number == last and not answer.calls
        yield _choice(voice, {"content": words}, answer.finish if finishes else None), True
    if answer.refusal is not None:
        yield _choice(voice, {"refusal": answer.refusal}), True
    whole = "whole_calls" in odd or (voice.whole_calls and "call_pieces" not in odd)
    for delta in _calls(answer.calls, whole=whole, index="no_index" not in odd):
        yield _choice(voice, {"tool_calls": [delta]}), True
    if answer.error is not None:
        return
    if answer.finish is not None and not ("finish_with_content" in odd and answer.deltas and not answer.calls):
        ending = _choice(voice, {"content": ""}, answer.finish)
        if answer.native_finish_reason is not None:
            ending["choices"][0]["native_finish_reason"] = answer.native_finish_reason
        yield ending | ({} if voice.usage is not None else voice.ending), False
    if voice.usage is not None:
        usage = None if "null_usage" in odd else voice.usage | answer.usage
        yield _chunk(voice, []) | {"usage": usage} | voice.ending, False


def _strange(voice: Voice, odd: set[Any]) -> Iterator[dict[str, Any]]:
    if "null_content" in odd:
        yield _choice(voice, {"content": None})
    if "null_delta" in odd:
        yield _choice(voice, None)
    if "empty_choices" in odd:
        yield _chunk(voice, [])
    if "no_choices" in odd:
        yield {name: value for name, value in _chunk(voice, []).items() if name != "choices"}
    if "no_delta" in odd:
        yield _chunk(voice, [{"index": 0, "finish_reason": None}])


def _reasoning(answer: Completion, voice: Voice) -> Iterator[dict[str, Any]]:
    odd = answer.oddities
    name = "reasoning_content" if "reasoning_content" in odd else "" if "think_tags" in odd else voice.reasoning
    pieces = answer.reasoning
    if pieces and not name:
        yield from ({"content": piece} for piece in ["<think>", *pieces, "</think>"])
        return
    details = voice.details and "no_details" not in odd
    for piece in pieces:
        detail = {"type": "reasoning.text", "text": piece, "format": "anthropic-claude-v1", "index": 0}
        yield {"content": "", name: piece} | ({"reasoning_details": [detail]} if details else {})
    if pieces and details:
        signature = voice.sign("".join(pieces))
        ending = {"type": "reasoning.text", "signature": signature, "format": "anthropic-claude-v1", "index": 0}
        yield {"content": "", name: None, "reasoning_details": [ending]}
    if answer.encrypted and details:
        data = voice.sign("")
        kept = {"type": "reasoning.encrypted", "data": data, "format": "anthropic-claude-v1", "id": "rs_1", "index": 1}
        yield {"content": "", name: None, "reasoning_details": [kept]}


def _calls(calls: list[Call], *, whole: bool, index: bool) -> Iterator[dict[str, Any]]:
    """The pieces of all calls: the beginnings in order, then one piece of each in turn."""
    remaining: list[list[str | dict[str, Any]]] = []
    for number, call in enumerate(calls):
        pieces = call.pieces()
        if whole:
            words = [piece for piece in pieces if isinstance(piece, str)]
            first = "".join(words) if len(words) == len(pieces) else pieces[0]
            remaining.append([])
        else:
            first = "" if isinstance(pieces[0], str) else pieces[0]
            remaining.append(pieces if isinstance(pieces[0], str) else [])
        start: dict[str, Any] = {"index": number} if index else {}
        if not call.no_id:
            start["id"] = call.id if call.id is not None else f"call_{number + 1:04}_{hash_of(call):06x}"
        yield start | {"type": "function", "function": {"name": call.name, "arguments": first}}
    for turn in range(max(map(len, remaining), default=0)):
        for number, pieces in enumerate(remaining):
            if turn < len(pieces):
                place = {"index": number} if index else {}
                yield place | {"function": {"arguments": pieces[turn]}}


def hash_of(call: Call) -> int:
    """The same for the same call, in every process."""
    return sum(ord(letter) * (place + 1) for place, letter in enumerate(call.name + str(call.arguments)))


def chunks_in(frames: list[Frame]) -> Iterator[dict[str, Any]]:
    """The chunks of a stream."""
    for item in frames:
        data = payload(item)
        if data and data != b"[DONE]":
            yield msgspec.json.decode(data)


def completion(frames: list[Frame]) -> dict[str, Any]:
    """The whole answer, as it is given to requests without `stream`; an error takes its place."""
    message: dict[str, Any] = {"role": "assistant", "content": ""}
    head: dict[str, Any] = {}
    choice: dict[str, Any] = {"index": 0, "logprobs": None, "finish_reason": None}
    usage: Any = None
    for chunk in chunks_in(frames):
        if "error" in chunk:
            return {"error": chunk["error"]}
        head |= {name: value for name, value in chunk.items() if name not in ("choices", "usage", "debug")}
        usage = chunk.get("usage", usage)
        for part in chunk.get("choices") or []:
            _merge(message, part.get("delta") or {})
            if part["finish_reason"] is not None:
                choice["finish_reason"] = part["finish_reason"]
                choice |= {name: part[name] for name in ("native_finish_reason",) if name in part}
    head["object"] = "chat.completion"
    if message.get("tool_calls") and not message["content"]:
        message["content"] = None
    return head | {"choices": [choice | {"message": message}]} | ({"usage": usage} if usage is not None else {})


def _merge(message: dict[str, Any], delta: dict[str, Any]) -> None:
    for name in ("content", "reasoning", "reasoning_content", "refusal"):
        if delta.get(name) is not None:
            message[name] = message.get(name, "") + delta[name]
    for detail in delta.get("reasoning_details") or []:
        details = message.setdefault("reasoning_details", [])
        known = next((item for item in details if item["index"] == detail["index"]), None)
        if known is None:
            details.append(dict(detail))
        else:
            for name, value in detail.items():
                known[name] = known.get(name, "") + value if name in ("text", "summary", "data") else value
    for piece in delta.get("tool_calls") or []:
        _merge_call(message.setdefault("tool_calls", []), piece)


def _merge_call(calls: list[dict[str, Any]], piece: dict[str, Any]) -> None:
    function = piece.get("function", {})
    index = piece.get("index", len(calls) if "name" in function else len(calls) - 1)
    if index >= len(calls):
        start = {name: piece[name] for name in ("id", "type") if name in piece}
        calls.append(start | {"function": dict(function)})
    elif isinstance(function.get("arguments"), str):
        calls[index]["function"]["arguments"] += function["arguments"]
