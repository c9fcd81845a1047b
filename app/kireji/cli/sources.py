"""Context on the command line: files, folders, web pages and earlier conversations that go along with a question."""

from __future__ import annotations

import argparse
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from kireji.cli.work import WrongUsage
from kireji.core.documents import document_of, is_picture
from kireji.core.errors import DocumentError, KirejiError
from kireji.core.ports import EncodedDocument
from kireji.core.sources import Packed, Source, SourceKind, Why

_LARGEST_FILE = 100_000_000
"""Bytes; no service takes that much."""
_LOOKED_AT = 4096
_REASONS: Mapping[Why, str] = {
    Why.ROOM: "did not fit (--room allows more)",
    Why.PROBLEM: "cannot go along",
    Why.OFF: "switched off",
}


class PictureFile(NamedTuple):
    """A picture as it was named, with its bytes."""

    name: str
    data: bytes


class Given(NamedTuple):
    """What goes along.

    Args:
        sources: As far as there is room.
        documents: Whole.
        pictures: The same.
    """

    sources: tuple[Source, ...] = ()
    documents: tuple[EncodedDocument, ...] = ()
    pictures: tuple[PictureFile, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sources or self.documents or self.pictures)


def given(arguments: argparse.Namespace) -> Given:
    """Look at what was named.

    Raises:
        WrongUsage: A page is no address, or a name is empty.
        KirejiError: Something is not there or cannot be read.
    """
    sources: list[Source] = []
    documents: list[EncodedDocument] = []
    pictures: list[PictureFile] = []
    for name in arguments.context:
        match _looked_at(name):
            case Source() as source:
                sources.append(source)
            case PictureFile() as picture:
                pictures.append(picture)
            case document:
                documents.append(document)
    for address in arguments.pages:
        if not address.lower().startswith(("http://", "https://")):
            raise WrongUsage(f"{address} is not an address that begins with http:// or https://")
        sources.append(Source(SourceKind.PAGE, address, address))
    sources += (Source(SourceKind.CONVERSATION, str(row), f"conversation {row}") for row in arguments.earlier)
    return Given(tuple(sources), tuple(documents), tuple(pictures))


def whole_file(name: str, check: str, smaller: str) -> bytes:
    """All of a file, a device or a pipe, which tells its size only at its end.

    Args:
        name: As it was typed.
        check: What to do when it cannot be read.
        smaller: What to do when it is too large.

    Raises:
        WrongUsage: It is no name.
        KirejiError: It cannot be read, or is too large.
    """
    _check_named(name)
    try:
        with Path(name).open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(name, error, check) from error
    if len(data) > _LARGEST_FILE:
        raise KirejiError(f"{name} is larger than 100 MB.", smaller)
    return data


def _check_named(name: str) -> None:
    if not name:
        raise WrongUsage("a file name is empty; name a file, or leave it out")


def _unreadable(name: str, error: OSError | ValueError, check: str) -> KirejiError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "that is not a file name"
    return KirejiError(f"{name} cannot be read: {reason}.", check)


def folder_of(name: str) -> Source | None:
    """A folder as a source; None for what is none.

    Raises:
        WrongUsage: It is no name: an empty one would stand for the folder that the command is run in.
    """
    _check_named(name)
    return Source(SourceKind.FOLDER, os.path.abspath(name), _name(name)) if Path(name).is_dir() else None


def _looked_at(name: str) -> Source | EncodedDocument | PictureFile:
    """A file by what it is: text goes along as far as there is room, pictures and PDF documents as they are."""
    try:
        if (folder := folder_of(name)) is not None:
            return folder
        regular = stat.S_ISREG(os.stat(name).st_mode)
        with Path(name).open("rb") as file:
            head = file.read(_LOOKED_AT if regular else _LARGEST_FILE + 1)
            if regular and not is_picture(name, head) and b"%PDF-" not in head[:1024]:
                return Source(SourceKind.FILE, os.path.abspath(name), _name(name))
            data = head + (file.read(_LARGEST_FILE + 1 - len(head)) if regular else b"")
    except (OSError, ValueError) as error:
        raise _unreadable(name, error, "Check the name after -f.") from error
    if len(data) > _LARGEST_FILE:
        raise KirejiError(f"{name} is larger than 100 MB.", "No service takes that much.")
    if is_picture(name, data):
        return PictureFile(name, data)
    try:
        return document_of(_name(name), data)
    except DocumentError as error:
        raise DocumentError(f"{name}: {error.message}", error.hint) from error


def _name(path: str) -> str:
    whole = os.path.abspath(path)
    return os.path.basename(whole) or whole


def packed_told(packed: Packed, *, listed: bool = False) -> str:
    """What went along and what did not, on one line.

    Args:
        packed: What was chosen.
        listed: Whether what stays out stands above with its reasons.
    """
    things = _things(packed)
    everything = len(packed.took) + len(packed.left_out)
    things = things.removesuffix("s") if everything == 1 else things
    words = [f"{len(packed.took):,} of {everything:,} {things}, about {packed.tokens:,} tokens"]
    cut = sum(not one.whole for one in packed.took)
    if cut:
        words.append(f"{cut:,} of them cut")
    counts = {why: sum(one.why is why for one in packed.left_out) for why in _REASONS}
    reasons = _REASONS if listed else {**_REASONS, Why.PROBLEM: f"{_REASONS[Why.PROBLEM]} (kireji count says why)"}
    words += (f"{counts[why]:,} {reason}" for why, reason in reasons.items() if counts[why])
    return " ".join((f"kireji: {'; '.join(words)}", *packed.problems))


def _things(packed: Packed) -> str:
    kinds = {one.source.kind for one in packed.took} | {one.source.kind for one in packed.left_out}
    if kinds <= {SourceKind.FOLDER, SourceKind.FILE}:
        return "files"
    return "messages" if kinds == {SourceKind.CONVERSATION} else "parts"


def packed_value(packed: Packed) -> dict[str, object]:
    """The same for programs."""
    return {
        "tokens": packed.tokens,
        "room": packed.room,
        "documents": [document.title for document in packed.documents],
        "took": [
            {"source": one.source.name, "name": one.name, "tokens": one.tokens, "whole": one.whole}
            for one in packed.took
        ],
        "left_out": [
            {
                "source": one.source.name,
                "name": one.name,
                "tokens": one.tokens,
                "why": one.why.value,
                "problem": one.problem or None,
            }
            for one in packed.left_out
        ],
        "problems": list(packed.problems),
    }


def left_out_rows(packed: Packed, most: int = 10) -> Sequence[tuple[str, str, str]]:
    """The biggest of what does not go along, for a table."""
    order = sorted(packed.left_out, key=lambda one: (-one.tokens, one.name))
    return [(one.name, f"{one.tokens:,}", one.problem or _REASONS[one.why]) for one in order[:most]]
