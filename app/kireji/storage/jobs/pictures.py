"""Pictures of rows on disk, named by the hash of their bytes, apart from those of the history."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

from kireji.core.errors import StoreCorrupt, StoreError
from kireji.core.messages import ImagePart, Sha256
from kireji.core.ports import EncodedPicture
from kireji.core.words import say
from kireji.storage.faults import store_error
from kireji.storage.files import write_atomically

_SUFFIXES: Mapping[str, str] = MappingProxyType(
    {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif"}
)
_BLOB = re.compile(r"[0-9a-f]{64}")


class FileJobPictures:
    """Files `ab/abcdef….png` below one folder, mode 0600, each written once; satisfies `core.jobs.ports.JobPictures`.

    Args:
        folder: `pictures` in the folder of the jobs; made (0700) with the first picture.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def get(self, picture: ImagePart) -> bytes:
        """As in JobPictures.

        Raises:
            StoreError: The file is there but cannot be read.
        """
        return await asyncio.to_thread(self.read, picture)

    def read(self, picture: ImagePart) -> bytes:
        """The same; blocks."""
        file = self._file(picture.blob, picture.media_type)
        try:
            data = file.read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise _lost(f"there is no {file}") from error
        except OSError as error:
            raise _failure(error, file) from error
        if hashlib.sha256(data).hexdigest() != picture.blob:
            raise _lost(f"{file} was changed or damaged")
        return data

    def keep(self, picture: EncodedPicture) -> ImagePart:
        """Store a picture, unless it is there; a file that was damaged since is written again. Blocks.

        Raises:
            StoreFull: There is no room.
            StoreError: The folder cannot be used.
        """
        part = ImagePart(hashlib.sha256(picture.data).hexdigest(), picture.media_type, picture.width, picture.height)
        file = self._file(part.blob, part.media_type)
        try:
            if not _holds(file, picture.data):
                self._folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                for folder in (self._folder, file.parent):
                    folder.mkdir(mode=0o700, exist_ok=True)
                write_atomically(file, picture.data)
        except OSError as error:
            raise _failure(error, file) from error
        return part

    def drop(self, pictures: Collection[tuple[Sha256, str]]) -> None:
        """Delete the files of these pictures (hash and media type), as far as they are there. Blocks.

        Raises:
            StoreError: One is there and cannot be deleted.
        """
        for blob, media_type in pictures:
            file = self._file(blob, media_type)
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                raise _failure(error, file) from error
            with suppress(OSError):  # others are in it
                file.parent.rmdir()

    def _file(self, blob: Sha256, media_type: str) -> Path:
        suffix = _SUFFIXES.get(media_type)
        if suffix is None or _BLOB.fullmatch(blob) is None:  # both come from stored rows and become a path
            raise _lost(f"{blob!r} is not the name of a picture")
        return self._folder / blob[:2] / (blob + suffix)


def _holds(file: Path, data: bytes) -> bool:
    try:
        return file.stat().st_size == len(data) and file.read_bytes() == data
    except FileNotFoundError:
        return False


def _failure(error: OSError, path: Path) -> StoreError:
    failure = store_error(error, path)
    assert failure is not None
    return failure


def _lost(detail: str) -> StoreCorrupt:
    return StoreCorrupt(
        say("A picture of this job is missing or damaged."),
        say("Make the job anew from its source."),
        detail=detail,
    )
