"""The ways in which attachments come and are looked at: paste, selection, the dialog for files, the large view."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from kireji.core.documents import PLAIN
from kireji.core.messages import DocumentPart, ImagePart
from kireji.core.pictures import PICTURE_ENDINGS
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.draft import Attachment
from kireji.ui.chat.pane import ChatPane
from kireji.ui.chat.sources import Given, from_files, given_by
from kireji.ui.file_dialog import FileDialog
from kireji.ui.theme import Theme
from kireji.ui.translation import tr


class Intake(QObject):
    """Asks clipboard and person for what shall go along, and shows what does.

    Args:
        services: Clipboard and capture store.
        pane: What the dialogs belong to.
        theme: For the windows that show an attachment.
        scope: Owns the reading.
    """

    given = Signal(object)
    """A `Given` for the conversation that is open."""
    unfolded = Signal(object, str)
    """The words of the attachment of that number shall go into the field."""

    def __init__(self, services: Services, pane: ChatPane, theme: Theme, scope: TaskScope) -> None:
        super().__init__(pane)
        self._services = services
        self._pane = pane
        self._theme = theme
        self._scope = scope
        self._count = 0
        self._folder = ""
        self._reading = asyncio.Lock()
        self.hides: Callable[[], bool] = lambda: False
        """Whether anything is hidden from who answers the next question."""
        self.current: int | None = None
        """The conversation that is open: what is pasted goes nowhere when it is another one by then."""
        composer = pane.composer
        composer.paste_wanted.connect(self._paste)
        composer.selection_wanted.connect(self._paste_selection)

    def show(self, attachment: Attachment) -> None:
        """Show an attachment large; of a PDF there is nothing to show."""
        if not attachment.is_document:
            self._scope.restart(self._show_picture(attachment), name="large")
        elif attachment.media_type == PLAIN:
            self._scope.restart(self._show_text(attachment), name="large")

    def show_document(self, part: object) -> None:
        """Show the words of a document in a question that was asked."""
        assert isinstance(part, DocumentPart)
        self.show(Attachment(0, part.title, part=part))

    def _paste(self) -> None:
        self._start(self._read_clipboard(self.current))

    def _paste_selection(self) -> None:
        self._start(self._read_selection(self.current))

    def _start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._count += 1
        self._scope.start(coroutine, name=f"paste-{self._count}")

    async def _read_clipboard(self, conversation: int | None) -> None:
        async with self._reading:  # what is pasted twice comes in that order
            content = await self._services.clipboard.read()
        if conversation == self.current:
            self.given.emit(given_by(content))

    async def _read_selection(self, conversation: int | None) -> None:
        async with self._reading:
            text = await self._services.clipboard.read_selection()
        if conversation == self.current:
            self.given.emit(Given(text=text))

    def choose_files(self) -> None:
        """Let the person choose files or pictures."""
        dialog = FileDialog(self._pane.window(), tr("Attach files or pictures"), self._folder)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        endings = " ".join(f"*{ending}" for ending in PICTURE_ENDINGS)
        kinds = ((tr("All files"), "*"), (tr("Pictures"), endings), (tr("PDF documents"), "*.pdf"))
        dialog.setNameFilters([f"{kind} ({pattern})" for kind, pattern in kinds])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.directoryEntered.connect(self._entered)
        dialog.filesSelected.connect(self._chosen)
        dialog.open()

    def _entered(self, folder: str) -> None:
        self._folder = folder

    def _chosen(self, files: Sequence[str]) -> None:
        self.given.emit(from_files(files))
        self._pane.composer.setFocus()

    async def _data(self, attachment: Attachment) -> bytes:
        if (content := attachment.picture or attachment.document) is not None:
            return content.data
        return b"" if attachment.part is None else await self._services.capture.fetch(attachment.part)

    async def _show_picture(self, attachment: Attachment) -> None:
        from kireji.ui.chat.picture_dialog import PictureDialog

        image = await asyncio.to_thread(QImage.fromData, await self._data(attachment))
        if image.isNull():
            return
        dialog, redaction = PictureDialog(self._theme, image, self._pane.window()), self._services.outbox.redaction
        if redaction is not None and isinstance(attachment.part, ImagePart) and self.hides():
            dialog.show_boxes(redaction, attachment.part.blob)
        dialog.show()

    async def _show_text(self, attachment: Attachment) -> None:
        from kireji.ui.chat.text_dialog import TextDialog

        text = (await self._data(attachment)).decode("utf-8", "replace")
        dialog = TextDialog(self._theme, attachment.number, attachment.name, text, self._pane.window())
        dialog.unfolded.connect(self.unfolded)
        dialog.show()
