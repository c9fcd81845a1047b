"""Keeps drafts beyond the program's end: what is written is on disk before the person has looked up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from kireji.core.errors import KirejiError, StoreError
from kireji.core.history import StoredDraft
from kireji.core.messages import DocumentPart, ImagePart
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.draft import Draft

log = logging.getLogger(__name__)

_WAIT_MILLISECONDS = 250
"""From a change to its being written. Later changes do not put it off: typing on loses no more than this."""
_TRY_AGAIN_MILLISECONDS = 5_000


class DraftKeeper(QObject):
    """Writes drafts when they have changed, and takes back the bytes of attachments that were taken out.

    Args:
        services: Drafts and captures.
        scope: Owns the writing.
        read: Gives the drafts as they are when it is time to write, by conversation.
        say: Tells the person when they cannot be kept.
    """

    def __init__(
        self,
        services: Services,
        scope: TaskScope,
        read: Callable[[], dict[int | None, Draft]],
        say: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._services = services
        self._scope = scope
        self._read = read
        self._say = say
        self._written: dict[int | None, StoredDraft] = {}
        self._released: list[ImagePart | DocumentPart] = []
        self._writing = asyncio.Lock()
        self._told = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._begin)

    async def load(self, conversation: int | None) -> StoredDraft:
        """What was being written in a conversation when the program ended, or was last elsewhere.

        Raises:
            StoreError: It cannot be read.
        """
        try:
            found = await self._services.drafts.load(conversation)
        except StoreError:
            self.begin(conversation)  # what is written from now on shall be kept all the same
            raise
        self._written[conversation] = found
        return found

    def begin(self, conversation: int | None) -> None:
        """Nothing can be stored for it yet: it has just come to be."""
        self._written.setdefault(conversation, StoredDraft())

    def known(self, conversation: int | None) -> bool:
        """Whether what is stored for it was looked at or replaced."""
        return conversation in self._written

    def changed(self) -> None:
        """Some draft is different: write it soon."""
        if not self._timer.isActive():
            self._timer.start(_WAIT_MILLISECONDS)

    def changed_much(self) -> None:
        """The same, at once: what was asked must not come back as a draft."""
        self._timer.start(0)

    def release(self, part: ImagePart | DocumentPart) -> None:
        """An attachment was taken out: its bytes go when no draft on disk names them."""
        self._released.append(part)
        self.changed()

    async def flush(self) -> None:
        """Write what is different from what is on disk; failures are said once, and tried again."""
        self._timer.stop()
        async with self._writing:
            try:
                for conversation, draft in self._read().items():
                    await self._write(conversation, stored_form(draft))
                while self._released:
                    await self._services.capture.discard(self._released[-1])
                    self._released.pop()
            except StoreError as error:
                self._fail(error)
                return
        self._told = False

    async def _write(self, conversation: int | None, draft: StoredDraft) -> None:
        if draft == self._written.get(conversation, draft):  # before it was looked at, nothing may take its place
            return
        try:
            await self._services.drafts.save(conversation, draft)
        except LookupError:
            log.info("conversation %s is gone, and with it what was being written there", conversation)
        self._written[conversation] = draft

    def _begin(self) -> None:
        if self._scope.running("keep drafts"):
            self.changed()
        else:
            self._scope.start(self.flush(), name="keep drafts")

    def _fail(self, error: KirejiError) -> None:
        log.warning("drafts cannot be kept: %s", error)
        if not self._told:
            self._told = True
            self._say(error.sentence)
        self._timer.start(_TRY_AGAIN_MILLISECONDS)


def stored_form(draft: Draft) -> StoredDraft:
    """A draft as it is kept: attachments that are still on their way are not."""
    kept = [(each.part, each.name, each.off) for each in draft.attachments if each.part is not None]
    return StoredDraft(
        draft.text,
        draft.quote,
        tuple(part for part, _, _ in kept),
        tuple(name for _, name, _ in kept),
        draft.sources,
        tuple(place for place, (_, _, off) in enumerate(kept) if off),
    )
