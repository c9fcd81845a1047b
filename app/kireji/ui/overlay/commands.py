"""What is done with the selection without asking about it now: copy, read, save, pin, watch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from kireji.core.desktop_ports import Notice
from kireji.core.errors import KirejiError
from kireji.core.geometry import Rect
from kireji.core.ports import EncodedPicture
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.overlay.bar import DEFAULT_QUESTION
from kireji.ui.overlay.export import copy_picture, copy_text, pictures_folder, save_picture
from kireji.ui.overlay.stage import Stage

if TYPE_CHECKING:
    from kireji.ui.overlay.dialogue import Dialogue

_HOW_TO_STOP = "It is asked again when the picture changes. Stop it in the tray, under Jobs."


class Commands:
    """Carries out the bar's commands.

    Args:
        services: The use cases.
        scope: Owns the tasks.
        stage: Where the selection is.
        encoded: Gives the encoded picture of the selection.
        close: Puts the overlay away.
        tell: Shows one sentence when there is no overlay to show it in.
        folder: Where pictures are saved; None for the person's own folder of pictures.
    """

    def __init__(
        self,
        services: Services,
        scope: TaskScope,
        stage: Stage,
        encoded: Callable[[], Awaitable[EncodedPicture]],
        close: Callable[[], None],
        tell: Callable[[str], None],
        folder: Path | None,
    ) -> None:
        self._services = services
        self._scope = scope
        self._stage = stage
        self._encoded = encoded
        self._close = close
        self._tell = tell
        self._folder = folder

    def run(self, name: str, dialogue: Dialogue | None, asked: str) -> None:
        """Carry one out.

        Args:
            name: "copy", "copy text", "save", "save as", "pin" or "watch".
            dialogue: The conversation about the selection; None while nothing was asked.
            asked: The first question of that conversation.
        """
        picture = self._stage.cut()
        if name == "copy text":
            if not self._scope.running("read"):
                self._scope.start(self._read(closing=dialogue is None), name="read")
        elif name == "watch":
            self._watch(dialogue, asked)
        elif picture is None:
            return
        elif name == "copy":
            copy_picture(picture)
            self._close()
        elif name == "save" and not self._scope.running("save"):
            self._scope.start(self._save(picture), name="save")

    async def _read(self, *, closing: bool) -> None:
        bar = self._stage.bar
        bar.say("")
        bar.set_busy("copy text", on=True)
        try:
            picture = await self._encoded()
            reading = await self._services.reader.read_all(picture.data)
        except KirejiError as error:
            bar.say(error.sentence, error=True)
            return
        finally:
            bar.set_busy("copy text", on=False)
        if not reading.text.strip():
            bar.say("No text was found here.")
            return
        copy_text(reading.text)
        if closing:
            self._close()
        else:
            bar.say("The text is on the clipboard.")

    async def _save(self, picture: QImage) -> None:
        bar = self._stage.bar
        try:
            now = self._services.clock.now().astimezone()
            file = await save_picture(picture, self._folder or pictures_folder(), now)
        except KirejiError as error:
            bar.say(error.sentence, error=True)
            return
        bar.say(f"Saved as {file}.")

    def remember(self, rect: Rect) -> None:
        """The next capture of the same region is here."""
        self._scope.restart(self._services.capture.remember(rect), name="remember")

    def _watch(self, dialogue: Dialogue | None, asked: str) -> None:
        """Watch the selection with the question that was asked or typed, and tell where that ends."""
        rect = self._stage.native_rect
        if rect is None:
            return
        if dialogue is not None and dialogue.running:
            self._stage.bar.say("Wait for the answer; the next change is watched for then.")
            return
        question = asked or self._stage.bar.field.text().strip() or DEFAULT_QUESTION
        conversation = None if dialogue is None else dialogue.conversation
        self._close()
        watch = self._services.watches.start(rect, question, conversation=conversation)
        self._scope.start(self._tell_of(watch.id), name=f"watch {watch.id}")

    async def _tell_of(self, number: int) -> None:
        notice = Notice("Watching this region", _HOW_TO_STOP, key=f"watch-{number}")
        if not await self._services.notifier.notify(notice):
            self._tell(f"{notice.title}. {notice.body}")
