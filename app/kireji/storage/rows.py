"""Values as they stand in columns: parts and usage as JSON, times as microseconds, text that SQLite can take."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from kireji.core.messages import OpaquePart, Part, StopReason, TextPart, ThinkingPart, Usage

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

CUT_OFF = "Kireji ended before this answer was complete."
"""What is shown at an answer whose process is gone."""


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
    try:
        return msgspec.json.encode(parts).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(tuple(_storable_part(part) for part in parts)).decode()


def _storable_part(part: Part) -> Part:
    if isinstance(part, TextPart | ThinkingPart):
        return type(part)(storable(part.text))
    if isinstance(part, OpaquePart):
        return OpaquePart(storable(part.type))
    return part


class _Tagged(msgspec.Struct):
    kind: str


def decode_parts(stored: str) -> tuple[Part, ...]:
    """Parts from a JSON list; one that this version cannot read becomes an OpaquePart and never stops the loading."""
    try:
        return msgspec.json.decode(stored, type=tuple[Part, ...])
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    try:
        pieces = msgspec.json.decode(stored, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return (OpaquePart("damaged"),)
    return tuple(_decode_part(piece) for piece in pieces)


def _decode_part(piece: msgspec.Raw) -> Part:
    try:
        part: Part = msgspec.json.decode(piece, type=Part)
    except msgspec.DecodeError:
        try:
            return OpaquePart(msgspec.json.decode(piece, type=_Tagged).kind)
        except msgspec.DecodeError:
            return OpaquePart("unknown")
    return part


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
