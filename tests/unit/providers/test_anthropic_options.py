"""What a question says of tools, reasoning, effort, the form of its answer and its delivery."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kireji.core.errors import ModelUnavailable, RequestRejected
from kireji.core.messages import ToolResultPart
from kireji.core.models import Effort, Lifecycle, ModelInfo
from kireji.core.requests import Delivery, Thinking, ToolChoice, ToolSpec, ToolUse
from kireji.providers.anthropic_request import encode_body
from tests.unit.providers.anthropic_questions import BASE, assistant, body, document, picture, provider, request, user

TOOL = ToolSpec("look", "Looks at a window.", b'{ "type": "object", "properties": {} }')


def test_a_question_differs_by_delivery_in_nothing_but_the_stream() -> None:
    asked = request(
        user("Why?", picture()), tools=(TOOL,), effort=Effort.LOW, system="Be brief.", stop_sequences=("x",)
    )
    streamed, whole = (provider().encode(asked, BASE, delivery) for delivery in (Delivery.STREAM, Delivery.WHOLE))
    line = provider().encode_job(asked)
    assert streamed.body == whole.body.replace(b'"stream":false', b'"stream":true')
    system = b'[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}]'
    asked_at_once = whole.body.replace(b'"stream":false,"cache_control":{"type":"ephemeral"},', b"")
    assert line == asked_at_once.replace(b'"Be brief."', system)
    assert (streamed.delivery, streamed.silence) == (Delivery.STREAM, 120.0)
    assert (whole.delivery, whole.silence, whole.headers["accept"]) == (Delivery.WHOLE, 600.0, "application/json")
    assert (streamed.url, streamed.model) == (whole.url, whole.model)


def test_what_is_of_one_line_of_a_job_alone_is_not_kept_for_others() -> None:
    asked = request(user("Why?", picture()))
    assert b"cache_control" not in provider().encode_job(asked)
    assert b"cache_control" not in provider().encode(msgspec.structs.replace(asked, alone=True), BASE).body


def test_a_tool_is_offered_with_its_schema_byte_for_byte() -> None:
    sent = provider().encode(request(user("Why?"), tools=(TOOL,)), BASE).body
    assert b'"input_schema":{ "type": "object", "properties": {} }' in sent
    assert body(user("Why?"), tools=(TOOL,))["tools"][0].keys() == {"name", "description", "input_schema"}
    assert "tool_choice" not in body(user("Why?"), tools=(TOOL,))


def test_strict_and_eager_tools_say_so() -> None:
    [tool] = body(user("Why?"), tools=(msgspec.structs.replace(TOOL, strict=True, eager=True),))["tools"]
    assert (tool["strict"], tool["eager_input_streaming"]) == (True, True)


def test_a_tool_with_a_schema_that_is_none_is_refused() -> None:
    with pytest.raises(RequestRejected, match="The tool look is described by something that is not a JSON object"):
        body(user("Why?"), tools=(msgspec.structs.replace(TOOL, input_schema=b"[]"),))


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        (ToolChoice(), None),
        (ToolChoice(parallel=False), {"type": "auto", "disable_parallel_tool_use": True}),
        (ToolChoice(ToolUse.ANY), {"type": "any"}),
        (ToolChoice(ToolUse.ONE, "look"), {"type": "tool", "name": "look"}),
        (
            ToolChoice(ToolUse.ONE, "look", parallel=False),
            {"type": "tool", "name": "look", "disable_parallel_tool_use": True},
        ),
        (ToolChoice(ToolUse.NONE, parallel=False), {"type": "none"}),
    ],
)
def test_how_tools_may_be_used(choice: ToolChoice, sent: dict[str, Any] | None) -> None:
    assert body(user("Why?"), tools=(TOOL,), tool_choice=choice).get("tool_choice") == sent
    assert "tool_choice" not in body(user("Why?"), tool_choice=choice)


def test_a_model_that_cannot_be_made_to_use_a_tool_is_not_asked_to() -> None:
    with pytest.raises(RequestRejected, match="claude-fable-5-1 cannot be made to use a tool"):
        body(user("Why?"), model="claude-fable-5-1", tools=(TOOL,), tool_choice=ToolChoice(ToolUse.ANY))
    assert body(user("Why?"), model="claude-fable-5-1", tools=(TOOL,))["tools"]


ADAPTIVE = {"type": "adaptive", "display": "summarized"}


@pytest.mark.parametrize(
    ("model", "shown", "off"),
    [
        ("claude-haiku-5-5", ADAPTIVE, {"type": "disabled"}),
        ("claude-sonnet-5-5", ADAPTIVE, {"type": "between_tools"}),
        ("claude-opus-5-5", ADAPTIVE, None),
        ("claude-fable-5-1", ADAPTIVE, None),
        ("claude-opus-5", ADAPTIVE, {"type": "disabled"}),
        ("claude-sonnet-5", ADAPTIVE, {"type": "disabled"}),
        ("claude-opus-4-8", ADAPTIVE, {"type": "disabled"}),
        ("claude-sonnet-4-6", ADAPTIVE, {"type": "disabled"}),
        ("claude-haiku-4-5-20251001", {"type": "enabled", "budget_tokens": 4096}, {"type": "disabled"}),
        ("claude-opus-4-5", {"type": "enabled", "budget_tokens": 4096}, {"type": "disabled"}),
        ("claude-next", None, None),
    ],
)
def test_reasoning_is_asked_for_as_each_model_knows_it(
    model: str, shown: dict[str, Any] | None, off: dict[str, Any] | None
) -> None:
    assert "thinking" not in body(user("Why?"), model=model)
    assert body(user("Why?"), model=model, thinking=Thinking.SHOWN).get("thinking") == shown
    assert body(user("Why?"), model=model, thinking=Thinking.OFF).get("thinking") == off


def test_what_the_list_says_of_a_model_goes_before_what_is_built_in() -> None:
    info = ModelInfo(
        "anthropic", "claude-haiku-5-5", "", 0, 500, efforts=(Effort.MEDIUM,), thinking=("enabled", "between_tools")
    )
    sent = body(user("Why?"), info=info, effort=Effort.MAX, thinking=Thinking.OFF)
    assert (sent["max_tokens"], sent["output_config"]) == (500, {"effort": "medium"})
    assert sent["thinking"] == {"type": "between_tools"}
    assert body(user("Why?"), info=info, effort=Effort.LOW)["output_config"] == {"effort": "medium"}


def test_a_budget_leaves_room_for_the_answer_or_is_left_out() -> None:
    def shown(max_tokens: int, **options: Any) -> Any:
        sent = body(user("Why?"), model="claude-haiku-4-5", thinking=Thinking.SHOWN, max_tokens=max_tokens, **options)
        return sent.get("thinking", {}).get("budget_tokens")

    assert (shown(1024), shown(1025), shown(6000)) == (None, 1024, 3000)
    assert shown(6000, tools=(TOOL,), tool_choice=ToolChoice(ToolUse.ANY)) is None


@pytest.mark.parametrize(
    ("model", "effort"),
    [("claude-haiku-5-5", "high"), ("claude-opus-5", "high"), ("claude-sonnet-5", "max"), ("claude-opus-5-5", "max")],
)
def test_an_effort_that_needs_reasoning_gives_way_where_reasoning_is_off(model: str, effort: str) -> None:
    sent = body(user("Why?"), model=model, thinking=Thinking.OFF, effort=Effort.MAX)
    assert sent["output_config"] == {"effort": effort}


def test_an_effort_that_a_model_does_not_know_becomes_the_next_lower_one() -> None:
    assert body(user("Why?"), model="claude-opus-4-6", effort=Effort.XHIGH)["output_config"] == {"effort": "high"}


def test_reasoning_stays_on_where_a_form_could_make_the_model_leave_a_call_out() -> None:
    assert "thinking" not in body(
        user("Why?"), thinking=Thinking.OFF, tools=(TOOL,), output_schema=b'{"type":"object"}'
    )


def test_the_form_of_the_answer_is_sent_byte_for_byte_and_without_citations() -> None:
    schema = b'{ "type":"object", "additionalProperties":false }'
    asked = request(user(document(), "Why?"), output_schema=schema, effort=Effort.LOW)
    sent = provider().encode(asked, BASE).body
    assert b'"output_config":{"effort":"low","format":{"type":"json_schema","schema":' + schema + b"}}" in sent
    assert b"citations" not in sent
    assert b'"citations":{"enabled":true}' in provider().encode(request(user(document(), "Why?")), BASE).body


def test_a_form_that_is_none_is_refused() -> None:
    with pytest.raises(RequestRejected, match="The form of the answer"):
        body(user("Why?"), output_schema=b"{")


def test_a_model_that_the_list_calls_retired_is_refused_with_its_replacement() -> None:
    info = ModelInfo("anthropic", "claude-x-9", "X", lifecycle=Lifecycle.RETIRED, replacement="claude-x-10")
    with pytest.raises(ModelUnavailable) as caught:
        body(user("Why?"), model="claude-x-9", info=info)
    assert caught.value.message == "The model claude-x-9 has been retired; claude-x-10 replaces it."


def test_another_service_of_this_form_gets_its_own_blocks_and_fields() -> None:
    said = assistant("Yes", raw=b'[{"type":"text","text":"Yes"}]')
    other = msgspec.structs.replace(said, raw=b'[{"type":"text","text":"Y\\u0065s"}]', raw_from="elsewhere")
    asked = request(
        user("One"),
        said,
        user("Two"),
        other,
        user("Three"),
        model="anthropic/claude-haiku-5.5",
        tools=(msgspec.structs.replace(TOOL, strict=True, eager=True),),
        thinking=Thinking.SHOWN,
        effort=Effort.LOW,
    )
    encoded = encode_body(asked, provider="elsewhere", extra={"provider": {"zdr": True}})
    sent = msgspec.json.decode(encoded)
    assert b'"text":"Y\\u0065s"' in encoded
    assert sent["model"] == "anthropic/claude-haiku-5.5"
    assert sent["provider"] == {"zdr": True}
    assert sent["tools"][0].keys() == {"name", "description", "input_schema"}
    assert (sent["thinking"], sent["output_config"]) == (ADAPTIVE, {"effort": "low"})


@pytest.mark.parametrize(
    ("delivery", "wanted", "sent"),
    [
        (Delivery.WHOLE, 128_000, 21_333),
        (Delivery.WHOLE, 8_000, 8_000),
        (Delivery.STREAM, 128_000, 128_000),
        (None, 128_000, 128_000),
    ],
)
def test_only_an_answer_in_one_piece_is_bounded_by_what_a_silent_connection_outlasts(
    delivery: Delivery | None, wanted: int, sent: int
) -> None:
    asked = encode_body(request(user("Why?"), max_tokens=wanted), delivery)
    assert msgspec.json.decode(asked, type=dict[str, Any])["max_tokens"] == sent


@pytest.mark.parametrize(
    ("model", "context", "most"),
    [
        ("claude-haiku-5-5", 0, 600),
        ("claude-haiku-4-5", 0, 100),
        ("unknown", 0, 600),
        ("unknown", 200_000, 100),
        ("unknown", 1_000_000, 600),
    ],
)
def test_more_pictures_than_a_model_takes_are_refused_before_sending(model: str, context: int, most: int) -> None:
    info = ModelInfo("anthropic", model, model, context_tokens=context) if context else None
    earlier = (user(*[picture()] * (most - 1)), assistant("Many."))
    body(*earlier, user("Why?", picture()), model=model, info=info)
    with pytest.raises(RequestRejected) as caught:
        body(*earlier, user("Why?", picture(), picture()), model=model, info=info)
    assert caught.value.message == f"This conversation holds {most + 1} pictures, and {model} takes {most} at most."


def test_pictures_in_the_results_of_tools_count_too() -> None:
    results = tuple(ToolResultPart(f"c{number}", (picture(),)) for number in range(101))
    with pytest.raises(RequestRejected, match="101 pictures"):
        body(user(*results), model="claude-haiku-4-5")


def test_a_row_with_more_pictures_than_a_model_takes_is_told_as_a_row() -> None:
    with pytest.raises(RequestRejected) as caught:
        provider().encode_job(request(user("Why?", *[picture()] * 101), model="claude-haiku-4-5"))
    assert caught.value.message == "The row has 101 pictures, and claude-haiku-4-5 takes 100 at most."
    assert caught.value.hint == ""
