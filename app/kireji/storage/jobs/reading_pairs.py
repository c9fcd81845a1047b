"""Rows from pairs of pictures: how something was, and how it is now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from kireji.core.errors import JobError
from kireji.core.words import say
from kireji.storage.jobs.building import Piece, Pieces, RowBuilder
from kireji.storage.jobs.reading_pictures import as_id, check_prompt, pictures_below


def rows_of_pairs(
    paths: Sequence[str],
    prompt: str | None,
    builder: RowBuilder,
    tell_total: Callable[[int], None],
    tell_skipped: Callable[[int], None],
) -> Pieces:
    """A row for every two pictures that belong together.

    Of two folders these are the pictures of the same name in both; one that has no other half is a row that says so. Of
    two files it is these.

    Args:
        paths: Two folders, or two files: before and after.
        prompt: What is asked of each pair; None where a form asks.
        builder: Makes the rows.
        tell_total: Told how many there are.
        tell_skipped: Told how many other files there are.

    Raises:
        JobError: A folder is not there, cannot be read, there is no pair in them, or nothing is asked.
    """
    check_prompt(prompt)
    before, after = map(Path, paths)
    if not before.is_dir() and not after.is_dir():
        tell_total(1)
        label = say("{before} and {after}", before=before.name, after=after.name)
        yield Piece([builder.of_prompt(1, prompt or "", (str(before), str(after)), label=label)], 1)
        return
    names, others = pictures_below(before)
    further, more = pictures_below(after)
    tell_skipped(others + more)
    first, second = frozenset(names), frozenset(further)
    if not first & second:
        raise JobError(
            say("No picture in {before} has the name of one in {after}.", before=before, after=after),
            say("Pictures belong together that have the same name in both folders."),
        )
    tell_total(len(first | second))
    for place, name in enumerate((*names, *(name for name in further if name not in first)), 1):
        if name not in first or name not in second:
            where = after if name in first else before
            row = builder.refused(place, say("There is no {name} in {folder}.", name=name[:200], folder=where))
            yield Piece([row], place)
            continue
        pair = (str(before / name), str(after / name))
        yield Piece([builder.of_prompt(place, prompt or "", pair, id=as_id(name), label=name)], place)


def pairs_in(paths: Sequence[str]) -> int:
    """How many pairs there are.

    Args:
        paths: As for `rows_of_pairs`.

    Raises:
        JobError: A folder is not there, or cannot be read.
    """
    before, after = map(Path, paths)
    if not before.is_dir() and not after.is_dir():
        return 1
    return len({*pictures_below(before)[0]} & {*pictures_below(after)[0]})
