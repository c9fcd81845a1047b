"""The selected picture, encoded and stored while the person types."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, TypeVar

from kireji.core.errors import KirejiError
from kireji.core.geometry import Rect, Region
from kireji.core.messages import ImagePart, Sha256
from kireji.core.ports import EncodedPicture
from kireji.core.publisher import Publisher
from kireji.core.words import say
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


class Pictured(NamedTuple):
    """The pictures of a capture that are asked about.

    Args:
        images: As they are stored, in the order in which they were cut out.
        data: Their bytes.
        place: Where the last of them lies on the desktop; None where that is nowhere.
    """

    images: tuple[ImagePart, ...]
    data: Mapping[Sha256, bytes]
    place: Rect | None = None


_Storing: TypeAlias = "asyncio.Task[StoredPicture | KirejiError]"


class PicturePreparation:
    """Keeps the encoded form of the selection ready, so that Enter has nothing to wait for.

    Encoding begins as soon as the selection rests. Storing begins with the first typed letter; what is thrown away
    then, or cut or redacted otherwise, is taken from the disk again.

    Args:
        capture: Encodes and stores.
        scope: Owns the tasks.
        name: Tells its tasks from those of others.
        forget: Takes back what a task of storing brought to the disk.
        changed: Told when `part` is another one.

    Attributes:
        region: What is prepared; None while nothing is selected.
        part: Its name in the capture store; None while it is not stored.
    """

    def __init__(
        self,
        capture: CaptureService,
        scope: TaskScope,
        name: str,
        forget: Callable[[_Storing], None],
        changed: Callable[[], None],
    ) -> None:
        self._capture = capture
        self._scope = scope
        self._name = name
        self._forget = forget
        self._changed = changed
        self._number = 0
        self.region: Region | None = None
        self.part: ImagePart | None = None
        self._hurry = asyncio.Event()
        self._encoding: asyncio.Task[EncodedPicture | KirejiError] | None = None
        self._storing: _Storing | None = None

    def select(self, region: Region) -> None:
        """Prepare this region, and forget the one before."""
        known = self.region
        # Not by value: that would compare the pixels of whole screens.
        if known is not None and known.screen is region.screen and known.rect == region.rect:
            return
        keep = self._storing is not None
        self.clear()
        self.region = region
        self._hurry = asyncio.Event()
        self._encoding = self._scope.restart(self._encode(region, self._hurry), name=f"encode {self._name}")
        if keep:
            self.keep()

    def keep(self) -> None:
        """A question is on its way: store the picture too."""
        if self._encoding is not None and self._storing is None:
            self._number += 1
            name = f"store {self._name}.{self._number}"
            self._storing = self._scope.start(self._store(self._encoding, self.region), name=name)

    def clear(self) -> None:
        """Nothing is selected."""
        self._scope.cancel(f"encode {self._name}")
        self.put_back()
        self.region = self._encoding = None

    def put_back(self) -> None:
        """It is not asked about for now: it goes from the disk, and stays encoded."""
        storing, self._storing = self._storing, None
        if storing is not None:
            self._forget(storing)
        if self.part is not None:
            self.part = None
            self._changed()

    async def encoded(self) -> EncodedPicture:
        """The encoded picture, as soon as it is there.

        Raises:
            KirejiError: It could not be encoded.
        """
        if self._encoding is None:
            raise KirejiError(say("Nothing is selected."), say("Drag over a part of the screen."))
        self._hurry.set()
        return _result(await asyncio.shield(self._encoding))

    async def stored(self) -> StoredPicture:
        """The stored picture, as soon as it is there.

        Raises:
            KirejiError: It could not be encoded or stored. The next call tries again.
        """
        if self._encoding is None:
            raise KirejiError(say("Nothing is selected."), say("Drag over a part of the screen."))
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

    async def _store(
        self, encoding: asyncio.Task[EncodedPicture | KirejiError], region: Region | None
    ) -> StoredPicture | KirejiError:
        encoded = await asyncio.shield(encoding)
        if isinstance(encoded, KirejiError):
            return encoded
        try:
            place = None if region is None else region.place
            stored = StoredPicture(await self._capture.store(encoded, place), encoded.data)
        except KirejiError as error:
            return error
        if asyncio.current_task() is self._storing:  # otherwise it is on its way out again
            self.part = stored.part
            self._changed()
        return stored


class Taken:
    """The pictures of a question that is on its way.

    Args:
        made: In the order in which they are sent.
    """

    def __init__(self, made: Sequence[tuple[Region | None, PicturePreparation]]) -> None:
        self.made = tuple(made)

    async def stored(self) -> Pictured:
        """The stored pictures.

        Raises:
            KirejiError: One could not be stored. It can be called again then.
        """
        for _, made in self.made:
            made.keep()
        stored = [await made.stored() for _, made in self.made]
        last = self.made[-1][1].region
        return Pictured(
            tuple(picture.part for picture in stored),
            {picture.part.blob: picture.data for picture in stored},
            None if last is None else last.place,
        )


class Pictures:
    """All pictures of the next question: the regions that were put aside, and the one that is selected.

    Args:
        capture: Encodes and stores.
        scope: Owns the tasks.

    Attributes:
        changed: Others are stored now, or none.
    """

    def __init__(self, capture: CaptureService, scope: TaskScope) -> None:
        self._capture = capture
        self._scope = scope
        self._made = self._forgotten = 0
        self._forgetting: set[asyncio.Task[None]] = set()
        self._kept: list[tuple[Region, PicturePreparation]] = []
        self._taken: Taken | None = None
        self.changed: Publisher[None] = Publisher()
        self.selected = self._preparation()

    def _preparation(self) -> PicturePreparation:
        self._made += 1
        return PicturePreparation(self._capture, self._scope, str(self._made), self._forget, self._tell)

    def _tell(self) -> None:
        self.changed.publish(None)

    @property
    def stored(self) -> Sequence[tuple[Region, ImagePart]]:
        """What is stored: of the question that is on its way, else of the one that may come."""
        made = self._taken.made if self._taken is not None else (*self._kept, (None, self.selected))
        return [(each.region, each.part) for _, each in made if each.region is not None and each.part is not None]

    def set_kept(self, regions: Sequence[Region]) -> None:
        """These come before the selected one; what is among them already is not prepared again."""
        before, self._kept = self._kept, []
        for region in regions:
            known = next((made for held, made in before if held is region), None)
            if known is None:
                known = self._preparation()
                known.select(region)
            self._kept.append((region, known))
        for _, made in before:
            if all(made is not kept for _, kept in self._kept):
                made.clear()

    def keep(self) -> None:
        """A question is on its way: store what is there."""
        for made in (*(made for _, made in self._kept), self.selected):
            made.keep()

    def put_away(self) -> None:
        """Nothing is asked; what was put aside may come back."""
        self._taken = None
        self.selected.clear()
        for _, made in self._kept:
            made.put_back()

    async def forgotten(self) -> None:
        """Wait until nothing is on the disk that was not asked about."""
        if self._forgetting:
            await asyncio.wait(self._forgetting)

    def _forget(self, storing: _Storing) -> None:
        self._forgotten += 1
        task = self._scope.start(self._discard(storing), name=f"forget {self._forgotten}")
        self._forgetting.add(task)
        task.add_done_callback(self._forgetting.discard)

    async def _discard(self, storing: _Storing) -> None:
        await asyncio.wait([storing])
        if storing.cancelled() or storing.exception() is not None:
            return
        if isinstance(outcome := storing.result(), StoredPicture):
            await self._capture.discard(outcome.part)

    def take(self) -> Taken:
        """Hand the pictures over to a question; what is selected from now on belongs to the next."""
        self._taken = taken = Taken((*self._kept, (None, self.selected)))
        self._kept, self.selected = [], self._preparation()
        return taken

    def give_back(self) -> None:
        """The question was not asked after all: its pictures are those of the next."""
        taken, self._taken = self._taken, None
        if taken is not None:
            self.selected.clear()
            self._kept = [(region, made) for region, made in taken.made if region is not None]
            self.selected = taken.made[-1][1]


def _result(outcome: T | KirejiError) -> T:
    if isinstance(outcome, KirejiError):
        raise outcome
    return outcome
