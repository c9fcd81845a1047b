"""Text from outside, made harmless for a terminal."""

from __future__ import annotations

import enum
import re
import unicodedata

_PLAIN = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f]*")
_REMOVED = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}


class _State(enum.Enum):
    TEXT = enum.auto()
    ESCAPE = enum.auto()
    SEQUENCE = enum.auto()


class TerminalText:
    """Removes control characters and escape sequences from a stream of text, wherever it is cut.

    Colour and cursor sequences go as a whole. Of sequences that carry text (titles, links, clipboard writes), only the
    frame goes and the text is shown, so that nothing can be hidden in one. Line ends and tabs stay.
    """

    def __init__(self) -> None:
        self._state = _State.TEXT

    def feed(self, text: str) -> str:
        """The next piece, cleaned."""
        if self._state is _State.TEXT and _PLAIN.fullmatch(text):
            return text
        return "".join(character for character in text if self._shows(character)).translate(_REMOVED)

    def _shows(self, character: str) -> bool:
        if character == "\x1b":
            self._state = _State.ESCAPE
            return False
        if character == "\x9b":
            self._state = _State.SEQUENCE
            return False
        if self._state is _State.ESCAPE:
            return self._shows_after_escape(character)
        if self._state is _State.SEQUENCE:
            return self._shows_in_sequence(character)
        return True

    def _shows_after_escape(self, character: str) -> bool:
        """ECMA-35: intermediates 0x20-0x2F, then one final character; `[` opens a control sequence."""
        if " " <= character <= "/":
            return False
        self._state = _State.SEQUENCE if character == "[" else _State.TEXT
        return not "0" <= character <= "~"

    def _shows_in_sequence(self, character: str) -> bool:
        """ECMA-48: parameters and intermediates 0x20-0x3F, then one final character 0x40-0x7E."""
        if " " <= character <= "?":
            return False
        self._state = _State.TEXT
        return not "@" <= character <= "~"


def made_visible(text: str) -> str:
    """Text whose every character is seen, for a person who decides about it: the others become escapes.

    That is control characters, and those that hide others or turn their order around. Line ends stay.
    """
    return "".join(
        character if character == "\n" or character.isprintable() else _escape(character) for character in text
    )


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def width_of(text: str) -> int:
    """How many columns of a terminal a text takes: letters of East Asia take two, marks above others none."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def cut_to(text: str, columns: int) -> str:
    """A text that takes at most so many columns; what is cut off is told by three dots."""
    if width_of(text) <= columns:
        return text
    kept, left = [], columns - 1
    for character in text:
        left -= _columns(character)
        if left < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…" if columns > 0 else ""


def _columns(character: str) -> int:
    if unicodedata.east_asian_width(character) in ("W", "F"):
        return 2
    return 0 if unicodedata.category(character) in ("Mn", "Me", "Cf") else 1
