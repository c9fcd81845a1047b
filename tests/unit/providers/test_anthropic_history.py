"""How a conversation is told again: repaired where the service would refuse it, unchanged where it would not."""

from __future__ import annotations

import hashlib
import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.core.messages import (
    Citation,
    DocumentPart,
    LinkedImagePart,
    Message,
    Part,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from kireji.core.requests import ModelRequest
from tests.unit.providers.anthropic_questions import BASE, assistant, body, picture, provider, turns, user, words

CALL = ToolCallPart("toolu_1", "look", '{"at": 1}')
RAW = b'[{"type":"thinking","thinking":"","signature":"c2ln"},'
RAW += b'{"type":"tool_use","id":"toolu_1","name":"look","input":{"at": 1}}]'

SEARCH = b'[{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"q"}}]'


def result(*content: str, id: str = "toolu_1", is_error: bool = False) -> ToolResultPart:
    return ToolResultPart(id, tuple(TextPart(text) for text in content), is_error)


def answered(id: str, *content: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": id} | ({"content": list(content)} if content else {}) | more


def not_run(id: str) -> dict[str, Any]:
    return answered(id, words("The tool was not run."), is_error=True)


def of_document(data: bytes, media_type: str, title: str = "", *, cited: bool = False) -> list[dict[str, Any]]:
    part = DocumentPart(hashlib.sha256(data).hexdigest(), media_type, title, cited)
    asked = ModelRequest("claude-haiku-5-5", (user(part, "Why?"),), {part.blob: data})
    sent = msgspec.json.decode(provider().encode(asked, BASE).body)
    return list(sent["messages"][0]["content"])


def test_a_call_and_its_result_go_back_with_the_reasoning_before_them() -> None:
    sent = turns(user("One"), assistant(CALL, raw=RAW), user(result("Seen.")))
    assert sent[1]["content"] == msgspec.json.decode(RAW)
    assert sent[2]["content"] == [answered("toolu_1", words("Seen."))]


def test_results_stand_before_the_words_of_the_whole_turn_in_the_order_of_their_calls() -> None:
    second = ToolCallPart("toolu_2", "look")
    sent = turns(
        user("One"),
        assistant(CALL, second),
        user("Wait.", result("B", id="toolu_2")),
        user("And?", result("A"), picture()),
    )
    assert [block["type"] for block in sent[2]["content"]] == ["tool_result", "tool_result", "text", "image", "text"]
    assert [block["tool_use_id"] for block in sent[2]["content"][:2]] == ["toolu_1", "toolu_2"]


def test_a_call_that_nobody_answered_gets_a_result_that_says_so() -> None:
    sent = turns(user("One"), assistant(CALL, raw=RAW), user("Two"))
    assert sent[2]["content"] == [not_run("toolu_1"), words("Two")]


def test_a_call_before_another_answer_gets_its_result_too() -> None:
    sent = turns(user("One"), assistant(CALL), assistant("Never mind."), user("Two"))
    assert [turn["role"] for turn in sent] == ["user", "assistant", "user", "assistant", "user"]
    assert sent[2]["content"] == [not_run("toolu_1")]


def test_results_without_a_call_and_second_results_are_left_out() -> None:
    sent = turns(user(result("Lost"), "One"), assistant("Yes"), user(result("Lost"), "Two"))
    assert [turn["content"] for turn in sent] == [[words("One")], [words("Yes")], [words("Two")]]
    sent = turns(user("One"), assistant(CALL), user(result("First"), result("Second")))
    assert sent[2]["content"] == [answered("toolu_1", words("First"))]


def test_a_result_may_hold_pictures_and_nothing_and_an_error_says_something() -> None:
    shown = ToolResultPart("toolu_1", (TextPart("See:"), picture(), TextPart(" ")))
    [block] = turns(user("One"), assistant(CALL), user(shown))[2]["content"]
    assert [inner["type"] for inner in block["content"]] == ["text", "image"]
    assert turns(user("One"), assistant(CALL), user(result()))[2]["content"] == [answered("toolu_1")]
    failed = turns(user("One"), assistant(CALL), user(result(is_error=True)))[2]["content"]
    assert failed == [answered("toolu_1", words("The tool failed."), is_error=True)]


def test_an_answer_of_another_provider_is_told_by_its_words_and_calls() -> None:
    foreign = ToolCallPart("functions.look:0", "window.look", "")
    said = assistant(ThinkingPart("secret"), TextPart("See", (Citation("x"),)), foreign, raw=b"[]", raw_from="other")
    sent = turns(user("One"), said, user(result("Seen.", id="functions.look:0")))
    assert sent[1]["content"] == [
        words("See"),
        {"type": "tool_use", "id": "functions_look_0", "name": "window_look", "input": {}},
    ]
    assert sent[2]["content"] == [answered("functions_look_0", words("Seen."))]


def test_ids_that_come_again_become_different_ones() -> None:
    call = ToolCallPart("call_0", "look")
    answer = user(result("Seen.", id="call_0"))
    sent = turns(user("One"), assistant(call), answer, assistant(call), answer)
    assert sent[3]["content"][0]["id"] == sent[4]["content"][0]["tool_use_id"] == "call_0_2"


def test_own_blocks_with_an_id_that_came_before_are_told_again_with_another() -> None:
    sent = turns(user("1"), assistant(CALL, raw=RAW), user(result("a")), assistant(CALL, raw=RAW), user(result("b")))
    assert sent[3]["content"] == [{"type": "tool_use", "id": "toolu_1_2", "name": "look", "input": {"at": 1}}]


def test_a_call_that_was_cut_off_is_left_out() -> None:
    cut = ToolCallPart("toolu_1", "look", '{"at": ')
    assert turns(user("One"), assistant("Hm.", cut), user("Two"))[1]["content"] == [words("Hm.")]


def test_a_call_with_arguments_that_were_none_goes_back_wrapped_with_its_error() -> None:
    eager = ToolCallPart("toolu_1", "look", '{"at": "a "b""}')
    sent = turns(user("One"), assistant(eager), user(result("That is no JSON.", is_error=True)))
    assert sent[1]["content"][0]["input"] == {"INVALID_JSON": '{"at": "a "b""}'}


def test_the_person_speaks_first() -> None:
    assert turns(assistant(CALL), user(result("Seen."), "One")) == [{"role": "user", "content": [words("One")]}]


def test_an_unfinished_answer_at_the_end_is_left_out_with_its_calls() -> None:
    assert [turn["role"] for turn in turns(user("One"), assistant(CALL, raw=RAW))] == ["user"]


def test_an_answer_that_the_service_paused_goes_back_as_the_last() -> None:
    sent = turns(user("One"), assistant(raw=SEARCH))
    assert [turn["role"] for turn in sent] == ["user", "assistant"]
    assert sent[1]["content"] == msgspec.json.decode(SEARCH)


def test_a_search_that_never_came_to_run_is_left_out_once_the_person_has_spoken() -> None:
    raw = b'[{"type":"text","text":"Hm."},{"type":"thinking","thinking":"","signature":"c2ln"},' + SEARCH[1:]
    sent = turns(user("One"), assistant("Hm.", raw=raw), user("Go on."))
    assert sent[1:] == [
        {"role": "assistant", "content": [words("Hm.")]},
        {"role": "user", "content": [words("Go on.")]},
    ]


def test_an_answer_that_was_only_such_a_search_leaves_one_turn_of_the_person() -> None:
    sent = turns(user("One"), assistant(raw=SEARCH), user("Two"))
    assert sent == [{"role": "user", "content": [words("One"), words("Two")]}]


def test_a_search_stays_beside_the_results_of_calls_and_goes_when_words_follow_them() -> None:
    raw = SEARCH[:-1] + b"," + RAW[1:]
    alone = turns(user("One"), assistant(CALL, raw=raw), user(result("Seen.")))
    assert alone[1]["content"] == msgspec.json.decode(raw)
    spoken = turns(user("One"), assistant(CALL, raw=raw), user(result("Seen."), "And this?"))
    assert spoken[1]["content"] == msgspec.json.decode(RAW)
    assert spoken[2]["content"] == [answered("toolu_1", words("Seen.")), words("And this?")]


def test_a_search_that_ran_stays() -> None:
    ran = b',{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[]},{"type":"text","text":"Yes"}]'
    sent = turns(user("One"), assistant("Yes", raw=SEARCH[:-1] + ran), user("Two"))
    assert sent[1]["content"] == msgspec.json.decode(SEARCH[:-1] + ran)


def test_documents_are_never_replayed_as_what_the_assistant_said() -> None:
    raw = b'[{"type":"document","source":{}},{"type":"text","text":"Yes"}]'
    assert turns(user("One"), assistant(raw=raw), user("Two"))[1]["content"] == [words("Yes")]


def test_a_linked_picture_goes_as_its_address_and_is_numbered_with_the_others() -> None:
    [turn] = turns(user(LinkedImagePart("https://example.com/a.png"), picture(), "Compare."))
    assert turn["content"][0] == words("Image 1:")
    assert turn["content"][1] == {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}
    assert turn["content"][2] == words("Image 2:")


def test_a_pdf_goes_whole_before_the_words() -> None:
    [block, _] = of_document(b"%PDF-1.7", "application/pdf", "Annual\nreport", cited=True)
    source = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0xLjc="}
    assert block == {"type": "document", "source": source, "title": "Annual report", "citations": {"enabled": True}}


def test_a_text_goes_as_its_words() -> None:
    [block, _] = of_document("\ufeffGrüße".encode(), "text/plain")
    assert block == {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Grüße"}}


def test_a_document_without_a_word_is_left_out() -> None:
    assert of_document(b" \n", "text/plain") == [words("Why?")]


def test_halves_of_characters_do_no_harm() -> None:
    assert turns(user("a\ud800b")) == [{"role": "user", "content": [words("a?b")]}]
    sent = body(user("One"), system="\udfffBe brief.", stop_sequences=("\ud800",))
    assert (sent["system"], sent["stop_sequences"]) == ("?Be brief.", ["?"])
    assert of_document(b"Rain.", "text/plain", "R\ud800")[0]["title"] == "R?"


def blocks_of(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [block for turn in sent for block in turn["content"]]


def without_breakpoints(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for block in blocks_of(sent):
        block.pop("cache_control", None)
    return sent


def loop(rounds: int, calls: int) -> list[Message]:
    """A tool loop of so many rounds with so many calls each."""
    messages = [user("Go.")]
    for number in range(rounds):
        ids = [f"toolu_{number}_{call}" for call in range(calls)]
        messages.append(assistant(*(ToolCallPart(id, "look") for id in ids)))
        messages.append(user(*(result("Seen.", id=id) for id in ids)))
    return messages


def test_a_short_conversation_has_the_automatic_breakpoint_alone() -> None:
    sent = body(*loop(4, 1))
    assert sent["cache_control"] == {"type": "ephemeral"}
    assert not [block for block in blocks_of(sent["messages"]) if "cache_control" in block]


def test_a_round_with_many_calls_has_a_breakpoint_where_the_request_before_it_ended() -> None:
    before, after = turns(*loop(1, 12)), turns(*loop(2, 12))
    marked = [place for place, block in enumerate(blocks_of(after)) if "cache_control" in block]
    assert len(blocks_of(before)) - 1 in marked


@pytest.mark.parametrize(("rounds", "calls"), [(1, 30), (9, 1), (20, 3), (9, 12), (40, 30)])
def test_there_are_never_more_than_four_breakpoints(rounds: int, calls: int) -> None:
    marked = [block for block in blocks_of(turns(*loop(rounds, calls))) if "cache_control" in block]
    assert len(marked) <= 3
    assert all(block["cache_control"] == {"type": "ephemeral"} for block in marked)


texts = st.text(max_size=3)
ids = st.sampled_from(["a", "b", "c:1"])
calls = st.builds(ToolCallPart, ids, st.just("look"), st.sampled_from(["", "{}", '{"x":1}', '{"x', "[]"]))
results = st.builds(result, texts, id=ids, is_error=st.booleans())
asked = st.lists(texts.map(TextPart) | st.just(picture()) | results, max_size=3).map(lambda parts: user(*parts))
said: st.SearchStrategy[Part] = texts.map(TextPart) | calls | texts.map(ThinkingPart)
raws = st.sampled_from([None, RAW, b"[]", b"{", RAW.replace(b"toolu_1", b"a"), SEARCH, SEARCH[:-1] + b"," + RAW[1:]])
told = st.builds(lambda parts, raw: assistant(*parts, raw=raw), st.lists(said, max_size=3), raws)
conversations = st.lists(asked | told, max_size=8)


@settings(max_examples=200)
@given(conversations)
def test_whatever_was_stored_the_service_takes_it(messages: list[Message]) -> None:
    sent = turns(*messages, user("Last"))
    assert [turn["role"] for turn in sent][:: len(sent) - 1 or 1] in (["user"], ["user", "user"])
    assert all(one["role"] != two["role"] for one, two in itertools.pairwise(sent))
    assert all(turn["content"] for turn in sent)
    assert all(block["text"].strip() for block in blocks_of(sent) if block["type"] == "text")
    used: list[str] = []
    for one, two in itertools.pairwise([*sent, {"role": "assistant", "content": []}]):
        asked_for = [block["id"] for block in one["content"] if block["type"] == "tool_use"]
        first = [block.get("tool_use_id") for block in two["content"][: len(asked_for)]]
        assert first == asked_for
        assert not [block for block in two["content"][len(asked_for) :] if block["type"] == "tool_result"]
        if any(block["type"] == "server_tool_use" for block in one["content"]):
            assert all(block["type"] == "tool_result" for block in two["content"])
        used += asked_for
    assert len(set(used)) == len(used)


@settings(max_examples=200)
@given(conversations, st.text(min_size=1).filter(str.strip))
def test_going_on_changes_nothing_that_was_sent_before(messages: list[Message], more: str) -> None:
    before = [*messages, user("Question")]
    earlier = without_breakpoints(turns(*before))
    later = without_breakpoints(turns(*before, assistant("Answer"), user(more)))
    assert later[: len(earlier)] == earlier


@given(st.lists(st.text(max_size=3).map(TextPart) | st.just(picture()), max_size=3))
def test_roles_are_those_of_the_messages(parts: list[Part]) -> None:
    sent = turns(Message(Role.USER, tuple(parts)), user("Last"))
    assert [turn["role"] for turn in sent] == ["user"]
