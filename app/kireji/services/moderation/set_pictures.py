"""The pictures of a labelled set, which lie in its folder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from kireji.core.errors import KirejiError, PictureError
from kireji.core.messages import ImagePart
from kireji.core.words import say
from kireji.services.capture import CaptureService


class SetPictures:
    """Opens them.

    Args:
        capture: Makes them fit.
        folder: Of the set; nothing outside it is opened, whatever the set says.
        read: Gives the bytes of a file, not too many; raises KirejiError. Runs in a thread.
    """

    def __init__(self, capture: CaptureService, folder: Path, read: Callable[[Path], bytes]) -> None:
        self._capture = capture
        self._folder = folder
        self._read = read

    async def open(self, name: str) -> tuple[ImagePart, bytes]:
        """One of them.

        Raises:
            KirejiError: It is not there, lies elsewhere, or is no picture.
        """
        data = await asyncio.to_thread(self._bytes, name)
        try:
            picture = await self._capture.encode_file(data)
        except PictureError as error:
            raise PictureError(f"{name}: {error.message}", error.hint) from error
        return await self._capture.store(picture), picture.data

    def _bytes(self, name: str) -> bytes:
        folder = self._folder.resolve()
        try:
            path = (folder / name).resolve()
            inside = path.is_relative_to(folder)
        except (OSError, ValueError, RuntimeError):
            inside = False
        if not inside:
            raise KirejiError(say("{path} does not lie in the folder of the set.", path=name), say("Put it there."))
        return self._read(path)
