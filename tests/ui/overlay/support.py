"""Driving the overlay on a real X server from inside the loop."""

from __future__ import annotations

import asyncio
import functools
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from kireji.core.capturing import CaptureRequest
from kireji.core.geometry import Rect, ScreenImage
from kireji.core.ports import EncodedPicture
from kireji.ui.aio import TaskScope
from kireji.ui.looking_ahead import LookingAhead
from kireji.ui.overlay.card_state import CardState
from kireji.ui.overlay.presenter import OverlayPresenter
from kireji.ui.overlay.screens import native_rect
from kireji.ui.overlay.window import OverlayWindow
from kireji.ui.theme import Theme
from tests.fakes.desktop import FakeCodec
from tests.support.waiting import until_true
from tests.ui.overlay.world import OverlayWorld

REGION = CaptureRequest()


def _raise(error: BaseException) -> None:
    raise error


async def until(condition: Callable[[], object], what: str) -> None:
    """Let the loop run until `condition` holds."""
    try:
        async with asyncio.timeout(60):  # on a machine that does much else
            await until_true(condition)
    except TimeoutError:
        raise AssertionError(f"waited for: {what}") from None


class Pixels(bytearray):
    """Memory that can be watched by a weak reference."""


@functools.cache
def _random(seed: int, size: int) -> bytes:
    """Made once for a screen: it takes longer than many a test."""
    return random.Random(seed).randbytes(size)


def noise(seed: int = 7) -> tuple[ScreenImage, Pixels]:
    """A frozen picture of the test's screen in which every pixel differs from its neighbours."""
    place = native_rect(QGuiApplication.primaryScreen())
    memory = Pixels(_random(seed, place.width * place.height * 4))
    return ScreenImage(memoryview(memory), place.width, place.height, place.width * 4, place), memory


class RecordingCodec(FakeCodec):
    """Notes what was encoded; its bytes look like PNG."""

    def __init__(self) -> None:
        super().__init__()
        self.encoded: list[Rect] = []

    def encode_region(self, screen: ScreenImage, rect: Rect) -> EncodedPicture:
        self.encoded.append(rect)
        made = super().encode_region(screen, rect)
        return EncodedPicture(b"\x89PNG" + made.data, made.media_type, made.width, made.height)


class RecordingCurtain:
    """Notes when windows would be hidden and shown."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    async def hide(self) -> None:
        self.calls.append("hide")

    def restore(self) -> None:
        self.calls.append("restore")


class Overlay:
    """The presenter with what it told, and a hand on mouse and keys."""

    def __init__(self, world: OverlayWorld, theme: Theme, folder: Path) -> None:
        self.world = world
        self.codec = RecordingCodec()
        world.codec = self.codec
        self.curtain = RecordingCurtain()
        self.opened: list[int] = []
        self.errors: list[str] = []
        self.pictures: list[tuple[EncodedPicture, str]] = []
        self.services = services = world.services()
        self.conversations = services.conversations
        self.live = services.chat.live
        self.scope = TaskScope("looking ahead", _raise)
        self.presenter = OverlayPresenter(
            services,
            self.curtain,
            self.opened.append,
            self.errors.append,
            theme,
            folder=folder,
            on_picture=lambda picture, prompt: self.pictures.append((picture, prompt)),
            looking=LookingAhead(services.capture, services.outbox.redaction, self.scope),
        )

    @property
    def window(self) -> OverlayWindow:
        """The window that covers the screen."""
        found = [
            each for each in QApplication.topLevelWidgets() if isinstance(each, OverlayWindow) and each.isVisible()
        ]
        assert found, "no overlay is shown"
        return found[0]

    @property
    def shown(self) -> bool:
        return any(isinstance(each, OverlayWindow) and each.isVisible() for each in QApplication.topLevelWidgets())

    async def capture(self, request: CaptureRequest = REGION) -> None:
        """Press the shortcut and wait for the picture to be on the screen."""
        painted: list[bool] = []

        def note() -> None:
            painted.append(True)

        connection = self.presenter.stage.painted.connect(note)
        self.presenter.capture(request)
        await until(lambda: painted, "the overlay to be painted")
        self.presenter.stage.painted.disconnect(connection)

    def drag(self, start: tuple[int, int], end: tuple[int, int], *, release: bool = True) -> None:
        button = Qt.MouseButton.LeftButton
        QTest.mousePress(self.window, button, pos=QPoint(*start))
        # QTest.mouseMove moves the real pointer: the X server then tells of a move without a button, which ends a drag.
        point, place = QPointF(*end), QPointF(self.window.mapToGlobal(QPoint(*end)))
        none, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(self.window, QMouseEvent(QEvent.Type.MouseMove, point, place, none, button, keys))
        if release:
            QTest.mouseRelease(self.window, button, pos=QPoint(*end))

    @property
    def focus(self) -> QWidget:
        """What the keys go to."""
        return self.window.focusWidget() or self.window

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.focus, key, modifiers)

    def type(self, text: str) -> None:
        QTest.keyClicks(self.focus, text)

    async def ask(self, text: str = "why") -> None:
        """Cut out a region and ask about it."""
        await self.capture()
        self.drag((100, 100), (300, 200))
        self.type(text)
        self.key(Qt.Key.Key_Return)

    async def texts(self) -> list[str]:
        """What was said in the newest conversation."""
        conversation = await self.conversations.latest()
        assert conversation is not None
        stored = await self.conversations.load(conversation.id)
        assert stored is not None
        return [message.message.text for message in stored.messages if message.message.parts]

    async def card_says(self, sentence: str) -> None:
        await until(lambda: sentence in self.presenter.stage.card.sentence, f"the card to say {sentence!r}")

    async def answer_is(self, text: str) -> None:
        card = self.presenter.stage.card
        await until(lambda: card.view.markdown() == text and card.state is CardState.DONE, f"the answer {text!r}")


@asynccontextmanager
async def overlay(world: OverlayWorld, theme: Theme, folder: Path) -> AsyncIterator[Overlay]:
    """An overlay that is put away at the end, whatever the test did."""
    made = Overlay(world, theme, folder)
    try:
        yield made
    finally:
        await made.presenter.aclose()
        await made.scope.aclose()
        await until(lambda: not made.shown, "the windows to go")
