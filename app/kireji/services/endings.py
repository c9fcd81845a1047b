"""What becomes of an answer, by the way it ended."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from kireji.core.errors import (
    BudgetReached,
    ConnectionFailed,
    KirejiError,
    Overloaded,
    ProtocolViolation,
    RateLimited,
    StoreError,
)
from kireji.core.events import TurnFinished
from kireji.core.messages import (
    Message,
    MessageState,
    OpaquePart,
    StopReason,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from kireji.core.rounds import STOPPED, missing_result, unanswered
from kireji.core.words import say

_BROKEN = (ConnectionFailed, ProtocolViolation, StoreError, Overloaded, RateLimited, BudgetReached)


class Ending(NamedTuple):
    """How an answer is stored.

    Args:
        state: Its state.
        sentence: What the person is told; empty when there is nothing to tell.
    """

    state: MessageState
    sentence: str = ""


def ending(finished: TurnFinished | None, message: Message) -> Ending:
    """What a stream that came to its end means.

    Args:
        finished: How the provider ended it.
        message: What was said.
    """
    reason = finished.reason if finished else StopReason.OTHER
    says_something = bool(message.text or message.calls) or any(isinstance(p, OpaquePart) for p in message.parts)
    match reason:
        case StopReason.REFUSAL:
            return Ending(MessageState.FAILED, _refused(finished.detail if finished else ""))
        case _ if finished is not None and (finished.applied.stopped or finished.applied.exhausted):
            return Ending(MessageState.COMPLETE, _ruled(finished))
        case StopReason.MAX_TOKENS if not says_something:
            return Ending(
                MessageState.FAILED,
                say(
                    "The model reached the maximum length before its first word. "
                    "Ask again with a lower effort or a higher maximum."
                ),
            )
        case StopReason.MAX_TOKENS:
            return Ending(MessageState.COMPLETE, say("The answer was cut at the maximum length. It can be continued."))
        case StopReason.CONTEXT_FULL if says_something:
            return Ending(
                MessageState.COMPLETE,
                say(
                    "The answer was cut because the conversation fills all that this model can read. "
                    "It can be continued: the oldest messages then no longer go along."
                ),
            )
        case StopReason.CONTEXT_FULL:
            return Ending(
                MessageState.FAILED,
                say(
                    "The conversation fills all that this model can read. "
                    "Ask a model that reads more, or in a new conversation."
                ),
            )
        case StopReason.PAUSE_TURN:
            return Ending(MessageState.COMPLETE, say("The answer paused after many steps. It can be continued."))
        case StopReason.TOOL_USE if _ran(message):
            return Ending(
                MessageState.COMPLETE,
                say("The model wanted to go on calling tools after the last round that is allowed; these did not run."),
            )
        case StopReason.TOOL_USE if calls := unanswered(message.parts):
            names = ", ".join(dict.fromkeys(call.name for call in calls))
            return Ending(
                MessageState.COMPLETE,
                say("The model asked for a tool that is not there ({names}); none ran.", names=names),
            )
        case StopReason.END_TURN | StopReason.OTHER | StopReason.TOOL_USE if not says_something:
            return Ending(MessageState.FAILED, say("The model gave no answer. Ask again, or with a lower effort."))
        case StopReason.END_TURN | StopReason.OTHER if _ran(message) and isinstance(message.parts[-1], ToolResultPart):
            return Ending(
                MessageState.COMPLETE,
                say("The model said nothing more after its tools had run. It can be continued."),
            )
    return Ending(MessageState.COMPLETE)


def left_unanswered(call: ToolCallPart, state: MessageState) -> ToolResultPart:
    """The result of a call whose turn ended before there was one.

    Args:
        call: Whether it had begun stands in it.
        state: How the turn ended.
    """
    result = missing_result(call)
    if state is MessageState.STOPPED and not call.begun:
        return msgspec.structs.replace(result, content=(TextPart(STOPPED),))
    return result


def _ran(message: Message) -> bool:
    """Whether tools ran in an answer, or would have."""
    return any(isinstance(part, ToolResultPart) for part in message.parts)


def state_after(error: KirejiError, *, received: bool) -> MessageState:
    """Whether a failure cut an answer that can be continued, or left none."""
    return MessageState.INTERRUPTED if received and isinstance(error, _BROKEN) else MessageState.FAILED


def _ruled(finished: TurnFinished) -> str:
    """What the person's own rules did, where that is not what they expect of them."""
    if finished.applied.exhausted:
        return say(
            "Your rules for answers need too much work, so the rest of this answer is not shown. "
            "Make them simpler in the settings, under Privacy."
        )
    return say("Your stop rule {rule} ended the answer here.", rule=finished.detail)


def _refused(category: str) -> str:
    about = f" ({category.replace('_', ' ')})" if category else ""
    return say("The model declined to answer{about}. Ask differently, or choose another model.", about=about)
