"""A stage with a hand on mouse and keys, without a presenter."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from kireji.core.capturing import CaptureMode
from kireji.core.geometry import DesktopWindow, Rect, Region
from kireji.ui.overlay.stage import Stage
from kireji.ui.overlay.window import OverlayWindow
from kireji.ui.theme import Theme
from tests.ui.overlay.support import noise, until

BACK = DesktopWindow(Rect(100, 100, 800, 600), "Editor")
FRONT = DesktopWindow(Rect(400, 300, 300, 200), "Terminal")
RIGHT = DesktopWindow(Rect(1200, 200, 900, 500), "Browser\x1b\u202e")


class Surface:
    """A stage with a hand on mouse and keys.

    Attributes:
        stage: What is tested.
        notes: What it told the person.
        told: Which signals came, by name.
    """

    def __init__(self, theme: Theme) -> None:
        self.stage = Stage(theme)
        self.notes: list[str] = []
        self.told: list[str] = []
        self.stage.note.connect(self.notes.append)
        self.stage.painted.connect(self._note("painted"))
        self.stage.settled.connect(self._note("settled"))
        self.stage.unsettled.connect(self._note("unsettled"))
        self.stage.dismissed.connect(self._note("dismissed"))
        self.stage.confirmed.connect(self._note("confirmed"))
        self.picture, _ = noise()

    def _note(self, name: str) -> Callable[[], None]:
        def note() -> None:
            self.told.append(name)

        return note

    @property
    def window(self) -> OverlayWindow:
        home = self.stage._home
        assert home is not None
        return home

    @property
    def rect(self) -> Rect | None:
        return self.window.selection.rect

    async def show(
        self,
        mode: CaptureMode = CaptureMode.REGION,
        *windows: DesktopWindow,
        last: Rect | None = None,
        carried: tuple[Region, ...] = (),
    ) -> None:
        self.told.clear()
        self.stage.show((self.picture,), mode, windows=windows, last=last, carried=carried)
        await until(lambda: "painted" in self.told, "the picture to be painted")

    @property
    def focus(self) -> QWidget:
        return self.window.focusWidget() or self.window

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.focus, key, modifiers)

    async def hovered(self, x: int, y: int) -> None:
        """Tell the window that the pointer moved; moving the pointer itself tells nothing where it is already."""
        place, none = QPointF(x, y), Qt.MouseButton.NoButton
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            place,
            self.window.mapToGlobal(place),
            none,
            none,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(self.window, event)
        assert self.window.selection.cursor == (x, y)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        QTest.mousePress(self.window, Qt.MouseButton.LeftButton, pos=QPoint(*start))
        QTest.mouseMove(self.window, QPoint(*end))
        QTest.mouseRelease(self.window, Qt.MouseButton.LeftButton, pos=QPoint(*end))
