"""The selected picture, encoded and stored while the person types."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TypeVar

from kireji.core.errors import KirejiError
from kireji.core.geometry import Region
from kireji.core.messages import ImagePart
from kireji.core.ports import EncodedPicture
from kireji.services.capture import CaptureService
from kireji.ui.aio import TaskScope

T = TypeVar("T")
_DEBOUNCE_SECONDS = 0.08


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture that can be asked about.

    Args:
        part: Its name in the capture store.
        data: Its encoded bytes.
    """

    part: ImagePart
    data: bytes


class PicturePreparation:
    """Keeps the encoded form of the selection ready, so that Enter has nothing to wait for.

    Encoding begins as soon as the selection rests. Storing begins with the first typed letter: what is only copied or
    thrown away never reaches the disk.

    Args:
        capture: Encodes and stores.
        scope: Owns the tasks.
    """

    def __init__(self, capture: CaptureService, scope: TaskScope) -> None:
        self._capture = capture
        self._scope = scope
        self._region: Region | None = None
        self._hurry = asyncio.Event()
        self._encoding: asyncio.Task[EncodedPicture | KirejiError] | None = None
        self._storing: asyncio.Task[StoredPicture | KirejiError] | None = None

    def select(self, region: Region) -> None:
        """Prepare this region, and forget the one before."""
        if region == self._region and self._encoding is not None:
            return
        keep = self._storing is not None
        self.clear()
        self._region = region
        self._hurry = asyncio.Event()
        self._encoding = self._scope.restart(self._encode(region, self._hurry), name="encode")
        if keep:
            self.keep()

    def keep(self) -> None:
        """A question is on its way: store the picture too."""
        if self._encoding is not None and self._storing is None:
            self._storing = self._scope.restart(self._store(self._encoding), name="store")

    def clear(self) -> None:
        """Nothing is selected."""
        self._scope.cancel("store")
        self._scope.cancel("encode")
        self._region = self._encoding = self._storing = None

    async def encoded(self) -> EncodedPicture:
        """The encoded picture, as soon as it is there.

        Raises:
            KirejiError: It could not be encoded.
        """
        if self._encoding is None:
            raise KirejiError("Nothing is selected.", "Drag over a part of the screen.")
        self._hurry.set()
        return _result(await asyncio.shield(self._encoding))

    async def stored(self) -> StoredPicture:
        """The stored picture, as soon as it is there.

        Raises:
            KirejiError: It could not be encoded or stored. The next call tries again.
        """
        if self._encoding is None:
            raise KirejiError("Nothing is selected.", "Drag over a part of the screen.")
        self._hurry.set()
        self.keep()
        assert self._storing is not None
        outcome = await asyncio.shield(self._storing)
        if isinstance(outcome, KirejiError):
            self._storing = None
        return _result(outcome)

    async def _encode(self, region: Region, hurry: asyncio.Event) -> EncodedPicture | KirejiError:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(hurry.wait(), _DEBOUNCE_SECONDS)
        try:
            return await self._capture.encode(region)
        except KirejiError as error:
            return error

    async def _store(self, encoding: asyncio.Task[EncodedPicture | KirejiError]) -> StoredPicture | KirejiError:
        encoded = await asyncio.shield(encoding)
        if isinstance(encoded, KirejiError):
            return encoded
        try:
            return StoredPicture(await self._capture.store(encoded), encoded.data)
        except KirejiError as error:
            return error


def _result(outcome: T | KirejiError) -> T:
    if isinstance(outcome, KirejiError):
        raise outcome
    return outcome
