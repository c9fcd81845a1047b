"""From the shortcut to the answer beside the selection."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QImage

from kireji.core.capturing import CaptureRequest
from kireji.core.errors import KirejiError
from kireji.core.history import ConversationSetup
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.overlay.bar import DEFAULT_QUESTION
from kireji.ui.overlay.export import copy_picture, copy_text, pictures_folder, save_picture
from kireji.ui.overlay.model_choice import ModelChoice
from kireji.ui.overlay.picture import PicturePreparation
from kireji.ui.overlay.stage import Stage
from kireji.ui.theme import Theme

if TYPE_CHECKING:  # loaded after the first paint: the first press does not wait for what shows answers
    from kireji.ui.overlay.dialogue import Dialogue

log = logging.getLogger(__name__)

_CARD_MILLISECONDS = 20
"""From Enter to the card: the request goes out first, since laying out and painting would hold it up."""
_REGION = CaptureRequest()
_OUR_FAULT = "Something in Kireji failed. The log has the details; press the shortcut to start again."


class Curtain(Protocol):
    """Keeps our own windows out of the picture."""

    async def hide(self) -> None:
        """Hide what is visible; returns when the desktop has repainted, at once when nothing was visible."""

    def restore(self) -> None:
        """Bring back what was hidden."""


class OverlayPresenter(QObject):
    """Runs captures, one at a time.

    Args:
        services: The use cases.
        curtain: Hides our windows before the screens are grabbed.
        open_conversation: Shows a conversation in the main window.
        on_error: Shows one sentence when there is no overlay to show it in.
        theme: Look of bar and card.
        folder: Where pictures are saved; None for the person's own folder of pictures.
        open_settings: Shows the settings in the main window.
    """

    def __init__(
        self,
        services: Services,
        curtain: Curtain,
        open_conversation: Callable[[int], None],
        on_error: Callable[[str], None],
        theme: Theme,
        *,
        folder: Path | None = None,
        open_settings: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self._services = services
        self._curtain = curtain
        self._open_conversation = open_conversation
        self._on_error = on_error
        self._folder = folder
        self._open_settings = open_settings
        self._scope = TaskScope("overlay", self._failed)
        self._picture = PicturePreparation(services.capture, self._scope)
        self._model = ModelChoice(services, self._scope, theme)
        self._model.named.connect(self._model_named)
        self._model.chosen.connect(self._model_chosen)
        self._model.settled.connect(self._write_on)
        self._model.settings_clicked.connect(self._go_to_settings)
        self._dialogue: Dialogue | None = None
        self._dialogues = 0
        self._wired = False
        self._ended = False
        self._card_timer = QTimer(self, singleShot=True, interval=_CARD_MILLISECONDS)
        self._card_timer.timeout.connect(self._show_card)
        self.stage = Stage(theme)
        self.stage.painted.connect(self._painted)
        self.stage.settled.connect(self._settled)
        self.stage.unsettled.connect(self._unsettled)
        self.stage.confirmed.connect(self._confirmed)
        self.stage.dismissed.connect(self.close)
        self.stage.command.connect(self._command)
        self.stage.screens_changed.connect(self._screens_changed)

    def warm(self) -> None:
        """Make the hidden windows ahead of the first capture."""
        self.stage.warm()

    def capture(self, request: CaptureRequest = _REGION) -> None:
        """Freeze the screens and show them; while that is done already, come to the front.

        Args:
            request: What to select; its delay is over already.
        """
        if self.stage.is_open:
            self.stage.bring_forward()
        elif not self._ended and not self._scope.running("open"):
            self._scope.start(self._open(), name="open")

    def close(self) -> None:
        """Put everything away; an answer that is under way is stopped, and what had arrived is kept."""
        if self._dialogue is not None:
            self._dialogue.detach()
            self._dialogue.stop()
        self._put_away()

    async def aclose(self) -> None:
        """End at once: running answers are kept as interrupted, and presses are ignored."""
        self._ended = True
        if self._dialogue is not None:
            self._dialogue.detach()
        self._put_away()
        await self._model.aclose()
        await self._scope.aclose()
        self.stage.close()

    async def _open(self) -> None:
        shown = False
        try:
            await self._curtain.hide()
            self.stage.show(await self._services.capture.grab())
            shown = True
        except KirejiError as error:
            self._on_error(error.sentence)
        finally:
            if not shown:
                self._curtain.restore()

    def _put_away(self) -> None:
        was_open = self.stage.is_open
        self._card_timer.stop()
        self._dialogue = None
        for name in ("open", "read", "save", "panels", "model"):
            self._scope.cancel(name)
        self._model.reset()
        self._picture.clear()
        self.stage.hide()
        if was_open:
            self._curtain.restore()

    def _painted(self) -> None:
        """The screens are seen; now there is time for what a question will need."""
        if not self._scope.running("prepare"):
            self._scope.start(self._prepare(), name="prepare")
        self._wire()
        self._scope.restart(self._model.look(), name="model")

    async def _prepare(self) -> None:
        from kireji.ui.overlay.card import load_renderer

        await asyncio.to_thread(load_renderer)
        try:
            await self._services.chat.prepare()
        except KirejiError as error:
            log.info("could not prepare for a question: %s", error)  # asking says it to the person

    def _wire(self) -> None:
        """Make bar and card, the first time."""
        if self._wired:
            return
        self._wired = True
        bar, card = self.stage.bar, self.stage.card
        bar.asked.connect(self._ask)
        bar.typing.connect(self._typing)
        bar.command.connect(self._command)
        bar.model_clicked.connect(self._choose_for_bar)
        card.arrived.connect(self._show_card)
        card.followed_up.connect(self._follow_up)
        card.stopped.connect(self._stop)
        card.retried.connect(self._retry)
        card.opened.connect(self._go_on_in_window)
        card.continued.connect(self._continue)
        card.model_clicked.connect(self._choose_for_card)

    # What is selected.

    def _settled(self) -> None:
        self._wire()
        region = self.stage.region
        if region is not None and self._dialogue is None:
            self._picture.select(region)

    def _unsettled(self) -> None:
        self._picture.clear()

    def _typing(self) -> None:
        if self.stage.is_open and self._dialogue is None and self.stage.bar.field.text():
            self._picture.keep()

    def _confirmed(self) -> None:
        self._ask(self.stage.bar.field.text().strip())

    # Questions.

    def _ask(self, text: object) -> None:
        if not self.stage.is_open or self._dialogue is not None or self.stage.region is None:
            return
        self._dialogues += 1
        card = self.stage.card
        from kireji.ui.overlay.dialogue import Dialogue

        picture, setup = self._picture.stored, self._model.setup
        self._dialogue = Dialogue(self._services, self._scope, card, picture, self._dialogues, setup)
        self._dialogue.ask(str(text) or DEFAULT_QUESTION)
        self._card_timer.start()

    def _show_card(self) -> None:
        self._card_timer.stop()
        if self._dialogue is not None:
            self.stage.show_card()

    def _follow_up(self, text: object) -> None:
        if self._dialogue is not None:
            self._dialogue.ask(str(text))

    def _stop(self) -> None:
        if self._dialogue is not None:
            self._dialogue.stop()

    def _retry(self) -> None:
        if self._dialogue is not None:
            self._dialogue.retry()

    def _continue(self) -> None:
        if self._dialogue is not None:
            self._dialogue.go_on()

    # Who answers.

    def _choose_for_bar(self) -> None:
        self._model.open(self.stage.bar.model)

    def _choose_for_card(self) -> None:
        self._model.open(self.stage.card.model_chip)

    def _model_named(self, name: object) -> None:
        if self._wired and self.stage.is_open:
            self.stage.bar.set_model(str(name))
            if self._dialogue is not None and not self._dialogue.running:
                self.stage.card.rename(str(name))

    def _model_chosen(self, setup: object) -> None:
        assert isinstance(setup, ConversationSetup)
        if self._dialogue is not None:
            self._dialogue.choose(setup)

    def _write_on(self) -> None:
        """Who has chosen a model wants to ask it: what is typed next is the question."""
        field = self.stage.bar.field if self._dialogue is None else self.stage.card.field
        field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_to_settings(self) -> None:
        self.close()
        if self._open_settings is not None:
            self._open_settings()

    def _go_on_in_window(self) -> None:
        """The conversation goes on in the main window, which joins an answer that is under way."""
        if self._dialogue is None or (conversation := self._dialogue.conversation) is None:
            return
        self._dialogue.detach()
        self._put_away()
        self._open_conversation(conversation)

    # Without a question.

    def _command(self, name: object) -> None:
        if not self.stage.is_open or self.stage.region is None:
            return
        if name == "copy text":
            if not self._scope.running("read"):
                self._scope.start(self._copy_text(), name="read")
        elif (picture := self.stage.cut()) is not None:
            if name == "copy":
                copy_picture(picture)
                self.close()
            elif name == "save" and not self._scope.running("save"):
                self._scope.start(self._save(picture), name="save")

    async def _copy_text(self) -> None:
        bar = self.stage.bar
        bar.say("")
        bar.set_busy("copy text", on=True)
        try:
            picture = await self._picture.encoded()
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
        if self._dialogue is None:
            self.close()
        else:
            bar.say("The text is on the clipboard.")

    async def _save(self, picture: QImage) -> None:
        bar = self.stage.bar
        try:
            now = self._services.clock.now().astimezone()
            file = await save_picture(picture, self._folder or pictures_folder(), now)
        except KirejiError as error:
            bar.say(error.sentence, error=True)
            return
        bar.say(f"Saved as {file}.")

    # What goes wrong.

    def _screens_changed(self) -> None:
        self.close()
        self._on_error("The screens have changed, so the capture was closed. Press the shortcut to start again.")

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self._on_error(error.sentence)
            return
        log.error("a task of the overlay failed", exc_info=error)
        self.close()
        self._on_error(_OUR_FAULT)
