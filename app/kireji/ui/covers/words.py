"""What is hidden, in words."""

from __future__ import annotations

from kireji.core.secrets.kinds import Kind
from kireji.ui.translation import mark, plural, tr

_NAMES = {
    Kind.PRIVATE_KEY: mark("Private key"),
    Kind.KEY: mark("Key"),
    Kind.PASSWORD: mark("Password"),
    Kind.OWN: mark("Own word"),
    Kind.IBAN: mark("Bank account"),
    Kind.CARD: mark("Card"),
    Kind.PERSON: mark("Person number"),
    Kind.MAIL: mark("Mail address"),
    Kind.PHONE: mark("Telephone number"),
}


def kind_name(kind: Kind) -> str:
    """What it is called where it stands alone."""
    return tr(_NAMES[kind])


def hidden_sentence(number: int) -> str:
    """How much is hidden; empty for nothing."""
    return plural(number, "1 thing is hidden", "{n} things are hidden") if number else ""


def caption(kind: Kind, *, hidden: bool, by_key: bool) -> str:
    """What a box is and what a press on it does.

    Args:
        kind: What is under it.
        hidden: Whether it is painted over.
        by_key: The keyboard is on it.
    """
    if by_key:
        words = mark("{kind} – Space to send it") if hidden else mark("{kind} – Space to hide it")
    else:
        words = mark("{kind} – click to send it") if hidden else mark("{kind} – click to hide it")
    return tr(words, kind=kind_name(kind))


def box_name(kind: Kind, *, hidden: bool) -> str:
    """The same for screen readers."""
    if hidden:
        return tr("{kind}, hidden. Press to send it", kind=kind_name(kind))
    return tr("{kind}, will be sent. Press to hide it", kind=kind_name(kind))
