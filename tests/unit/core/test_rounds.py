"""Answers in which tools ran: one row, several messages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kireji.core.messages import Message, Part, Role, TextPart, ThinkingPart, ToolCallPart, ToolResultPart
from kireji.core.rounds import joined, of_rounds, split, unanswered, without_raw

A, B = ToolCallPart("a", "look", "{}"), ToolCallPart("b", "look", "{}", begun=True)
RESULT_A, RESULT_B = ToolResultPart("a", (TextPart("1"),)), ToolResultPart("b", (TextPart("2"),))
ONE, TWO = rb'[ {"n": 1.0, "u": "\u00e9"} ]', b'{"role":"assistant"}'


def answer(*parts: Part, raws: tuple[bytes | None, ...]) -> Message:
    return Message(Role.ASSISTANT, parts, joined(raws), "anthropic")


def test_an_answer_without_rounds_stays_one_message() -> None:
    message = Message(Role.ASSISTANT, (TextPart("w"), A, RESULT_A), b"[]", "anthropic")
    assert split(message) == (message,)
    assert not of_rounds(message)


def test_the_model_and_the_results_speak_in_turn_and_every_round_goes_back_to_the_byte() -> None:
    first, results, second, last, end = split(
        answer(TextPart("w"), A, RESULT_A, B, RESULT_B, TextPart("end"), raws=(ONE, TWO, None))
    )
    assert (first.raw, first.raw_from, first.parts) == (ONE, "anthropic", (TextPart("w"), A))
    assert (results.role, results.parts) == (Role.USER, (RESULT_A,))
    assert (second.raw, last.parts) == (TWO, (RESULT_B,))
    assert (end.raw, end.raw_from, end.parts) == (None, "", (TextPart("end"),))


def test_results_stand_in_the_order_of_the_calls_and_each_call_has_one() -> None:
    _, results = split(answer(A, B, RESULT_B, RESULT_B, raws=(ONE,)))
    missing, given_back = results.parts
    assert isinstance(missing, ToolResultPart)
    assert (missing.call_id, missing.is_error, given_back) == ("a", True, RESULT_B)


def test_what_was_begun_is_told_from_what_never_ran() -> None:
    _, results = split(answer(A, B, raws=(ONE,)))
    words = [item.text for part in results.parts if isinstance(part, ToolResultPart) for item in part.content]  # type: ignore[union-attr]
    assert "not run" in words[0]
    assert "not known" in words[1]


def test_a_last_round_in_which_nothing_was_said_is_none() -> None:
    assert [message.role for message in split(answer(A, RESULT_A, raws=(ONE, b"[]")))] == [Role.ASSISTANT, Role.USER]


def test_a_damaged_list_of_rounds_costs_the_blocks_and_nothing_else() -> None:
    message = Message(Role.ASSISTANT, (A, RESULT_A), b'{"rounds":[', "anthropic")
    assert [part.raw for part in split(message)] == [None, None]


def test_without_its_blocks_it_is_still_an_answer_in_which_tools_ran() -> None:
    bare = without_raw(answer(A, RESULT_A, raws=(ONE,)))
    assert of_rounds(bare)
    assert [message.raw for message in split(bare)] == [None, None]


def test_the_calls_that_wait_are_those_of_the_last_round() -> None:
    cut = ToolCallPart("c", "look", "{", cut=True)
    assert unanswered((A, RESULT_A, B, cut)) == (B,)
    assert unanswered((A, RESULT_A)) == ()
    assert unanswered(()) == ()


PARTS = st.one_of(
    st.builds(TextPart, st.sampled_from(["words", "more"])),
    st.builds(ThinkingPart, st.just("Hm.")),
    st.builds(ToolCallPart, st.sampled_from("abc"), st.just("look"), cut=st.booleans(), begun=st.booleans()),
    st.builds(ToolResultPart, st.sampled_from("abc")),
)


@given(st.lists(PARTS, max_size=12), st.lists(st.sampled_from([None, ONE, TWO]), max_size=4))
def test_whatever_is_stored_every_call_is_answered_once_and_in_order(
    parts: list[Part], raws: list[bytes | None]
) -> None:
    messages = split(answer(*parts, raws=tuple(raws)))
    for place, message in enumerate(messages):
        assert message.parts
        if message.role is Role.ASSISTANT and message.calls:
            results = [part for part in messages[place + 1].parts if isinstance(part, ToolResultPart)]
            assert [result.call_id for result in results] == [call.call_id for call in message.calls]
        if message.role is Role.USER:
            assert place
            assert messages[place - 1].calls
    said = [part for message in messages for part in message.parts if not isinstance(part, ToolResultPart)]
    assert said == [part for part in parts if not isinstance(part, ToolResultPart)]
