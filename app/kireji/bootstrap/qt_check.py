"""How Qt fares here, found out in a process of its own: the command line loads no Qt, and where Qt fails it aborts."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, NoReturn

import msgspec

from kireji.core.errors import KirejiError
from kireji.core.self_reports import WindowsReport, Writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QWidget

SWITCH = "--qt-check"
"""Argument with which the program becomes this process; `show` after it lets a window appear for a moment."""

_SIDE = 48
_PAINT_SECONDS = 8.0
_LOOKS = 20
_LOOK_SECONDS = 0.05


def main(arguments: Sequence[str]) -> int:
    """Look, and print what was found as JSON; returns the exit code."""
    try:
        report = _looked(show="show" in arguments)
    except KirejiError as error:
        report = _failed(error)
    except ImportError as problem:
        from kireji.desktop.system_libraries import explained

        report = _failed(
            explained(str(problem), ("qt", "x11"))
            or KirejiError(f"Qt cannot be loaded: {problem}.", "Install Kireji again.")
        )
    _print(report)
    return 0


def _failed(error: KirejiError) -> WindowsReport:
    return WindowsReport(problem=error.message, hint=error.hint)


def _print(report: WindowsReport) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(report))
    sys.stdout.buffer.flush()


def _aborting(_said: Sequence[str]) -> NoReturn:
    """Qt found no way to show windows, and would abort."""
    from kireji.desktop.display import no_windows
    from kireji.ui.platform.plugins import loading_problems

    _print(_failed(no_windows(loading_problems(os.environ), os.environ)))
    os._exit(0)


def _looked(*, show: bool) -> WindowsReport:
    from kireji.desktop.display import require_display

    if _has_no_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    elif os.environ.get("QT_QPA_PLATFORM") not in ("offscreen", "minimal"):
        require_display(os.environ)
    from PySide6.QtCore import QLocale, qVersion
    from PySide6.QtGui import QFontDatabase, QGuiApplication

    from kireji.ui import aio, writings
    from kireji.ui.qt_application import create

    app = create(["kireji"], _aborting)
    looked: list[tuple[bool, bool | None]] = []

    async def main(_stop: asyncio.Event) -> int:
        looked.append(await _painted(show=show))
        return 0

    aio.run(main, app)
    (painted, on_screen), here = looked[0], writings.letters_of(QLocale.system())
    wanted = dict.fromkeys([writings.LATIN, here, writings.CHINESE, writings.JAPANESE, writings.ARABIC, writings.EMOJI])
    return WindowsReport(
        qt=qVersion(),
        platform=QGuiApplication.platformName(),
        painted=painted,
        on_screen=on_screen,
        screens=len(QGuiApplication.screens()),
        families=len(QFontDatabase.families()),
        writings=tuple(
            Writing(each.name, each.package, writings.can_be_shown(each), own=each in (writings.LATIN, here))
            for each in wanted
        ),
    )


def _has_no_display() -> bool:
    return sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


async def _painted(*, show: bool) -> tuple[bool, bool | None]:
    """Paint a window, on the screen where one may be seen; whether it looks as painted, in itself and on the screen."""
    from PySide6.QtCore import QRect, Qt
    from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
    from PySide6.QtWidgets import QWidget

    painted = asyncio.Event()

    class Pattern(QWidget):
        def paintEvent(self, event: QPaintEvent) -> None:
            painter = QPainter(self)
            painter.fillRect(self.rect(), Qt.GlobalColor.yellow)
            painter.fillRect(QRect(0, 0, _SIDE // 2, _SIDE), Qt.GlobalColor.blue)
            painter.end()
            painted.set()

    flags = Qt.WindowType.ToolTip | Qt.WindowType.WindowStaysOnTopHint
    window = Pattern(None, flags | Qt.WindowType.WindowDoesNotAcceptFocus)
    window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    window.setFixedSize(_SIDE, _SIDE)
    if not show:
        return _is_pattern(window.grab().toImage()), None
    window.show()
    try:
        async with asyncio.timeout(_PAINT_SECONDS):
            await painted.wait()
    except TimeoutError:
        return False, None
    alike = _is_pattern(window.grab().toImage())
    return alike, await _seen(window) if QGuiApplication.platformName() == "xcb" else None


async def _seen(window: QWidget) -> bool:
    """Whether its pixels come to stand on the screen: the X server shows them when it gets to it."""
    for _ in range(_LOOKS):
        place = window.geometry()
        image = window.screen().grabWindow(0, place.x(), place.y(), place.width(), place.height()).toImage()
        if _is_pattern(image):
            return True
        await asyncio.sleep(_LOOK_SECONDS)
    return False


def _is_pattern(image: QImage) -> bool:
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QColor

    if image.isNull():
        return False
    left = image.pixelColor(image.width() // 4, image.height() // 2)
    right = image.pixelColor(image.width() * 3 // 4, image.height() // 2)
    return (left.rgb(), right.rgb()) == (QColor(Qt.GlobalColor.blue).rgb(), QColor(Qt.GlobalColor.yellow).rgb())
