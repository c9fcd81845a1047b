"""Lays a translation over the captured picture, in a thread, as its blocks come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtGui import QFont, QImage

from kireji.core.structured.translation import TextBlock, TranslatedBlock, Translation
from kireji.core.word_boxes import Box
from kireji.ui.aio import TaskScope
from kireji.ui.results.translated_picture import TranslatedPicture


class Laying:
    """Keeps the picture as far as the blocks have come; of several that wait only the newest is laid.

    Args:
        picture: As it was captured, in full resolution.
        ratio: Its pixels per logical pixel.
        font: Of the interface.
        scope: Owns the tasks.
        laid: Told the picture whenever there is more on it.
    """

    def __init__(
        self, picture: QImage, ratio: float, font: QFont, scope: TaskScope, laid: Callable[[QImage], None]
    ) -> None:
        self._picture = picture
        self._ratio = ratio
        self._font = font
        self._scope = scope
        self._laid = laid
        self._over: TranslatedPicture | None = None
        self._next: Translation | None = None
        self._task: asyncio.Task[None] | None = None

    def show(self, translation: Translation) -> None:
        """More of it has come."""
        self._next = translation
        if self._task is None or self._task.done():
            self._task = self._scope.restart(self._lay(), name="lay")

    async def done(self) -> None:
        """Wait until all that has come is laid."""
        if self._task is not None:
            await asyncio.wait((self._task,))

    def end(self) -> None:
        """Nobody sees it any more."""
        self._scope.cancel("lay")
        self._next = None

    async def _lay(self) -> None:
        while (translation := self._next) is not None:
            self._next = None
            image = await asyncio.to_thread(self._painted, translation)
            if image is not None:
                self._laid(image)

    def _painted(self, translation: Translation) -> QImage | None:
        blocks = scaled(translation, (self._picture.width(), self._picture.height()))
        if self._over is None:
            self._over = TranslatedPicture(self._picture, blocks, self._ratio, self._font)
        # What is shown is a copy, since the next blocks are painted while it is.
        return self._over.image.copy() if self._over.lay(blocks) else None


def scaled(translation: Translation, size: tuple[int, int]) -> Sequence[TranslatedBlock]:
    """The blocks in pixels of the picture as it was captured, which may be larger than what was sent.

    Args:
        translation: Its boxes are in pixels of what was sent.
        size: Width and height of the captured picture.
    """
    if not translation.width or not translation.height or (translation.width, translation.height) == size:
        return translation.blocks
    across, down = size[0] / translation.width, size[1] / translation.height

    def larger(box: Box) -> Box:
        return (round(box[0] * across), round(box[1] * down), round(box[2] * across), round(box[3] * down))

    def block(one: TextBlock) -> TextBlock:
        return msgspec.structs.replace(one, box=larger(one.box), lines=tuple(map(larger, one.lines)))

    return [msgspec.structs.replace(each, block=block(each.block)) for each in translation.blocks]
