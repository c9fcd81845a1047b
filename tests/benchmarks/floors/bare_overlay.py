"""Press, grab with mss, blit undimmed into a kept hidden window: nothing can freeze a screen with less."""

import os
import sys

import mss
from PySide6.QtCore import QSocketNotifier, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from kireji.core.shortcuts import Shortcut
from kireji.desktop.hotkey_x11 import X11Hotkeys
from tests.benchmarks.floors import MARK


class Frozen(QWidget):
    def __init__(self) -> None:
        super().__init__(
            None,
            Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint | Qt.WindowType.Tool,
        )
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.image: QImage | None = None

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.image is None:
            return
        painter = QPainter(self)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(0, 0, self.image)
        painter.fillRect(self.width() - 1, self.height() - 1, 1, 1, MARK | 0xFF000000)


app = QApplication(sys.argv)
app.setQuitOnLastWindowClosed(False)
window = Frozen()
window.setGeometry(app.primaryScreen().geometry())
grabber = mss.MSS()
grabber.grab(grabber.monitors[1])


def pressed() -> None:
    if window.isVisible():
        window.hide()
        return
    shot = grabber.grab(grabber.monitors[1])
    window.image = QImage(shot.raw, shot.width, shot.height, shot.width * 4, QImage.Format.Format_RGB32)
    window.show()


def watch(descriptor: int, ready):  # type: ignore[no-untyped-def]
    notifier = QSocketNotifier(descriptor, QSocketNotifier.Type.Read, app)
    notifier.activated.connect(ready)
    return notifier.deleteLater


shortcut = Shortcut.parse("Ctrl+Shift+Space")
assert shortcut is not None
held = X11Hotkeys(os.environ, watch).register(shortcut, pressed)
print("ready", flush=True)
app.exec()
