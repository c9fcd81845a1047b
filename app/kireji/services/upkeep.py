"""What is done for the history while nobody waits: titles, texts of pictures, and forgetting what is long past."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from kireji.core.documents import PLAIN
from kireji.core.errors import KirejiError, ReaderError, StoreCorrupt
from kireji.core.history_ports import ConversationStore
from kireji.core.messages import DocumentPart, Sha256
from kireji.core.ports import CaptureStore, Clock, Reader, SentStore
from kireji.core.prompt_ports import PromptStore
from kireji.core.tool_ports import PermissionStore
from kireji.services.live import LiveTurn, LiveTurns
from kireji.services.preferences import Preferences
from kireji.services.tools.toolbox import Toolbox

log = logging.getLogger(__name__)

QUIET_SECONDS = 5.0
"""After the last turn ended, before pictures are read."""

PURGE_SECONDS = 90.0
"""After the start, before anything is deleted: the start and the first capture go first."""

KEPT = timedelta(days=30)
"""How long a removed conversation can be taken back."""

DECISIONS_KEPT = timedelta(days=365)
"""How long the log tells what was decided about calls of tools."""

DESCRIBE_SECONDS = 20.0
"""After the start, before plugins and servers that nobody knows yet are asked for their tools."""

_DAY_SECONDS = 24 * 60 * 60.0
_AT_ONCE = 20
"""Pictures that are read after one turn."""
_BETWEEN_SECONDS = 0.5
_SEARCHED = 200_000
"""Bytes of a document by which it is found: the beginning of a long log says which it is."""
_FAILURES = 3
"""Pictures in a row that could not be read, after which it is left for this time."""


class Upkeep:
    """Runs while it is open (`async with`), and ends with it; what it has begun to write is finished.

    Args:
        conversations: The history.
        captures: The pictures.
        reader: A reader of its own, so that nobody waits behind it; it should let its worker go soon.
        prompts: The quick prompts: their words are not the person's.
        live: The turns that run.
        preferences: The settings.
        permissions: Has the log of decisions.
        toolbox: Has the sources of tools.
        clock: Time.
        pause: Waits for so many seconds.
        sent: The bytes of what was sent, where they are kept.
    """

    def __init__(
        self,
        conversations: ConversationStore,
        captures: CaptureStore,
        reader: Reader,
        prompts: PromptStore,
        live: LiveTurns,
        preferences: Preferences,
        permissions: PermissionStore,
        toolbox: Toolbox,
        clock: Clock,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        sent: SentStore | None = None,
    ) -> None:
        self._sent = sent
        self._conversations = conversations
        self._captures = captures
        self._reader = reader
        self._prompts = prompts
        self._live = live
        self._preferences = preferences
        self._permissions = permissions
        self._toolbox = toolbox
        self._clock = clock
        self._pause = pause
        self._unreadable: set[Sha256] = set()
        self._running: set[int] = set()
        self._reading: asyncio.Task[None] | None = None
        self._purging: asyncio.Task[None] | None = None
        self._describing: asyncio.Task[None] | None = None
        self._group: asyncio.TaskGroup | None = None
        self._unsubscribe: list[Callable[[], None]] = []

    async def __aenter__(self) -> Self:
        self._group = await asyncio.TaskGroup().__aenter__()
        self._unsubscribe = [self._live.changed.subscribe(self._turns_changed), self._live.ended.subscribe(self._ended)]
        self._purging = self._group.create_task(self._purge_daily(), name="purge")
        self._describing = self._group.create_task(self._describe_tools(), name="describe tools")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        group, self._group = self._group, None
        assert group is not None
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        for task in (self._reading, self._purging, self._describing):
            if task is not None:
                task.cancel()
        # What ended the context is not the group's own affair: told of it, it would wrap it into an ExceptionGroup.
        await group.__aexit__(None, None, None)

    def _turns_changed(self, conversation: int) -> None:
        if self._live.find(conversation) is not None:
            self._running.add(conversation)
        else:
            self._running.discard(conversation)
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        if not self._running and self._group is not None and self._preferences.settings.history.read_pictures:
            self._reading = self._group.create_task(self._read_pictures(), name="read pictures")

    def _ended(self, turn: LiveTurn) -> None:
        if self._group is not None:
            from kireji.services.titles import suggest  # not before the first answer has ended

            titling = suggest(turn, self._conversations, self._prompts)
            self._group.create_task(_kept_quiet(titling, "a title could not be made"), name="title")
            if turn.documents:
                noting = self._note_documents(turn.documents)
                self._group.create_task(_kept_quiet(noting, "documents could not be noted"), name="documents")

    async def _note_documents(self, documents: Sequence[DocumentPart]) -> None:
        """Let questions be found by the names of their documents, and by the words of those that are text."""
        for part in documents:
            words = b""
            if part.media_type == PLAIN:
                words = (await self._captures.get(part.blob))[:_SEARCHED]
            await self._conversations.note_picture_text(part.blob, f"{part.title}\n{words.decode('utf-8', 'ignore')}")

    async def _read_pictures(self) -> None:
        await self._pause(QUIET_SECONDS)
        await _kept_quiet(self._read_newest(), "pictures could not be read for the search")

    async def _read_newest(self) -> None:
        wanted = await self._conversations.pictures_without_text(_AT_ONCE + len(self._unreadable))
        unread = [blob for blob in wanted if blob not in self._unreadable][:_AT_ONCE]
        if not unread or not (await self._reader.availability()).ok:
            return
        failures = 0
        for blob in unread:
            try:
                await self._read(blob)
                failures = 0
            except ReaderError as error:
                log.info("a picture could not be read for the search: %s", error)
                self._unreadable.add(blob)
                failures += 1
                if failures == _FAILURES:
                    return
            await self._pause(_BETWEEN_SECONDS)

    async def _read(self, blob: Sha256) -> None:
        try:
            picture = await self._captures.get(blob)
        except StoreCorrupt:
            await self._conversations.note_picture_text(blob, "")  # it will not come back
            return
        reading = await self._reader.read_all(picture)
        await self._conversations.note_picture_text(blob, reading.text)

    async def _describe_tools(self) -> None:
        """Ask the sources that are new or have changed, so that the next conversation can offer what they have."""
        await self._pause(DESCRIBE_SECONDS)
        while self._running:
            await self._pause(QUIET_SECONDS)
        if self._preferences.settings.tools.enabled:
            await _kept_quiet(self._toolbox.refresh(), "sources of tools could not be asked")

    async def _purge_daily(self) -> None:
        await self._pause(PURGE_SECONDS)
        while True:
            await _kept_quiet(self._purge(), "removed conversations could not be deleted")
            await _kept_quiet(self._forget_decisions(), "old decisions about tools could not be deleted")
            await _kept_quiet(self._forget_sent(), "old contents of requests could not be deleted")
            await self._pause(_DAY_SECONDS)

    async def _purge(self) -> None:
        if count := await self._conversations.purge(self._clock.now() - KEPT):
            log.info("deleted %s conversations that were removed long ago", count)

    async def _forget_decisions(self) -> None:
        if count := await self._permissions.forget_decisions(self._clock.now() - DECISIONS_KEPT):
            log.info("deleted %s decisions about tools that are long past", count)

    async def _forget_sent(self) -> None:
        """After the conversations, because what belonged to them alone goes with them."""
        days = self._preferences.settings.privacy.keep_days
        if self._sent is not None and (count := await self._sent.forget(self._clock.now() - timedelta(days=days))):
            log.info("deleted the contents of requests: %s files", count)


async def _kept_quiet(work: Coroutine[Any, Any, None], sentence: str) -> None:
    """Nobody waits for this work, so nobody is told when it fails; the log is."""
    try:
        await work
    except KirejiError as error:
        log.warning("%s: %s", sentence, error)
    except Exception:  # our own fault must not end the program, which can do without this
        log.exception("%s", sentence)
