"""From the shortcut to the answer beside the selection."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from kireji.core.capturing import CaptureMode, CaptureRequest
from kireji.core.desktop_ports import Curtain
from kireji.core.errors import CaptureRefused, KirejiError, NoCaptureBackend
from kireji.core.geometry import Region, ScreenImage
from kireji.core.ports import EncodedPicture
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.overlay.asking import Asking
from kireji.ui.overlay.picture import Pictures
from kireji.ui.overlay.stage import Stage
from kireji.ui.theme import Theme
from kireji.ui.translation import mark, tr

if TYPE_CHECKING:  # loaded after the first paint: the first press does not wait for what shows answers
    from kireji.ui.looking_ahead import LookingAhead
    from kireji.ui.overlay.annotate.tools import Tools
    from kireji.ui.overlay.commands import Commands
    from kireji.ui.overlay.covering import Covering

log = logging.getLogger(__name__)

_REGION = CaptureRequest()
_PATIENCE_SECONDS = 0.5
"""How long the tools for marks wait for what a question needs; drawing their icons would hold it up."""
_MOST_KEPT = 9
"""Regions that can be put aside; more pictures than that make an answer worse, not better."""
_OUR_FAULT = mark("Something in Kireji failed. The log has the details; press the shortcut to start again.")
_SCREENS_CHANGED = mark("The screens have changed, so the capture was closed. Press the shortcut to start again.")


class OverlayPresenter(QObject):
    """Runs captures, one at a time.

    Args:
        services: The use cases.
        curtain: Hides our windows before the screens are grabbed.
        open_conversation: Shows a conversation in the main window.
        on_error: Shows one sentence when there is no overlay to show it in.
        theme: Look of bar and card.
        folder: Where pictures are saved; None for the person's own folder of pictures.
        open_settings: Shows a page of the settings in the main window.
        on_picture: Takes a picture that the desktop's own dialog has cut out, and the name of the quick prompt to ask
            about it, empty for none. Without it that dialog is never opened.
        looking: Looks through pictures for what must not leave; None where nothing is hidden.
    """

    left = Signal(object)
    """The number of a conversation whose card was put away."""

    def __init__(
        self,
        services: Services,
        curtain: Curtain,
        open_conversation: Callable[[int], None],
        on_error: Callable[[str], None],
        theme: Theme,
        *,
        folder: Path | None = None,
        open_settings: Callable[[str], None] | None = None,
        on_picture: Callable[[EncodedPicture, str], None] | None = None,
        looking: LookingAhead | None = None,
    ) -> None:
        super().__init__()
        self._services = services
        self._curtain = curtain
        self._open_conversation = open_conversation
        self._on_error = on_error
        self._theme = theme
        self._folder = folder
        self._open_settings = open_settings
        self._on_picture = on_picture
        self._looking = looking
        self._covering: Covering | None = None
        self._scope = TaskScope("overlay", self._failed)
        self.pictures = Pictures(services.capture, self._scope)
        self._commands: Commands | None = None
        self._carried: tuple[Region, ...] = ()
        self._tools: Tools | None = None
        self._seen = self._ended = False
        self.stage = Stage(theme)
        self.asking = Asking(services, self._scope, self.stage, self.pictures, theme, on_error)
        self.asking.begun.connect(self._remember)
        self.asking.opened.connect(self._go_on_in_window)
        self.asking.settings_clicked.connect(self._go_to_settings)
        self.asking.budgets_wanted.connect(partial(self._go_to_settings, "spending"))
        self.stage.painted.connect(self._painted)
        self.stage.settled.connect(self._settled)
        self.stage.unsettled.connect(self._unsettled)
        self.stage.confirmed.connect(self._confirmed)
        self.stage.dismissed.connect(self._dismissed)
        self.stage.command.connect(self._command)
        self.stage.kept_changed.connect(self._kept_changed)
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
            if request.add:
                self._add()
            self.stage.bring_forward()
        elif not self._ended and not self._scope.running("open"):
            self._scope.start(self._open(request), name="open")

    def shows(self, conversation: int) -> bool:
        """Whether the person sees this conversation's answers here at this moment."""
        dialogue = self.asking.dialogue
        return dialogue is not None and dialogue.conversation == conversation

    def close(self) -> None:
        """Put everything away; an answer that is under way goes on and is saved."""
        dialogue = self.asking.dialogue
        self.asking.leave()
        self._put_away()
        if dialogue is not None and dialogue.conversation is not None:
            self.left.emit(dialogue.conversation)

    def _dismissed(self) -> None:
        """Esc: what has not left yet is called back; without that all is put away."""
        if not self.asking.call_back():
            self.close()

    async def aclose(self) -> None:
        """End at once: running answers are kept as interrupted, and presses are ignored."""
        self._ended = True
        await self.asking.aclose()
        self._put_away()
        if self._commands is not None:
            self._commands.close()
        if self._covering is not None:
            self._covering.close()
        await self.pictures.forgotten()
        await self._scope.aclose()
        self.stage.close()

    # Opening and closing.

    async def _open(self, request: CaptureRequest) -> None:
        picked, shown = None, False
        try:
            await self._curtain.hide()
            pictures = await self._grab()
            if pictures:
                self._show(pictures, request)
                shown = True
            else:
                picked = await self._services.capture.pick()
        except KirejiError as error:
            self._on_error(error.sentence)
        finally:
            if not shown:
                self._curtain.restore()
        if picked is not None and self._on_picture is not None:
            self._on_picture(picked, request.prompt)

    async def _grab(self) -> Sequence[ScreenImage]:
        """The frozen screens; nothing where the desktop's own dialog shall cut out the picture."""
        service = self._services.capture
        can_pick = service.can_pick and self._on_picture is not None
        if can_pick and self._services.preferences.settings.capture.desktop_picker:
            return ()
        try:
            return await service.grab()
        except (CaptureRefused, NoCaptureBackend) as error:
            if not can_pick:
                raise
            log.info("the desktop's own dialog cuts out the picture: %s", error)
            return ()

    def _show(self, pictures: Sequence[ScreenImage], request: CaptureRequest) -> None:
        carried, self._carried = self._carried if request.add else (), ()
        self.pictures.set_kept(carried)
        self._seen = False
        self.asking.reset(request.prompt)
        last = self._services.capture.last_region() if request.mode is CaptureMode.LAST else None
        self.stage.show(pictures, request.mode, last=last, carried=carried)
        self._scope.restart(self._look_for_windows(), name="windows")

    async def _look_for_windows(self) -> None:
        windows = await self._services.capture.windows()
        if self.stage.is_open and windows:
            self.stage.set_windows(windows)

    def _put_away(self) -> None:
        was_open = self.stage.is_open
        if was_open:
            self._carried = self.stage.kept if self.asking.dialogue is None else ()
        self.asking.put_away()
        for name in ("open", "windows", "tools"):
            self._scope.cancel(name)
        if self._commands is not None:
            self._commands.put_away()
        self.pictures.put_away()
        self.stage.hide()
        if self._covering is not None:
            self._covering.put_away()
        if was_open:
            self._curtain.restore()

    def _painted(self) -> None:
        """The screens are seen; now there is time for what a question will need."""
        self._seen = True
        first = self.asking.prepare()
        if not self._scope.running("prepare"):
            self._scope.start(self._prepare(first[:1]), name="prepare")
        self._wire()
        self.stage.bar.set_kept(self.stage.kept)
        self._scope.restart(self._bring_tools(first), name="tools")

    async def _bring_tools(self, first: Sequence[asyncio.Task[None]]) -> None:
        """Put the tools for marks into the bar, once it is known who answers and what can be asked."""
        await asyncio.wait(first, timeout=_PATIENCE_SECONDS)
        if self._tools is None:
            from kireji.ui.overlay.annotate.tools import Tools

            stage = self.stage
            self._tools = Tools(self._theme, stage.bar)
            self._tools.chosen.connect(self._choose_tool)
            self._tools.undo_clicked.connect(stage.undo)
            self._tools.redo_clicked.connect(stage.redo)
            stage.tool_changed.connect(self._tool_changed)
            stage.history_changed.connect(self._show_undo)
            stage.bar.set_tools(self._tools)
        self._tools.follow(None)
        self._show_undo()

    def _choose_tool(self, tool: object) -> None:
        from kireji.core.annotation import Tool

        assert self._tools is not None
        self._tools.follow(self.stage.sketch)
        self.stage.choose_tool(tool if isinstance(tool, Tool) else None)

    def _tool_changed(self, tool: object) -> None:
        """By a key too. Where no tool is in use any more, what is typed next is the question."""
        from kireji.core.annotation import Tool

        assert self._tools is not None
        bar = self.stage.bar
        bar.set_drawing(on=isinstance(tool, Tool))
        if isinstance(tool, Tool):
            self._tools.follow(self.stage.sketch)  # from now on the colours of the row are those of this picture
        elif self.stage.is_open and bar.isVisible() and self.asking.dialogue is None:
            bar.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._tools.set_tool(tool if isinstance(tool, Tool) else None)

    def _show_undo(self) -> None:
        if self._tools is not None:
            self._tools.set_undo(self.stage.can_undo, self.stage.can_redo)

    async def _prepare(self, first: Sequence[asyncio.Task[None]]) -> None:
        await asyncio.wait(first, timeout=_PATIENCE_SECONDS)
        from kireji.ui.overlay.card_state import load_renderer

        await asyncio.to_thread(load_renderer)
        try:
            await self._services.chat.prepare()
        except KirejiError as error:
            log.info("could not prepare for a question: %s", error)  # asking says it to the person

    def _wire(self) -> None:
        """Make the bar, the first time."""
        if self._commands is not None:
            return
        from kireji.ui.overlay.commands import Commands

        bar = self.stage.bar
        self._commands = Commands(
            self._services,
            self._scope,
            self.stage,
            self._encoded,
            self.close,
            self._on_error,
            self._theme,
            self._folder,
        )
        bar.typing.connect(self._typing)
        bar.command.connect(self._command)
        bar.dropped.connect(self.stage.drop)
        if self._looking is not None and self._looking.redaction is not None:
            from kireji.ui.overlay.covering import Covering

            asking = self.asking
            self._covering = covering = Covering(
                self._looking, self.stage, self.pictures, lambda: asking.provider, lambda: asking.dialogue is None
            )
            asking.model.named.connect(covering.refresh)
            for signal in (asking.begun, asking.called_back):
                signal.connect(covering.refresh)
            bar.boxes_wanted.connect(covering.step_in)

    # What is selected.

    def _settled(self) -> None:
        region = self.stage.region
        if region is not None and self.asking.dialogue is None:
            self.pictures.selected.select(region)
            self._typing()  # what is typed already asks about this region, too
            self.asking.set_selected(on=True)

    def _unsettled(self) -> None:
        self.asking.set_selected(on=False)
        if self.asking.dialogue is None:
            self.pictures.selected.clear()

    def _typing(self) -> None:
        if self.stage.is_open and self.asking.dialogue is None and self.stage.bar.field.text():
            self.pictures.keep()

    def _confirmed(self) -> None:
        if self._seen:
            self.asking.ask(self.stage.bar.field.text().strip())

    async def _encoded(self) -> EncodedPicture:
        return await self.pictures.selected.encoded()

    def _add(self) -> None:
        """Put the selection aside for the same question; the next region is drawn."""
        if self.asking.dialogue is not None or self.stage.region is None:
            return
        if len(self.stage.kept) >= _MOST_KEPT:
            most = _MOST_KEPT + 1
            self.stage.bar.say(tr("{most} regions are the most for one question. Remove one first.", most=most))
        else:
            self.stage.keep()

    def _kept_changed(self) -> None:
        if self.asking.dialogue is None:
            self.pictures.set_kept(self.stage.kept)
        if self._commands is not None:
            self.stage.bar.set_kept(self.stage.kept)

    # What is done.

    def _remember(self) -> None:
        if self._commands is not None and (rect := self.stage.native_rect) is not None:
            self._commands.remember(rect)

    def _command(self, name: object) -> None:
        if not self.stage.is_open or self.stage.region is None or self._commands is None:
            return
        if name == "add":
            self._add()
            return
        self._remember()
        self._commands.run(str(name), self.asking.dialogue, self.asking.first_question)

    def _go_to_settings(self, page: str = "") -> None:
        self.close()
        if self._open_settings is not None:
            self._open_settings(page)

    def _go_on_in_window(self) -> None:
        """The conversation goes on in the main window, which joins an answer that is under way."""
        dialogue = self.asking.dialogue
        if dialogue is not None and dialogue.conversation is not None:
            self.asking.leave()
            self._put_away()
            self._open_conversation(dialogue.conversation)

    # What goes wrong.

    def _screens_changed(self, _lost: object) -> None:
        """The screen of the selection is gone; a conversation that has begun goes on in the main window."""
        dialogue = self.asking.dialogue
        self.close()
        if dialogue is None:
            self._on_error(tr(_SCREENS_CHANGED))
        else:
            dialogue.when_saved(self._open_conversation)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self._on_error(error.sentence)
            return
        log.error("a task of the overlay failed", exc_info=error)
        self.close()
        self._on_error(tr(_OUR_FAULT))
