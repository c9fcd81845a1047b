"""Values as they stand in columns of the queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from kireji.core.history import Origin
from kireji.storage.rows import all_storable, from_microseconds, storable, to_microseconds

T = TypeVar("T")

Clock = Callable[[], datetime]


def encode(value: msgspec.Struct) -> str:
    """A value as JSON."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(all_storable(value)).decode()


def decode(stored: str, kind: type[T]) -> T:
    """A value from JSON that `encode` wrote."""
    return msgspec.json.decode(stored, type=kind)


def encode_texts(texts: Mapping[str, str]) -> str:
    """Texts by name as a JSON object."""
    return msgspec.json.encode({storable(name): storable(text) for name, text in texts.items()}).decode()


def decode_texts(stored: str | None) -> dict[str, str]:
    """Texts by name; none when there is nothing."""
    return {} if stored is None else msgspec.json.decode(stored, type=dict[str, str])


def moment(stored: int | None) -> datetime | None:
    """A time, or none."""
    return None if stored is None else from_microseconds(stored)


def stored_moment(time: datetime | None) -> int | None:
    """A time as stored, or none."""
    return None if time is None else to_microseconds(time)


def origin(pid: int | None, started: str | None) -> Origin | None:
    """A process, or none."""
    return None if pid is None else Origin(pid, started or "")


def microseconds(seconds: float) -> int:
    """A span as stored."""
    return round(seconds * 1_000_000)


def placeholders(values: tuple[Any, ...] | list[Any]) -> str:
    """`?, ?, ?` for so many values."""
    return ", ".join("?" * len(values))
