"""Owns what the person has prepared in every conversation: words, attachments on their way, quoted text."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject

from kireji.core.desktop_ports import ClipboardContent
from kireji.core.documents import MOST_BYTES
from kireji.core.errors import KirejiError, StoreError
from kireji.core.history import StoredMessage
from kireji.core.messages import DocumentPart, ImagePart, Message
from kireji.core.ports import EncodedPicture
from kireji.core.sources import Source as ContextSource
from kireji.services.application import Services
from kireji.services.turns import Question
from kireji.ui.aio import TaskScope
from kireji.ui.chat.asking import whole_question
from kireji.ui.chat.draft import MOST_ATTACHMENTS, Attachment, Draft, Editing, folder_source
from kireji.ui.chat.draft_keeper import DraftKeeper
from kireji.ui.chat.intake import Intake
from kireji.ui.chat.loading import Loading
from kireji.ui.chat.pane import ChatPane
from kireji.ui.chat.problems import Problems
from kireji.ui.chat.sources import EncodedSource, Given, Source, StoredSource, TextSource, given_by
from kireji.ui.chat.suggesting import Suggesting
from kireji.ui.theme import Theme
from kireji.ui.translation import plural, tr

log = logging.getLogger(__name__)

LONGEST_IN_FIELD = 20_000
"""Characters; more than that is attached, because laying out one long line takes time that grows with its square: a
minute for a million."""


class Drafts(QObject):
    """Keeps a draft per conversation, and shows the one of the conversation that is open.

    Args:
        services: Clipboard, capture store, picture pipeline, and where drafts are kept.
        pane: Its composer shows the draft, its notice what could not be used.
        theme: For the windows that show an attachment.
    """

    def __init__(self, services: Services, pane: ChatPane, theme: Theme) -> None:
        super().__init__(pane)
        self._pane = pane
        self._scope = TaskScope("drafts", self._failed)
        self._drafts: dict[int | None, Draft] = {}
        self._current: int | None = None
        self._edited: dict[int | None, Editing] = {}
        self._finding: dict[int | None, asyncio.Task[None]] = {}
        self._count = 0
        self._turned: dict[int, ContextSource] = {}
        """What attachments have become that are folders."""
        self._problems = Problems(pane)
        self._loading = Loading(services, self._scope, self._problems.say)
        self._keeper = DraftKeeper(services, self._scope, self._read, self._problems.say)
        self._suggesting = Suggesting(services, pane.composer, self._scope)
        self.intake = Intake(services, pane, theme, self._scope)
        self._connect()

    def _connect(self) -> None:
        composer = self._pane.composer
        composer.edited.connect(self._keeper.changed)
        composer.attachments.removed.connect(self.remove)
        composer.attachments.opened.connect(self._open)
        composer.quote.removed.connect(self._remove_quote)
        composer.editing_cancelled.connect(self.stop_editing)
        self._pane.transcript.document_clicked.connect(self.intake.show_document)
        self._loading.loaded.connect(self._arrived)
        self._loading.failed.connect(self._lost)
        self._loading.folder.connect(self._is_folder)
        self.intake.given.connect(self.give)
        self.intake.unfolded.connect(self._unfold)

    def start(self) -> None:
        """Find what was being written when the program ended."""
        self._find(self._current)
        self._suggesting.start()

    async def aclose(self) -> None:
        """Keep what is written, and end what is on its way."""
        if self._finding:  # what was written since stands behind what is found, so both are kept
            await asyncio.wait(self._finding.values())
        await self._keeper.flush()
        await self._scope.aclose()

    @property
    def draft(self) -> Draft:
        """What stands in the composer."""
        return replace(self._drafts.get(self._current, Draft()), text=self._pane.composer.text())

    @property
    def editing(self) -> int | None:
        """The row of the earlier question that is being changed; None for none."""
        editing = self._edited.get(self._current)
        return editing.question if editing is not None else None

    def switch(self, conversation: int | None) -> None:
        """Put what is written in the open conversation aside, and take out what was written in another."""
        self._drafts[self._current] = self.draft
        self._keeper.changed()
        self._current = conversation
        self.intake.current = conversation
        self._problems.begin()
        self._pane.composer.show_draft(self._drafts.get(conversation, Draft()))
        self._pane.composer.show_editing(conversation in self._edited)
        self._find(conversation)

    def edit(self, message: StoredMessage) -> None:
        """Change an earlier question: its words and attachments are shown, and what was being written waits."""
        self.stop_editing()
        parts = tuple(part for part in message.message.parts if isinstance(part, ImagePart | DocumentPart))
        self._edited[self._current] = Editing(message.id, message.message.text, parts, self.draft)
        self._drafts[self._current] = Draft()
        self._pane.composer.show_draft(Draft(message.message.text))
        for part in parts:
            self._begin(StoredSource(_name_of(part), part), part)
        self._pane.composer.show_editing(True)
        self._pane.composer.setFocus()

    def stop_editing(self) -> None:
        """Leave the earlier question as it was; what was being written before comes back."""
        editing = self._edited.pop(self._current, None)
        if editing is not None:
            self._pane.composer.show_editing(False)
            self.keep(editing.aside)

    def sent(self, begun: int | None, conversation: int, asked: Draft) -> None:
        """A question has been saved: what went out with it is no longer prepared.

        Args:
            begun: Where it was asked; None for a conversation that did not exist then.
            conversation: Its number now.
            asked: What went out.
        """
        if asked.text.strip():
            self._suggesting.note(asked.question)
        asked = asked.with_turned(self._turned)
        if begun == self._current and begun in self._edited:
            self.stop_editing()
            return
        if (editing := self._edited.pop(begun, None)) is not None:
            self._drafts[begun] = editing.aside
            return
        before = self.draft if begun == self._current else self._drafts.get(begun, Draft())
        rest = before.less(asked)
        self._drafts[begun] = rest
        self._keeper.begin(conversation)
        self._keeper.changed_much()
        if begun != self._current:
            return
        if begun is None:
            self._drafts[None] = Draft()
            self._drafts[conversation] = rest
            self._current = conversation
            self.intake.current = conversation
        self._pane.composer.show_draft(rest)

    def put_back(self, message: Message) -> None:
        """A question that waited is written again: it comes before what is being written."""
        here = self.draft
        between = "\n\n" if here.text.strip() and message.text else ""
        self.keep(replace(here, text=f"{message.text}{between}{here.text}"))
        for part in message.parts:
            if isinstance(part, ImagePart | DocumentPart):
                self._begin(StoredSource(_name_of(part), part), part)

    def restore(self, unsent: Draft) -> None:
        """A question could not be saved: what went out without having stood in the composer is put there."""
        here = self.draft
        known = {each.number for each in here.attachments}
        if not here.text.strip():
            here = replace(here, text=unsent.text)
        self.keep(here.with_sources(unsent.sources))
        for attachment in unsent.attachments:
            content = attachment.picture or attachment.document
            if content is not None and attachment.number not in known and self._room(1):
                self._begin(EncodedSource(attachment.name, content))

    def take(self, content: ClipboardContent) -> None:
        """Put what was copied or selected beside the field: pictures and files, or text as a quote."""
        given = given_by(content)
        self.quote(given.text)
        self._attach(given)

    def add_sources(self, sources: Sequence[ContextSource]) -> None:
        """Let more go along as far as there is room."""
        self._problems.begin()
        room = max(0, MOST_ATTACHMENTS - len(self.draft.sources))
        if len(sources) > room:
            told = tr("A question takes up to {most} folders, pages and conversations.", most=MOST_ATTACHMENTS)
            self._problems.say(told)
        self.keep(self.draft.with_sources(sources[:room]))
        self._pane.composer.setFocus()

    def quote(self, text: object) -> None:
        """Ask about a piece of text, from an answer or from elsewhere, besides those quoted already."""
        if str(text).strip():
            self.keep(self.draft.with_quote(str(text)))

    def add(self, picture: EncodedPicture, name: str) -> None:
        """Attach a picture that is encoded already."""
        self._attach(Given((EncodedSource(name, picture),)))

    def give(self, given: object) -> None:
        """Something was dropped, pasted or chosen: pictures and files are attached, words go to the caret."""
        assert isinstance(given, Given)
        if len(given.text) > LONGEST_IN_FIELD:
            given = given._replace(sources=(TextSource(tr("Pasted text"), given.text), *given.sources))
        elif given.text:
            self._pane.composer.insert(given.text)
        self._attach(given)

    async def question(self, question: Question, draft: Draft) -> Question | None:
        """A question with all that goes along, once everything has arrived and is stored.

        Args:
            question: Its words, pictures, documents and sources are replaced.
            draft: What was prepared.

        Returns:
            None when an attachment could not be had, which has been said.

        Raises:
            StoreError: An attachment could not be stored.
        """
        return await whole_question(question, draft, self._loading, self._known, self._turned)

    # Drafts and where they are kept.

    def _read(self) -> dict[int | None, Draft]:
        """All drafts as they are to be kept: an earlier question that is being changed behind what waits for it."""
        drafts = self._drafts | {self._current: self.draft}
        for conversation, editing in self._edited.items():
            drafts[conversation] = editing.kept(drafts.get(conversation, Draft()))
        return drafts

    def keep(self, draft: Draft) -> None:
        """Show another draft in the open conversation, and keep it beyond the program's end."""
        self._drafts[self._current] = draft
        self._pane.composer.show_draft(draft)
        self._keeper.changed()

    def _find(self, conversation: int | None) -> None:
        if not self._keeper.known(conversation) and conversation not in self._finding:
            task = self._scope.start(self._bring_back(conversation), name=f"bring back {conversation}")
            self._finding[conversation] = task
            task.add_done_callback(lambda _done: self._finding.pop(conversation, None))

    async def _bring_back(self, conversation: int | None) -> None:
        """Show what was being written in a conversation, before anything that was written since it is open."""
        try:
            found = await self._keeper.load(conversation)
        except StoreError as error:
            log.warning("a draft cannot be read: %s", error)
            self._problems.say(error.sentence)
            return
        attachments: list[tuple[Attachment, Source]] = []
        for place, (part, name) in enumerate(zip(found.attachments, found.names, strict=False)):
            self._count += 1
            named = name or _name_of(part)
            attachment = Attachment(self._count, named, part=part, off=place in found.off)
            attachments.append((attachment, StoredSource(named, part)))
        earlier = Draft(found.text, tuple(each for each, _ in attachments), found.quote, found.sources)
        if (editing := self._edited.get(conversation)) is not None:
            self._edited[conversation] = replace(editing, aside=editing.aside.behind(earlier))
        elif conversation == self._current:
            if earlier != Draft():
                self.keep(self.draft.behind(earlier))
        else:
            self._drafts[conversation] = self._drafts.get(conversation, Draft()).behind(earlier)
        for attachment, source in attachments:
            self._loading.begin(attachment, source)

    # Attachments.

    def _attach(self, given: Given) -> None:
        self._problems.begin()
        if given.problem:
            self._problems.say(given.problem)
        for source in given.sources[: self._room(len(given.sources))]:
            self._begin(source)

    def _room(self, wanted: int) -> int:
        """How many of `wanted` can still be attached; says it when that is not all."""
        room = max(0, MOST_ATTACHMENTS - len(self.draft.attachments))
        if wanted > room:
            left = plural(wanted - room, "1 was left out.", "{n} were left out.")
            self._problems.say(
                f"{tr('A question takes up to {most} files and pictures.', most=MOST_ATTACHMENTS)} {left}"
            )
        return min(room, wanted)

    def _begin(self, source: Source, part: ImagePart | DocumentPart | None = None) -> None:
        self._count += 1
        attachment = Attachment(self._count, source.name, part=part)
        draft = self.draft
        self.keep(replace(draft, attachments=(*draft.attachments, attachment)))
        self._loading.begin(attachment, source)

    def _arrived(self, attachment: object) -> None:
        assert isinstance(attachment, Attachment)
        home = self._home(attachment.number)
        if home is not None and home.with_loaded(attachment).size > MOST_BYTES:
            most = MOST_BYTES // 1024 // 1024
            told = tr("Together with the rest it is more than {most} MB, which services do not take.", most=most)
            self._problems.say(f"{attachment.name}: {told}")
            self._lost(attachment.number)
            home = None
        else:
            self._update(attachment.number, lambda draft: draft.with_loaded(attachment))
        if home is None and attachment.part is not None:
            self._keeper.release(attachment.part)

    def _lost(self, number: object) -> None:
        assert isinstance(number, int)
        self._update(number, lambda draft: draft.without(number))

    def _is_folder(self, number: object, path: object) -> None:
        """What was attached is no file: what is in it goes along as far as there is room."""
        assert isinstance(number, int)
        assert isinstance(path, Path)
        self._turned[number] = source = folder_source(path)
        self._update(number, lambda draft: draft.without(number).with_sources((source,)))

    def _update(self, number: int, change: Callable[[Draft], Draft]) -> None:
        """Change the draft to which an attachment belongs, because it has arrived, or has not."""
        self._drafts[self._current] = self.draft
        for conversation, draft in self._drafts.items():
            if any(each.number == number for each in draft.attachments):
                self._drafts[conversation] = changed = change(draft)
                self._keeper.changed()
                if conversation == self._current:
                    self._pane.composer.show_draft(changed)
                return
        for conversation, editing in self._edited.items():
            if any(each.number == number for each in editing.aside.attachments):
                self._edited[conversation] = replace(editing, aside=change(editing.aside))

    def _home(self, number: int) -> Draft | None:
        """The draft that an attachment belongs to."""
        everything = (*self._drafts.values(), *(editing.aside for editing in self._edited.values()))
        return next((draft for draft in everything if any(each.number == number for each in draft.attachments)), None)

    def _known(self, number: int) -> Attachment | None:
        home = self._home(number)
        return next((each for each in home.attachments if each.number == number), None) if home is not None else None

    def remove(self, number: object) -> None:
        """Take an attachment out of the draft that is shown."""
        assert isinstance(number, int)
        self._loading.cancel(number)
        gone = self._known(number)
        self.keep(self.draft.without(number))
        editing = self._edited.get(self._current)
        of_question = editing.parts if editing is not None else ()
        if gone is not None and gone.part is not None and gone.part not in of_question:
            self._keeper.release(gone.part)
        if not self.draft.attachments:
            self._pane.composer.setFocus()

    def _remove_quote(self) -> None:
        self.keep(replace(self.draft, quote=""))
        self._pane.composer.setFocus()

    def _open(self, number: object) -> None:
        assert isinstance(number, int)
        if (attachment := self._known(number)) is not None:
            self.intake.show(attachment)

    def _unfold(self, number: object, text: str) -> None:
        """Words that were attached shall stand in the field after all; those of a question asked before are copied."""
        assert isinstance(number, int)
        self._pane.composer.insert(text)
        if self._known(number) is not None:
            self.remove(number)
        self._pane.composer.setFocus()

    # What went wrong.

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self._pane.show_notice(error.sentence)
            return
        log.error("a task of the composer failed", exc_info=error)
        self._pane.show_notice(tr("Something in Kireji failed. The log has the details; please try again."))


def _name_of(part: ImagePart | DocumentPart) -> str:
    if isinstance(part, DocumentPart):
        return part.title or tr("Document")
    return tr("Picture")
