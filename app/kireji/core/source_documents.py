"""Entries of a source as one document of plain text, in which none of them can pretend to be another.

Each entry begins after a line that holds its name between more signs of equality than stand before any bracket of any
text; the order is that of the names, so that the same entries are the same bytes, which services keep in their caches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from kireji.core.sources import Source, SourceKind, Why

_LEAST_SIGNS = 5
_HEADS = re.compile(r"(=+)\[")
BIGGEST = 5
"""So many names of what does not fit are told."""
_LONGEST_NAME = 300
_CUT = "(Cut here: only the beginning of this text goes along.)"
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


class Piece(NamedTuple):
    """Text of an entry.

    Args:
        name: The entry's.
        text: What goes along of it.
        whole: Whether that is all.
    """

    name: str
    text: str
    whole: bool = True


class Left(NamedTuple):
    """What does not go along.

    Args:
        counts: How many, by why.
        biggest: Names of the biggest of those for which there is no room, the biggest first.
    """

    counts: Mapping[Why, int]
    biggest: Sequence[str] = ()


def plain_name(name: str) -> str:
    """A name on one line, without what nobody sees; a very long one is cut in its middle."""
    name = _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", name)
    if len(name) > _LONGEST_NAME:
        name = f"{name[: _LONGEST_NAME // 2]}…{name[-_LONGEST_NAME // 2 :]}"
    return name


def cut(text: str, room: int, count: Callable[[str], int]) -> str:
    """As many lines from the beginning as there is room for; empty when not even the first fits.

    Args:
        text: All of it.
        room: In tokens.
        count: Counts them.
    """
    ends = [found.end() for found in re.finditer(r"\n|\Z", text)]
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high + 1) // 2
        if count(text[: ends[middle - 1]]) <= room:
            low = middle
        else:
            high = middle - 1
    return text[: ends[low - 1]] if low else ""


def frame_of(name: str) -> str:
    """What stands around an entry because of it: its head, and its name among those that go along."""
    name = plain_name(name)
    return f"\n{'=' * (_LEAST_SIGNS + 2)}[ {name} ]{'=' * (_LEAST_SIGNS + 2)}\n{_CUT}\n{name}, "


def document(source: Source, pieces: Sequence[Piece], left: Left, files: int) -> str:
    """The document.

    Args:
        source: Of which source.
        pieces: What goes along, in any order.
        left: What does not.
        files: How many entries the source has.
    """
    pieces = sorted(pieces, key=lambda piece: piece.name)
    signs = "=" * _signs(pieces)
    parts = [_header(source, pieces, left, files, signs)]
    for piece in pieces:
        text = piece.text.rstrip("\n")
        ending = "" if piece.whole else f"\n{_CUT}"
        parts.append(f"{signs}[ {plain_name(piece.name)} ]{signs}\n{text}{ending}\n")
    return "\n".join(parts)


def _signs(pieces: Sequence[Piece]) -> int:
    longest = max((len(found[1]) for piece in pieces for found in _HEADS.finditer(piece.text)), default=0)
    return max(_LEAST_SIGNS, longest + 1)


_WHAT: Mapping[SourceKind, str] = {
    SourceKind.FOLDER: "Folder",
    SourceKind.FILE: "File",
    SourceKind.PAGE: "Web page",
    SourceKind.CONVERSATION: "Earlier conversation",
}
_THINGS: Mapping[SourceKind, str] = {
    SourceKind.FOLDER: "files",
    SourceKind.FILE: "parts",
    SourceKind.PAGE: "parts",
    SourceKind.CONVERSATION: "turns",
}


def _header(source: Source, pieces: Sequence[Piece], left: Left, files: int, signs: str) -> str:
    things = _THINGS[source.kind]
    name = plain_name(source.name or source.place)
    lines = [f"{_WHAT[source.kind]} {name}: {len(pieces):,} of {files:,} {things} follow."]
    lines.append(
        f"Each begins after a line with its name between {signs}[ and ]{signs}; no such line stands in any of them."
    )
    if len(pieces) > 1:
        lines += ["", *_tree([piece.name for piece in pieces])]
    if any(left.counts.values()):
        lines += ["", _told(left, things)]
    return "\n".join([*lines, ""])


def _tree(names: Sequence[str]) -> list[str]:
    """A line for each folder with the names in it: as short as it can be told."""
    folders: dict[str, list[str]] = {}
    for name in names:
        folder, _, last = name.rpartition("/")
        folders.setdefault(folder, []).append(plain_name(last))
    return [f"{plain_name(folder) + '/' if folder else '.'}: {', '.join(here)}" for folder, here in folders.items()]


_REASONS: Mapping[Why, str] = {
    Why.ROOM: "did not fit",
    Why.OFF: "switched off",
    Why.PROBLEM: "cannot go along",
}


def _told(left: Left, things: str) -> str:
    """How many are left out and why, and which are the biggest of those that did not fit."""
    reasons = ", ".join(f"{left.counts[why]:,} {_REASONS[why]}" for why in _REASONS if left.counts.get(why))
    biggest = ", ".join(plain_name(name)[-100:] for name in left.biggest[:BIGGEST])
    everything = sum(left.counts.values())
    return f"Left out: {everything:,} {things} ({reasons}){f'; the biggest: {biggest}' if biggest else ''}."
