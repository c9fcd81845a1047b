"""The clipboard through Qt, for systems where nothing else reads it: Windows, macOS, Wayland."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QClipboard, QImage

from kireji.core.desktop_ports import ClipboardContent
from kireji.core.errors import ClipboardError
from kireji.core.ports import Availability
from kireji.core.words import say
from kireji.ui.encoding import encoded
from kireji.ui.platform.selection_copy import SelectionCopy
from kireji.ui.translation import mark

MOST_TEXT = 8_000_000
"""Characters of text that are used; what is behind is cut off."""

MOST_BYTES = 64 * 1024 * 1024
"""Of a picture file."""

_MOST_FILES = 1000
_PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")
"""Forms that are taken as they are; a picture in another form is written as PNG."""

_COPY_IT = mark("Copy the text yourself, then choose Ask about the clipboard.")


class QtClipboard:
    """Reads on the GUI thread, as Qt demands.

    Args:
        clipboard: Qt's.
        copying: Presses the copy keys to get at selected text; None where that cannot be done.
        allowed: Whether the person allows that; asked each time.
    """

    def __init__(self, clipboard: QClipboard, copying: SelectionCopy | None, allowed: Callable[[], bool]) -> None:
        self._clipboard = clipboard
        self._copying = copying
        self._allowed = allowed

    async def read(self) -> ClipboardContent:
        """What was copied; a picture that is no file is written as PNG, off the loop.

        Raises:
            ClipboardError: It is too large.
        """
        data = self._clipboard.mimeData()
        files = tuple(_address(url) for url in data.urls()[:_MOST_FILES])
        text = plain(data.text()) if data.hasText() else ""
        return ClipboardContent(await self._picture(data), files, text)

    def selection_availability(self) -> Availability:
        """Whether the selected text of other programs can be read here, and what to do if not."""
        if self._copying is None:
            return Availability(False, say("This desktop does not show Kireji the selected text."), say(_COPY_IT))
        if not self._allowed():
            return Availability(
                False,
                say("The selected text can be had here only by pressing the copy keys."),
                say("Allow that in Settings, General, or copy the text and choose Ask about the clipboard."),
            )
        return self._copying.availability()

    async def read_selection(self) -> str:
        """The selected text; empty when there is none. The clipboard is put back as it was.

        Raises:
            ClipboardError: It cannot be had here, or not from this program.
        """
        available = self.selection_availability()
        if not available.ok or self._copying is None:
            raise ClipboardError(available.reason, available.hint)
        return plain(await self._copying.take())

    async def _picture(self, data: QMimeData) -> bytes:
        for form in _PICTURES:
            if data.hasFormat(form) and (found := data.data(form).data()):
                return _limited(bytes(found))
        if not data.hasImage():
            return b""
        image = QImage(data.imageData())
        return _limited(await asyncio.to_thread(encoded, image))


def plain(text: str) -> str:
    """Text from outside, without what no text has, cut to what is used."""
    return text[:MOST_TEXT].replace("\0", "")


def _address(url: QUrl) -> str:
    return url.toString(QUrl.ComponentFormattingOption.FullyEncoded)


def _limited(data: bytes) -> bytes:
    if len(data) > MOST_BYTES:
        raise ClipboardError(
            say("What was copied is larger than {size} MB.", size=MOST_BYTES // 1024 // 1024),
            say("Copy a smaller part of it."),
        )
    return data
