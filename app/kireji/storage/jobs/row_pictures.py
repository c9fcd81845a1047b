"""Pictures that rows name, brought into the limits and stored once."""

from __future__ import annotations

import base64
import binascii
import os
import re
import stat
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from kireji.core.errors import PictureError, StoreError
from kireji.core.messages import ImagePart, Sha256
from kireji.core.ports import EncodedPicture
from kireji.core.words import say
from kireji.storage.jobs.pictures import FileJobPictures

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of a picture before it is encoded anew."""
_REMEMBERED = 4_096
_INSIDE = re.compile(r"data:image/[a-z0-9.+-]+;base64,", re.IGNORECASE)


class PictureRefused(Exception):
    """A picture cannot go along; `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class RowPictures:
    """Reads pictures by name.

    A file that many rows name is read and encoded once, as long as it does not change.

    Args:
        base: Where names of files begin.
        encode: Brings a file's bytes into the limits; raises PictureError.
        store: Where they are kept.

    Attributes:
        held: Bytes that are kept in memory until `settle`.
    """

    def __init__(self, base: Path, encode: Callable[[bytes], EncodedPicture], store: FileJobPictures) -> None:
        self._base = base
        self._encode = encode
        self._store = store
        self._known: OrderedDict[tuple[str, int, int, int], ImagePart] = OrderedDict()
        self._since: dict[Sha256, EncodedPicture] = {}
        self.held = 0

    def get(self, name: str) -> ImagePart:
        """A picture.

        Args:
            name: A path from the base or from the root, or the picture itself as a data: address.

        Raises:
            PictureRefused: It is not there, no picture, or too large.
            StoreError: It cannot be stored.
        """
        if name[:5].lower() == "data:":
            return self._kept(_inside(name), say("The picture in the line"))
        if name.startswith(("\\\\", "//")):
            raise PictureRefused(say("The picture {name} is not on this computer.", name=name[:200]))
        path = self._base / name
        try:
            with open(
                os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)), "rb"
            ) as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise PictureRefused(say("{name} is not a file.", name=name[:200]))
                mark = (str(path), status.st_ino, status.st_size, status.st_mtime_ns)
                if (known := self._remembered(mark)) is not None:
                    return known
                if status.st_size > LARGEST_FILE:
                    raise PictureRefused(_too_large(name))
                data: bytes | None = file.read(LARGEST_FILE + 1)
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            raise PictureRefused(_unreadable(name, error)) from error
        if data is None:  # what the kernel calls a file, and would make a reader wait, as its log
            raise PictureRefused(say("{name} is not a file.", name=name[:200]))
        if len(data) > LARGEST_FILE:
            raise PictureRefused(_too_large(name))
        self._known[mark] = found = self._kept(data, name[:200])
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found

    def size(self, picture: ImagePart) -> int:
        """Bytes of a picture that was taken since the last `settle`."""
        return len(self._since[picture.blob].data)

    def restore(self) -> None:
        """Write again what was taken since the last `settle` and was deleted meanwhile, as with another job.

        Raises:
            StoreError: It cannot be stored.
        """
        for picture in self._since.values():
            self._store.keep(picture)

    def settle(self) -> None:
        """Rows have what was taken so far: nobody deletes it any more."""
        self._since.clear()
        self.held = 0

    def _remembered(self, mark: tuple[str, int, int, int]) -> ImagePart | None:
        part = self._known.get(mark)
        if part is None:
            return None
        self._known.move_to_end(mark)
        if part.blob not in self._since:
            try:
                data = self._store.read(part)
            except StoreError:  # it was deleted with another job, or damaged: the source is read again
                return None
            self._hold(part, EncodedPicture(data, part.media_type, part.width, part.height))
        return part

    def _kept(self, data: bytes, what: str) -> ImagePart:
        try:
            picture = self._encode(data)
        except PictureError as error:
            raise PictureRefused(f"{what}: {error.sentence}") from error
        part = self._store.keep(picture)
        self._hold(part, picture)
        return part

    def _hold(self, part: ImagePart, picture: EncodedPicture) -> None:
        if part.blob not in self._since:
            self._since[part.blob] = picture
            self.held += len(picture.data)


def _inside(address: str) -> bytes:
    begin = _INSIDE.match(address)
    try:
        if begin is not None:
            return base64.b64decode(address[begin.end() :], validate=True)
    except (binascii.Error, ValueError):
        pass
    raise PictureRefused(say("The picture in the line is not written as base64."))


def _too_large(name: str) -> str:
    return say("The picture {name} is larger than {most} MB.", name=name[:200], most=LARGEST_FILE // 1024 // 1024)


def _unreadable(name: str, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return say("There is no picture {name}.", name=name[:200])
    if isinstance(error, IsADirectoryError):
        return say("{name} is a folder.", name=name[:200])
    reason = error.strerror if isinstance(error, OSError) and error.strerror else say("it has no such name")
    return say("The picture {name} cannot be read: {reason}.", name=name[:200], reason=reason)
