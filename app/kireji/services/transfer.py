"""Conversations out of the history into files, and from files and backups into the history."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from kireji.core.errors import StoreCorrupt, TransferError
from kireji.core.imported import sound
from kireji.core.messages import Sha256
from kireji.core.ports import CaptureStore, ImageCodec
from kireji.core.transfer import (
    ExportReport,
    Format,
    Found,
    ImportReport,
    Kind,
    Merged,
    Problem,
    Progress,
    Source,
    WholeConversation,
    WholeStore,
    Writer,
)
from kireji.core.words import say
from kireji.services.imported_pictures import ImportedPictures
from kireji.services.steps import step

_ANNOUNCED_EVERY = 1.0
"""Seconds between two tellings of what has changed: each makes the list of conversations look again."""

OpenSource = Callable[[Path, Kind | None], Source]
OpenWriter = Callable[[Path, Format, bool], Writer]
Told = Callable[[Progress], None]


def tell_nobody(progress: Progress) -> None:
    """For whoever does not ask how far it is."""
    del progress


class TransferService:
    """Export and import.

    Args:
        store: The history.
        captures: Its pictures and documents.
        codec: Through which every picture passes that enters.
        open_source: Opens an export for reading; blocking.
        open_writer: Prepares an export: where, in which form, and whether a file may be replaced; blocking.
    """

    def __init__(
        self,
        store: WholeStore,
        captures: CaptureStore,
        codec: ImageCodec,
        open_source: OpenSource,
        open_writer: OpenWriter,
    ) -> None:
        self._store = store
        self._captures = captures
        self._codec = codec
        self._open_source = open_source
        self._open_writer = open_writer

    async def export(
        self,
        conversations: Sequence[int] | None,
        path: Path,
        form: Format,
        *,
        overwrite: bool = False,
        told: Told = tell_nobody,
    ) -> ExportReport:
        """Write conversations. Cancelled or failed, it leaves nothing behind.

        Args:
            conversations: Their rows, in order; None for all that are not removed.
            path: A name that ends with .zip makes a zip, another ending a single file, none a folder.
            form: How.
            overwrite: Whether a file of that name may be replaced.
            told: How far it is.

        Raises:
            TransferError: There is no such conversation, or it cannot be written there in this form.
            StoreError: The environment's fault.
        """
        rows = await self._store.conversations() if conversations is None else conversations
        if not rows:
            raise TransferError(say("There is nothing to export."), say("Ask something first."))
        opened: list[Writer] = []
        try:
            await step(lambda: opened.append(self._open_writer(path, form, overwrite)))
            (writer,) = opened
            written = await self._write(rows, writer, told, must_be_there=conversations is not None)
            where = await step(writer.finish)
        except BaseException:
            for writer in opened:  # also when it was cancelled while it was being opened
                await asyncio.shield(step(writer.abandon))
            raise
        told(Progress(len(rows), len(rows)))
        return ExportReport(where, written.conversations, written.messages, len(written.blobs), len(written.lost))

    async def write_all(self, writer: Writer, *, told: Told = tell_nobody) -> ExportReport:
        """Give a writer that is open all conversations that are not removed; it is neither finished nor abandoned.

        Args:
            writer: Takes them.
            told: How far it is.

        Returns:
            What was given; its path says nothing.

        Raises:
            StoreError: The environment's fault.
        """
        rows = await self._store.conversations()
        written = await self._write(rows, writer, told, must_be_there=False)
        told(Progress(len(rows), len(rows)))
        return ExportReport(Path(), written.conversations, written.messages, len(written.blobs), len(written.lost))

    async def _write(self, rows: Sequence[int], writer: Writer, told: Told, *, must_be_there: bool) -> _Written:
        written = _Written(writer, self._captures, asyncio.get_running_loop())
        for done, row in enumerate(rows):
            told(Progress(done, len(rows)))
            conversation = await self._store.whole(row)
            if conversation is not None:
                await written.add(conversation)
            elif must_be_there:
                raise TransferError(
                    say("There is no conversation {number}.", number=row),
                    say("List them with: {command}", command="kireji history list"),
                )
        return written

    async def fits_one_file(self, conversations: Sequence[int], form: Format) -> bool:
        """Whether these conversations can be one file in this form: one alone, with its pictures in it or none."""
        if len(conversations) != 1:
            return False
        whole = await self._store.whole(conversations[0]) if form is not Format.HTML else None
        return whole is None or not whole.blobs

    async def bring_in(
        self,
        path: Path,
        kind: Kind | None = None,
        *,
        only_look: bool = False,
        removed_too: bool = False,
        told: Told = tell_nobody,
    ) -> ImportReport:
        """Add what an export holds and the history does not. Cancelled, whole conversations stay.

        Args:
            path: A zip, a folder, or a file with conversations.
            kind: Whose export it must be; None finds out.
            only_look: Change nothing, and say what would be added.
            removed_too: Bring back conversations that were removed since an earlier import.
            told: How far it is.

        Raises:
            TransferError: It cannot be read, or a newer version wrote it.
            StoreError: The environment's fault; conversations that were through stay.
        """
        source = await step(lambda: self._open_source(path, kind))
        return await self.merge(source, only_look=only_look, removed_too=removed_too, told=told)

    async def merge(
        self, source: Source, *, only_look: bool = False, removed_too: bool = False, told: Told = tell_nobody
    ) -> ImportReport:
        """The same for a source that is open; closes it.

        Args:
            source: From a backup or an export.
            only_look: Change nothing.
            removed_too: Bring back conversations that were removed since.
            told: How far it is.
        """
        merging = _Merging(self._store, self._captures, self._codec, source, only_look, removed_too)
        reading: Iterator[Found | Problem] = iter(source.read())
        announced = asyncio.get_running_loop().time()
        try:
            while (found := await step(lambda: next(reading, None))) is not None:
                await merging.take(found)
                told(Progress(merging.seen))
                now = asyncio.get_running_loop().time()
                if now - announced > _ANNOUNCED_EVERY:
                    announced = now
                    self._store.announce(merging.take_changed())
        finally:
            self._store.announce(merging.take_changed())
            await asyncio.shield(step(source.close))
        return merging.report()


class _Written:
    """Gives a writer its conversations, and counts.

    Args:
        writer: Works in threads.
        captures: Works on the loop.
        loop: This one.
    """

    def __init__(self, writer: Writer, captures: CaptureStore, loop: asyncio.AbstractEventLoop) -> None:
        self._writer = writer
        self._captures = captures
        self._loop = loop
        self.conversations = self.messages = 0
        self.blobs: set[Sha256] = set()
        self.lost: set[Sha256] = set()

    async def add(self, conversation: WholeConversation) -> None:
        await step(lambda: self._writer.add(conversation, self._blob))
        self.conversations += 1
        self.messages += len(conversation.messages)

    def _blob(self, name: Sha256) -> bytes | None:
        """The bytes, one picture in memory at a time; called in the writer's thread."""
        try:
            data = asyncio.run_coroutine_threadsafe(self._get(name), self._loop).result()
        except StoreCorrupt:
            self.lost.add(name)
            return None
        self.blobs.add(name)
        return data

    async def _get(self, name: Sha256) -> bytes:
        return await self._captures.get(name)


class _Merging:
    """Takes one conversation after the other, and counts."""

    def __init__(
        self,
        store: WholeStore,
        captures: CaptureStore,
        codec: ImageCodec,
        source: Source,
        only_look: bool,
        removed_too: bool,
    ) -> None:
        self._store = store
        self._captures = captures
        self._codec = codec
        self._source = source
        self._only_look = only_look
        self._removed_too = removed_too
        self.seen = 0
        self._counts: Counter[str] = Counter()
        self._unsupported: Counter[str] = Counter()
        self._problems: list[Problem] = []
        self._changed: list[int] = []

    async def take(self, found: Found | Problem) -> None:
        """Add one conversation."""
        self.seen += 1
        if isinstance(found, Problem):
            self._problems.append(found)
            return
        conversation = sound(found.conversation)
        looked = await self._store.merge(conversation, only_look=True, removed_too=self._removed_too)
        nothing_new = not looked.is_new and looked.messages == 0
        merged = looked
        if looked.removed:
            self._counts["removed"] += 1
            return
        if self._only_look:
            self._counts["pictures"] += len(conversation.blobs) if looked.is_new else 0
        if nothing_new and conversation.blobs:
            pictures = ImportedPictures(self._captures, self._codec, self._source)
            self._counts["pictures"] += await pictures.again(conversation, only_look=self._only_look)
        elif not nothing_new and not self._only_look:
            merged = await self._add(conversation)
            nothing_new = not merged.is_new and merged.messages == 0  # somebody else was faster
        self._counts["present"] += nothing_new
        self._counts["conversations"] += merged.is_new
        self._counts["extended"] += not merged.is_new and merged.messages > 0
        self._counts["messages"] += merged.messages
        if merged.is_new:
            self._unsupported.update(found.unsupported)

    async def _add(self, conversation: WholeConversation) -> Merged:
        pictures = ImportedPictures(self._captures, self._codec, self._source)
        try:
            whole = await pictures.stored(conversation)
            merged = await self._store.merge(whole, removed_too=self._removed_too)
        except BaseException:
            await asyncio.shield(pictures.take_back())
            raise
        self._counts["pictures"] += pictures.new if merged.is_new or merged.messages else 0
        self._unsupported.update(pictures.unsupported)
        self._problems.extend(Problem(conversation.title, why) for why in pictures.problems)
        if merged.conversation:
            self._changed.append(merged.conversation)
        return merged

    def take_changed(self) -> Sequence[int]:
        """The conversations that were added to since the last call."""
        changed, self._changed = self._changed, []
        return changed

    def report(self) -> ImportReport:
        """All that was counted."""
        counts = self._counts
        return ImportReport(
            conversations=counts["conversations"],
            extended=counts["extended"],
            messages=counts["messages"],
            pictures=counts["pictures"],
            present=counts["present"],
            removed=counts["removed"],
            unsupported=dict(self._unsupported),
            problems=tuple(self._problems),
            only_looked=self._only_look,
        )
