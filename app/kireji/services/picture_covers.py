"""What is painted over in pictures before they leave."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from kireji.core.covering import Cover, covers
from kireji.core.errors import PictureError, ReaderError
from kireji.core.messages import ImagePart, Sha256
from kireji.core.ports import ImageCodec, Reader
from kireji.core.publisher import Publisher
from kireji.core.redaction import Painted, pictures
from kireji.core.requests import ModelRequest
from kireji.core.secrets.kinds import Found
from kireji.services.remembering import remember

_KEPT_BYTES = 6_000_000
"""Of pictures that were painted over: those of one question, which goes out again with each round of tools."""
_THREAD_FROM = 2_000
"""Characters that were read in a picture: looking through so many takes half a frame."""

Sought: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]
"""What is not looked for, and the person's own words."""


class Looked(NamedTuple):
    """What came of looking through the pictures of a question.

    Args:
        painted: Those that go in the place of others.
        found: The boxes, by picture; those without are not named.
        unread: Pictures that could not be looked through or painted over.
        error: Why not; None when all were.
    """

    painted: dict[Sha256, Painted]
    found: dict[Sha256, tuple[Cover, ...]]
    unread: tuple[Sha256, ...] = ()
    error: ReaderError | PictureError | None = None


class PictureCovers:
    """Reads pictures, one after the other, and remembers what must be painted over.

    What could not be read is not read again until somebody says so: the reader may have been silent for a minute.

    Args:
        reader: This computer's text reader.
        codec: Paints over.

    Attributes:
        checked: The picture that was just looked through.
    """

    def __init__(self, reader: Reader, codec: ImageCodec) -> None:
        self._reader, self._codec = reader, codec
        self._covers: OrderedDict[tuple[Sha256, Sought], tuple[Cover, ...]] = OrderedDict()
        self._shown: OrderedDict[Sha256, frozenset[Cover]] = OrderedDict()
        self._painted: OrderedDict[tuple[Sha256, tuple[Cover, ...]], Painted] = OrderedDict()
        self._failed: OrderedDict[Sha256, ReaderError] = OrderedDict()
        self._reading = asyncio.Lock()
        self.checked: Publisher[Sha256] = Publisher()

    async def warm(self) -> None:
        """Leave the reader loading, while the person chooses what to ask about.

        Raises:
            ReaderError: It could not be started.
        """
        await self._reader.warm()

    def of(self, picture: Sha256, sought: Sought) -> tuple[Cover, ...] | None:
        """What will be painted over in a picture; None while it was not looked through."""
        boxes = self.boxes(picture, sought)
        return None if boxes is None else tuple(cover for cover, covered in boxes if covered)

    def boxes(self, picture: Sha256, sought: Sought) -> tuple[tuple[Cover, bool], ...] | None:
        """What was found in a picture, and whether it will be painted over; None while it was not looked through."""
        found = self._covers.get((picture, sought))
        shown = self._shown.get(picture, frozenset())
        return None if found is None else tuple((cover, cover not in shown) for cover in dict.fromkeys(found))

    def show(self, picture: Sha256, cover: Cover) -> None:
        """Do not paint over one box."""
        remember(self._shown, picture, self._shown.get(picture, frozenset()) | {cover})
        self.checked.publish(picture)

    def hide(self, picture: Sha256, cover: Cover) -> None:
        """Take `show` back."""
        remember(self._shown, picture, self._shown.get(picture, frozenset()) - {cover})
        self.checked.publish(picture)

    def try_again(self, pictures: Iterable[Sha256]) -> None:
        """Read these the next time, although they could not be read before."""
        for picture in pictures:
            self._failed.pop(picture, None)

    async def look_through(
        self, picture: ImagePart, data: bytes, sought: Sought, find: Callable[[str], Sequence[Found]]
    ) -> None:
        """Find what must be painted over in a picture, unless that is known.

        Args:
            picture: Which.
            data: Its bytes.
            sought: What is looked for.
            find: What finds it in words that were read.

        Raises:
            ReaderError: It could not be read.
        """
        async with self._reading:
            if (picture.blob, sought) not in self._covers:
                if (failure := self._failed.get(picture.blob)) is not None:
                    raise failure
                try:
                    reading = await self._reader.read_all(data)
                except ReaderError as error:
                    remember(self._failed, picture.blob, error)
                    raise
                words = reading.text
                found = await asyncio.to_thread(find, words) if len(words) > _THREAD_FROM else find(words)
                boxes = covers(reading, found, picture.width, picture.height)
                remember(self._covers, (picture.blob, sought), boxes)
                self.checked.publish(picture.blob)

    async def paint(self, request: ModelRequest, sought: Sought, find: Callable[[str], Sequence[Found]]) -> Looked:
        """Look through every picture of a question, and paint over what was found.

        A reader that has failed once is not asked for the other pictures: it may have been silent for a minute.
        """
        painted: dict[Sha256, Painted] = {}
        found: dict[Sha256, tuple[Cover, ...]] = {}
        unread: list[Sha256] = []
        failure: ReaderError | PictureError | None = None
        for part in pictures(request):
            data = request.blobs[part.blob]
            try:
                if failure is None:
                    await self.look_through(part, data, sought, find)
                boxes = self.of(part.blob, sought)
                if boxes:
                    painted[part.blob], found[part.blob] = await self._painted_over(part.blob, data, boxes), boxes
                elif boxes is None:
                    unread.append(part.blob)
            except (ReaderError, PictureError) as error:
                failure = failure or error
                unread.append(part.blob)
        return Looked(painted, found, tuple(unread), failure)

    async def _painted_over(self, blob: Sha256, data: bytes, boxes: tuple[Cover, ...]) -> Painted:
        if (known := self._painted.get((blob, boxes))) is not None:
            return known
        picture = await asyncio.to_thread(self._codec.covered, data, [cover.rect for cover in boxes])
        name = hashlib.sha256(picture.data).hexdigest()
        painted = Painted(ImagePart(name, picture.media_type, picture.width, picture.height), picture.data)
        remember(self._painted, (blob, boxes), painted)
        while sum(len(one.data) for one in self._painted.values()) > _KEPT_BYTES:
            self._painted.popitem(last=False)
        return painted
