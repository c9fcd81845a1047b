"""Where attachments of a question come from: files, the web, the clipboard, a drop. Nothing is read before `read`."""

from __future__ import annotations

import asyncio
import os
import platform
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Protocol

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

from kireji.core.desktop_ports import ClipboardContent
from kireji.core.documents import document_of, is_picture, plain
from kireji.core.errors import DocumentError
from kireji.core.messages import DocumentPart, ImagePart
from kireji.core.pictures import is_animated, name_in_address, picture_address
from kireji.core.ports import EncodedDocument, EncodedPicture
from kireji.services.application import Services
from kireji.ui.encoding import encoded
from kireji.ui.translation import tr

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of a file that is opened at all."""
MOST_TEXT = 8_000_000
"""Characters of text that are taken over."""
_MOST_FILES = 200
_FORMS = ("image/png", "image/jpeg", "image/webp", "image/gif")
"""Forms of a dropped picture that are taken as they are; one in another form is written as PNG."""


class Loaded(NamedTuple):
    """A picture or a document that has arrived.

    Args:
        content: Within the limits of the pipeline, and of the services.
        note: What was done to it; empty for nothing.
        part: Where it is stored, if it is already.
    """

    content: EncodedPicture | EncodedDocument
    note: str = ""
    part: ImagePart | DocumentPart | None = None


class IsFolder(Exception):
    """What was given is a folder: what is in it is context.

    Args:
        path: Where it is.
    """

    def __init__(self, path: Path) -> None:
        super().__init__("a folder")
        self.path = path


class Source(Protocol):
    """A picture or a document that can be had."""

    @property
    def name(self) -> str: ...
    async def read(self, services: Services) -> Loaded:
        """Fetch and encode it.

        Raises:
            PictureError: It is no picture that can be used.
            DocumentError: It is neither a picture nor a document that can be used.
            ProviderError: The address was not reached, or there is none.
            IsFolder: It is neither, but a folder.
        """


class FileSource:
    """A file on this computer that the person chose, dropped or pasted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = path.name or str(path)

    async def read(self, services: Services) -> Loaded:
        data = await asyncio.to_thread(read_file, self._path)
        if is_picture(self.name, data):
            return await _loaded(services, data)
        return Loaded(await asyncio.to_thread(document_of, self.name, data))


class BytesSource:
    """A picture file that is in memory already."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self._data = data

    async def read(self, services: Services) -> Loaded:
        return await _loaded(services, self._data)


class ImageSource:
    """Pixels that were dropped."""

    def __init__(self, name: str, image: QImage) -> None:
        self.name = name
        self._image = image

    async def read(self, services: Services) -> Loaded:
        return await _loaded(services, await asyncio.to_thread(encoded, self._image))


class EncodedSource:
    """A picture or a document that needs no reading."""

    def __init__(self, name: str, content: EncodedPicture | EncodedDocument) -> None:
        self.name = name
        self._content = content

    async def read(self, services: Services) -> Loaded:
        del services
        return Loaded(self._content)


class TextSource:
    """Words, too many for the field.

    Args:
        name: What they are known by.
        text: All of them.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._text = text

    async def read(self, services: Services) -> Loaded:
        del services
        return Loaded(await asyncio.to_thread(plain, self.name, self._text))


class StoredSource:
    """What is stored already: an attachment of a draft, or of a question that is changed."""

    def __init__(self, name: str, part: ImagePart | DocumentPart) -> None:
        self.name = name
        self._part = part

    async def read(self, services: Services) -> Loaded:
        data, part = await services.capture.fetch(self._part), self._part
        if isinstance(part, ImagePart):
            return Loaded(EncodedPicture(data, part.media_type, part.width, part.height), part=part)
        return Loaded(EncodedDocument(data, part.media_type, part.title), part=part)


class WebSource:
    """A picture by its address."""

    def __init__(self, address: str) -> None:
        self.name = name_in_address(address)
        self._address = address

    async def read(self, services: Services) -> Loaded:
        return Loaded(await services.pictures_by_url.fetch(self._address))


class Given(NamedTuple):
    """What was pasted, dropped or handed over.

    Args:
        sources: The pictures and files in it, not read yet.
        text: The words in it.
        problem: What could not be used, as a sentence; empty for nothing.
    """

    sources: tuple[Source, ...] = ()
    text: str = ""
    problem: str = ""


def given_by(content: ClipboardContent) -> Given:
    """What the clipboard held, as the person means it.

    Files come before a picture, because some desktops put a file's icon there. Text comes before a picture, because
    spreadsheets and word processors add one of the same words; only a lone address is a name of the picture itself.
    """
    return _given(content, tr("Pasted picture"), None)


def dropped(mime: QMimeData) -> Given:
    """What was dropped; takes out all it needs, because the drag ends with its event."""
    files = tuple(url.toString(QUrl.ComponentFormattingOption.FullyEncoded) for url in mime.urls()[:_MOST_FILES])
    local = any(address.lower().startswith("file:") for address in files)
    text = mime.text()[:MOST_TEXT].replace("\0", "") if mime.hasText() else ""
    picture, image = b"", None
    if not local:
        picture = next((bytes(mime.data(form).data()) for form in _FORMS if mime.hasFormat(form)), b"")
        if not picture and mime.hasImage():
            image = QImage(mime.imageData())
    if picture or image is not None:
        text = ""  # of a picture that is dragged out of a page, the words are its address or its description
    return _given(ClipboardContent(picture, files, text), tr("Dropped picture"), image)


def takes(mime: QMimeData) -> bool:
    """Whether a drag carries something that can be asked about."""
    return mime.hasUrls() or mime.hasImage() or mime.hasText() or any(mime.hasFormat(form) for form in _FORMS)


def from_files(paths: Iterable[str]) -> Given:
    """Files that the person chose in a dialog."""
    return Given(tuple(FileSource(Path(path)) for path in paths))


def _given(content: ClipboardContent, name: str, image: QImage | None) -> Given:
    files = [address for address in content.files if address.lower().startswith("file:")]
    if files:
        return _local(files)
    text = content.text
    if image is not None and not image.isNull():
        return Given((ImageSource(name, image),))
    if content.picture and (not text.strip() or _is_address(text)):
        return Given((BytesSource(name, content.picture),))
    addresses = content.files or (text,)
    pictures = tuple(found for found in map(picture_address, addresses) if found)
    if pictures:
        return Given(tuple(WebSource(address) for address in pictures))
    return Given(text=text if text.strip() else "\n".join(content.files))


def _local(files: Iterable[str]) -> Given:
    sources: list[Source] = []
    problem = ""
    for address in files:
        url = QUrl(address)
        here = url.host().lower() in ("", "localhost", platform.node().lower())
        path = url.toLocalFile() if os.name == "nt" else url.path(QUrl.ComponentFormattingOption.FullyDecoded)
        if path and (here or os.name == "nt"):
            sources.append(FileSource(Path(path)))
        else:
            problem = tr("A file on another computer was not attached. Copy it to this one first.")
    return Given(tuple(sources), problem=problem)


def _is_address(text: str) -> bool:
    words = text.split()
    return len(words) == 1 and words[0].lower().startswith(("http://", "https://", "data:", "file:"))


def read_file(path: Path) -> bytes:
    """The bytes of a file; runs in a thread.

    Raises:
        DocumentError: It cannot be read, is none, or is too large.
        IsFolder: It is one.
    """
    # Opening a named pipe would wait for its other end for ever.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if path.is_dir():
            raise IsFolder(path)
        with open(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise DocumentError(tr("This is not a file that can be read."), tr("Choose text, a PDF or a picture."))
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise DocumentError(
            tr("The file cannot be read ({reason}).", reason=reason), tr("Check it and try again.")
        ) from error
    if len(data) > LARGEST_FILE:
        raise DocumentError(
            tr("The file is larger than {most} MB.", most=LARGEST_FILE // 1024 // 1024),
            tr("Attach the part of it that matters."),
        )
    return data


async def _loaded(services: Services, data: bytes) -> Loaded:
    note = tr("First picture of an animation") if is_animated(data) else ""
    return Loaded(await services.capture.encode_file(data), note)
