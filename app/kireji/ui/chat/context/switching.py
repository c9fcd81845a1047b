"""What the person switches off, on and pins in a source, as new values of it."""

from __future__ import annotations

from bisect import bisect_left

import msgspec

from kireji.core.sources import Source
from kireji.ui.chat.context.table import Node, Table

MOST_NAMES = 300
"""Names that are switched off one by one at most; each is looked at for every file there is."""


def is_off(off: frozenset[str] | tuple[str, ...], name: str) -> bool:
    """Whether an entry or a folder was switched off, or a folder that it stands in."""
    if name in off:
        return True
    stroke = name.find("/")
    while stroke >= 0:
        if name[: stroke + 1] in off:
            return True
        stroke = name.find("/", stroke + 1)
    return False


def is_partly_off(sorted_off: tuple[str, ...], folder: str) -> bool:
    """Whether something in a folder was switched off by itself.

    Args:
        sorted_off: All that was, in order.
        folder: With its stroke.
    """
    place = bisect_left(sorted_off, folder)
    return place < len(sorted_off) and sorted_off[place].startswith(folder)


def switched(source: Source, table: Table, node: Node, *, on: bool) -> Source | None:
    """A source with an entry or a folder switched.

    What is switched on in a folder that is off leaves the others in that folder off, one by one.

    Returns:
        None when that would be too many.
    """
    kept = [name for name in source.off if not _within(name, node)]
    if not on:
        return msgspec.structs.replace(source, off=tuple(sorted((*kept, node.name))))
    above = next((name for name in kept if name.endswith("/") and node.name.startswith(name)), "")
    if above:
        kept.remove(above)
        kept += _others(table, above, node)
    too_many = len(kept) > max(MOST_NAMES, len(source.off))
    return None if too_many else msgspec.structs.replace(source, off=tuple(sorted(kept)))


def pinned(source: Source, name: str, *, on: bool) -> Source:
    """A source with an entry pinned, or no longer; an empty name stands for the whole of it."""
    if not name:
        return msgspec.structs.replace(source, pinned=on)
    kept = [each for each in source.pins if each != name]
    return msgspec.structs.replace(source, pins=tuple(sorted((*kept, name) if on else kept)))


def _within(name: str, node: Node) -> bool:
    return name == node.name or (node.is_folder and name.startswith(node.name))


def _others(table: Table, above: str, node: Node) -> list[str]:
    """All that stands beside the way from a folder down to a node."""
    others: list[str] = []
    here = _folder(table, above)
    while here.name != node.name:
        below = table.children(here)
        here = next(each for each in below if _within(node.name, each))
        others += [each.name for each in below if each is not here]
    return others


def _folder(table: Table, name: str) -> Node:
    here = table.root
    while here.name != name:
        here = next(each for each in table.children(here) if each.is_folder and name.startswith(each.name))
    return here
