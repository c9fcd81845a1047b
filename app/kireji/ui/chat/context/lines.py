"""One line of the list of what goes along: its words, its switch, its pin."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from kireji.core.sources import Source, SourceKind
from kireji.ui.chat.context.switching import is_off, is_partly_off
from kireji.ui.chat.context.table import Fate, Node, Table
from kireji.ui.chat.context.words import fact, share, short, tokens
from kireji.ui.translation import tr


@dataclass(frozen=True)
class Shown:
    """A source or an attachment as it is listed.

    Args:
        title: As the person knows it.
        icon: Of its kind.
        on: Whether it goes along as a whole.
        tokens: What an attachment takes; None while nobody knows. That of a source is in its table.
        source: None for an attachment.
        number: Of an attachment.
        table: What is in a source; empty while it is being looked through.
        looking: How far that has come; empty when it is done.
        problem: Why it cannot go along, or not all of it; empty when it can.
    """

    title: str
    icon: str
    on: bool = True
    tokens: int | None = None
    source: Source | None = None
    number: int = 0
    table: Table = field(default_factory=Table)
    looking: str = ""
    problem: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Tells it from all others."""
        return place_of(self.source) if self.source is not None else ("attachment", str(self.number))

    @property
    def unfolds(self) -> bool:
        """Whether what is in it is listed one by one."""
        if self.source is None or self.looking:
            return False
        return len(self.table.entries) > (0 if self.source.kind is SourceKind.FOLDER else 1)

    @cached_property
    def off(self) -> frozenset[str]:
        """Names that are switched off in a source."""
        return frozenset(self.source.off) if self.source is not None else frozenset()

    @cached_property
    def sorted_off(self) -> tuple[str, ...]:
        """The same in order."""
        return tuple(sorted(self.off))


class Line(NamedTuple):
    """What stands in one line.

    Args:
        title: Name or path.
        icon: Of its kind.
        note: What it costs, or why it does not go along.
        on: Whether its switch is on; None where it has none.
        partly: Whether something in it is switched off.
        pinned: Whether it goes before all others; None where that cannot be.
        goes: Whether anything of it goes along.
        bold: Whether it stands for a whole source.
        trouble: Whether the note says what is wrong.
        spoken: All of it for screen readers.
    """

    title: str
    icon: str
    note: str
    on: bool | None = True
    partly: bool = False
    pinned: bool | None = None
    goes: bool = True
    bold: bool = False
    trouble: bool = False
    spoken: str = ""


def place_of(source: Source) -> tuple[str, str]:
    """What tells a source from others, however it is switched."""
    return source.kind.value, source.place


def top_line(shown: Shown) -> Line:
    """The line of a source or of an attachment."""
    if shown.source is None:
        note = shown.problem or ("" if shown.tokens is None else tokens(shown.tokens))
        line = Line(shown.title, shown.icon, note, on=shown.on, goes=shown.on, bold=True, trouble=bool(shown.problem))
        return _spoken(line)
    found = shown.table.sum(shown.table.root)
    usable = bool(found.entries) or bool(shown.looking)
    reckoned = shown.table.reckoned and shown.on
    if shown.problem and not found.entries:
        note = shown.problem
    elif shown.looking:
        note = shown.looking
    elif not found.entries:
        note = tr("There is nothing in it that can go along.")
    else:
        note = fact(shown.source.kind, found, reckoned=reckoned)
    line = Line(
        shown.title,
        shown.icon,
        note,
        on=shown.on if usable else None,
        partly=bool(shown.off),
        pinned=shown.source.pinned if usable else None,
        goes=shown.on and usable and (not reckoned or found.going > 0),
        bold=True,
        trouble=bool(shown.problem) and not found.entries,
    )
    return _spoken(line)


def line_of(shown: Shown, node: Node, *, whole_path: bool = False) -> Line:
    """The line of a folder or an entry in a source.

    Args:
        shown: The source.
        node: What it is about.
        whole_path: Whether its path is said, not only its last part.
    """
    assert shown.source is not None
    title = node.name if whole_path else node.label
    off = is_off(shown.off, node.name)
    if node.is_folder:
        found = shown.table.sum(node)
        reckoned = shown.table.reckoned and shown.on
        note = " · ".join(
            filter(
                None,
                (
                    short(found.tokens) if found.tokens else "",
                    share(shown.source.kind, found, reckoned=reckoned and not off),
                ),
            )
        )
        goes = shown.on and not off and (not reckoned or found.going > 0)
        partly = is_partly_off(shown.sorted_off, node.name)
        pinned = node.name in shown.source.pins
        return _spoken(Line(title, "folder", note, on=not off, partly=partly, pinned=pinned, goes=goes))
    return _spoken(_entry(shown, node, title, off=off))


def _entry(shown: Shown, node: Node, title: str, *, off: bool) -> Line:
    assert shown.source is not None
    entry, fate = shown.table.entry(node), shown.table.fate(node)
    if entry.problem:
        return Line(title, "file-text", entry.problem, on=None, goes=False, trouble=True)
    note, goes = short(entry.tokens), shown.on and not off
    if goes and fate is Fate.ROOM:
        note, goes = tr("{tokens}, no room", tokens=short(entry.tokens)), False
    elif goes and fate is Fate.PART:
        note = tr("{part} of {tokens}", part=short(shown.table.tokens(node)), tokens=short(entry.tokens))
    elif goes and fate is Fate.PROBLEM:
        note, goes = tr("It cannot be read."), False
    icon = "message-square" if shown.source.kind is SourceKind.CONVERSATION else "file-text"
    return Line(title, icon, note, on=not off, pinned=node.name in shown.source.pins, goes=goes)


def _spoken(line: Line) -> Line:
    if line.on is None:
        state = ""
    elif not line.on:
        state = tr("switched off")
    else:
        state = tr("goes along") if line.goes else tr("does not go along")
    pin = tr("pinned") if line.pinned else ""
    return line._replace(spoken=tr(", ").join(filter(None, (line.title, line.note, state, pin))))
