"""Rows from a file of lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import IO

from kireji.core.errors import JobError
from kireji.core.jobs.lines import LARGEST_LINE, model_named
from kireji.core.jobs.splitting import LineSplitter
from kireji.core.words import say
from kireji.storage.jobs.building import Piece, Pieces, RowBuilder
from kireji.storage.jobs.source_files import BLOCK, UTF_16, opened, size_of

_BOM = b"\xef\xbb\xbf"
_LOOKED_THROUGH = 4 * 1024 * 1024
"""Bytes at the beginning of a file in which a line may name the model."""


def rows_of_lines(path: Path, builder: RowBuilder, tell_total: Callable[[int], None]) -> Pieces:
    """The rows of a JSONL file, in constant memory. Empty lines are none; they count as lines.

    Args:
        path: The file.
        builder: Makes the rows.
        tell_total: Told how many bytes it has.

    Raises:
        JobError: It is not there, cannot be read, or is not made of lines at all.
    """
    with opened(path) as file:
        tell_total(size_of(file))
        splitter = LineSplitter(builder.largest)
        number = 1
        block = _first(file, path)
        while block:
            lines = splitter.feed(block)
            yield Piece(builder.of_lines(number, lines), file.tell())
            number += len(lines)
            block = file.read(BLOCK)
        yield Piece(builder.of_lines(number, splitter.finish()), file.tell())


def named_model(path: Path) -> str:
    """The model that the first line with one names, near the beginning of a JSONL file; empty when none does.

    Raises:
        JobError: The file is not there, or cannot be read.
    """
    splitter = LineSplitter(LARGEST_LINE)
    with opened(path) as file:
        done = 0
        while done < _LOOKED_THROUGH and (block := file.read(BLOCK)):
            lines = splitter.feed(block.removeprefix(_BOM) if not done else block)
            done += len(block)
            for line in lines if len(block) == BLOCK else [*lines, *splitter.finish()]:
                if model := model_named(line or b""):
                    return model
    return ""


def _first(file: IO[bytes], path: Path) -> bytes:
    """The first block, without a mark of its encoding."""
    block = file.read(BLOCK) or b""  # None of what would make a reader wait, as the log of the kernel
    if block.startswith(UTF_16):
        raise JobError(say("{path} is written in UTF-16.", path=path), say("Save it as UTF-8."))
    block = block.removeprefix(_BOM)
    if block.lstrip()[:1] == b"[":
        raise JobError(
            say("{path} is one JSON list, not lines of JSON.", path=path),
            say("Write each object on a line of its own, as jq -c '.[]' does."),
        )
    return block
