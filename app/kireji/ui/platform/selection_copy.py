"""Selected text by pressing the copy keys, for systems that offer no other way; the clipboard is put back as it was."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import NamedTuple

from PySide6.QtCore import QMimeData, QObject, QTimer
from PySide6.QtGui import QClipboard, QImage

from kireji.core.desktop_ports import KeySender
from kireji.core.errors import ClipboardError
from kireji.core.ports import Availability

_PATIENCE = 0.3
"""Seconds until a program must have copied; it has nothing selected if not."""

_SETTLE = 0.03
"""Seconds after the copy in which another program's copying is noticed."""

_LATE = 1.0
"""Seconds after giving up in which a copy is still taken for the late answer to the keys, and undone."""

_LOOK = 0.02
"""Seconds between looks at the system's count of changes, where it tells one."""

_IMAGE = "application/x-qt-image"
"""Qt's name for a picture in whatever form the system keeps it."""


class Kept(NamedTuple):
    """Every form of what was copied.

    Args:
        forms: Their bytes.
        image: The picture, where the system keeps one in a form of its own.
    """

    forms: Mapping[str, bytes]
    image: QImage | None


class SelectionCopy(QObject):
    """Gets at selected text through the clipboard, which other programs find unchanged afterwards.

    Args:
        clipboard: Qt's.
        sender: Presses the keys.
        changes: The system's own count of the clipboard's changes, where it has one: Qt does not hear of changes
            while another program is in front on macOS.
        patience: Seconds until a program must have copied.
    """

    def __init__(
        self,
        clipboard: QClipboard,
        sender: KeySender,
        changes: Callable[[], int] | None = None,
        patience: float = _PATIENCE,
    ) -> None:
        super().__init__()
        self._clipboard = clipboard
        self._sender = sender
        self._changes = changes
        self._patience = patience
        self._one = asyncio.Lock()
        self._late: _Late | None = None

    def availability(self) -> Availability:
        """Whether keys can be sent here, and what to do if not."""
        return self._sender.availability()

    async def take(self) -> str:
        """The selected text; empty when the program copied none.

        Raises:
            ClipboardError: The program is a terminal, or takes no keys from others.
        """
        async with self._one:
            if self._late is not None:
                self._late.end()
            kept = content_of(self._clipboard.mimeData())
            heard = _Heard(self._clipboard, self._changes)
            text = None
            try:
                self._sender.press_copy()
            except ClipboardError:
                heard.end()
                raise
            try:
                if await heard.within(self._patience):
                    text = self._clipboard.text() if heard.text is None else heard.text
                    await asyncio.sleep(_SETTLE)
            finally:
                heard.end()
                self._put_back(kept, text, copied=heard.count() > 0)
            return text or ""

    def _put_back(self, kept: Kept, text: str | None, *, copied: bool) -> None:
        """Restore what was kept, unless nothing changed, or another program has copied something else since.

        Args:
            kept: What was copied before.
            text: What the program copied; None when it was not read.
            copied: Whether anything was copied since.
        """
        if not copied:
            self._late = _Late(self._clipboard, kept, self)
        elif text is None or self._clipboard.text() == text:
            restore(self._clipboard, kept)


class _Heard(QObject):
    """Whether something was copied since it was made.

    Attributes:
        text: What was copied first, where Qt told of it.
    """

    def __init__(self, clipboard: QClipboard, changes: Callable[[], int] | None) -> None:
        super().__init__()
        self._clipboard = clipboard
        self._changes = changes
        self._before = changes() if changes is not None else 0
        self._signals = 0
        self.text: str | None = None
        self._event = asyncio.Event()
        clipboard.dataChanged.connect(self._hear)

    def count(self) -> int:
        return self._signals + (self._changes() - self._before if self._changes is not None else 0)

    def end(self) -> None:
        self._clipboard.dataChanged.disconnect(self._hear)

    async def within(self, seconds: float) -> bool:
        """Wait for the first change, at most so long."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not self.count() and (remaining := end - loop.time()) > 0:
            try:
                async with asyncio.timeout(remaining if self._changes is None else min(_LOOK, remaining)):
                    await self._event.wait()
            except TimeoutError:
                continue
        return self.count() > 0

    def _hear(self) -> None:
        self._signals += 1
        if self.text is None:  # now, before another program can copy
            self.text = self._clipboard.text()
        self._event.set()


class _Late(QObject):
    """Undoes the copy of a program that answers the keys after nobody waits any more."""

    def __init__(self, clipboard: QClipboard, kept: Kept, parent: QObject) -> None:
        super().__init__(parent)
        self._clipboard = clipboard
        self._kept = kept
        self._over = False
        clipboard.dataChanged.connect(self._undo)
        QTimer.singleShot(int(_LATE * 1000), self, self.end)

    def end(self) -> None:
        if not self._over:
            self._over = True
            self._clipboard.dataChanged.disconnect(self._undo)
            self.deleteLater()

    def _undo(self) -> None:
        self.end()
        restore(self._clipboard, self._kept)


def content_of(data: QMimeData) -> Kept:
    """Every form of what was copied, read now: its program may be gone when it is put back."""
    forms = {form: bytes(data.data(form).data()) for form in data.formats() if form != _IMAGE}
    return Kept(forms, QImage(data.imageData()) if data.hasImage() else None)


def restore(clipboard: QClipboard, kept: Kept) -> None:
    """Copy what was kept, in all its forms; nothing when it was nothing."""
    if not kept.forms and kept.image is None:
        clipboard.clear()
        return
    data = QMimeData()
    if kept.image is not None:
        data.setImageData(kept.image)
    for form, content in kept.forms.items():
        data.setData(form, content)
    clipboard.setMimeData(data)
