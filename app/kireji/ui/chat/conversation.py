"""The conversation that is open: its path through the tree, and the messages and pictures that come into view."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from kireji.core.errors import KirejiError
from kireji.core.history import ConversationOutline, MessageOutline, StoredMessage
from kireji.core.messages import ImagePart, Role
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.messages import QuestionCard
from kireji.ui.chat.pane import ChatPane
from kireji.ui.chat.transcript.decoding import image_of
from kireji.ui.chat.transcript.outcome import Outcome
from kireji.ui.chat.transcript.piece import Piece
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

log = logging.getLogger(__name__)


class OpenConversation(QObject):
    """Owns which conversation is open and which path through it is shown; reads what the reading column asks for.

    Nothing but the outline of the path is kept here: words and pictures go to the column, which lets them go again.

    Args:
        services: The history and the pictures.
        pane: Where it shows.
        theme: For the picture window.
    """

    opened = Signal(object)
    """A `ConversationOutline` that has been read because its conversation was opened."""
    changed = Signal()
    """Another path is shown, or the same with more or fewer messages or branches."""
    result_wanted = Signal(int, int, str)
    """What came of an answer besides words: the conversation, the answer, and open, copy or save."""
    form_wanted = Signal(object, str)
    """Something shall be made of a picture: its `ImagePart`, and table, translation or now."""
    receipt_wanted = Signal(object)
    """What was sent with a question shall be shown: its number, or None for the newest."""

    def __init__(self, services: Services, pane: ChatPane, theme: Theme) -> None:
        super().__init__(pane)
        self._services = services
        self._pane = pane
        self._theme = theme
        self._scope = TaskScope("conversation", self._failed)
        self._number: int | None = None
        self._stored: tuple[MessageOutline, ...] = ()
        self._streaming: int | None = None
        self._asked_about: int | None = None
        self._unsaved = self._stale = False
        self._reads = 0
        transcript = pane.transcript
        transcript.messages_wanted.connect(self._messages_wanted)
        transcript.pictures_wanted.connect(self._pictures_wanted)
        transcript.picture_clicked.connect(self._picture_clicked)
        transcript.result_wanted.connect(self._result_wanted)
        self._unsubscribe = services.conversations.changed.subscribe(self._store_changed)

    async def aclose(self) -> None:
        """Read nothing more."""
        self._unsubscribe()
        await self._scope.aclose()

    @property
    def number(self) -> int | None:
        """Which conversation is open; None for one that does not exist yet."""
        return self._number

    @property
    def path(self) -> tuple[MessageOutline, ...]:
        """The path as it was last read, first message first."""
        return self._stored

    @property
    def opening(self) -> bool:
        """Whether it is still being read."""
        return self._scope.running("open")

    def find(self, message: int) -> MessageOutline | None:
        """A message on the path."""
        return next((one for one in self._stored if one.id == message), None)

    def switch(self, number: int | None) -> None:
        """Another conversation is open from now on; nothing of it is known yet."""
        self._scope.cancel("open")
        self._scope.cancel("refresh")
        self._number = number
        self._stored, self._streaming, self._unsaved = (), None, False
        self._pane.header.set_conversation(number)
        self.changed.emit()

    def begun(self, number: int, title: str) -> None:
        """The conversation that did not exist yet is there."""
        self.switch(number)
        self._pane.transcript.clear()
        self._pane.show_conversation(title)

    def read(self, message: int | None = None, words: str = "") -> None:
        """Read it and show it.

        Args:
            message: What to go to, on whatever branch it stands; None goes to the end.
            words: What to mark there.
        """
        if self._number is not None:
            self._scope.restart(self._open(self._number, message, words), name="open")

    def refresh(self) -> None:
        """Read its path again; what stays of it keeps its place."""
        self._stale = self.opening
        if self._number is not None and not self.opening and not self._unsaved:
            self._scope.restart(self._reread(self._number), name="refresh")

    async def message(self, message: int) -> StoredMessage | None:
        """One message with its words; None when it is gone or cannot be read, which is then said."""
        if self._number is None:
            return None
        try:
            found = await self._services.conversations.messages(self._number, (message,))
        except KirejiError as error:
            self._pane.show_notice(error.sentence)
            return None
        return found[0] if found else None

    # A turn that runs here.

    def show_question(self, question: StoredMessage) -> None:
        """A question is being answered: it ends the path, whatever stood behind it; what is answered comes below."""
        self._streaming, self._unsaved = question.id, False
        self._stored = ending_at(self._stored, question)
        self._pane.transcript.show_outline(self._stored)
        self._pane.transcript.provide((question,))
        self.changed.emit()

    def answered(self, answer: StoredMessage) -> None:
        """The answer has ended, and stands in the column already."""
        self._streaming = None
        self._unsaved = not answer.id  # nothing that is read from the history has it, so nothing may replace it
        if not self._unsaved:
            self._stored = ending_at(self._stored, answer)
            self._pane.transcript.show_outline(self._stored, at_end=False)
            self.changed.emit()
            self.refresh()
            if self._number is not None:
                self._scope.restart(self._tell_results(self._number, (answer.id,)), name="result")

    def _shown(self) -> tuple[MessageOutline, ...]:
        """The path without what a running turn shows itself."""
        place = next((place for place, one in enumerate(self._stored) if one.id == self._streaming), None)
        return self._stored if place is None else self._stored[: place + 1]

    # Reading.

    async def _open(self, number: int, message: int | None, words: str) -> None:
        self._stale = False
        try:
            found = await self._services.conversations.outline(number)
            if found is not None and message is not None and all(one.id != message for one in found.messages):
                found = await self._walked(found, message)
        except KirejiError as error:
            self._pane.show_failure(error.sentence)
            return
        if found is None:
            self._pane.show_failure(tr("It is no longer in the history."))
            return
        self._stored = found.messages
        turn = self._services.chat.live.find(number)
        self._streaming = turn.question if turn is not None else None
        self._pane.show_conversation(found.summary.title)
        self._pane.transcript.show_outline(self._shown(), at_end=message is None)
        self.changed.emit()
        self.opened.emit(found)
        if message is not None:
            self._pane.transcript.go_to(message, words)
        if self._stale:  # it has changed while it was read
            self._scope.restart(self._reread(number), name="refresh")

    async def _walked(self, found: ConversationOutline, message: int) -> ConversationOutline | None:
        """The same on the path through a message, where that can be walked now."""
        try:
            await self._services.chat.walk(found.summary.id, message)
        except KirejiError as error:
            self._pane.show_notice(error.sentence)
            return found
        return await self._services.conversations.outline(found.summary.id)

    async def _reread(self, number: int) -> None:
        try:
            found = await self._services.conversations.outline(number)
        except KirejiError as error:
            log.warning("the open conversation cannot be read again: %s", error)
            return
        if found is not None:
            self._take(found)

    def _take(self, found: ConversationOutline) -> None:
        self._pane.header.set_title(found.summary.title)
        if self._streaming is not None and all(one.id != self._streaming for one in found.messages):
            return  # read before the question was there
        if found.messages != self._stored:
            self._stored = found.messages
            self._pane.transcript.show_outline(self._shown(), at_end=False)
            self.changed.emit()

    def _store_changed(self, conversation: int) -> None:
        if conversation == self._number:
            self.refresh()

    def _messages_wanted(self, ids: object) -> None:
        assert isinstance(ids, Sequence)
        if self._number is not None:
            self._reads += 1
            self._scope.start(self._provide(self._number, tuple(ids)), name=f"messages-{self._reads}")

    async def _provide(self, number: int, ids: tuple[int, ...]) -> None:
        found = await self._services.conversations.messages(number, ids)
        if number == self._number:
            self._pane.transcript.provide(found)
            await self._tell_results(number, [one.id for one in found if one.message.role is Role.ASSISTANT])

    async def _tell_results(self, number: int, answers: Sequence[int]) -> None:
        """Say which answers have more than words, once these are seen."""
        if answers and (forms := await self._services.results().among(answers)) and number == self._number:
            self._pane.transcript.show_results(forms)

    def _result_wanted(self, wanted: object) -> None:
        assert isinstance(wanted, tuple)
        message, action = wanted
        if self._number is not None and message is not None:
            self.result_wanted.emit(self._number, message, action)

    # Pictures.

    def _pictures_wanted(self, wanting: object) -> None:
        assert isinstance(wanting, QuestionCard | Piece | Outcome)
        self._reads += 1
        self._scope.start(self._fill(wanting), name=f"pictures-{self._reads}")

    async def _fill(self, wanting: QuestionCard | Piece | Outcome) -> None:
        from shiboken6 import isValid

        for blob in wanting.blobs():
            image = await self._picture(ImagePart(blob, "image/png", 0, 0), wanting.picture_room())
            if not isValid(wanting):
                return
            wanting.set_image(blob, image)

    async def _picture(self, part: ImagePart, room: QSize | None = None) -> QImage:
        try:
            data = await self._services.capture.fetch(part)
        except KirejiError as error:
            self._pane.show_notice(error.sentence)
            return QImage()
        return await asyncio.to_thread(image_of, data, room)

    def _picture_clicked(self, part: object) -> None:
        assert isinstance(part, ImagePart)
        self._scope.restart(self._open_picture(part), name="picture")

    async def _open_picture(self, part: ImagePart) -> None:
        from kireji.ui.chat.picture_dialog import PictureDialog

        image, number = await self._picture(part), self._number
        if image.isNull():
            return
        dialog = PictureDialog(self._theme, image, self._pane.window())
        if number is not None and await self._services.receipts.recent(1, number):
            dialog.offer_sent()
            self._asked_about = self._question_with(part)
            dialog.sent_clicked.connect(self._sent_clicked)
        again = await self._services.capture.region_of(part.blob) is not None
        dialog.offer_forms(again=again)
        dialog.form_clicked.connect(partial(self._form_wanted, part))
        dialog.show()

    def _form_wanted(self, part: ImagePart, form: str) -> None:
        self.form_wanted.emit(part, form)

    def _question_with(self, part: ImagePart) -> int | None:
        """The question that a picture stands in; None where it came from a tool."""
        stored = [item.stored for item in self._pane.transcript.messages if item.stored is not None]
        return next((one.id for one in stored if part in one.message.images), None)

    def _sent_clicked(self) -> None:
        self.receipt_wanted.emit(self._asked_about)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self._pane.show_notice(error.sentence)
            return
        log.error("a task of the open conversation failed", exc_info=error)
        self._pane.show_notice(tr("Something in Kireji failed. The log has the details; please try again."))


def ending_at(path: Sequence[MessageOutline], message: StoredMessage) -> tuple[MessageOutline, ...]:
    """A path that ends at a message: one that stands on it, or a new one below one of it or at its beginning.

    Args:
        path: As far as it is known.
        message: As stored; how far it is holds instead of what the path says of it.
    """
    ids = [one.id for one in path]
    known = path[ids.index(message.id)] if message.id in ids else None
    before = path[: ids.index(message.parent) + 1] if message.parent in ids else ()
    end = MessageOutline(
        id=message.id,
        parent=message.parent,
        role=message.message.role,
        state=message.state,
        size=len(message.message.text),
        alternatives=known.alternatives if known is not None else (message.id,),
        cut=message.cut or (known.cut if known is not None else None),
    )
    return (*before, end)


def last_fork(path: Sequence[MessageOutline]) -> MessageOutline | None:
    """The last message on a path that has others beside it."""
    return next((one for one in reversed(path) if len(one.alternatives) > 1), None)
