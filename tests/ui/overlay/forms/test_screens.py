"""What lies over the picture is at the right pixels, on screens of different scale and place."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

from tests.support.desktop import x_server

_PROGRAM = textwrap.dedent(
    """
    import random, sys
    from types import SimpleNamespace
    from PySide6.QtCore import QRect, QTimer
    from PySide6.QtGui import QColor, QImage
    from PySide6.QtWidgets import QApplication
    from kireji.core.capturing import CaptureMode
    from kireji.core.geometry import Rect, ScreenImage
    from kireji.core.messages import ImagePart
    from kireji.ui.overlay.forms.over_picture import OverPicture
    from kireji.ui.overlay.forms.result_view import Pointed
    from kireji.ui.overlay.screens import native_rect
    from kireji.ui.overlay.stage import Stage
    from kireji.ui.theme import Theme
    from kireji.ui.tokens import INKS

    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    theme = Theme(app)
    stage, pictures = Stage(theme), []
    for screen in app.screens():
        place = native_rect(screen)
        memory = memoryview(bytes(place.width * place.height * 4))
        pictures.append(ScreenImage(memory, place.width, place.height, place.width * 4, place))

    AREA, BOX = Rect(41, 53, 301, 151), (100, 40, 141, 63)

    def noise(width, height):
        data = random.Random(3).randbytes(width * height * 4)
        return QImage(data, width, height, width * 4, QImage.Format.Format_RGB32).copy()

    def seen(window):
        image = window.grab().toImage()
        image.setDevicePixelRatio(1)
        return image.convertToFormat(QImage.Format.Format_RGB888)

    def marked(image, area):
        ink = QColor(INKS["red"]).rgb()
        found = [(x, y) for x in range(area.left(), area.right() + 1) for y in range(area.top(), area.bottom() + 1)
                 if image.pixel(x, y) == ink]
        xs, ys = [x for x, _ in found], [y for _, y in found]
        return min(xs), min(ys), max(xs) + 1, max(ys) + 1

    def check(window, region):
        ratio = window.devicePixelRatioF()
        part = ImagePart("a" * 64, "image/png", AREA.width, AREA.height)
        pictures = SimpleNamespace(stored=[(region, part)])
        over = OverPicture(stage, pictures, theme)
        laid = noise(AREA.width, AREA.height)
        over.lay(0, laid)
        area = QRect(AREA.x, AREA.y, AREA.width, AREA.height)
        print("laid", ratio, seen(window).copy(area) == laid.convertToFormat(QImage.Format.Format_RGB888))
        over.lay(0, None)
        over.mark([Pointed(0, BOX)])
        left, top, right, bottom = marked(seen(window), area)
        beyond = (AREA.x + BOX[0] - left, AREA.y + BOX[1] - top, right - AREA.x - BOX[2], bottom - AREA.y - BOX[3])
        print("marked", beyond, all(0 <= side <= 5 * ratio for side in beyond))
        # What is sent may be smaller than what was captured.
        pictures.stored = [(region, ImagePart("a" * 64, "image/png", 100, 50))]
        over.mark([Pointed(0, (33, 13, 47, 21))])
        left, top, right, bottom = marked(seen(window), area)
        across, down = AREA.width / 100, AREA.height / 50
        beyond = (AREA.x + 33 * across - left, AREA.y + 13 * down - top,
                  right - AREA.x - 47 * across, bottom - AREA.y - 21 * down)
        print("smaller", beyond, all(0 <= side <= 5 * ratio + 2 for side in beyond))
        over.clear()

    def capture():
        if not left:
            app.quit()
            return
        place = left.pop().native
        stage.show(pictures, CaptureMode.LAST, last=Rect(place.x + AREA.x, place.y + AREA.y, AREA.width, AREA.height))

    def painted():
        app.processEvents()
        check(stage._home, stage.region)
        stage.hide()
        QTimer.singleShot(0, capture)

    def failed(*error):
        sys.__excepthook__(*error)
        app.quit()

    sys.excepthook = failed
    left = list(pictures)
    stage.painted.connect(painted)
    QTimer.singleShot(0, capture)
    app.exec()
    """
)


@pytest.mark.parametrize(
    ("first", "second", "factors"),
    [
        ("1024/270x600/160+0+0", "896/250x600/160+1024+0", (1.0, 2.0)),
        ("1366/300x768/200+0+0", "554/200x768/200+1366+0", (1.5, 1.25)),
        ("1920/400x540/150+0+540", "1280/300x540/150+320+0", (1.75, 1.0)),
    ],
)
def test_marks_and_translations_lie_where_the_words_are(first: str, second: str, factors: tuple[float, float]) -> None:
    with x_server() as display:
        variables = os.environ | {
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "QT_SCREEN_SCALE_FACTORS": f"L={factors[0]};R={factors[1]}",
        }
        for name, place, output in (("L", first, "screen"), ("R", second, "none")):
            subprocess.run(["xrandr", "--setmonitor", name, place, output], env=variables, check=True)
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM], env=variables, capture_output=True, text=True, timeout=60, check=False
        )
    lines = done.stdout.split("\n")[:-1]
    assert len(lines) == 6, done.stderr
    assert all(line.endswith("True") for line in lines), lines
    assert {line.split()[1] for line in lines if line.startswith("laid")} == {str(factor) for factor in factors}
