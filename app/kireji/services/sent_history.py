"""A stored conversation as a service accepts it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import msgspec

from kireji.core import rounds
from kireji.core.history import StoredMessage
from kireji.core.messages import (
    ImagePart,
    Message,
    OpaquePart,
    Part,
    Role,
    StopReason,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)


def sendable(history: Sequence[StoredMessage], *, tools: bool = True) -> tuple[Message, ...]:
    """What is sent of a conversation.

    Left out are turns in which nothing was said (failed, cut before a word, only thought), calls that were cut or ran
    elsewhere, and what a model had begun before it declined. An answer in which tools ran is sent as it was said: the
    model and the results in turn. Every call of a tool gets its result in the turn that follows it, because a history
    without is refused for ever after.

    Args:
        history: A path of a conversation.
        tools: Whether tools are offered; without, what tools gave back is told in words.
    """
    messages: list[Message] = []
    for stored in map(_whole, history):
        for message in _said(stored, tools) if _counts(stored) else ():
            if messages and message.role is Role.USER and _only_results(messages[-1]):
                messages[-1] = Message(Role.USER, (*messages[-1].parts, *message.parts))
            else:
                messages.append(message)
    sent: list[Message] = []
    for index, message in enumerate(messages):
        sent.append(message)
        following = messages[index + 1] if index + 1 < len(messages) else None
        if message.role is not Role.ASSISTANT or not message.calls:
            continue
        if following is not None and following.role is Role.USER:
            messages[index + 1] = _answered(message, following)
        else:
            sent.append(_answered(message, Message(Role.USER, ())))
    return tuple(sent)


def latest(history: Sequence[StoredMessage], turns: int | None) -> tuple[StoredMessage, ...]:
    """The last so many questions that were answered, each with its answer.

    Args:
        history: A path of a conversation.
        turns: How many; None for all that was said, unanswered questions included.
    """
    if turns is None:
        return tuple(history)
    pairs = [
        (asked, answer)
        for asked, answer in itertools.pairwise(history)
        if asked.message.role is Role.USER and answer.message.role is Role.ASSISTANT and _counts(answer)
    ]
    return tuple(stored for pair in pairs[len(pairs) - min(turns, len(pairs)) :] for stored in pair)


def without_raw(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The same words without the provider's own blocks."""
    return tuple(map(rounds.without_raw, messages))


def without_refused(history: Sequence[StoredMessage], until: int) -> tuple[StoredMessage, ...]:
    """A history in which the rows up to `until` have lost the provider's own blocks: they were refused once.

    What was left out once must stay left out, or the reasoning that came since would be bound to another history.
    """
    return tuple(
        msgspec.structs.replace(stored, message=rounds.without_raw(stored.message))
        if stored.id <= until and stored.message.raw is not None
        else stored
        for stored in history
    )


def _counts(stored: StoredMessage) -> bool:
    message = stored.message
    if message.role is Role.USER:
        return bool(message.parts)
    if stored.stop is StopReason.REFUSAL and not rounds.of_rounds(message):
        return False
    return bool(message.text.strip() or message.calls) or any(isinstance(p, OpaquePart) for p in message.parts)


def _said(stored: StoredMessage, tools: bool) -> tuple[Message, ...]:
    """The messages of one turn."""
    if not rounds.of_rounds(stored.message):
        return (stored.message,)
    said = rounds.split(stored.message)
    if stored.stop is StopReason.REFUSAL and said and said[-1].role is Role.ASSISTANT:
        said = said[:-1]  # what tools gave back before it declined stays
    return said if tools else in_words(said)


def in_words(said: Sequence[Message]) -> tuple[Message, ...]:
    """An answer in which tools ran, told without calls.

    For a model that is offered no tools: services refuse calls then. And for an answer that goes on when what stood
    before it no longer goes along: its reasoning was bound to that, and calls without it are refused.
    """
    names = {call.call_id: call.name for message in said for call in message.calls}
    told: list[Message] = []
    for message in said:
        parts: list[Part] = []
        for part in message.parts:
            match part:
                case ToolCallPart():
                    pass
                case ToolResultPart(call_id, content):
                    parts += (TextPart(f"The tool {names.get(call_id, '')} gave back:"), *content)
                case _:
                    parts.append(part)
        if any(not isinstance(part, ThinkingPart) for part in parts):
            kept = message.raw is not None and not message.calls
            told.append(
                msgspec.structs.replace(message, parts=tuple(parts)) if kept else Message(message.role, tuple(parts))
            )
    return tuple(told)


def _only_results(message: Message) -> bool:
    return message.role is Role.USER and all(isinstance(part, ToolResultPart) for part in message.parts)


def _whole(stored: StoredMessage) -> StoredMessage:
    """The same without what no service takes back.

    That is calls that were cut, and in an answer that was given elsewhere: calls whose results stand in the answer
    itself, these results, and pictures that it made.
    """
    parts = stored.message.parts
    if rounds.of_rounds(stored.message):
        parts = tuple(part for part in parts if not isinstance(part, ImagePart) and not _is_cut(part))
    elif stored.message.role is Role.ASSISTANT:
        ran = {part.call_id for part in parts if isinstance(part, ToolResultPart)}
        parts = tuple(part for part in parts if _goes_back(part, ran))
    if len(parts) == len(stored.message.parts):
        return stored
    return msgspec.structs.replace(stored, message=msgspec.structs.replace(stored.message, parts=parts))


def _is_cut(part: Part) -> bool:
    return isinstance(part, ToolCallPart) and part.cut


def _goes_back(part: Part, ran: set[str]) -> bool:
    match part:
        case ToolCallPart(call_id=call, cut=cut):
            return not cut and call not in ran
        case ToolResultPart() | ImagePart():
            return False
    return True


def _answered(asking: Message, following: Message) -> Message:
    """The turn after a call, with the results first and none missing."""
    results = [part for part in following.parts if isinstance(part, ToolResultPart)]
    given = {part.call_id for part in results}
    missing = [rounds.missing_result(call) for call in asking.calls if call.call_id not in given]
    others = [part for part in following.parts if not isinstance(part, ToolResultPart)]
    return msgspec.structs.replace(following, parts=(*results, *missing, *others))
