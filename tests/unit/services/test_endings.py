"""What becomes of an answer, row by row of what a provider can say at its end."""

from __future__ import annotations

import pytest

from kireji.core.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    KirejiError,
    Overloaded,
    ProtocolViolation,
    ProviderTimeout,
    RequestRejected,
    StoreFull,
)
from kireji.core.events import TurnFinished
from kireji.core.messages import (
    Message,
    MessageState,
    OpaquePart,
    Part,
    Role,
    StopReason,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from kireji.services.endings import ending, state_after

WORDS = TextPart("It is a key.")
THOUGHT = ThinkingPart("Hm.")
CALL = ToolCallPart("c1", "look_up", "{}")
RESULT = ToolResultPart("c1", (TextPart("found"),))


def said(*parts: Part) -> Message:
    return Message(Role.ASSISTANT, parts)


@pytest.mark.parametrize(
    ("reason", "message", "state", "words"),
    [
        (StopReason.END_TURN, said(WORDS), MessageState.COMPLETE, ""),
        (StopReason.END_TURN, said(), MessageState.FAILED, "gave no answer"),
        (StopReason.END_TURN, said(THOUGHT), MessageState.FAILED, "lower effort"),
        (StopReason.END_TURN, said(OpaquePart("new")), MessageState.COMPLETE, ""),
        (StopReason.OTHER, said(WORDS), MessageState.COMPLETE, ""),
        (StopReason.OTHER, said(), MessageState.FAILED, "gave no answer"),
        (StopReason.STOP_SEQUENCE, said(WORDS), MessageState.COMPLETE, ""),
        (StopReason.STOP_SEQUENCE, said(), MessageState.COMPLETE, ""),
        (StopReason.MAX_TOKENS, said(WORDS), MessageState.COMPLETE, "can be continued"),
        (StopReason.MAX_TOKENS, said(THOUGHT), MessageState.FAILED, "before its first word"),
        (StopReason.CONTEXT_FULL, said(WORDS), MessageState.COMPLETE, "It can be continued"),
        (StopReason.CONTEXT_FULL, said(), MessageState.FAILED, "a new conversation"),
        (StopReason.PAUSE_TURN, said(WORDS), MessageState.COMPLETE, "can be continued"),
        (StopReason.TOOL_USE, said(CALL), MessageState.COMPLETE, "(look_up); none ran"),
        (StopReason.TOOL_USE, said(), MessageState.FAILED, "gave no answer"),
        (StopReason.TOOL_USE, said(CALL, RESULT), MessageState.COMPLETE, "last round"),
        (StopReason.END_TURN, said(CALL, RESULT), MessageState.COMPLETE, "said nothing more"),
        (StopReason.END_TURN, said(CALL, RESULT, WORDS), MessageState.COMPLETE, ""),
        (StopReason.REFUSAL, said(WORDS), MessageState.FAILED, "declined to answer (general harms)"),
    ],
)
def test_each_reason_has_its_own_end(reason: StopReason, message: Message, state: MessageState, words: str) -> None:
    found = ending(TurnFinished(reason, detail="general_harms" if reason is StopReason.REFUSAL else ""), message)
    assert found.state is state
    assert words in found.sentence
    assert bool(words) == bool(found.sentence)


@pytest.mark.parametrize(
    ("error", "cut"),
    [
        (ConnectionFailed("Lost."), True),
        (ProviderTimeout("Silent."), True),
        (ProtocolViolation("Odd."), True),
        (Overloaded("Busy."), True),
        (StoreFull("Full."), True),
        (AuthenticationFailed("No."), False),
        (RequestRejected("No."), False),
    ],
)
def test_only_an_answer_that_broke_off_counts_as_cut(error: KirejiError, cut: bool) -> None:
    assert state_after(error, received=True) is (MessageState.INTERRUPTED if cut else MessageState.FAILED)
    assert state_after(error, received=False) is MessageState.FAILED
