"""What is read of a file, as a model can use it: words with their place, pictures, PDF documents. May block."""

from __future__ import annotations

import os.path
from datetime import UTC, datetime
from typing import BinaryIO

from kireji.core.documents import LARGEST_PDF, is_picture, text_of
from kireji.core.errors import DocumentError
from kireji.plugins import File, Image, ToolError
from kireji.tools.contained import Entry, Kind, LeadsElsewhere, NotAFile, OpenFolder

MOST_BYTES = 32_000_000
"""Of a file that is looked at at all; what comes after them is left out."""
_LARGEST_PICTURE = 30_000_000
MOST_CHARACTERS = 60_000
"""Of one result: about 15,000 tokens."""
MOST_LINES = 2_000
_LONGEST_LINE = 2_000
_MOST_ENTRIES = 500


def read(file: BinaryIO, path: str, first_line: int, lines: int) -> str | Image | File:
    """What a file holds, or as much of it as a result should.

    Args:
        file: Opened.
        path: For the result.
        first_line: Where to begin, from 1.
        lines: How many, at most.

    Raises:
        ToolError: It is empty, too large, or nothing that a model reads.
    """
    data = file.read(MOST_BYTES + 1)
    whole, data = len(data) <= MOST_BYTES, data[:MOST_BYTES]
    name = os.path.basename(path)
    if not data:
        raise ToolError(f"{path} is empty.")
    if b"%PDF-" in data[:1024]:
        if len(data) > LARGEST_PDF:
            raise ToolError(f"{path} is a PDF of more than {LARGEST_PDF // 1024 // 1024} MB, which is too large.")
        return File(data, "application/pdf", name)
    if is_picture("", data):  # by what it is, not by its name
        if len(data) > _LARGEST_PICTURE:
            raise ToolError(f"{path} is a picture of more than {_LARGEST_PICTURE // 1_000_000} MB, which is too large.")
        return Image(data)
    try:
        text = text_of(name, data)
    except DocumentError as error:
        raise ToolError(f"{path}: {error.message}") from None
    return excerpt(text, path, first_line, lines, whole=whole)


def excerpt(text: str, path: str, first_line: int, lines: int, *, whole: bool) -> str:
    """Lines of a text, under a head that says which, and what is left out.

    Args:
        text: All of it.
        path: For the head.
        first_line: Where to begin, from 1.
        lines: How many, at most.
        whole: Whether the text is all that the file holds.

    Raises:
        ToolError: It has no such line.
    """
    found = text.split("\n")
    if len(found) > 1 and not found[-1]:
        found.pop()
    if first_line > len(found):
        raise ToolError(f"{path} has only {len(found):,} lines.")
    shown: list[str] = []
    left, cut = MOST_CHARACTERS, 0
    for line in found[first_line - 1 : first_line - 1 + min(lines, MOST_LINES)]:
        kept = line[:_LONGEST_LINE]
        if len(kept) + 1 > left:
            break
        left -= len(kept) + 1
        cut += len(line) - len(kept)
        shown.append(kept if len(kept) == len(line) else f"{kept}… ({len(line) - len(kept):,} characters left out)")
    last = first_line + len(shown) - 1
    if first_line == 1 and last == len(found) and whole and not cut:
        return f"{path}\n\n" + "\n".join(shown)
    notes = [f"lines {first_line:,} to {last:,} of {len(found):,}"]
    if not whole:
        notes.append(f"of the first {MOST_BYTES // 1_000_000} MB of the file")
    if last < len(found):
        notes.append(f"go on with first_line={last + 1}")
    return f"{path}, {', '.join(notes)}\n\n" + "\n".join(shown)


def listing(folder: OpenFolder, path: str) -> str:
    """What is in a folder, folders first."""
    entries = sorted(folder.entries(), key=lambda each: (each.kind is not Kind.FOLDER, each.name.lower(), each.name))
    if not entries:
        return f"{path} is empty."
    lines = [_listed(each) for each in entries[:_MOST_ENTRIES]]
    if len(entries) > _MOST_ENTRIES:
        lines.append(f"… and {len(entries) - _MOST_ENTRIES:,} more; search_files finds them by name")
    return f"{path}, {len(entries):,} entries\n\n" + "\n".join(lines)


def _listed(entry: Entry) -> str:
    match entry.kind:
        case Kind.FOLDER:
            return f"{shown_name(entry.name)}/"
        case Kind.LINK:
            return f"{shown_name(entry.name)} (a link)"
        case Kind.OTHER:
            return f"{shown_name(entry.name)} (no file)"
    try:
        day = f"{datetime.fromtimestamp(entry.modified, UTC).astimezone():%Y-%m-%d %H:%M}"
    except (OverflowError, ValueError, OSError):
        day = "of no known time"
    return f"{shown_name(entry.name)} ({entry.size:,} bytes, {day})"


def shown_name(name: str) -> str:
    """A name on one line: names may hold line breaks, and words that pretend to be ours."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)


def failure(error: OSError, path: str) -> ToolError:
    """What went wrong, for the model."""
    match error:
        case LeadsElsewhere() | NotAFile():
            return ToolError(f"{error}.")
        case FileNotFoundError():
            return ToolError(f"There is no {path}.")
        case IsADirectoryError():
            return ToolError(f"{path} is a folder: list_folder tells what is in it.")
        case NotADirectoryError():
            return ToolError(f"{path} is no folder.")
        case PermissionError():
            return ToolError(f"{path} may not be read by this person.")
    return ToolError(f"{path} cannot be read: {error.strerror or error}.")
