"""What other programs have copied and selected on X11, read on a connection and in a thread of its own.

Qt would wait for a program that hangs in the GUI thread, for seconds; here only the one who asked waits, and not long.
The protocol is that of the ICCCM, section 2; its program keeps what it owns, so reading changes nothing.
"""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from kireji.core.desktop_ports import ClipboardContent
from kireji.core.errors import ClipboardError
from kireji.core.ports import Availability
from kireji.core.words import say
from kireji.desktop.threads import in_daemon_thread
from kireji.desktop.xcb import Cookie, DisplayUnreachable
from kireji.desktop.xcb_windows import (
    NEW_VALUE,
    PROPERTY_NOTIFY,
    SELECTION_NOTIFY,
    Property,
    WindowConnection,
    read_number,
    read_property,
)

PATIENCE = 2.0
"""Seconds without any progress, after which the clipboard's owner counts as hanging."""

LONGEST = 30.0
"""Seconds for all pieces together: an owner that drips is given up like one that hangs."""

MOST_BYTES = 64 * 1024 * 1024
"""Of one form of what was copied."""

MOST_TEXT = 8_000_000
"""Characters of text that are used; what is behind is cut off."""

_MOST_FILES = 1000
_LONGEST_ADDRESS = 4096

Result = TypeVar("Result")

_PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", "image/tiff")
_FILES = ("text/uri-list", "x-special/gnome-copied-files")
_TEXTS = ("UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "STRING")
_ATOMS = ("CLIPBOARD", "PRIMARY", "TARGETS", "INCR", "KIREJI_TRANSFER", *_PICTURES, *_FILES, *_TEXTS)

_SELECTION_EVENT = struct.Struct("=4xIIIII")
"""Time, requestor, selection, target and property of xcb_selection_notify_event_t."""
_PROPERTY_EVENT = struct.Struct("=4xIIIB")
"""Window, name, time and state of xcb_property_notify_event_t."""


class X11Clipboard:
    """The selections CLIPBOARD and PRIMARY.

    Args:
        environ: The process's environment: DISPLAY.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._lock = threading.Lock()
        self._left: WindowConnection | None = None

    async def read(self) -> ClipboardContent:
        """What was copied.

        Raises:
            ClipboardError: Its owner does not answer, it is too large, or the display has gone.
        """
        return await in_daemon_thread(lambda: self._with_transfer(_content))

    def selection_availability(self) -> Availability:
        """X11 programs tell their selected text to whoever asks."""
        if self._environ.get("DISPLAY"):
            return Availability(True)
        return Availability(False, say("There is no display."), say("Start Kireji from a desktop."))

    async def read_selection(self) -> str:
        """The text that is selected in whichever program selected last; empty when there is none.

        Raises:
            ClipboardError: As for `read`.
        """
        return await in_daemon_thread(lambda: self._with_transfer(lambda transfer: _text(transfer, "PRIMARY")))

    def _with_transfer(self, work: Callable[[_Transfer], Result]) -> Result:
        try:
            connection = WindowConnection(self._environ.get("DISPLAY", ""))
        except DisplayUnreachable as problem:
            raise _unreachable() from problem
        except OSError as problem:
            raise ClipboardError(say("The library libxcb is missing."), say("Install libxcb1.")) from problem
        try:
            result = work(_Transfer(connection))
        except TimeoutError as problem:
            self._leave(connection)
            raise ClipboardError(
                say("The program that holds the clipboard does not answer."),
                say("Copy it again, or from another program."),
            ) from problem
        except BaseException:  # a reading that is given up closes its connection too
            connection.close()
            raise
        connection.close()
        return result

    def _leave(self, connection: WindowConnection) -> None:
        """Keep the connection on which nobody answered, in place of the one before.

        Programs that answer late and find nobody end with an error (xclip does), and what was copied with them.
        """
        with self._lock:
            before, self._left = self._left, connection
        if before is not None:
            before.close()

    def close(self) -> None:
        """Give up waiting for a program that did not answer."""
        with self._lock:
            left, self._left = self._left, None
        if left is not None:
            left.close()


class _Offer(NamedTuple):
    """What a selection's owner can give.

    Args:
        selection: The atom of the selection.
        forms: Names of the forms among `_ATOMS`.
    """

    selection: int
    forms: frozenset[str]


class _Transfer:
    """Asks a selection's owner and receives what it writes into the property of a window that is never shown.

    Args:
        connection: Open; has no other use meanwhile.
    """

    def __init__(self, connection: WindowConnection) -> None:
        self._connection = connection
        self._atoms = connection.atoms(_ATOMS, time.monotonic() + PATIENCE)
        if len(self._atoms) < len(_ATOMS):
            raise _unreachable()
        self._window = connection.create_hidden()
        self._property = self._atoms["KIREJI_TRANSFER"]

    def offer(self, selection: str) -> _Offer:
        """What can be had; raises TimeoutError and ClipboardError."""
        chosen = self._atoms[selection]
        if not read_number(self._reply(self._connection.ask_selection_owner(chosen))):
            return _Offer(chosen, frozenset())
        answer = self._convert(chosen, "TARGETS")
        if answer is None:  # a program that knows only text
            return _Offer(chosen, frozenset({"UTF8_STRING", "STRING"}))
        numbers = set(struct.unpack(f"={len(answer) // 4}I", answer[: len(answer) // 4 * 4]))
        return _Offer(chosen, frozenset(name for name in _ATOMS if self._atoms[name] in numbers))

    def first(self, offer: _Offer, forms: Sequence[str]) -> tuple[str, bytes]:
        """The first of `forms` that the owner gives, and its bytes; empty when it gives none of them."""
        for form in forms:
            if form in offer.forms and (data := self._convert(offer.selection, form)):
                return form, data
        return "", b""

    def _convert(self, selection: int, form: str) -> bytes | None:
        """The bytes of one form; None when the owner refuses it."""
        target = self._atoms[form]
        self._connection.delete_property(self._window, self._property)
        self._connection.convert_selection(self._window, selection, target, self._property)
        self._connection.flush()
        given = self._await(lambda event: self._answered(event, selection, target))
        if not given:
            return None
        found = self._take()
        if found.type == self._atoms["INCR"]:
            return self._receive_pieces()
        return found.data

    def _receive_pieces(self) -> bytes:
        """What is too large for one property comes in pieces: each deletion asks for the next, an empty one ends it."""
        received, end = bytearray(), time.monotonic() + LONGEST
        while True:
            self._connection.flush()
            self._await(self._written)
            if time.monotonic() > end:
                raise TimeoutError
            piece = self._take()
            if piece.type and not piece.data:
                return bytes(received)
            received += piece.data
            if len(received) > MOST_BYTES:
                raise _too_large()

    def _take(self) -> Property:
        """Read and delete what was written."""
        found = read_property(
            self._reply(self._connection.ask_property(self._window, self._property, MOST_BYTES, delete=True))
        )
        if found.left:
            raise _too_large()
        return found

    def _answered(self, event: bytes, selection: int, target: int) -> bool | None:
        """Whether the owner wrote something; None when the event is not its answer."""
        if event[0] & 0x7F != SELECTION_NOTIFY:
            return None
        _, requestor, of, form, written = _SELECTION_EVENT.unpack_from(event)
        return bool(written) if (requestor, of, form) == (self._window, selection, target) else None

    def _written(self, event: bytes) -> bool | None:
        if event[0] & 0x7F != PROPERTY_NOTIFY:
            return None
        window, name, _, state = _PROPERTY_EVENT.unpack_from(event)
        return True if (window, name, state) == (self._window, self._property, NEW_VALUE) else None

    def _await(self, meant: Callable[[bytes], bool | None]) -> bool:
        """Wait for the event that is meant; what else comes is no progress. Raises TimeoutError."""
        deadline = time.monotonic() + PATIENCE
        while True:
            for event in self._connection.raw_events():
                if (answer := meant(event)) is not None:
                    return answer
            if self._connection.broken:
                raise _unreachable()
            self._connection.wait(deadline)

    def _reply(self, cookie: Cookie) -> bytes | None:
        return self._connection.reply(cookie, time.monotonic() + PATIENCE)


def _content(transfer: _Transfer) -> ClipboardContent:
    offer = transfer.offer("CLIPBOARD")
    _, picture = transfer.first(offer, _PICTURES)
    _, files = transfer.first(offer, _FILES)
    form, text = transfer.first(offer, _TEXTS)
    return ClipboardContent(picture, addresses(files), plain_text(text, form))


def _text(transfer: _Transfer, selection: str) -> str:
    form, text = transfer.first(transfer.offer(selection), _TEXTS)
    return plain_text(text, form)


def plain_text(data: bytes, form: str) -> str:
    """Text from outside, without what no text has, cut to what is used.

    Args:
        data: As the owner wrote it.
        form: Its name; STRING is Latin-1 (ICCCM 2.7.1), all others are read as UTF-8.
    """
    coding = "latin-1" if form == "STRING" else "utf-8"
    return data[: 4 * MOST_TEXT].decode(coding, errors="replace").replace("\0", "")[:MOST_TEXT]


def addresses(data: bytes) -> tuple[str, ...]:
    """The addresses in a list of them (RFC 2483, and GNOME's form, whose first line says copy or cut)."""
    lines: Iterable[str] = data.decode(errors="replace").replace("\0", "\n").splitlines()
    found = (line.strip() for line in lines)
    usable = (line for line in found if ":" in line and not line.startswith("#") and len(line) <= _LONGEST_ADDRESS)
    return tuple(line for line in usable if line.isprintable())[:_MOST_FILES]


def _unreachable() -> ClipboardError:
    return ClipboardError(say("The display cannot be reached."), say("Check that the desktop is running."))


def _too_large() -> ClipboardError:
    return ClipboardError(
        say("What was copied is larger than {size} MB.", size=MOST_BYTES // 1024 // 1024),
        say("Copy a smaller part of it."),
    )
