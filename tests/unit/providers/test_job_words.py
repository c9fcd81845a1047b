"""Results that are plain words are read at once, and say the same as when they are looked at in full."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.errors import ProviderError
from kireji.core.events import MessageBuilder
from kireji.core.jobs.answers import JobWords
from kireji.core.messages import StopReason
from kireji.core.provider_ports import JobFormat
from kireji.providers.anthropic import AnthropicProvider
from kireji.providers.http import HttpClient
from kireji.providers.openrouter import OpenRouterProvider

ANTHROPIC = AnthropicProvider(HttpClient())
OPENROUTER = OpenRouterProvider(HttpClient())
MODEL = "claude-haiku-5-5"


def message(*blocks: dict[str, Any], stop: str = "end_turn", kind: str = "succeeded") -> bytes:
    usage = {"input_tokens": 5, "output_tokens": 2}
    inner = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": list(blocks),
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": usage,
    }
    return json.dumps({"type": kind, "message": inner}).encode()


def completion(content: object, finish: str = "stop", **said: object) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", "content": content, **said}, "finish_reason": finish}
    return json.dumps({"id": "gen-1", "object": "chat.completion", "model": "x/y", "choices": [choice]}).encode()


def in_full(job_format: JobFormat, body: bytes, model: str) -> JobWords:
    builder = MessageBuilder("x")
    for event in job_format.decode_job(body, model):
        builder.feed(event)
    assert builder.finished is not None
    return JobWords(builder.snapshot().text, builder.finished.reason)


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


@pytest.mark.parametrize("stop", ["end_turn", "max_tokens", "stop_sequence"])
def test_words_of_anthropics_results(stop: str) -> None:
    body = message(text("Hello."), stop=stop)
    assert ANTHROPIC.words_in_job(body) == in_full(ANTHROPIC, body, MODEL) == JobWords("Hello.", StopReason(stop))


def test_reasoning_is_no_part_of_the_words() -> None:
    thinking = {"type": "thinking", "thinking": "Hm.", "signature": "abc"}
    body = message(thinking, text("Hello."))
    assert ANTHROPIC.words_in_job(body) == in_full(ANTHROPIC, body, MODEL) == JobWords("Hello.", StopReason.END_TURN)


@pytest.mark.parametrize(
    "body",
    [
        message(text("No."), stop="refusal"),
        message(text("No."), stop="something new"),
        message({"type": "tool_use", "id": "t", "name": "x", "input": {}}),
        message({"type": "something_new"}),
        message(text("x"), kind="errored"),
        b'{"type":"expired"}',
        b"nothing",
        b"",
    ],
)
def test_anything_else_is_looked_at_in_full(body: bytes) -> None:
    assert ANTHROPIC.words_in_job(body) is None


def test_words_of_completions() -> None:
    body = completion("Hello.")
    assert OPENROUTER.words_in_job(body) == in_full(OPENROUTER, body, "x/y") == JobWords("Hello.", StopReason.END_TURN)


@pytest.mark.parametrize(
    "body",
    [
        completion("x", "length"),
        completion(None),
        completion([{"type": "text", "text": "x"}]),
        completion("x", tool_calls=[{"id": "1"}]),
        completion("x", refusal="No."),
        b'{"choices":[]}',
        b'{"error":{"message":"No."},"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}',
        b"nothing",
    ],
)
def test_any_other_completion_is_looked_at_in_full(body: bytes) -> None:
    assert OPENROUTER.words_in_job(body) is None


BLOCKS = st.lists(
    st.one_of(
        st.text(max_size=20).map(text),
        st.just({"type": "thinking", "thinking": "", "signature": "s"}),
        st.just({"type": "redacted_thinking", "data": "x"}),
        st.just({"type": "tool_use", "id": "t", "name": "x", "input": {}}),
    ),
    max_size=5,
)


@given(BLOCKS, st.sampled_from(["end_turn", "max_tokens", "refusal", "pause_turn"]))
def test_whatever_is_read_at_once_says_the_same_in_full(blocks: list[dict[str, Any]], stop: str) -> None:
    body = message(*blocks, stop=stop)
    if (quick := ANTHROPIC.words_in_job(body)) is None:
        return
    try:
        full = in_full(ANTHROPIC, body, MODEL)
    except ProviderError:
        return
    assert (quick.text.strip(), quick.stop) == (full.text.strip(), full.stop)
