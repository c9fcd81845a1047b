"""What of a long conversation goes along with the next question, once all of it is more than a model can read.

The oldest turns stay out, whole: a question with its answer and with everything that tools gave back for it. They stay
out in big steps, down to half of the room, so that many questions can follow before the next step; until then the
beginning of what is sent is the same to the byte, and the service's cache serves it. Where the cut is stands in the
history beside the message with which it was made, so that every branch has its own and a restart changes nothing.

The first question often brings what the conversation is about (documents, a picture). It goes along beside the newest
turns where it takes no more than a quarter of the room.

Reasoning is bound to all that was said before it. After a cut, what was said earlier therefore goes without the
service's own blocks, and never gets them back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import msgspec

from kireji.core import rounds
from kireji.core.history import Cut, StoredMessage
from kireji.core.messages import Message, Role, TextPart, ToolResultPart

_STEP = 0.5
"""Share of the room that is filled after a cut."""
_OPENING = 0.25
"""Share of the room that the first question may take beside the newest turns."""
_ANSWER = 0.25
"""Share of a window that is kept for the answer at most: longer ones are asked for only where there is room."""
_LARGER = 2
"""So many times as large as the window for which it was cut is one for which all is looked at anew."""


class Told(Protocol):
    """A message of a path, with its words or without them."""

    @property
    def id(self) -> int: ...
    @property
    def cut(self) -> Cut | None: ...


class LeftOut(NamedTuple):
    """What does not go along.

    Args:
        messages: So many at the beginning of the conversation.
        opening: Whether the first question goes along nevertheless; it is not counted in `messages`.
        first: Row of the first message after the gap; 0 when nothing is left out.
    """

    messages: int = 0
    opening: bool = False
    first: int = 0


NOTHING_LEFT_OUT = LeftOut()


def current(history: Sequence[Told]) -> Cut | None:
    """The cut that holds at the end of a path; None where there was none."""
    return next((stored.cut for stored in reversed(history) if stored.cut is not None), None)


def outdated(cut: Cut | None, window: int) -> bool:
    """Whether a model reads so much more than the one for which it was cut that all is looked at anew."""
    return cut is not None and bool(cut.first) and cut.window > 0 and window >= _LARGER * cut.window


def left_out(history: Sequence[Told], cut: Cut | None) -> LeftOut:
    """What of a path does not go along."""
    place = place_of(history, cut)
    if cut is None or not place:
        return NOTHING_LEFT_OUT
    opening = cut.opening and place > 1
    return LeftOut(place - 1 if opening else place, opening, cut.first)


def remaining(history: Sequence[StoredMessage], cut: Cut | None) -> tuple[StoredMessage, ...]:
    """What of a path goes along, with the first question where that is kept."""
    if cut is None:
        return tuple(history)
    gap = left_out(history, cut)
    kept = tuple(_bared(stored, cut.bare) for stored in history[place_of(history, cut) :])
    return (_opened(history[0], gap.messages), *kept) if gap.opening else kept


class Sizes(NamedTuple):
    """How many tokens a conversation takes at most, as far as can be known.

    Args:
        frame: Instructions and tools.
        rows: Each message of the path, the question last.
    """

    frame: float
    rows: tuple[float, ...]

    def with_context(self, tokens: int) -> Sizes:
        """The same with documents in the question that are not made yet."""
        return self._replace(rows=(*self.rows[:-1], self.rows[-1] + tokens))

    def total(self, history: Sequence[StoredMessage], cut: Cut | None) -> float:
        """Of all that goes along with a cut."""
        place = place_of(history, cut)
        opening = self.rows[0] if left_out(history, cut).opening else 0.0
        return self.frame + opening + sum(self.rows[place:])


class Plan(NamedTuple):
    """How a conversation goes along.

    Args:
        cut: The cut that holds; None when there never was one.
        new: Whether it is another than before.
        tokens: Of all that goes along then.
    """

    cut: Cut | None
    new: bool
    tokens: float


def room_of(window: int, answer: int) -> float:
    """What of a window is there for the question and all that goes along with it.

    Args:
        window: Of the model.
        answer: The longest that is asked for; in a small window it gets a part of it.
    """
    return window - min(answer, window * _ANSWER)


def planned(history: Sequence[StoredMessage], sizes: Sizes, window: int, room: float) -> Plan | None:
    """How a conversation goes along with a question.

    Args:
        history: A path, the question last.
        sizes: Of it.
        window: Of the model; 0 if unknown: then nothing stays out ahead.
        room: What of the window is there for the question and all that goes along.

    Returns:
        None when the question alone is larger than the room.
    """
    cut = current(history)
    renews = outdated(cut, window)
    before, cut = cut, None if renews else cut
    total = sizes.total(history, cut)
    if not window or total <= room:
        if renews:
            cut = Cut(0, False, max(stored.id for stored in history), window)
        return Plan(cut, renews, total)
    place = place_of(history, cut)  # what stays out already does not come back
    rows = (*sizes.rows[:1], *(math.inf,) * (place - 1), *sizes.rows[place:]) if place else sizes.rows
    new = chosen(history, rows, room - sizes.frame, window)
    if new is None:
        return None
    changed = before is None or (new.first, new.opening) != (before.first, before.opening)
    return Plan(new if changed else before, changed, sizes.total(history, new))


def starts(history: Sequence[StoredMessage]) -> list[int]:
    """Where turns begin: at the person's own words, never at what a tool gave back."""
    return [place for place, stored in enumerate(history) if _begins(stored.message)]


def chosen(history: Sequence[StoredMessage], tokens: Sequence[float], room: float, window: int = 0) -> Cut | None:
    """Where to cut.

    Args:
        history: A path, the question last.
        tokens: Of each of its messages.
        room: For all of them.
        window: Of the model; stands in the cut.

    Returns:
        None when not even the question itself has room.
    """
    last = len(history) - 1
    if tokens[last] > room:
        return None
    opening = _keeps_opening(history, tokens, room)
    used = tokens[last] + (tokens[0] if opening else 0.0)
    target = max(room * _STEP, used)
    first = last
    for start in reversed(starts(history[:last])):
        used += sum(tokens[start:first]) - (tokens[0] if opening and start == 0 else 0.0)
        if used > target:
            break
        first = start
    bare = max(stored.id for stored in history)
    return Cut(_number(history[first]) if first else 0, opening and first > 1, bare, window)


def _keeps_opening(history: Sequence[StoredMessage], tokens: Sequence[float], room: float) -> bool:
    if len(history) < 2 or not _begins(history[0].message):
        return False
    return tokens[0] <= room * _OPENING and tokens[0] + tokens[-1] <= room


def place_of(history: Sequence[Told], cut: Cut | None) -> int:
    """Where in a path the first message stands that goes along; 0 on a path without it."""
    if cut is None or not cut.first:
        return 0
    return next((place for place, stored in enumerate(history) if _number(stored) == cut.first), 0)


def _number(stored: Told) -> int:
    """Its row; a question that is not in the history has none, and 0 stands for all."""
    return stored.id or -1


def _begins(message: Message) -> bool:
    return message.role is Role.USER and any(not isinstance(part, ToolResultPart) for part in message.parts)


def _bared(stored: StoredMessage, until: int) -> StoredMessage:
    if stored.id > until or stored.message.raw is None:
        return stored
    return msgspec.structs.replace(stored, message=rounds.without_raw(stored.message))


def _opened(stored: StoredMessage, messages: int) -> StoredMessage:
    """The first question as it stands before a gap: the model is told of the gap."""
    told = TextPart(f"({messages} messages that followed this one are left out here: they no longer fit.)")
    message = msgspec.structs.replace(stored.message, parts=(*stored.message.parts, told))
    return msgspec.structs.replace(stored, message=message)
