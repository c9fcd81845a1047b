"""What Anthropic is sent for a question."""

from __future__ import annotations

import base64

import pytest

from kireji.core.errors import ModelUnavailable, RequestRejected
from kireji.core.messages import Message, OpaquePart, ThinkingPart
from kireji.core.models import Effort
from kireji.core.requests import ModelRequest, Purpose
from tests.unit.providers.anthropic_questions import (
    BASE,
    PNG,
    assistant,
    body,
    picture,
    provider,
    request,
    turns,
    user,
    words,
)


def test_the_whole_body_of_a_plain_question() -> None:
    assert body(user("Why?")) == {
        "model": "claude-haiku-5-5",
        "max_tokens": 8192,
        "stream": True,
        "messages": [{"role": "user", "content": [words("Why?")]}],
        "cache_control": {"type": "ephemeral"},
    }


def test_address_method_and_headers_without_the_key() -> None:
    outgoing = provider().encode(request(user("Why?")), BASE)
    assert (outgoing.method, outgoing.url, outgoing.host) == ("POST", f"{BASE}/v1/messages", "api.anthropic.com")
    assert outgoing.headers["anthropic-version"] == "2026-10-21"
    assert outgoing.headers["content-type"] == "application/json"
    assert outgoing.headers["accept-encoding"] == "identity"
    assert not {"x-api-key", "authorization"} & {name.lower() for name in outgoing.headers}
    assert (outgoing.model, outgoing.purpose) == ("claude-haiku-5-5", Purpose.ANSWER)


@pytest.mark.parametrize("base", ["https://example.com", "https://example.com/", "https://example.com/v1"])
def test_the_base_address_may_end_as_people_paste_it(base: str) -> None:
    assert provider().encode(request(user("Why?")), base).url == "https://example.com/v1/messages"


def test_sampling_fields_are_never_sent() -> None:
    assert not {"temperature", "top_p", "top_k", "thinking"} & set(body(user("Why?"), effort=Effort.LOW))


def test_a_picture_stands_before_the_words_with_its_bytes_unchanged() -> None:
    [turn] = turns(user("What is this?", picture()))
    assert turn["content"][0] == {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": base64.b64encode(PNG).decode()},
    }
    assert turn["content"][1] == words("What is this?")


def test_several_pictures_are_labelled() -> None:
    [turn] = turns(user(picture(), picture(b"two"), "Compare."))
    assert [block.get("text", "picture") for block in turn["content"]] == [
        "Image 1:",
        "picture",
        "Image 2:",
        "picture",
        "Compare.",
    ]


def test_a_later_picture_changes_no_earlier_turn() -> None:
    first = [user(picture(), "One"), assistant("Seen.")]
    before = turns(*first, user("And?"))
    after = turns(*first, user(picture(b"two"), "Two"))
    assert before[:2] == after[:2]
    assert after[2]["content"][0] == words("Image 2:")


def test_blank_texts_and_messages_without_content_are_left_out() -> None:
    sent = turns(user("One", "  \n"), assistant(" "), user(""), assistant("Yes"), user("Two"))
    assert sent == [
        {"role": "user", "content": [words("One")]},
        {"role": "assistant", "content": [words("Yes")]},
        {"role": "user", "content": [words("Two")]},
    ]


def test_turns_of_the_same_role_become_one() -> None:
    assert turns(user("One"), user("Two")) == [{"role": "user", "content": [words("One"), words("Two")]}]


def test_an_answer_is_never_last() -> None:
    assert [turn["role"] for turn in turns(user("One"), assistant("Half an ans"))] == ["user"]


@pytest.mark.parametrize("messages", [[], [user("  ")], [assistant("Hello")]])
def test_nothing_to_ask_is_refused_in_a_sentence(messages: list[Message]) -> None:
    with pytest.raises(RequestRejected) as caught:
        body(*messages)
    assert caught.value.sentence == "There is nothing to ask. Type a question or add a picture."


def test_own_blocks_are_replayed_byte_for_byte() -> None:
    raw = b'[{"type": "thinking", "thinking":"", "signature":"c2ln", "new" : 1.50}, {"type":"text","text":"Y\\u00e9s"}]'
    sent = provider().encode(request(user("One"), assistant("Yés", raw=raw), user("Two")), BASE).body
    assert b'{"type": "thinking", "thinking":"", "signature":"c2ln", "new" : 1.50}' in sent
    assert b'{"type":"text","text":"Y\\u00e9s"}' in sent


def test_blocks_of_another_provider_are_never_sent() -> None:
    sent = turns(user("One"), assistant("Yes", raw=b'[{"type":"secret"}]', raw_from="openrouter"), user("Two"))
    assert sent[1]["content"] == [words("Yes")]


@pytest.mark.parametrize("raw", [b"", b"{}", b"[1]", b"[{", b"[{}]", b'[{"type":"tool_use","name":"n","input":{}}]'])
def test_blocks_that_cannot_be_replayed_give_way_to_the_words(raw: bytes) -> None:
    assert turns(user("One"), assistant("Yes", raw=raw), user("Two"))[1]["content"] == [words("Yes")]


def test_blank_texts_in_own_blocks_are_left_out_and_signed_blocks_stay() -> None:
    raw = b'[{"type":"thinking","thinking":"","signature":"c2ln"},{"type":"text","text":""}]'
    sent = turns(user("One"), assistant(raw=raw), user("Two"))
    assert sent[1]["content"] == [{"type": "thinking", "thinking": "", "signature": "c2ln"}]


def test_an_answer_without_own_blocks_sends_only_its_words() -> None:
    sent = turns(user("One"), assistant(ThinkingPart("hm"), "Yes", OpaquePart("future")), user("Two"))
    assert sent[1]["content"] == [words("Yes")]


def test_the_bound_of_the_answer_is_that_of_the_model() -> None:
    assert body(user("Why?"), max_tokens=500_000)["max_tokens"] == 128_000
    assert body(user("Why?"), max_tokens=500_000, model="claude-haiku-4-5")["max_tokens"] == 64_000
    assert body(user("Why?"), max_tokens=100, model="claude-next")["max_tokens"] == 100


def test_effort_goes_only_to_models_that_know_it() -> None:
    assert body(user("Why?"), effort=Effort.LOW)["output_config"] == {"effort": "low"}
    assert "output_config" not in body(user("Why?"), effort=Effort.LOW, model="claude-haiku-4-5-20251001")
    assert "output_config" not in body(user("Why?"))


def test_instructions_and_stop_texts_are_sent_unless_blank() -> None:
    sent = body(user("Why?"), system="Be brief.", stop_sequences=("END", " \n"))
    assert (sent["system"], sent["stop_sequences"]) == ("Be brief.", ["END"])
    assert "system" not in body(user("Why?"), system="  ")


@pytest.mark.parametrize(
    ("retired", "new"),
    [
        ("claude-3-5-haiku-20241022", "claude-haiku-5-5"),
        ("claude-3-haiku-20240307", "claude-haiku-5-5"),
        ("claude-3-7-sonnet-20250219", "claude-sonnet-5-5"),
        ("claude-sonnet-4-20250514", "claude-sonnet-5-5"),
        ("claude-opus-4-1-20250805", "claude-opus-5-5"),
        ("claude-2.1", "claude-haiku-5-5"),
    ],
)
def test_a_retired_model_is_refused_with_its_replacement(retired: str, new: str) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        body(user("Why?"), model=retired)
    assert new in caught.value.message
    assert retired in caught.value.message


@pytest.mark.parametrize("model", ["claude-haiku-4-5-20251001", "claude-sonnet-4-5", "claude-opus-4-8", "claude-next"])
def test_a_model_that_answers_is_not_refused(model: str) -> None:
    assert body(user("Why?"), model=model)["model"] == model


def test_more_than_the_service_takes_is_refused_before_sending() -> None:
    large = b"\0" * 24_100_000
    asked = ModelRequest("claude-haiku-5-5", (user(picture(large)),), {picture(large).blob: large})
    with pytest.raises(RequestRejected) as caught:
        provider().encode(asked, BASE)
    assert "too large" in caught.value.message


async def test_without_a_cleared_request_the_built_in_models_are_listed() -> None:
    models = await provider().models(None, BASE, None)
    assert models[0].id == provider().default_model
    assert all(model.provider == "anthropic" for model in models)
