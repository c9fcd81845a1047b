"""Makes a conversation that was read from elsewhere one that the history can hold, whatever its file said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from kireji.core.messages import DocumentPart, ImagePart
from kireji.core.transfer import PICTURE_IN_SOURCE, WholeConversation, WholeMessage

LONGEST_TITLE = 1000
"""Characters."""
LARGEST_SIDE = 100_000
"""Pixels of a picture."""

_EARLIEST, _LATEST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
"""What lies between has a date in every zone."""
_STORED = re.compile(r"[0-9a-f]{64}")
_PICTURES = frozenset(("image/png", "image/jpeg", "image/webp", "image/gif"))
_DOCUMENTS = frozenset(("application/pdf", "text/plain"))


def sound(conversation: WholeConversation) -> WholeConversation:
    """The same with what its form promises: each name once, each message after the one it follows, times that can be
    shown everywhere. One that is sound already stays as it is.
    """
    return msgspec.structs.replace(
        conversation,
        key=_name(conversation.key),
        title=conversation.title[:LONGEST_TITLE],
        created=_time(conversation.created),
        updated=_time(conversation.updated),
        messages=in_order(tuple(map(_sound_message, conversation.messages))),
        head=None if conversation.head is None else _name(conversation.head),
    )


def in_order(messages: Sequence[WholeMessage]) -> tuple[WholeMessage, ...]:
    """Each message once, and after the one it follows; else as they are given.

    One that follows a message which is not there, or which follows itself by a circle, begins a path.
    """
    by_key: dict[str, WholeMessage] = {}
    for one in messages:
        by_key.setdefault(one.key, one)
    placed: dict[str, WholeMessage] = {}
    for one in by_key.values():
        above: dict[str, WholeMessage] = {}
        at: WholeMessage | None = one
        while at is not None and at.key not in placed and at.key not in above:
            above[at.key] = at
            at = by_key.get(at.parent) if at.parent is not None else None
        for each in reversed(above.values()):
            begins = each.parent not in placed
            placed[each.key] = msgspec.structs.replace(each, parent=None) if begins else each
    return tuple(placed.values())


def is_sound(part: ImagePart | DocumentPart) -> bool:
    """Whether a picture or document may be what it says; the bytes of one that still lies in its source will tell."""
    if part.blob.startswith(PICTURE_IN_SOURCE):
        return True
    if _STORED.fullmatch(part.blob) is None:
        return False
    if isinstance(part, DocumentPart):
        return part.media_type in _DOCUMENTS
    sides = (part.width, part.height)
    return part.media_type in _PICTURES and all(0 <= side <= LARGEST_SIDE for side in sides)


def _sound_message(one: WholeMessage) -> WholeMessage:
    parent = None if one.parent is None else _name(one.parent)
    return msgspec.structs.replace(one, key=_name(one.key), parent=parent, created=_time(one.created))


def _name(key: str) -> str:
    """A key as it will be read again; one with lone surrogates would come back as another."""
    return key.encode("utf-8", "backslashreplace").decode()


def _time(time: datetime) -> datetime:
    known = time if time.tzinfo is not None else time.replace(tzinfo=UTC)
    return min(max(known, _EARLIEST), _LATEST)
