"""Brings attachments in: reads, encodes, stores and makes them small, a few at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from kireji.core.errors import KirejiError, StoreError
from kireji.core.messages import DocumentPart, ImagePart
from kireji.core.ports import EncodedPicture
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.attachment_row import small_image
from kireji.ui.chat.draft import Attachment
from kireji.ui.chat.sources import IsFolder, Loaded, Source, WebSource

log = logging.getLogger(__name__)

_AT_ONCE = 2
"""Pictures decoded at the same time; one may take 256 MB while it is."""


class Loading(QObject):
    """Owns what is on its way into drafts.

    Args:
        services: Capture store, picture pipeline.
        scope: Owns the tasks.
        say: Tells the person of what could not be used.
    """

    loaded = Signal(object)
    """An `Attachment` that has arrived."""
    failed = Signal(object)
    """The number of one that has not; why has been said."""
    folder = Signal(object, object)
    """The number of one that is a folder, and its `Path`."""

    def __init__(self, services: Services, scope: TaskScope, say: Callable[[str], None]) -> None:
        super().__init__()
        self._services = services
        self._scope = scope
        self._say = say
        self._tasks: dict[int, asyncio.Task[bool]] = {}
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._web = asyncio.Semaphore(_AT_ONCE)

    def begin(self, attachment: Attachment, source: Source) -> None:
        """Bring one in."""
        number = attachment.number
        task = self._scope.start(self._load(attachment, source), name=_name(number))
        self._tasks[number] = task
        task.add_done_callback(lambda _done: self._tasks.pop(number, None))

    def cancel(self, number: int) -> None:
        """Give one up; harmless when it is not on its way."""
        self._scope.cancel(_name(number))

    async def finish(self, numbers: Collection[int]) -> bool:
        """Wait until these have arrived or failed; False when one could not be had."""
        waiting = [task for number in numbers if (task := self._tasks.get(number)) is not None]
        if waiting:
            await asyncio.wait(waiting)
        return all(task.cancelled() or (task.exception() is None and task.result()) for task in waiting)

    async def store(self, attachment: Attachment) -> ImagePart | DocumentPart | None:
        """Where an attachment's bytes are stored, storing them if they are not; None while it has none.

        Raises:
            StoreError: They could not be stored.
        """
        if attachment.part is not None:
            return attachment.part
        if attachment.picture is not None:
            return await self._services.capture.store(attachment.picture)
        if attachment.document is not None:
            return await self._services.capture.store_document(attachment.document)
        return None

    async def _load(self, attachment: Attachment, source: Source) -> bool:
        try:
            # A slow address must not keep pictures of this computer waiting.
            async with self._web if isinstance(source, WebSource) else self._gate:
                found = await source.read(self._services)
        except IsFolder as error:
            self.folder.emit(attachment.number, error.path)
            return True
        except KirejiError as error:
            self.failed.emit(attachment.number)
            self._say(f"{attachment.name}: {error.sentence}")
            return False
        except Exception:
            self.failed.emit(attachment.number)
            raise
        self.loaded.emit(await self._kept(await _shown(attachment, found)))
        return True

    async def _kept(self, attachment: Attachment) -> Attachment:
        """The same, stored, so that a draft that holds it outlives the program."""
        try:
            return replace(attachment, part=await self.store(attachment))
        except StoreError as error:  # it is asked about from memory, and stored then or not at all
            log.warning("an attachment of a draft is not stored: %s", error)
            return attachment


async def _shown(attachment: Attachment, found: Loaded) -> Attachment:
    """An attachment with what was found, and a small picture of it where it is one."""
    content, size = found.content, len(found.content.data)
    if isinstance(content, EncodedPicture):
        thumbnail = await asyncio.to_thread(small_image, content.data)
        return replace(attachment, picture=content, part=found.part, size=size, thumbnail=thumbnail, note=found.note)
    return replace(attachment, document=content, part=found.part, size=size, note=found.note)


def _name(number: int) -> str:
    return f"attachment-{number}"
