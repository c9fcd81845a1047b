"""What a function gives back, as the output of a tool."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import msgspec

from kireji.core.tools import FileOutput, Output, PictureOutput, TextOutput, ToolOutput, failed
from kireji.plugins import File, Image


def output_of(value: object, limit: int) -> ToolOutput:
    """The output for a value: nothing for None, text as it is, pictures and files, and all else as JSON.

    Args:
        value: What the function has returned.
        limit: Bytes that are allowed in all.

    Returns:
        An error where the value cannot be passed on; it says why.
    """
    try:
        content = tuple(_parts(value))
    except (TypeError, ValueError, OverflowError, RecursionError) as problem:
        return failed(f"The tool gave back something that JSON cannot hold: {problem}.")
    size = sum(_size(part) for part in content)
    if size > limit:
        return failed(
            f"The tool gave back {size / 1_048_576:,.1f} MB; at most {limit // 1_048_576} MB are passed on. "
            "Ask it for less."
        )
    return ToolOutput(content)


def _parts(value: object) -> Iterator[Output]:
    if value is None:
        return
    if isinstance(value, str):
        yield TextOutput(_valid(value))
    elif isinstance(value, Image):
        yield PictureOutput(value.data)
    elif isinstance(value, File):
        yield FileOutput(value.data, _valid(value.media_type), _valid(value.name))
    elif isinstance(value, list | tuple) and any(isinstance(each, Image | File) for each in value):
        for each in value:
            yield from _parts(each)
    else:
        yield TextOutput(msgspec.json.encode(value, enc_hook=_other).decode())


def _valid(text: str) -> str:
    """Half characters, as `os.fsdecode` makes them, replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _other(value: Any) -> Any:
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise TypeError(f"{type(value).__qualname__} is none of its types")


def _size(part: Output) -> int:
    return len(part.text.encode()) if isinstance(part, TextOutput) else len(part.data)
