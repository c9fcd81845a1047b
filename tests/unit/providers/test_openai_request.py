"""Questions in the OpenAI shape."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest

from kireji.core.errors import ModelUnavailable, RequestRejected
from kireji.core.messages import (
    DocumentPart,
    ImagePart,
    LinkedImagePart,
    Message,
    Part,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from kireji.core.models import Effort, ModelInfo
from kireji.core.requests import Delivery, ModelRequest, Thinking, ToolChoice, ToolSpec, ToolUse
from kireji.providers.openai_dialect import LOCAL, OPENROUTER, Dialect
from kireji.providers.openai_request import encode_chat

PICTURE = ImagePart("p", "image/png", 1, 1)
PDF = DocumentPart("d", "application/pdf", "Report")
NOTE = DocumentPart("n", "text/plain", "Note")
BLOBS = {"p": b"png", "d": b"%PDF", "n": "Grüße".encode()}
PICTURE_URL = "data:image/png;base64," + base64.b64encode(b"png").decode()
LOOK = ToolSpec("look", "Looks.", b'{"type":"object","properties":{"x":{}}}')
THINKS = ModelInfo("x", "m", "M", efforts=(Effort.LOW, Effort.HIGH), thinking=("enabled", "disabled"))


def person(*parts: Part | str) -> Message:
    return Message(Role.USER, tuple(TextPart(part) if isinstance(part, str) else part for part in parts))


def model(*parts: Part | str, raw: bytes | None = None, raw_from: str = "") -> Message:
    shown = tuple(TextPart(part) if isinstance(part, str) else part for part in parts)
    return Message(Role.ASSISTANT, shown, raw, raw_from)


def body(*messages: Message, dialect: Dialect = OPENROUTER, way: Delivery = Delivery.STREAM, **fields: Any) -> Any:
    request = ModelRequest("m", messages or (person("Why?"),), BLOBS, **fields)
    return msgspec.json.decode(encode_chat(request, dialect, way))


def messages(*said: Message, dialect: Dialect = OPENROUTER, **fields: Any) -> list[Any]:
    return list(body(*said, dialect=dialect, **fields)["messages"])


def picture(url: str = PICTURE_URL) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def test_a_plain_question() -> None:
    assert body(system="Be brief.") == {
        "model": "m",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}],
        "max_completion_tokens": 8192,
        "stream": True,
    }


def test_a_local_server_is_asked_for_usage_and_bounded_by_the_older_name() -> None:
    asked = body(dialect=LOCAL)
    assert asked["stream_options"] == {"include_usage": True}
    assert asked["max_tokens"] == 8192
    assert "max_completion_tokens" not in asked


@pytest.mark.parametrize("dialect", [LOCAL, OPENROUTER])
def test_whole_differs_from_streamed_in_nothing_but_that(dialect: Dialect) -> None:
    streamed = body(dialect=dialect, tools=(LOOK,), system="S")
    streamed.pop("stream")
    streamed.pop("stream_options", None)
    assert streamed == body(dialect=dialect, way=Delivery.WHOLE, tools=(LOOK,), system="S")


def test_the_limit_is_the_models_own_and_never_below_what_services_take() -> None:
    info = ModelInfo("x", "m", "M", max_output_tokens=1000)
    assert body(info=info)["max_completion_tokens"] == 1000
    assert body(max_tokens=1)["max_completion_tokens"] == 16
    assert body(max_tokens=1, dialect=LOCAL)["max_tokens"] == 1


def test_no_model_is_said() -> None:
    with pytest.raises(ModelUnavailable):
        encode_chat(ModelRequest("", (person("Why?"),)), LOCAL, Delivery.STREAM)


def test_pictures_stand_before_the_words_and_are_numbered_once_there_are_several() -> None:
    said = messages(person("What?", PICTURE), model("That."), person("And?", PICTURE))
    assert said[0]["content"] == [picture(), text("What?")]
    assert said[2]["content"] == [text("Image 2:"), picture(), text("And?")]


def test_a_linked_picture_goes_where_it_can_be_fetched() -> None:
    link = LinkedImagePart("https://example.org/a.png")
    assert messages(person(link, "What?"))[0]["content"][0] == picture("https://example.org/a.png")
    with pytest.raises(RequestRejected) as caught:
        messages(person(link, "What?"), dialect=LOCAL)
    assert caught.value.hint


def test_documents() -> None:
    file = {"filename": "Report.pdf", "file_data": "data:application/pdf;base64,JVBERg=="}
    assert messages(person(PDF, "?"))[0]["content"] == [{"type": "file", "file": file}, text("?")]
    assert messages(person(NOTE, "?"), dialect=LOCAL)[0]["content"] == "Document “Note”:\n\nGrüße\n\n?"
    with pytest.raises(RequestRejected):
        messages(person(PDF, "?"), dialect=LOCAL)


CALL = ToolCallPart("a", "look", '{"x":1}')
WRITTEN_CALL = {"id": "a", "type": "function", "function": {"name": "look", "arguments": '{"x":1}'}}


def test_a_tool_round_trip() -> None:
    result = ToolResultPart("a", (TextPart("A cat."),))
    said = messages(person("What?"), model("Let me look.", CALL), person(result, "Well?"))
    assert said[1:] == [
        {"role": "assistant", "content": "Let me look.", "tool_calls": [WRITTEN_CALL]},
        {"role": "tool", "tool_call_id": "a", "content": "A cat."},
        {"role": "user", "content": "Well?"},
    ]


def test_pictures_from_a_tool_follow_in_a_message_of_the_persons() -> None:
    said = messages(person("What?"), model(CALL), person(ToolResultPart("a", (TextPart("Here."), PICTURE))))
    assert [message["role"] for message in said[2:]] == ["tool", "user"]
    assert said[3]["content"] == [text("Returned by the call a:"), picture()]
    assert said[2]["content"].startswith("Here.")


def test_a_failed_tool_is_said_to_have_failed() -> None:
    said = messages(person("?"), model(CALL), person(ToolResultPart("a", (TextPart("No screen."),), is_error=True)))
    assert said[2]["content"] == "Error: No screen."


def test_calls_that_nobody_answered_are_answered() -> None:
    said = messages(person("?"), model(CALL, ToolCallPart("b", "look", "{}")), person("Never mind."))
    assert [(message["role"], message.get("tool_call_id")) for message in said] == [
        ("user", None),
        ("assistant", None),
        ("tool", "a"),
        ("tool", "b"),
        ("user", None),
    ]
    assert said[2]["content"].startswith("Error")


def test_calls_between_two_answers_are_answered() -> None:
    roles = [message["role"] for message in messages(person("?"), model(CALL), model("Done."), person("And?"))]
    assert roles == ["user", "assistant", "tool", "assistant", "user"]


def test_results_that_nobody_asked_for_are_left_out() -> None:
    said = messages(person("?"), model("Yes."), person(ToolResultPart("zzz", (TextPart("?"),)), "And?"))
    assert said[2] == {"role": "user", "content": "And?"}


def test_arguments_that_are_no_object_are_not_sent_back() -> None:
    said = messages(person("?"), model(ToolCallPart("a", "look", "{x")), person(ToolResultPart("a")))
    assert said[1]["tool_calls"][0]["function"]["arguments"] == "{}"


def test_turns_of_the_same_side_are_joined() -> None:
    said = messages(person("One"), person("Two"), model("A"), model("B"), person("Three"))
    assert said == [
        {"role": "user", "content": "One\n\nTwo"},
        {"role": "assistant", "content": "A\n\nB"},
        {"role": "user", "content": "Three"},
    ]


def test_the_person_speaks_first_and_last_and_blanks_are_left_out() -> None:
    said = messages(model("Hello"), person("  "), person("Why?"), model(" "), person(""), model("cut"))
    assert said == [{"role": "user", "content": "Why?"}]


def test_nothing_to_ask_is_refused() -> None:
    with pytest.raises(RequestRejected):
        messages(person("  "))


def test_the_raw_message_goes_back_unchanged_to_who_wrote_it() -> None:
    raw = b'{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"look",'
    raw += b'"arguments":"{}"}}],"reasoning_details":[{"type":"reasoning.encrypted","data":"x","future":1}]}'
    request = ModelRequest("m", (person("?"), model(CALL, raw=raw, raw_from="openrouter"), person("Now?")))
    encoded = encode_chat(request, OPENROUTER, Delivery.STREAM)
    assert raw in encoded
    assert msgspec.json.decode(encoded)["messages"][2]["role"] == "tool"


@pytest.mark.parametrize(
    ("raw", "raw_from", "dialect"),
    [
        (b'[{"type":"thinking","thinking":"","signature":"s"},{"type":"text","text":"A"}]', "anthropic", OPENROUTER),
        (b'[{"type":"thinking","thinking":"","signature":"s"},{"type":"text","text":"A"}]', "openrouter", OPENROUTER),
        (b'{"role":"assistant","content":"A","reasoning_details":[{}]}', "openrouter", LOCAL),
        (b"{broken", "openrouter", OPENROUTER),
    ],
)
def test_what_another_wrote_is_told_again_without_its_reasoning(raw: bytes, raw_from: str, dialect: Dialect) -> None:
    answer = model(ThinkingPart("Hm"), "Told.", raw=raw, raw_from=raw_from)
    said = messages(person("?"), answer, person("!"), dialect=dialect)
    assert said[1] == {"role": "assistant", "content": "Told."}


def test_tools_and_their_choice() -> None:
    asked = body(tools=(LOOK,))
    assert asked["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "look",
                "description": "Looks.",
                "parameters": {"type": "object", "properties": {"x": {}}},
            },
        }
    ]
    assert "tool_choice" not in asked
    chosen = [body(tools=(LOOK,), tool_choice=ToolChoice(use, "look")).get("tool_choice") for use in ToolUse]
    assert chosen == [None, "required", {"type": "function", "function": {"name": "look"}}, "none"]
    assert body(tools=(LOOK,), tool_choice=ToolChoice(parallel=False))["parallel_tool_calls"] is False
    assert body(tool_choice=ToolChoice(ToolUse.ANY)).keys().isdisjoint({"tools", "tool_choice"})


def test_a_schema_for_the_answer() -> None:
    wanted = body(output_schema=b'{"type":"object"}')["response_format"]
    assert wanted["json_schema"] == {"name": "answer", "strict": True, "schema": {"type": "object"}}


def test_four_texts_may_end_an_answer() -> None:
    assert body(stop_sequences=("a", "", "b"))["stop"] == ["a", "b"]
    with pytest.raises(RequestRejected):
        body(stop_sequences=tuple("abcde"))


@pytest.mark.parametrize(
    ("fields", "reasoning"),
    [
        ({"effort": Effort.HIGH}, None),
        ({"effort": Effort.MEDIUM, "info": THINKS}, {"effort": "low"}),
        ({"effort": Effort.MAX, "info": THINKS}, {"effort": "high"}),
        ({"thinking": Thinking.OFF, "effort": Effort.MAX, "info": THINKS}, {"effort": "none"}),
        (
            {"thinking": Thinking.OFF, "info": msgspec.structs.replace(THINKS, thinking=("enabled",))},
            {"effort": "low"},
        ),
        ({"thinking": Thinking.SHOWN, "info": THINKS}, {"summary": "auto"}),
        ({"thinking": Thinking.OFF}, None),
    ],
)
def test_effort_and_reasoning(fields: dict[str, Any], reasoning: object) -> None:
    assert body(**fields).get("reasoning") == reasoning


def test_local_servers_are_told_the_effort_by_its_own_name() -> None:
    assert body(dialect=LOCAL, effort=Effort.LOW, info=THINKS)["reasoning_effort"] == "low"
    assert "reasoning_effort" not in body(dialect=LOCAL, effort=Effort.LOW)


def test_halves_of_characters_do_no_harm() -> None:
    sent = body(person("a\ud800b"), system="\udfffBe brief.", stop_sequences=("\ud800",))
    assert sent["messages"] == [
        {"role": "system", "content": "?Be brief."},
        {"role": "user", "content": "a?b"},
    ]
    assert sent["stop"] == ["?"]


def test_an_answer_of_blank_words_is_not_sent_back() -> None:
    blank = model("", raw=b'{"role":"assistant","content":" \\n"}', raw_from="openrouter")
    assert messages(person("One"), blank, person("Two")) == messages(person("One"), person("Two"))
