"""Rows from pictures and one prompt."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from kireji.core.errors import JobError
from kireji.core.jobs.lines import LONGEST_ID
from kireji.core.pictures import PICTURE_ENDINGS, natural_order
from kireji.core.words import say
from kireji.storage.jobs.building import Piece, Pieces, RowBuilder
from kireji.storage.jobs.source_files import unreadable

_OTHER_PICTURES = (".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".jxl", ".psd", ".svg", ".ico")
"""Endings of what people take for a picture and services do not take: listed as refused, with what to do."""
_KEPT = re.compile(r"[0-9a-f]{64}\.[a-z]+")
"""Names of the pictures that this program keeps, which say nothing to people."""


def rows_of_folder(
    folder: Path,
    prompt: str | None,
    builder: RowBuilder,
    tell_total: Callable[[int], None],
    tell_skipped: Callable[[int], None],
) -> Pieces:
    """A row for every picture in a folder and the folders below, sorted as people count: 2 before 10.

    What is no picture by its name is passed over and counted; what is hidden is passed over.

    Args:
        folder: Where they are; links to other folders are not followed.
        prompt: What is asked of each; None where a form asks.
        builder: Makes the rows.
        tell_total: Told how many there are.
        tell_skipped: Told how many other files there are.

    Raises:
        JobError: It is not there, cannot be read, holds no pictures, or nothing is asked.
    """
    check_prompt(prompt)
    names, others = pictures_below(folder)
    tell_skipped(others)
    if not names:
        raise JobError(
            say("There are no pictures in {folder}.", folder=folder), say("PNG, JPEG, WebP and GIF files are read.")
        )
    tell_total(len(names))
    for place, name in enumerate(names, 1):
        yield Piece([builder.of_prompt(place, prompt or "", (name,), id=as_id(name), label=name)], place)


def pictures_in(folder: Path) -> int:
    """How many pictures a folder and those below hold.

    Raises:
        JobError: It is not there, or cannot be read.
    """
    return len(pictures_below(folder)[0])


def rows_of_pictures(
    paths: Sequence[str], prompt: str | None, builder: RowBuilder, tell_total: Callable[[int], None]
) -> Pieces:
    """A row for each of these pictures.

    Args:
        paths: Files.
        prompt: What is asked of each; None where a form asks.
        builder: Makes the rows.
        tell_total: Told how many there are.

    Raises:
        JobError: Nothing is asked.
    """
    check_prompt(prompt)
    tell_total(len(paths))
    names = [Path(path).name for path in paths]
    unique = len(set(names)) == len(names)
    for place, (path, name) in enumerate(zip(paths, names, strict=True), 1):
        kept = _KEPT.fullmatch(name) is not None
        id = as_id(name) if unique and not kept else ""
        label = say("Capture {number}", number=place) if kept else name
        yield Piece([builder.of_prompt(place, prompt or "", (path,), id=id, label=label)], place)


def check_prompt(prompt: str | None) -> None:
    """Raise JobError where nothing is asked of pictures."""
    if prompt is not None and not prompt.strip():
        raise JobError(say("Pictures need a prompt that says what to do with each."))


def pictures_below(folder: Path) -> tuple[list[str], int]:
    """The pictures below a folder, by name, as people count, and how many other files there are.

    Raises:
        JobError: It is not there, or cannot be read.
    """
    try:
        files = list(_files_below(folder))
    except OSError as error:
        unreadable(Path(os.fsdecode(error.filename or folder)), error)
    names = [name for name in files if name.lower().endswith((*PICTURE_ENDINGS, *_OTHER_PICTURES))]
    return names, len(files) - len(names)


def _files_below(folder: Path, below: str = "") -> Iterator[str]:
    with os.scandir(folder / below) as found:
        entries = sorted(found, key=lambda entry: natural_order(entry.name))
    for entry in entries:
        if entry.name.startswith("."):
            continue
        name = f"{below}/{entry.name}" if below else entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _files_below(folder, name)
        elif not entry.is_dir():
            yield name


def as_id(name: str) -> str:
    """A file's name as the row's own id, when it can be one."""
    return name if name.isprintable() and 0 < len(name) <= LONGEST_ID else ""
