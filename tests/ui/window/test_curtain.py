from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QMenu, QWidget

from kireji.core.geometry import Rect
from kireji.ui.curtain import Curtain, ToolCurtain, covered

pytestmark = pytest.mark.qt


@pytest.fixture
def made() -> Iterator[list[QWidget]]:
    """Windows that go away with the test."""
    windows: list[QWidget] = []
    yield windows
    for window in windows:
        window.close()
        window.deleteLater()


def _lifted() -> None:
    pass


async def shown(window: QWidget, made: list[QWidget]) -> QWidget:
    made.append(window)
    window.resize(200, 100)
    window.show()
    async with asyncio.timeout(10):
        handle = window.windowHandle()
        while handle is None or not handle.isExposed():  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)
    return window


PIN = Qt.WindowType.Tool | Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint
FREE = Qt.WindowType.ToolTip | Qt.WindowType.X11BypassWindowManagerHint


@pytest.mark.parametrize("flags", [Qt.WindowType.Window, PIN, Qt.WindowType.Dialog], ids=["window", "pin", "dialog"])
async def test_windows_of_every_kind_are_hidden_and_come_back(made: list[QWidget], flags: Qt.WindowType) -> None:
    window = await shown(QLabel("ours", None, flags), made)
    curtain = Curtain(_lifted)
    await curtain.hide()
    assert not window.isVisible()
    curtain.restore()
    assert window.isVisible()


@pytest.mark.parametrize("kind", ["menu", "free"])
async def test_what_is_fleeting_is_hidden_and_stays_away(made: list[QWidget], kind: str) -> None:
    window: QWidget = QMenu("ours") if kind == "menu" else QLabel("ours", None, FREE)
    await shown(window, made)
    curtain = Curtain(_lifted)
    await curtain.hide()
    assert not window.isVisible()
    curtain.restore()
    assert not window.isVisible()


async def test_a_minimised_window_stays_minimised(made: list[QWidget]) -> None:
    window = await shown(QMainWindow(), made)
    window.showMinimized()
    curtain = Curtain(_lifted)
    await curtain.hide()
    curtain.restore()
    assert window.isMinimized()


async def test_a_window_that_was_hidden_stays_hidden(made: list[QWidget]) -> None:
    window = await shown(QMainWindow(), made)
    window.hide()
    curtain = Curtain(_lifted)
    await curtain.hide()
    curtain.restore()
    assert not window.isVisible()


async def test_a_region_under_a_window_of_ours_is_covered_and_one_beside_it_is_not(made: list[QWidget]) -> None:
    window = await shown(QMainWindow(), made)
    place = window.frameGeometry()
    assert covered(Rect(place.x() + 10, place.y() + 10, 5, 5))
    assert not covered(Rect(place.right() + 300, place.bottom() + 300, 5, 5))
    window.hide()
    assert not any(each.isVisible() for each in QApplication.topLevelWidgets())
    assert not covered(Rect(place.x() + 10, place.y() + 10, 5, 5))


async def test_a_tools_picture_hides_our_windows_and_brings_them_back(made: list[QWidget]) -> None:
    window = await shown(QMainWindow(), made)
    curtain = ToolCurtain(Curtain(_lifted), lambda: False)
    await curtain.hide()
    assert not window.isVisible()
    curtain.restore()
    assert window.isVisible()


async def test_a_tools_picture_leaves_an_open_capture_alone(made: list[QWidget]) -> None:
    window = await shown(QMainWindow(), made)
    lifted: list[None] = []
    curtain = ToolCurtain(Curtain(lambda: lifted.append(None)), lambda: True)
    await curtain.hide()
    assert window.isVisible()
    curtain.restore()
    assert lifted == []
