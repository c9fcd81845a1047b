"""What is done with the selection without asking about it now: copy, read, save, pin, watch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QImage

from kireji.core.desktop_ports import Notice
from kireji.core.errors import KirejiError
from kireji.core.geometry import Rect
from kireji.core.ports import EncodedPicture
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.overlay.bar import DEFAULT_QUESTION
from kireji.ui.overlay.export import copy_picture, copy_text, pictures_folder, save_picture, write_picture
from kireji.ui.overlay.pins import Pins
from kireji.ui.overlay.stage import Stage
from kireji.ui.overlay.window import OverlayWindow
from kireji.ui.theme import Theme
from kireji.ui.translation import mark, tr

if TYPE_CHECKING:
    from PySide6.QtWidgets import QFileDialog

    from kireji.ui.overlay.dialogue import Dialogue

_HOW_TO_STOP = mark("It is asked again when the picture changes. Stop it in the tray, under Jobs.")


class Commands(QObject):
    """Carries out the bar's commands.

    Args:
        services: The use cases.
        scope: Owns the tasks.
        stage: Where the selection is.
        encoded: Gives the encoded picture of the selection.
        close: Puts the overlay away.
        tell: Shows one sentence when there is no overlay to show it in.
        theme: Look of pinned pictures.
        folder: Where pictures are saved; None for the person's own folder of pictures.

    Attributes:
        pins: The pictures that were pinned.
    """

    def __init__(
        self,
        services: Services,
        scope: TaskScope,
        stage: Stage,
        encoded: Callable[[], Awaitable[EncodedPicture]],
        close: Callable[[], None],
        tell: Callable[[str], None],
        theme: Theme,
        folder: Path | None,
    ) -> None:
        super().__init__()
        self._services = services
        self._scope = scope
        self._stage = stage
        self._encoded = encoded
        self._close = close
        self._tell = tell
        self._folder = folder
        self._dialog: QFileDialog | None = None
        self._picture: QImage | None = None
        self.pins = Pins(scope, theme, self._write)

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
        elif name == "pin":
            self._pin(picture)
        elif name == "save as":
            self._ask_where(picture)
        elif name == "save" and not self._scope.running("save"):
            self._scope.start(self._save(picture), name="save")

    def put_away(self) -> None:
        """The overlay is closed."""
        for task in ("read", "save"):
            self._scope.cancel(task)
        if self._dialog is not None:
            self._dialog.close()
            self._dialog = None

    def close(self) -> None:
        """The program ends."""
        self.pins.close()

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
            bar.say(tr("No text was found here."))
            return
        copy_text(reading.text)
        if closing:
            self._close()
        else:
            bar.say(tr("The text is on the clipboard."))

    async def _save(self, picture: QImage) -> None:
        bar = self._stage.bar
        try:
            file = await self._write(picture)
        except KirejiError as error:
            bar.say(error.sentence, error=True)
            return
        bar.say(tr("Saved as {file}.", file=file))

    async def _write(self, picture: QImage) -> Path:
        return await save_picture(picture, self._folder or pictures_folder(), self._now())

    def _now(self) -> datetime:
        return self._services.clock.now().astimezone()

    def _ask_where(self, picture: QImage) -> None:
        """Let the person say where the picture goes."""
        from kireji.ui.overlay.export import save_dialog

        if self._dialog is None:
            self._picture = picture
            self._dialog = save_dialog(self._stage.bar.window(), self._folder or pictures_folder(), self._now())
            self._dialog.fileSelected.connect(self._where)
            self._dialog.finished.connect(self._asked)
            self._dialog.open()

    def _asked(self, _result: int) -> None:
        """It is gone; the keyboard goes back to where questions are written."""
        self._dialog = None
        if self._stage.is_open:
            self._stage.bar.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _where(self, file: str) -> None:
        if self._picture is not None:
            self._scope.restart(self._save_as(self._picture, Path(file)), name="save")
            self._picture = None

    async def _save_as(self, picture: QImage, file: Path) -> None:
        bar = self._stage.bar
        try:
            await write_picture(picture, file)
        except KirejiError as error:
            bar.say(error.sentence, error=True)
            return
        bar.say(tr("Saved as {file}.", file=file))

    def _pin(self, picture: QImage) -> None:
        """Keep the picture on the screen, where it was cut out."""
        window = self._stage.bar.window()
        area = window.area if isinstance(window, OverlayWindow) else None
        at = window.mapToGlobal(QPoint(area.x, area.y) if area is not None else QPoint())
        self._close()
        self.pins.pin(picture, at)

    def remember(self, rect: Rect) -> None:
        """The next capture of the same region is here."""
        self._scope.restart(self._services.capture.remember(rect), name="remember")

    def _watch(self, dialogue: Dialogue | None, asked: str) -> None:
        """Watch the selection with the question that was asked or typed, and tell where that ends."""
        rect = self._stage.native_rect
        if rect is None:
            return
        if dialogue is not None and dialogue.running:
            self._stage.bar.say(tr("Wait for the answer; the next change is watched for then."))
            return
        question = asked or self._stage.bar.field.text().strip() or tr(DEFAULT_QUESTION)
        conversation = None if dialogue is None else dialogue.conversation
        hidden = self._stage.redacted
        self._close()
        watch = self._services.watches.start(rect, question, conversation=conversation, hidden=hidden)
        self._scope.start(self._tell_of(watch.id), name=f"watch {watch.id}")

    async def _tell_of(self, number: int) -> None:
        notice = Notice(tr("Watching this region"), tr(_HOW_TO_STOP), key=f"watch-{number}")
        if not await self._services.notifier.notify(notice):
            self._tell(f"{notice.title}. {notice.body}")
