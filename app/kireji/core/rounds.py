"""Answers in which tools ran: one row of the history, several messages on the wire.

The parts of such an answer stand in the order in which things happened: what the model said up to and with its calls,
the results of these calls, what it said then. Each of these rounds was an answer of its own to the service, whose own
blocks are kept by round, so that each goes back as it came:

    {"rounds": [<the blocks of the first>, <of the second, or null>, ...]}

`Message.raw` of an answer without results is the provider's own value alone; so this form also tells answers whose
tools ran here from those that were given elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from kireji.core.messages import Message, Part, Role, TextPart, ToolCallPart, ToolResultPart

NOT_RUN = "This tool was not run."
STOPPED = "The person stopped the answer before this tool had given anything back."
NOT_KNOWN = "This tool had been started when it was broken off. Whether it took effect is not known."


class _Rounds(msgspec.Struct):
    rounds: list[msgspec.Raw]


_NULL = b"null"


def joined(rounds: Sequence[bytes | None]) -> bytes:
    """The blocks of several rounds as one value, each as it was to the byte; None where there are none to replay."""
    return msgspec.json.encode(_Rounds([msgspec.Raw(_NULL if raw is None else raw) for raw in rounds]))


def of_rounds(message: Message) -> bool:
    """Whether the tools of an answer ran here."""
    return _rounds_of(message) is not None


def split(message: Message) -> tuple[Message, ...]:
    """An answer in which tools ran, as it was said: the model and the results of its tools in turn.

    Every other message comes back as it is. A call that has no result gets one, so that what is sent is always valid.
    """
    rounds = _rounds_of(message)
    if rounds is None:
        return (message,)
    messages: list[Message] = []
    for number, (said, results) in enumerate(_groups(message.parts)):
        raw = rounds[number] if number < len(rounds) else None
        calls = [part for part in said if isinstance(part, ToolCallPart) and not part.cut]
        if said:
            messages.append(Message(Role.ASSISTANT, tuple(said), raw, message.raw_from if raw is not None else ""))
        if answered := tuple(_answers(calls, results)):
            messages.append(Message(Role.USER, answered))
    return tuple(messages)


def without_raw(message: Message) -> Message:
    """The same without the provider's own blocks."""
    if (rounds := _rounds_of(message)) is not None:
        return msgspec.structs.replace(message, raw=joined([None] * len(rounds)))
    return Message(message.role, message.parts)


def missing_result(call: ToolCallPart) -> ToolResultPart:
    """The result of a call that has none: it was broken off, or never ran."""
    return ToolResultPart(call.call_id, (TextPart(NOT_KNOWN if call.begun else NOT_RUN),), is_error=True)


def stands_for_none(result: ToolResultPart) -> bool:
    """Whether a result only says that there is none: the call was broken off, or never ran."""
    match result.content:
        case (TextPart(text),):
            return result.is_error and text in (NOT_RUN, NOT_KNOWN, STOPPED)
        case _:
            return False


def unanswered(parts: Sequence[Part]) -> tuple[ToolCallPart, ...]:
    """The calls of the last round that have no result, in order."""
    groups = list(_groups(parts))
    last, results = groups[-1] if groups else ([], [])
    given = {result.call_id for result in results}
    calls = [part for part in last if isinstance(part, ToolCallPart)]
    return tuple(call for call in calls if not call.cut and call.call_id not in given)


def _rounds_of(message: Message) -> list[bytes | None] | None:
    """The blocks by round; None for an answer that has no rounds."""
    if message.raw is None or message.role is not Role.ASSISTANT:
        return None
    if not message.raw.startswith(b'{"rounds":'):  # not every long answer need be read for this
        return None
    try:
        found = msgspec.json.decode(message.raw, type=_Rounds).rounds
    except (msgspec.MsgspecError, UnicodeError):
        return []  # damaged; its tools ran here nevertheless
    return [None if bytes(raw) == _NULL else bytes(raw) for raw in found]


def _groups(parts: Sequence[Part]) -> Iterator[tuple[list[Part], list[ToolResultPart]]]:
    """What was said in each round, with the results that followed."""
    said: list[Part] = []
    results: list[ToolResultPart] = []
    for part in parts:
        if isinstance(part, ToolResultPart):
            results.append(part)
            continue
        if results:
            yield said, results
            said, results = [], []
        said.append(part)
    if said or results:
        yield said, results


def _answers(calls: Sequence[ToolCallPart], results: Sequence[ToolResultPart]) -> Iterator[ToolResultPart]:
    """One result for each call, in the order of the calls."""
    given: dict[str, ToolResultPart] = {}
    for result in results:
        given.setdefault(result.call_id, result)
    for call in calls:
        yield given.get(call.call_id) or missing_result(call)
