"""The order of the list of conversations, and the headings that stand in it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from kireji.core.history import ConversationSummary
from kireji.ui.chat.words import day_group
from kireji.ui.translation import tr

Key = tuple[int, int, int]
"""Sorts conversations and headings alike: what is smaller stands above."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = -(2**63)
_PINNED, _DATED = 0, 1


class Shelf(enum.Enum):
    """Which conversations the list shows."""

    CURRENT = "current"
    ARCHIVED = "archived"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Heading:
    """Stands above a group.

    Args:
        text: What it says.
        key: Where it stands: below everything of the groups above, above everything of its own.
    """

    text: str
    key: Key


def key_of(summary: ConversationSummary) -> Key:
    """Where a conversation stands: pinned first, then the one that changed last; deleted ones by when they were."""
    pinned = summary.pinned and summary.removed is None
    return (_PINNED if pinned else _DATED, -_microseconds(moment_of(summary)), -summary.id)


def moment_of(summary: ConversationSummary) -> datetime:
    """The time that its place and its row go by (UTC)."""
    return summary.removed or summary.updated


def heading_of(summary: ConversationSummary, now: datetime) -> Heading:
    """The heading of the group that a conversation belongs to.

    Args:
        summary: The conversation.
        now: The time in the person's own zone.
    """
    if summary.pinned and summary.removed is None:
        return Heading(tr("Pinned"), (_PINNED, _FIRST, 1))
    moment = moment_of(summary).astimezone(now.tzinfo)
    end = _end_of_group(moment, now)
    return Heading(day_group(moment, now), (_DATED, _FIRST if end is None else -_microseconds(end), 1))


def _end_of_group(moment: datetime, now: datetime) -> datetime | None:
    """The first moment after a group, which is where the group above begins; None for the newest."""
    today = datetime.combine(now.date(), time(), now.tzinfo)
    days = (now.date() - moment.date()).days
    if days <= 0:
        return None
    if days == 1:
        return today
    if days < 7:
        return today - timedelta(days=1)
    if days < 30:
        return today - timedelta(days=6)
    month = datetime(moment.year + moment.month // 12, moment.month % 12 + 1, 1, tzinfo=now.tzinfo)
    return min(month, today - timedelta(days=29))


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
