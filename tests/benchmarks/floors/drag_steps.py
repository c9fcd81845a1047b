"""The same drag over a frozen screen, by our overlay or by a bare widget: `drag_steps.py ours|rectangle|strips|idle`.

Prints the milliseconds of each step, from the pointer's movement to the end of the painting, and the processor time of
all steps. The bare widget has neither border, label nor magnifier. It paints the rectangle that changed, or, which is
the least that can be painted at all, only the two strips by which it grew.
"""

import sys
import time

from PySide6.QtCore import QRect, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication, QWidget

from kireji.core.geometry import ScreenImage
from kireji.ui.overlay.screens import native_rect
from kireji.ui.overlay.window import OverlayWindow
from kireji.ui.theme import Theme

_STEPS = 240
_DIM = QColor(0, 0, 0, 128)


class Bare(QWidget):
    def __init__(self, image: QImage) -> None:
        super().__init__()
        self._image, self._rect = image, QRect()

    def drag(self, rect: QRect) -> None:
        strips = QRegion(self._rect).xored(QRegion(rect))
        whole = self._rect.united(rect)
        self._rect = rect
        self.update(strips if kind == "strips" else QRegion(whole))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        bright = QRegion(self._rect)
        for part in event.region().subtracted(bright):  # type: ignore[attr-defined]
            painter.drawImage(part, self._image, part)
            painter.fillRect(part, _DIM)
        for part in event.region().intersected(bright):  # type: ignore[attr-defined]
            painter.drawImage(part, self._image, part)
        painter.end()
        QTimer.singleShot(0, done)


class Ours(OverlayWindow):
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        QTimer.singleShot(0, done)


app = QApplication(sys.argv)
kind = sys.argv[1]
place = native_rect(QGuiApplication.primaryScreen())
pixels = memoryview(bytes(range(256)) * (place.width * place.height * 4 // 256))
picture = ScreenImage(pixels, place.width, place.height, place.width * 4, place)
image = QImage(pixels, place.width, place.height, place.width * 4, QImage.Format.Format_RGB32)
ours = Ours(QGuiApplication.primaryScreen(), Theme(app))
bare = Bare(image)
times: list[float] = []
count, begun, cpu = 0, 0.0, 0.0


def step() -> None:
    """One movement; the next one follows when this one is on the screen, at 125 a second at most."""
    global count, begun
    if count == _STEPS:
        print(" ".join(f"{each:.3f}" for each in times))
        print(f"{time.process_time() - cpu:.4f}")
        app.quit()
        return
    count += 1
    width, height = 300 + count * (place.width - 500) // _STEPS, 200 + count * (place.height - 400) // _STEPS
    begun = time.perf_counter()
    if kind == "ours":
        ours.show_lens()
        ours.take(ours.selection.moved((100.0 + width, 100.0 + height)), tell=True)
    elif kind != "idle":
        bare.drag(QRect(100, 100, width, height))
    else:
        bare.update(0, 0, 1, 1)


def done() -> None:
    """After the painting, and after what was painted went to the screen."""
    global begun
    if not begun:
        return
    times.append((time.perf_counter() - begun) * 1000)
    begun = 0.0
    QTimer.singleShot(8, step)


def begin() -> None:
    global cpu
    if kind == "ours":
        ours.show_marks()
        ours.take(ours.selection.pressed((100.0, 100.0), 10.0), tell=True)
    cpu = time.process_time()
    QTimer.singleShot(200, step)


if kind == "ours":
    ours.open(picture, active=True)
else:
    bare.setGeometry(QGuiApplication.primaryScreen().geometry())
    bare.showFullScreen()
QTimer.singleShot(1500, begin)
app.exec()
