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
        content = tuple(_parts(value, limit))
    except _TooLong as problem:
        return _too_large(problem.size, limit)
    except (TypeError, ValueError, OverflowError, RecursionError) as problem:
        return failed(f"The tool gave back something that JSON cannot hold: {problem}.")
    size = sum(_size(part) for part in content)
    return _too_large(size, limit) if size > limit else ToolOutput(content)


class _TooLong(Exception):
    """A text that need not even be looked at.

    Args:
        size: Its characters.
    """

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


def _too_large(size: int, limit: int) -> ToolOutput:
    size_in_mb, limit_in_mb = size / 1_048_576, limit // 1_048_576
    return failed(f"The tool gave back {size_in_mb:,.1f} MB; at most {limit_in_mb} MB are passed on. Ask it for less.")


def _parts(value: object, limit: int) -> Iterator[Output]:
    if value is None:
        return
    if isinstance(value, str):
        if len(value) > limit:
            raise _TooLong(len(value))
        yield TextOutput(_valid(value))
    elif isinstance(value, Image):
        yield PictureOutput(value.data)
    elif isinstance(value, File):
        yield FileOutput(value.data, _valid(value.media_type), _valid(value.name))
    elif isinstance(value, list | tuple) and any(isinstance(each, Image | File) for each in value):
        for each in value:
            yield from _parts(each, limit)
    else:
        yield TextOutput(msgspec.json.encode(value, enc_hook=_other).decode())


def _valid(text: str) -> str:
    """Half characters, as `os.fsdecode` makes them, replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _other(value: Any) -> Any:
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    kind = type(value)
    if kind in (Image, File):
        raise TypeError(f"{kind.__name__} is given back alone or in a list, not inside of something else")
    if kind.__module__.startswith("PIL."):
        raise TypeError(f"save the {kind.__module__} picture into bytes and give back kireji.plugins.Image(bytes)")
    raise TypeError(f"{kind.__qualname__} is none of its types")


def _size(part: Output) -> int:
    return len(part.text.encode()) if isinstance(part, TextOutput) else len(part.data)
