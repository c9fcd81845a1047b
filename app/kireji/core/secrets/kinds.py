"""What can be found."""

from __future__ import annotations

import enum

import msgspec


class Kind(enum.Enum):
    """What something is; the order is that of importance, for places that are two things at once."""

    PRIVATE_KEY = "private_key"
    KEY = "key"
    """A key or token of a service."""
    PASSWORD = "password"  # noqa: S105 - the name of a kind
    OWN = "own"
    """One of the person's own words."""
    IBAN = "iban"
    CARD = "card"
    PERSON = "person"
    """The number under which a state knows somebody."""
    MAIL = "mail"
    PHONE = "phone"


EVERY_KIND = frozenset(Kind)

_IMPORTANCE = {kind: place for place, kind in enumerate(Kind)}


class Found(msgspec.Struct, frozen=True, order=True):
    """A piece of a text.

    Args:
        start: Its first character.
        end: Behind its last.
        kind: What it is.
        what: More exactly, in English: "Anthropic key", "German tax number".
    """

    start: int
    end: int
    kind: Kind
    what: str = ""


def merged(found: list[Found]) -> tuple[Found, ...]:
    """Pieces that overlap made one, which is what the more important of them is; from first to last."""
    result: list[Found] = []
    for one in sorted(found, key=lambda piece: (piece.start, piece.end)):
        last = result[-1] if result else None
        if last is None or one.start >= last.end:
            result.append(one)
            continue
        chief = min(last, one, key=lambda piece: _IMPORTANCE[piece.kind])
        result[-1] = Found(last.start, max(last.end, one.end), chief.kind, chief.what)
    return tuple(result)
