"""The words of plain results of jobs, of which there may be hundreds of thousands to be read at once.

What holds anything but words (calls of tools, errors, refusals, forms of a later day) is left to `decode_job`, which
knows all of them and takes twenty times as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from kireji.core.jobs.answers import JobWords
from kireji.core.messages import StopReason

_STOPS: Mapping[str, StopReason] = MappingProxyType(
    {
        "end_turn": StopReason.END_TURN,
        "max_tokens": StopReason.MAX_TOKENS,
        "stop_sequence": StopReason.STOP_SEQUENCE,
    }
)
_SILENT = ("thinking", "redacted_thinking")


class _Block(msgspec.Struct, gc=False):
    type: str
    text: str = ""


class _Message(msgspec.Struct):
    type: str
    role: str
    content: list[_Block]
    stop_reason: str


class _Result(msgspec.Struct):
    type: str
    message: _Message


class _Said(msgspec.Struct, gc=False):
    content: str
    refusal: None = None
    tool_calls: None = None
    reasoning: None = None
    annotations: None = None


class _Choice(msgspec.Struct):
    message: _Said
    finish_reason: str
    index: int = 0


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    error: None = None


_results = msgspec.json.Decoder(_Result)
_completions = msgspec.json.Decoder(_Completion)


def of_message(body: bytes) -> JobWords | None:
    """Of a line of Anthropic's results; None when it is not plain words."""
    try:
        result = _results.decode(body)
    except (msgspec.MsgspecError, UnicodeError):
        return None
    message = result.message
    stop = _STOPS.get(message.stop_reason)
    if result.type != "succeeded" or message.type != "message" or stop is None:
        return None
    texts = []
    for block in message.content:
        if block.type == "text":
            texts.append(block.text)
        elif block.type not in _SILENT:
            return None
    return JobWords(texts[0] if len(texts) == 1 else "\n\n".join(filter(str.strip, texts)), stop)


def of_completion(body: bytes) -> JobWords | None:
    """Of an answer in OpenAI's form; None when it is not plain words that came to their end."""
    try:
        completion = _completions.decode(body)
    except (msgspec.MsgspecError, UnicodeError):
        return None
    match completion.choices:
        case [_Choice(message=said, finish_reason="stop")]:
            return JobWords(said.content, StopReason.END_TURN)
    return None
