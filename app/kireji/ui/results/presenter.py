"""Brings a result and its pictures onto the page, and does what the person wants with it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage

from kireji.core.errors import KirejiError
from kireji.core.extraction.sheets import Extraction
from kireji.core.history import StoredMessage
from kireji.core.messages import ImagePart
from kireji.core.structured.results import Result
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.transcript.decoding import image_of
from kireji.ui.results.kinds import ShownResult, made_for
from kireji.ui.results.page import ResultPage
from kireji.ui.results.saving import ResultSaver
from kireji.ui.results.words import as_text, kind_word
from kireji.ui.theme import Theme
from kireji.ui.translation import mark, plural, tr

if TYPE_CHECKING:
    from kireji.core.moderation.policies import Policy
    from kireji.services.jobs.row_results import RowResult

log = logging.getLogger(__name__)

_MOST_PICTURES = 200
_NOT_KEPT = mark("What came of this answer is no longer kept, or was kept by a newer Kireji.")


class ResultPresenter(QObject):
    """Shows the result of one answer at a time.

    Args:
        services: The use cases.
        page: Where.
        theme: The look.
        failed: Told of faults of this program.
    """

    gone = Signal()
    """There is nothing to show any more."""

    def __init__(
        self, services: Services, page: ResultPage, theme: Theme, failed: Callable[[BaseException], None]
    ) -> None:
        super().__init__(page)
        self._services = services
        self._page = page
        self._theme = theme
        self._scope = TaskScope("result", failed)
        self._shown: ShownResult | None = None
        self.message: int | None = None
        self.conversation: int | None = None
        self.result: Result | None = None
        self.saver = ResultSaver(services, page, failed)
        page.copy_chosen.connect(self._copy)
        page.save_clicked.connect(self._save)
        page.picture_wanted.connect(self._picture_wanted)
        page.stage.choice_made.connect(self._choice_made)

    async def aclose(self) -> None:
        """End everything."""
        await self.saver.aclose()
        await self._scope.aclose()

    def show(self, conversation: int, message: int, *, save: bool = False) -> None:
        """Show what came of an answer.

        Args:
            conversation: Where it stands.
            message: The answer's number.
            save: Whether the person is asked at once where it shall be saved.
        """
        self.conversation, self.message = conversation, message
        self._scope.restart(self._load(conversation, message, save=save), name="load")

    def copy_of(self, message: int, tell: Callable[[str], None]) -> None:
        """Put what came of an answer on the clipboard, without showing it.

        Args:
            message: The answer's number.
            tell: Told in a sentence how it came out.
        """
        self._scope.restart(self._copy_of(message, tell), name="copy")

    async def _copy_of(self, message: int, tell: Callable[[str], None]) -> None:
        try:
            result = await self._services.results().find(message)
        except KirejiError as error:
            tell(error.sentence)
            return
        if result is None:
            tell(tr(_NOT_KEPT))
            return
        QGuiApplication.clipboard().setText(as_text(result))
        tell(tr("Copied."))

    def escape(self) -> None:
        """Esc: back to the conversation."""
        self._page.back_clicked.emit()

    async def _load(self, conversation: int, message: int, *, save: bool) -> None:
        try:
            result = await self._services.results().find(message)
            found = await self._services.conversations.messages(conversation, (message,))
            question = await self._question(conversation, found[0]) if found else None
        except KirejiError as error:
            self._page.say(error.sentence, "error")
            return
        if result is None:
            self._page.say(tr(_NOT_KEPT), "error")
            return
        images = question.message.images[:_MOST_PICTURES] if question is not None else ()
        title = question.message.text if question is not None else ""
        await self._present(result, title, len(images), lambda: self._fetched(images))
        if save:
            self._save()

    def show_row(self, title: str, find: Callable[[], Awaitable[RowResult]]) -> None:
        """Show what came of a row of a job.

        Args:
            title: What the row is called.
            find: Makes it; the row's pictures are read meanwhile.
        """
        self.conversation = self.message = None
        self._shown = self.result = None
        self._page.show_coming(title, tr("Looking where it stands on the picture…"))
        self._scope.restart(self._load_row(title, find), name="load")

    async def _load_row(self, title: str, find: Callable[[], Awaitable[RowResult]]) -> None:
        try:
            row = await find()
        except KirejiError as error:
            self._page.stage.hide()
            self._page.say(error.sentence, "error")
            return
        data = row.detail.pictures
        await self._present(row.result, title, len(data), lambda: _decoded(data), row.policy)

    async def _present(
        self,
        result: Result,
        title: str,
        pictures: int,
        bring: Callable[[], Awaitable[Sequence[QImage]]],
        policy: Policy | None = None,
    ) -> None:
        self.result = result
        shown = made_for(result, self._theme, self._page, self._services, policy)
        self._shown = shown
        self._page.show_content(shown.content, title or kind_word(result), kind_word(result), scrolls=shown.scrolls)
        self._page.header.save.setVisible(shown.saves)
        self._page.clear_pictures(any_come=pictures > 0)
        shown.content.focus()
        self._take_pictures(shown, await bring())
        await shown.prepare()

    async def _question(self, conversation: int, answer: StoredMessage) -> StoredMessage | None:
        if answer.parent is None:
            return None
        found = await self._services.conversations.messages(conversation, (answer.parent,))
        return found[0] if found else None

    async def _fetched(self, images: tuple[ImagePart, ...]) -> Sequence[QImage]:
        return [await self._picture(part) for part in images]

    def _take_pictures(self, shown: ShownResult, pictures: Sequence[QImage]) -> None:
        lost = sum(picture.isNull() for picture in pictures)
        told = plural(lost, "A picture is no longer there.", "{n} pictures are no longer there.") if lost else ""
        self._page.stage.say(told)
        shown.take_pictures(pictures)

    async def _picture(self, part: ImagePart) -> QImage:
        try:
            data = await self._services.capture.fetch(part)
        except KirejiError as error:
            log.info("a picture of a result cannot be shown: %s", error)
            return QImage()
        return await asyncio.to_thread(image_of, data)

    def _picture_wanted(self, number: int) -> None:
        if self._shown is not None:
            self._shown.show_picture(number)

    def _choice_made(self, value: object) -> None:
        if self._shown is not None:
            self._shown.choose(str(value))

    def _copy(self, form: str) -> None:
        if self._page.content is not None:
            QGuiApplication.clipboard().setText(self._page.content.copied(form))
            self._page.say(tr("Copied."))

    def _save(self) -> None:
        if self._shown is None:
            return
        title = self._page.header.title.accessibleName()
        if isinstance(self.result, Extraction):
            self.saver.save_tables(self.result, title)
        elif (image := self._shown.picture_to_save()) is not None:
            self.saver.save_picture(image, title)


async def _decoded(pictures: Sequence[bytes]) -> Sequence[QImage]:
    return await asyncio.to_thread(lambda: [image_of(data) if data else QImage() for data in pictures])
