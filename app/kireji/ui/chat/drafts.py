"""Owns what the person has prepared in every conversation: words, pictures on their way, quoted text."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from kireji.core.desktop_ports import ClipboardContent
from kireji.core.errors import KirejiError
from kireji.core.messages import ImagePart, Sha256
from kireji.core.pictures import PICTURE_ENDINGS
from kireji.core.ports import EncodedPicture
from kireji.services.application import Services
from kireji.services.turns import Question
from kireji.ui.aio import TaskScope
from kireji.ui.chat.attachment_row import small_image
from kireji.ui.chat.draft import MOST_PICTURES, Attachment, Draft
from kireji.ui.chat.pane import ChatPane
from kireji.ui.chat.sources import EncodedSource, Given, Source, WebSource, from_files, given_by
from kireji.ui.theme import Theme

log = logging.getLogger(__name__)

_AT_ONCE = 2
"""Pictures decoded at the same time; one may take 256 MB while it is."""
_SAID_AT_ONCE = 3
_LONGEST_IN_FIELD = 20_000
"""Characters; more than that goes below the field, because laying out one long line takes time that grows
with its square: a minute for a million."""


class Drafts(QObject):
    """Keeps a draft per conversation, and shows the one of the conversation that is open.

    Args:
        services: Clipboard, capture store, picture pipeline.
        pane: Its composer shows the draft, its notice what could not be used.
        theme: For the picture window.
    """

    def __init__(self, services: Services, pane: ChatPane, theme: Theme) -> None:
        super().__init__(pane)
        self._services = services
        self._pane = pane
        self._theme = theme
        self._scope = TaskScope("drafts", self._failed)
        self._drafts: dict[int | None, Draft] = {}
        self._current: int | None = None
        self._count = 0
        self._loading: dict[int, asyncio.Task[bool]] = {}
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._web = asyncio.Semaphore(_AT_ONCE)
        self._reading = asyncio.Lock()
        self._problems: list[str] = []
        self._folder = ""
        composer = pane.composer
        composer.paste_wanted.connect(self._paste)
        composer.selection_wanted.connect(self._paste_selection)
        composer.attach_clicked.connect(self._choose_files)
        composer.attachments.removed.connect(self._remove)
        composer.attachments.opened.connect(self._show_large)
        composer.quote.removed.connect(self._remove_quote)

    async def aclose(self) -> None:
        """End what is on its way."""
        await self._scope.aclose()

    @property
    def draft(self) -> Draft:
        """What stands in the composer."""
        return replace(self._drafts.get(self._current, Draft()), text=self._pane.composer.text())

    def switch(self, conversation: int | None) -> None:
        """Put the draft of the open conversation aside, and take out that of another."""
        self._drafts[self._current] = self.draft
        self._current = conversation
        self._problems = []
        self._pane.composer.show_draft(self._drafts.get(conversation, Draft()))

    def sent(self, begun: int | None, conversation: int, asked: Draft) -> None:
        """A question has been saved: what went out with it is no longer prepared.

        Args:
            begun: Where it was asked; None for a conversation that did not exist then.
            conversation: Its number now.
            asked: What went out.
        """
        before = self.draft if begun == self._current else self._drafts.get(begun, Draft())
        rest = before.less(asked)
        self._drafts[begun] = rest
        if begun != self._current:
            return
        if begun is None:
            del self._drafts[None]
            self._drafts[conversation] = rest
            self._current = conversation
        self._pane.composer.show_draft(rest)

    def restore(self, unsent: Draft) -> None:
        """A question could not be saved: what went out without having stood in the composer is put there."""
        here = self.draft
        known = {each.number for each in here.attachments}
        if not here.text.strip():
            self._keep(replace(here, text=unsent.text))
        for attachment in unsent.attachments:
            if attachment.picture is not None and attachment.number not in known:
                self.add(attachment.picture, attachment.name)

    def take(self, content: ClipboardContent) -> None:
        """Put what was copied or selected beside the field: pictures, or text as a quote."""
        given = given_by(content)
        if given.text.strip():
            self._keep(replace(self.draft, quote=given.text))
        self._attach(given)

    def add(self, picture: EncodedPicture, name: str) -> None:
        """Attach a picture that is encoded already."""
        self._problems = []
        if self._room(1):
            self._begin(EncodedSource(name, picture))

    def give(self, given: object) -> None:
        """Something was dropped: pictures are attached, words go to the caret."""
        assert isinstance(given, Given)
        self._write(given.text)
        self._attach(given)

    async def question(self, question: Question, draft: Draft) -> Question | None:
        """A question with all that goes along, once everything has arrived and is stored.

        Args:
            question: Its words and pictures are replaced.
            draft: What was prepared.

        Returns:
            None when a picture could not be had, which has been said.

        Raises:
            StoreError: A picture could not be stored.
        """
        waiting = [task for each in draft.attachments if (task := self._loading.get(each.number)) is not None]
        if waiting:
            await asyncio.wait(waiting)
        if any(not task.cancelled() and (task.exception() or not task.result()) for task in waiting):
            return None
        parts: list[ImagePart] = []
        data: dict[Sha256, bytes] = {}
        for attachment in draft.attachments:
            picture = attachment.picture or self._arrived(attachment.number)
            if picture is not None:  # otherwise the person has taken it out meanwhile
                part = await self._services.capture.store(picture)
                parts.append(part)
                data[part.blob] = picture.data
        if not parts and not draft.question:
            return None
        return replace(question, text=draft.question, images=tuple(parts), pictures=data)

    def _write(self, text: str) -> None:
        """Put words at the caret, or below the field where there are too many."""
        if len(text) > _LONGEST_IN_FIELD:
            draft = self.draft
            self._keep(replace(draft, quote="\n\n".join(each for each in (draft.quote, text) if each)))
        elif text:
            self._pane.composer.insert(text)

    def _arrived(self, number: int) -> EncodedPicture | None:
        everything = (each for draft in self._drafts.values() for each in draft.attachments)
        return next((each.picture for each in everything if each.number == number), None)

    def _keep(self, draft: Draft) -> None:
        self._drafts[self._current] = draft
        self._pane.composer.show_draft(draft)

    def _attach(self, given: Given) -> None:
        self._problems = []
        if given.problem:
            self._say(given.problem)
        for source in given.sources[: self._room(len(given.sources))]:
            self._begin(source)

    def _room(self, wanted: int) -> int:
        """How many of `wanted` pictures can still be attached; says it when that is not all."""
        room = max(0, MOST_PICTURES - len(self.draft.attachments))
        if wanted > room:
            left = wanted - room
            one = "1 picture was" if left == 1 else f"{left} pictures were"
            self._say(f"A question takes up to {MOST_PICTURES} pictures; {one} left out.")
        return min(room, wanted)

    def _begin(self, source: Source) -> None:
        self._count += 1
        attachment = Attachment(self._count, source.name)
        draft = self.draft
        self._keep(replace(draft, attachments=(*draft.attachments, attachment)))
        task = self._scope.start(self._load(attachment, source), name=_task(attachment.number))
        self._loading[attachment.number] = task
        task.add_done_callback(lambda _done: self._loading.pop(attachment.number, None))

    async def _load(self, attachment: Attachment, source: Source) -> bool:
        try:
            # A slow address must not keep pictures of this computer waiting.
            async with self._web if isinstance(source, WebSource) else self._gate:
                picture, note = await source.read(self._services)
        except KirejiError as error:
            self._update(attachment.number, None)
            self._say(f"{attachment.name}: {error.sentence}")
            return False
        except Exception:
            self._update(attachment.number, None)
            raise
        thumbnail = await asyncio.to_thread(small_image, picture.data)
        self._update(attachment.number, replace(attachment, picture=picture, thumbnail=thumbnail, note=note))
        return True

    def _update(self, number: int, loaded: Attachment | None) -> None:
        """Put a picture that has arrived into the draft that waits for it, or take out one that failed."""
        self._drafts[self._current] = self.draft
        for conversation, draft in self._drafts.items():
            if any(each.number == number for each in draft.attachments):
                changed = draft.without(number) if loaded is None else draft.with_loaded(loaded)
                self._drafts[conversation] = changed
                if conversation == self._current:
                    self._pane.composer.show_draft(changed)
                return

    def _remove(self, number: object) -> None:
        assert isinstance(number, int)
        self._scope.cancel(_task(number))
        self._keep(self.draft.without(number))
        if not self.draft.attachments:
            self._pane.composer.setFocus()

    def _remove_quote(self) -> None:
        self._keep(replace(self.draft, quote=""))
        self._pane.composer.setFocus()

    def _paste(self) -> None:
        self._start(self._read_clipboard(self._current), "paste")

    def _paste_selection(self) -> None:
        self._start(self._read_selection(self._current), "paste")

    def _start(self, coroutine: Coroutine[Any, Any, None], name: str) -> None:
        self._count += 1
        self._scope.start(coroutine, name=f"{name}-{self._count}")

    async def _read_clipboard(self, conversation: int | None) -> None:
        async with self._reading:  # what is pasted twice comes in that order
            content = await self._services.clipboard.read()
        if conversation == self._current:
            self.give(given_by(content))

    async def _read_selection(self, conversation: int | None) -> None:
        async with self._reading:
            text = await self._services.clipboard.read_selection()
        if conversation == self._current:
            self._write(text)

    def _choose_files(self) -> None:
        dialog = QFileDialog(self._pane.window(), "Attach pictures", self._folder)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        endings = " ".join(f"*{ending}" for ending in PICTURE_ENDINGS)
        dialog.setNameFilters([f"Pictures ({endings})", "All files (*)"])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.directoryEntered.connect(self._entered)
        dialog.filesSelected.connect(self._chosen)
        dialog.open()

    def _entered(self, folder: str) -> None:
        self._folder = folder

    def _chosen(self, files: Sequence[str]) -> None:
        self._attach(from_files(files))
        self._pane.composer.setFocus()

    def _show_large(self, number: object) -> None:
        assert isinstance(number, int)
        if (picture := self._arrived(number)) is not None:
            self._scope.restart(self._open_large(picture), name="large")

    async def _open_large(self, picture: EncodedPicture) -> None:
        from kireji.ui.chat.picture_dialog import PictureDialog

        image = await asyncio.to_thread(QImage.fromData, picture.data)
        if not image.isNull():
            PictureDialog(self._theme, image, self._pane.window()).show()

    def _say(self, sentence: str) -> None:
        self._problems.append(sentence)
        told = " ".join(self._problems[:_SAID_AT_ONCE])
        more = len(self._problems) - _SAID_AT_ONCE
        self._pane.show_notice(f"{told} And {more} more." if more > 0 else told)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self._pane.show_notice(error.sentence)
            return
        log.error("a task of the composer failed", exc_info=error)
        self._pane.show_notice("Something in Kireji failed. The log has the details; please try again.")


def _task(number: int) -> str:
    return f"picture-{number}"
