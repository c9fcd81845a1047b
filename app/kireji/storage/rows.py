"""Values as they stand in columns: parts and usage as JSON, times as microseconds, text that SQLite can take."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec

from kireji.core.history import ConversationSummary
from kireji.core.messages import (
    DocumentPart,
    ImagePart,
    OpaquePart,
    Part,
    StopReason,
    TextPart,
    ToolResultPart,
    Usage,
)
from kireji.core.models import ModelInfo
from kireji.core.tools import Tool
from kireji.core.words import mark

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

CUT_OFF = mark("Kireji ended before this answer was complete.")
"""What is shown at an answer whose process is gone."""


SUMMARY = "conversations.id, title, conversations.created, updated, pinned, archived, removed"
"""The columns that `summary` takes."""


def summary(row: Sequence[Any]) -> ConversationSummary:
    """An entry of the list of conversations."""
    number, title, created, updated, pinned, archived, removed = row
    return ConversationSummary(
        number,
        title,
        from_microseconds(created),
        from_microseconds(updated),
        bool(pinned),
        bool(archived),
        None if removed is None else from_microseconds(removed),
    )


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def to_microseconds(time: datetime) -> int:
    """A time as stored; exact."""
    return (time - _EPOCH) // _MICROSECOND


def from_microseconds(stored: int) -> datetime:
    """A stored time, in UTC; exact."""
    return _EPOCH + timedelta(microseconds=stored)


def storable(text: str) -> str:
    """Text without lone surrogates, which have no bytes in UTF-8 and which services have been seen to send."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def encode_parts(parts: tuple[Part, ...]) -> str:
    """Parts as a JSON list."""
    return _encode(parts)


def encode_models(models: Sequence[ModelInfo]) -> str:
    """Models as a JSON list."""
    return _encode(tuple(models))


def decode_models(stored: str) -> tuple[ModelInfo, ...] | None:
    """Models from a JSON list; None when it cannot be read."""
    try:
        return msgspec.json.decode(stored, type=tuple[ModelInfo, ...])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def encode_tools(tools: Sequence[Tool]) -> str:
    """Tools as a JSON list; the same list gives the same text."""
    return _encode(tuple(tools))


def decode_tools(stored: str) -> tuple[Tool, ...] | None:
    """Tools from a JSON list; None when it cannot be read."""
    try:
        return msgspec.json.decode(stored, type=tuple[Tool, ...])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _encode(values: tuple[msgspec.Struct, ...]) -> str:
    try:
        return msgspec.json.encode(values).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(all_storable(values)).decode()


def all_storable(value: Any) -> Any:
    """The same value with every text in it made storable, however deep."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, tuple):
        return tuple(all_storable(item) for item in value)
    if isinstance(value, msgspec.Struct):
        return type(value)(**{name: all_storable(item) for name, item in msgspec.structs.asdict(value).items()})
    return value


@cache
def _decoder() -> msgspec.json.Decoder[tuple[Part, ...]]:
    return msgspec.json.Decoder(tuple[Part, ...])  # msgspec.json.decode would look at all these types every time


class _Tagged(msgspec.Struct):
    kind: str


class _LooseResult(msgspec.Struct, tag_field="kind", tag="tool_result"):
    """A tool's result whose content this version cannot read wholly."""

    call_id: str
    content: list[msgspec.Raw] = []
    is_error: bool = False
    seconds: float = 0.0
    refused: bool = False


def decode_parts(stored: str) -> tuple[Part, ...]:
    """Parts from a JSON list; one that this version cannot read becomes an OpaquePart and never stops the loading."""
    try:
        return _decoder().decode(stored)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    try:
        pieces = msgspec.json.decode(stored, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return (OpaquePart("damaged"),)
    return tuple(_decode_part(piece) for piece in pieces)


def _decode_part(piece: msgspec.Raw) -> Part:
    for read in (_decode_known, _decode_result, _decode_name):
        try:
            return read(piece)
        except msgspec.DecodeError:
            continue
    return OpaquePart("unknown")


def _decode_known(piece: msgspec.Raw) -> Part:
    part: Part = msgspec.json.decode(piece, type=Part)
    return part


def _decode_result(piece: msgspec.Raw) -> Part:
    """A result without what cannot be read in it: a call whose result is missing makes providers refuse the rest."""
    loose = msgspec.json.decode(piece, type=_LooseResult)
    content = tuple(
        part for part in map(_decode_part, loose.content) if isinstance(part, TextPart | ImagePart | DocumentPart)
    )
    return ToolResultPart(loose.call_id, content, loose.is_error, loose.seconds, loose.refused)


def _decode_name(piece: msgspec.Raw) -> Part:
    return OpaquePart(msgspec.json.decode(piece, type=_Tagged).kind)


def encode_usage(usage: Usage | None) -> str | None:
    """Usage as a JSON object."""
    return None if usage is None else msgspec.json.encode(usage).decode()


def decode_usage(stored: str | None) -> Usage | None:
    """Usage from a JSON object; None when there is none or it cannot be read."""
    if stored is None:
        return None
    try:
        return msgspec.json.decode(stored, type=Usage)
    except msgspec.DecodeError:
        return None


def decode_stop(stored: str | None) -> StopReason | None:
    """Why an answer ended; reasons that a newer version wrote are OTHER."""
    if stored is None:
        return None
    try:
        return StopReason(stored)
    except ValueError:
        return StopReason.OTHER
