"""What a person gives a question as context: files, folders, repositories, web pages, earlier conversations."""

from __future__ import annotations

import enum
from datetime import datetime

import msgspec

from kireji.core.messages import DocumentPart


class SourceKind(enum.Enum):
    """Where context comes from."""

    FOLDER = "folder"
    """A folder with all that is in it; where it is (part of) a git repository, without what git ignores."""
    PAGE = "page"
    """A web page, as text."""
    CONVERSATION = "conversation"
    """An earlier conversation of this history, as it was said."""
    FILE = "file"
    """One file."""


class Source(msgspec.Struct, frozen=True):
    """Something whose contents go along with a question as far as there is room.

    Args:
        kind: What it is.
        place: Absolute path, address, or the conversation's number.
        name: As the person knows it.
        pinned: It goes along before all that is not.
        pins: Names of its entries that go along before all others.
        off: Names of its entries that do not go along; a folder's name, with its stroke, stands for all below it.
        most: Tokens that it takes at most; 0 leaves that to the room there is.
        on: Whether anything of it goes along; the person may switch it off and keep what was chosen in it.
    """

    kind: SourceKind
    place: str
    name: str = ""
    pinned: bool = False
    pins: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    most: int = 0
    on: bool = True


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One thing in a source: a file, a page of a PDF, a turn of a conversation.

    Args:
        name: Its path below the source, with strokes; of a source that is one thing, its name.
        size: Bytes, on the disk or of its text.
        changed: When it was last changed (UTC); None where nobody knows.
        tokens: About how many it takes; 0 with a problem.
        problem: Why it cannot go along, in one sentence; empty when it can.
    """

    name: str
    size: int
    changed: datetime | None = None
    tokens: int = 0
    problem: str = ""


class Listing(msgspec.Struct, frozen=True):
    """What a source holds.

    Args:
        source: Whose.
        entries: In the order of their names; those that git ignores are not among them.
        problem: Why it could not be looked through to its end; empty when it was.
        ignored: How many files git's rules keep out.
        complete: False while it is still being looked through.
    """

    source: Source
    entries: tuple[Entry, ...] = ()
    problem: str = ""
    ignored: int = 0
    complete: bool = True


class Why(enum.Enum):
    """Why something does not go along."""

    OFF = "off"
    """The person has switched it off."""
    ROOM = "room"
    """There was no room left."""
    PROBLEM = "problem"
    """It cannot be read."""


class LeftOut(msgspec.Struct, frozen=True, gc=False):
    """Something that does not go along.

    Args:
        source: Of which source.
        name: The entry's.
        tokens: How many it would have taken.
        why: One of `Why`.
        problem: Why it cannot go along, in one sentence; empty where it could.
    """

    source: Source
    name: str
    tokens: int
    why: Why
    problem: str = ""


class Took(msgspec.Struct, frozen=True, gc=False):
    """An entry that goes along.

    Args:
        source: Of which source.
        name: The entry's.
        tokens: How many it takes.
        whole: Whether all of it goes along; otherwise as many lines from its beginning as there was room for.
    """

    source: Source
    name: str
    tokens: int
    whole: bool = True


class Packed(msgspec.Struct, frozen=True):
    """What goes along with a question.

    Args:
        documents: One for each source of which something goes along, stored already, in the order of the sources.
        took: What is in them.
        left_out: What is not, and why.
        tokens: How many they take together.
        room: How many there was room for.
        problems: Why sources could not be looked through to their end, in sentences.
    """

    documents: tuple[DocumentPart, ...] = ()
    took: tuple[Took, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    tokens: int = 0
    room: int = 0
    problems: tuple[str, ...] = ()
