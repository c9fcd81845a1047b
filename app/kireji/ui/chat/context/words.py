"""How much of what goes along, in few words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kireji.core.sources import Listing, Packed, SourceKind, Why
from kireji.ui.chat.context.table import Sum
from kireji.ui.chat.words import count, decimal
from kireji.ui.translation import plural, tr

ICONS = {
    SourceKind.FOLDER: "folder",
    SourceKind.PAGE: "globe",
    SourceKind.CONVERSATION: "message-square",
    SourceKind.FILE: "file-text",
}


def short(number: int) -> str:
    """A number of tokens in the room of a chip: 850, 2.1k, 58k, 1.2M."""
    if number < 1000:
        return count(number)
    if number < 9_950:
        return tr("{number}k", number=decimal(number / 1000, 1))
    if number < 999_500:
        return tr("{number}k", number=decimal(number / 1000, 0))
    return tr("{number}M", number=decimal(number / 1_000_000, 1))


def tokens(number: int) -> str:
    """The same with the word: 58k tokens."""
    # "58 thousand" takes the word as a round number does, whatever its last digits are: Arabic minds them.
    return plural(number if number < 1000 else 1000, "1 token", "{n} tokens", n=short(number))


def share(kind: SourceKind, found: Sum, *, reckoned: bool) -> str:
    """How many of its entries go along, in its kind's own word; empty for what is one thing.

    Args:
        kind: Of the source.
        found: What there is.
        reckoned: Whether it is known what goes along.
    """
    if kind is SourceKind.PAGE or (kind is not SourceKind.FOLDER and found.entries <= 1):
        return ""
    every = count(found.entries)
    whole = not reckoned or found.going == found.entries
    going = count(found.going)
    if kind is SourceKind.CONVERSATION:
        if whole:
            return plural(found.entries, "1 turn", "{n} turns", n=every)
        return plural(found.entries, "{going} of 1 turn", "{going} of {n} turns", n=every, going=going)
    if kind is SourceKind.FILE:
        if whole:
            return plural(found.entries, "1 page", "{n} pages", n=every)
        return plural(found.entries, "{going} of 1 page", "{going} of {n} pages", n=every, going=going)
    if whole:
        return plural(found.entries, "1 file", "{n} files", n=every)
    return plural(found.entries, "{going} of 1 file", "{going} of {n} files", n=every, going=going)


def fact(kind: SourceKind, found: Sum, *, reckoned: bool) -> str:
    """What a source costs and how much of it goes along: 58k tokens · 214 of 3,201 files."""
    return " · ".join(filter(None, (tokens(found.tokens), share(kind, found, reckoned=reckoned))))


def progress(listing: Listing | None, kind: SourceKind) -> str:
    """How far the looking through has come."""
    if kind is not SourceKind.FOLDER or listing is None or not listing.entries:
        return tr("Being read…") if kind is not SourceKind.FOLDER else tr("Being looked through…")
    found = len(listing.entries)
    return plural(found, "1 file so far…", "{n} files so far…", n=count(found))


def stays_out(packed: Packed, ignored: int, problems: Sequence[str] = ()) -> str:
    """What does not go along and why, in one line; empty when all does.

    Args:
        packed: What goes along.
        ignored: How many files git's rules keep out.
        problems: Why sources could not be looked through to their end.
    """
    number = Counter(left.why for left in packed.left_out)
    reasons = [
        tr("{number} for lack of room", number=count(number[Why.ROOM])) if number[Why.ROOM] else "",
        tr("{number} switched off", number=count(number[Why.OFF])) if number[Why.OFF] else "",
        tr("{number} that cannot be read", number=count(number[Why.PROBLEM])) if number[Why.PROBLEM] else "",
        tr("{number} that git ignores", number=count(ignored)) if ignored else "",
    ]
    listed = " · ".join(reason.replace(" ", "\N{NO-BREAK SPACE}") for reason in reasons if reason)
    return " ".join(filter(None, (tr("Stays here: {what}", what=listed) if listed else "", *problems)))
