"""Carries out what shortcuts, the tray and other starts ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from kireji.core.capturing import Action, CaptureRequest, PromptKey, Target, capture_of
from kireji.core.desktop_ports import ClipboardContent
from kireji.core.errors import KirejiError
from kireji.core.ports import EncodedPicture
from kireji.core.prompts import Prompt
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.theme import Theme
from kireji.ui.translation import mark, tr

if TYPE_CHECKING:
    from kireji.ui.countdown import Countdown

_REPAINT_SECONDS = 0.18
"""How long a desktop takes to repaint what was under the countdown; there is no event that says so."""

_NOTHING_COPIED = mark("There is nothing to ask about in the clipboard. Copy text, a picture or a file first.")
_NOTHING_SELECTED = mark("No text is selected. Select some in any program, then choose this again.")


class Actions(QObject):
    """Waits out delays, reads clipboard and selection, and hands over to overlay and window.

    Args:
        services: The use cases.
        theme: Look of the countdown.
        capture: Freezes the screens.
        take: Opens a new conversation about something, with Wayland's activation token.
        take_picture: Opens a new conversation about a picture, with the prompt to ask about it, if there is one.
        take_prompt: Opens a new conversation with a prompt about text from elsewhere, its values and the token.
        show_window: Brings the window to the front, with the token.
        tell: Says one sentence wherever the person will see it.
        failed: Told of what went wrong otherwise.
    """

    def __init__(
        self,
        services: Services,
        theme: Theme,
        *,
        capture: Callable[[CaptureRequest], None],
        take: Callable[[ClipboardContent, str], None],
        take_picture: Callable[[EncodedPicture, Prompt | None], None],
        take_prompt: Callable[[Prompt, Mapping[str, str], str], None],
        show_window: Callable[[str], None],
        tell: Callable[[str], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        super().__init__()
        self._services = services
        self._theme = theme
        self._capture = capture
        self._take = take
        self._take_picture = take_picture
        self._take_prompt = take_prompt
        self._show_window = show_window
        self._tell = tell
        self._scope = TaskScope("actions", failed)
        self._countdown: Countdown | None = None

    def do(self, action: Target, token: str = "") -> None:
        """Carry out an action.

        Args:
            action: What was chosen.
            token: Wayland's permission to come to the front, or empty.
        """
        if isinstance(action, PromptKey):
            self._scope.restart(self._ask_prompt(action.name, token), name="read")
            return
        request = capture_of(action, self._services.preferences.settings.capture.delay)
        if request is not None:
            self.capture(request)
        elif action is Action.OPEN:
            self._show_window(token)
        else:
            self._scope.restart(self._ask_about(action, token), name="read")

    def capture(self, request: CaptureRequest) -> None:
        """Capture now or after the delay; asked for once more while one is waited for, that one is put off for good.

        Args:
            request: What to capture.
        """
        waits = self._scope.running("delay")
        self.cancel_delay()
        if not request.delay:
            self._capture(request)
        elif not waits:
            self._scope.restart(self._after_delay(request), name="delay")

    def picked(self, picture: EncodedPicture, prompt: str) -> None:
        """The desktop's own dialog has cut out a picture.

        Args:
            picture: Encoded.
            prompt: Name of the quick prompt to ask about it; empty for none.
        """
        self._scope.restart(self._picked(picture, prompt), name="picked")

    def cancel_delay(self) -> None:
        """Wait for no capture any more."""
        self._scope.cancel("delay")
        if self._countdown is not None:
            self._countdown.end()

    @property
    def counts_down(self) -> bool:
        """Whether a capture is waited for."""
        return self._scope.running("delay")

    async def aclose(self) -> None:
        """End what waits."""
        await self._scope.aclose()
        if self._countdown is not None:
            self._countdown.end()
            self._countdown.deleteLater()
            self._countdown = None

    async def _after_delay(self, request: CaptureRequest) -> None:
        self._show_countdown(request.delay)
        repaint = min(_REPAINT_SECONDS, request.delay)
        await asyncio.sleep(request.delay - repaint)
        if self._countdown is not None:
            self._countdown.end()
        await asyncio.sleep(repaint)
        self._capture(request._replace(delay=0.0))

    def _show_countdown(self, seconds: float) -> None:
        if QGuiApplication.platformName().startswith("wayland"):
            return  # a window of ours would take the focus there, and with it close the menu that is to be captured
        if self._countdown is None:
            from kireji.ui.countdown import Countdown

            self._countdown = Countdown(self._theme)
            self._countdown.cancelled.connect(self.cancel_delay)
        self._countdown.begin(seconds)

    async def _picked(self, picture: EncodedPicture, prompt: str) -> None:
        found = await self._services.prompts.prompts() if prompt else ()
        self._take_picture(picture, next((each for each in found if each.name == prompt), None))
        if prompt and all(each.name != prompt for each in found):
            self._tell(tr("There is no quick prompt called {name}.", name=prompt))

    async def _ask_prompt(self, name: str, token: str) -> None:
        """Capture for a prompt, or ask it about text from elsewhere, read before any window of ours is in front."""
        found = await self._services.prompts.prompts()
        prompt = next((each for each in found if each.name == name), None)
        if prompt is None:
            self._tell(tr("There is no quick prompt called {name}.", name=name))
        elif not prompt.takes_text:
            self.capture(CaptureRequest(prompt=name))
        else:
            try:
                values = await self._services.prompt_values.outside(prompt)
            except KirejiError as error:
                self._tell(error.sentence)
            else:
                self._take_prompt(prompt, values, token)

    async def _ask_about(self, action: Action, token: str) -> None:
        clipboard = self._services.clipboard
        try:
            if action is Action.CLIPBOARD:
                content = await clipboard.read()
            else:
                available = clipboard.selection_availability()
                if not available.ok:
                    self._tell(f"{available.reason} {available.hint}".strip())
                    return
                content = ClipboardContent(text=await clipboard.read_selection())
        except KirejiError as error:
            self._tell(error.sentence)
            return
        if content.empty:
            self._tell(tr(_NOTHING_COPIED) if action is Action.CLIPBOARD else tr(_NOTHING_SELECTED))
        else:
            self._take(content, token)
