"""What is sent of a conversation."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from kireji.core.history import StoredMessage
from kireji.core.messages import (
    ImagePart,
    Message,
    MessageState,
    Part,
    Role,
    StopReason,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from kireji.core.rounds import joined
from kireji.services.sent_history import sendable, without_raw, without_refused

WHEN = datetime(2026, 3, 1, tzinfo=UTC)
CALL = ToolCallPart("c1", "look_up", "{}")
RESULT = ToolResultPart("c1", (TextPart("found"),))


def stored(
    role: Role, *parts: Part, stop: StopReason | None = None, state: MessageState = MessageState.COMPLETE
) -> StoredMessage:
    return StoredMessage(1, None, Message(role, parts), state, "", "", None, stop, "", WHEN)


def user(*parts: Part) -> StoredMessage:
    return stored(Role.USER, *parts)


def model(*parts: Part, stop: StopReason | None = None) -> StoredMessage:
    return stored(Role.ASSISTANT, *parts, stop=stop)


def words(messages: tuple[Message, ...]) -> list[str]:
    return [message.text for message in messages]


def test_what_a_model_began_before_it_declined_is_not_sent() -> None:
    history = [user(TextPart("q")), model(TextPart("half"), stop=StopReason.REFUSAL), user(TextPart("again"))]
    assert words(sendable(history)) == ["q", "again"]


def test_a_turn_in_which_nothing_was_said_is_not_sent() -> None:
    history = [user(TextPart("q")), model(ThinkingPart("Hm.")), model(), model(TextPart(" \n")), user(TextPart("r"))]
    assert words(sendable(history)) == ["q", "r"]


def test_a_call_without_a_result_gets_one_before_the_persons_words() -> None:
    sent = sendable([user(TextPart("q")), model(CALL), user(TextPart("and?"))])
    result, text = sent[2].parts
    assert isinstance(result, ToolResultPart)
    assert (result.call_id, result.is_error) == ("c1", True)
    assert text == TextPart("and?")


def test_results_that_are_there_stay_and_come_first() -> None:
    other = ToolCallPart("c2", "look_up", "{}")
    sent = sendable([user(TextPart("q")), model(CALL, other), user(TextPart("and?"), RESULT)])
    assert [part.call_id for part in sent[2].parts if isinstance(part, ToolResultPart)] == ["c1", "c2"]
    assert sent[2].parts[0] == RESULT
    assert sent[2].parts[-1] == TextPart("and?")


def test_a_call_at_the_end_is_answered_too() -> None:
    sent = sendable([user(TextPart("q")), model(CALL)])
    assert [message.role for message in sent] == [Role.USER, Role.ASSISTANT, Role.USER]


def test_a_call_that_was_cut_is_not_sent() -> None:
    cut = ToolCallPart("c1", "look_up", '{"at": "pa', cut=True)
    sent = sendable([user(TextPart("q")), model(TextPart("Let me look."), cut), user(TextPart("and?"))])
    assert sent[1].parts == (TextPart("Let me look."),)
    assert sent[2].parts == (TextPart("and?"),)


def test_an_answer_that_is_nothing_but_a_cut_call_is_not_sent() -> None:
    sent = sendable([user(TextPart("q")), model(ToolCallPart("c1", "look_up", cut=True)), user(TextPart("and?"))])
    assert [message.text for message in sent] == ["q", "and?"]


def test_without_the_providers_own_blocks_the_words_stay() -> None:
    message = Message(Role.ASSISTANT, (TextPart("a"),), b"[]", "anthropic")
    assert without_raw([message]) == (Message(Role.ASSISTANT, (TextPart("a"),)),)


def ran(*parts: Part, raws: tuple[bytes | None, ...] = (b"[]",), stop: StopReason | None = None) -> StoredMessage:
    message = Message(Role.ASSISTANT, parts, joined(raws), "anthropic")
    return StoredMessage(1, None, message, MessageState.COMPLETE, "anthropic", "", None, stop, "", WHEN)


def test_an_answer_in_which_tools_ran_is_sent_as_it_was_said() -> None:
    history = [user(TextPart("q")), ran(CALL, RESULT, TextPart("Found."), raws=(b"[1]", b"[2]")), user(TextPart("r"))]
    sent = sendable(history)
    assert [message.parts for message in sent] == [
        (TextPart("q"),),
        (CALL,),
        (RESULT,),
        (TextPart("Found."),),
        (TextPart("r"),),
    ]
    assert [message.raw for message in sent] == [None, b"[1]", None, b"[2]", None]


def test_words_after_results_stand_in_the_same_turn() -> None:
    sent = sendable([user(TextPart("q")), ran(CALL, RESULT), user(TextPart("r"))])
    assert [message.parts for message in sent] == [(TextPart("q"),), (CALL,), (RESULT, TextPart("r"))]


def test_what_tools_gave_stays_when_the_model_declined_afterwards() -> None:
    refused = ran(CALL, RESULT, TextPart("I"), raws=(b"[1]", None), stop=StopReason.REFUSAL)
    sent = sendable([user(TextPart("q")), refused, user(TextPart("r"))])
    assert [message.parts for message in sent] == [(TextPart("q"),), (CALL,), (RESULT, TextPart("r"))]


def test_without_tools_results_are_told_in_words() -> None:
    picture = ImagePart("0" * 64, "image/png", 1, 1)
    result = ToolResultPart("c1", (TextPart("found"), picture))
    history = [user(TextPart("q")), ran(CALL, result, TextPart("Yes."), raws=(b"[1]", b"[2]")), user(TextPart("r"))]
    _, told, answer, _ = sendable(history, tools=False)
    assert told == Message(Role.USER, (TextPart("The tool look_up gave back:"), TextPart("found"), picture))
    assert answer == Message(Role.ASSISTANT, (TextPart("Yes."),), b"[2]", "anthropic")


def test_blocks_that_were_refused_once_are_left_out_of_every_round() -> None:
    history = without_refused([user(TextPart("q")), ran(CALL, RESULT, TextPart("w"), raws=(b"[1]", b"[2]"))], 1)
    assert [message.raw for message in sendable(history)] == [None] * 4


PARTS = st.one_of(
    st.builds(TextPart, st.sampled_from(["", " ", "words"])),
    st.builds(ThinkingPart, st.just("Hm.")),
    st.builds(ToolCallPart, st.sampled_from(["c1", "c2", "c3"]), st.just("look_up"), cut=st.booleans()),
    st.builds(ToolResultPart, st.sampled_from(["c1", "c2", "c3"])),
)
STOPS = st.sampled_from([None, StopReason.END_TURN, StopReason.REFUSAL])
TURNS = st.builds(
    lambda role, parts, stop: stored(role, *parts, stop=stop), st.sampled_from(Role), st.lists(PARTS, max_size=4), STOPS
) | st.builds(lambda parts, stop: ran(*parts, stop=stop), st.lists(PARTS, max_size=6), STOPS)


@given(st.lists(TURNS, max_size=6), st.booleans())
def test_every_call_is_answered_in_the_turn_that_follows(history: list[StoredMessage], tools: bool) -> None:
    sent = sendable(history, tools=tools)
    for index, message in enumerate(sent):
        assert message.parts
        if message.role is Role.ASSISTANT and message.calls:
            following = sent[index + 1]
            assert following.role is Role.USER
            given_ids = {part.call_id for part in following.parts if isinstance(part, ToolResultPart)}
            assert {call.call_id for call in message.calls} <= given_ids


def test_what_tools_did_elsewhere_within_an_answer_is_not_sent() -> None:
    picture = ImagePart("0" * 64, "image/png", 1, 1)
    history = [
        user(TextPart("q")),
        model(TextPart("Let me look."), CALL, RESULT, picture, TextPart("Found.")),
        user(TextPart("r")),
    ]
    _, answer, _ = sendable(history)
    assert answer.parts == (TextPart("Let me look."), TextPart("Found."))
