"""Puts together the calls of tools that arrive in pieces.

Servers differ: ids may be missing, repeated or plain numbers, the index may be missing or 0 for every call, the name
may come again with every piece, arguments may be text in pieces or an object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from kireji.providers.openai_chunks import CallPiece
from kireji.providers.openai_messages import is_json_object


class GrowingCall:
    """One call.

    Attributes:
        id: Unique within the answer.
        name: Of the tool; empty until it arrives.
        block: Its place among the blocks of the answer, once it has been shown.
    """

    def __init__(self, id: str, wire_id: object) -> None:
        self.id = id
        self.wire_id = wire_id
        self.name = ""
        self.block = -1
        self._pieces: list[str] = []

    @property
    def arguments(self) -> str:
        """What has arrived, as it came."""
        return "".join(self._pieces)

    @property
    def is_whole(self) -> bool:
        """Whether its arguments are a JSON object; none at all counts as an empty one."""
        return not self.arguments.strip() or is_json_object(self.arguments)

    def add(self, name: str, arguments: str) -> None:
        self.name = self.name or name
        if arguments:
            self._pieces.append(arguments)


class ToolCalls:
    """All calls of one answer, in order.

    Args:
        new_id: Makes an id for a call that has none of its own.
    """

    def __init__(self, new_id: Callable[[], str]) -> None:
        self._new_id = new_id
        self._at: dict[int, GrowingCall] = {}
        self.all: list[GrowingCall] = []

    def feed(self, pieces: Sequence[CallPiece]) -> Iterator[tuple[GrowingCall, str]]:
        """Take pieces in; each call that grew, with the text that its arguments grew by."""
        for position, piece in enumerate(pieces):
            name, arguments = _name(piece), _arguments(piece)
            call = self._call(piece, position, name, arguments)
            call.add(name, arguments)
            yield call, arguments

    def _call(self, piece: CallPiece, position: int, name: str, arguments: str) -> GrowingCall:
        indexed = isinstance(piece.index, int)
        place = piece.index if indexed else position
        known = self._at.get(place)
        if known is None or _is_another(known, piece, indexed, name, arguments):
            known = GrowingCall(self._id(piece.id), piece.id)
            self._at[place] = known
            self.all.append(known)
        return known

    def _id(self, wire_id: object) -> str:
        """The service's id if it is one: unique in the answer, and no number, which the next answer would repeat."""
        usable = isinstance(wire_id, str) and wire_id.strip() and not wire_id.isdecimal()
        if usable and all(call.id != wire_id for call in self.all):
            return str(wire_id)
        return self._new_id()


def _is_another(known: GrowingCall, piece: CallPiece, indexed: bool, name: str, arguments: str) -> bool:
    """Whether a piece for the place of `known` begins another call, because the server does not count them."""
    has_id = piece.id is not None and piece.id != ""
    if has_id and known.wire_id not in (None, "") and piece.id != known.wire_id:
        return True
    if not name or not known.name:
        return False
    if arguments and known.arguments and known.is_whole:
        return True
    return not indexed and not has_id


def _name(piece: CallPiece) -> str:
    name = piece.function.name if piece.function else None
    return name if isinstance(name, str) else ""


def _arguments(piece: CallPiece) -> str:
    value: Any = piece.function.arguments if piece.function else None
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
