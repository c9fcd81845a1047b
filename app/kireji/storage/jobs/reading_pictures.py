"""Rows from pictures and one prompt."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from kireji.core.errors import JobError
from kireji.core.jobs.lines import LONGEST_ID
from kireji.core.pictures import PICTURE_ENDINGS
from kireji.core.words import say
from kireji.storage.jobs.building import Piece, Pieces, RowBuilder
from kireji.storage.jobs.source_files import unreadable

_OTHER_PICTURES = (".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".jxl", ".psd", ".svg", ".ico")
"""Endings of what people take for a picture and services do not take: listed as refused, with what to do."""
_DIGITS = re.compile(r"(\d+)")


def rows_of_folder(folder: Path, prompt: str, builder: RowBuilder, tell_total: Callable[[int], None]) -> Pieces:
    """A row for every picture in a folder and the folders below, sorted as people count: 2 before 10.

    What is no picture by its name is passed over, and so is what is hidden.

    Args:
        folder: Where they are; links to other folders are not followed.
        prompt: What is asked of each.
        builder: Makes the rows.
        tell_total: Told how many there are.

    Raises:
        JobError: It is not there, cannot be read, holds no pictures, or nothing is asked.
    """
    _check(prompt)
    try:
        names = list(_pictures_below(folder))
    except OSError as error:
        unreadable(folder, error)
    if not names:
        raise JobError(
            say("There are no pictures in {folder}.", folder=folder), say("PNG, JPEG, WebP and GIF files are read.")
        )
    tell_total(len(names))
    for place, name in enumerate(names, 1):
        yield Piece([builder.of_prompt(place, prompt, (name,), id=_as_id(name), label=name)], place)


def pictures_in(folder: Path) -> int:
    """How many pictures a folder and those below hold.

    Raises:
        JobError: It is not there, or cannot be read.
    """
    try:
        return sum(1 for _ in _pictures_below(folder))
    except OSError as error:
        unreadable(folder, error)


def rows_of_pictures(
    paths: Sequence[str], prompt: str, builder: RowBuilder, tell_total: Callable[[int], None]
) -> Pieces:
    """A row for each of these pictures.

    Args:
        paths: Files.
        prompt: What is asked of each.
        builder: Makes the rows.
        tell_total: Told how many there are.

    Raises:
        JobError: Nothing is asked.
    """
    _check(prompt)
    tell_total(len(paths))
    names = [Path(path).name for path in paths]
    unique = len(set(names)) == len(names)
    for place, (path, name) in enumerate(zip(paths, names, strict=True), 1):
        id = _as_id(name) if unique else ""
        yield Piece([builder.of_prompt(place, prompt, (path,), id=id, label=name)], place)


def _check(prompt: str) -> None:
    if not prompt.strip():
        raise JobError(say("Pictures need a prompt that says what to do with each."))


def _pictures_below(folder: Path, below: str = "") -> Iterator[str]:
    with os.scandir(folder / below) as found:
        entries = sorted(found, key=lambda entry: _natural(entry.name))
    for entry in entries:
        if entry.name.startswith("."):
            continue
        name = f"{below}/{entry.name}" if below else entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _pictures_below(folder, name)
        elif entry.name.lower().endswith((*PICTURE_ENDINGS, *_OTHER_PICTURES)) and not entry.is_dir():
            yield name


def _natural(name: str) -> tuple[list[tuple[bool, int, str]], str]:
    pieces = [piece for piece in _DIGITS.split(name.casefold()) if piece]
    return [(not piece.isdecimal(), int(piece) if piece.isdecimal() else 0, piece) for piece in pieces], name


def _as_id(name: str) -> str:
    """A file's name as the row's own id, when it can be one."""
    return name if name.isprintable() and 0 < len(name) <= LONGEST_ID else ""
