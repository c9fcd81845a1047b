"""Several screens of different scale and place: every pixel is where it was."""

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
    from PySide6.QtCore import QRect
    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QApplication
    from kireji.core.capturing import CaptureMode
    from kireji.core.geometry import Rect, ScreenImage
    from kireji.ui.overlay.screens import native_rect
    from kireji.ui.overlay.stage import Stage
    from kireji.ui.theme import Theme

    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    stage, pictures = Stage(Theme(app)), []
    for screen in app.screens():
        place = native_rect(screen)
        memory = memoryview(random.Random(str(place)).randbytes(place.width * place.height * 4))
        pictures.append(ScreenImage(memory, place.width, place.height, place.width * 4, place))

    def plain(picture):
        image = QImage(picture.pixels, picture.width, picture.height, picture.stride, QImage.Format.Format_RGB32)
        return image.convertToFormat(QImage.Format.Format_RGB888)

    def painted():
        for window in stage._shown:
            window._unpainted = True  # the first painting has neither border nor label
            seen, picture = window.grab().toImage(), window.picture
            seen.setDevicePixelRatio(1)
            seen = seen.copy(QRect(0, 0, picture.width, picture.height)).convertToFormat(seen.Format.Format_RGB888)
            print("seen", window.devicePixelRatioF(), seen == plain(picture))
        joined = stage.region.screen
        left, top = joined.native.x, joined.native.y
        for picture in pictures:
            area = QRect(picture.native.x - left, picture.native.y - top, picture.width, picture.height)
            print("joined", plain(joined).copy(area) == plain(picture))
        stage.close()
        app.quit()

    stage.painted.connect(painted)
    stage.show(pictures, CaptureMode.ALL)
    app.exec()
    """
)


@pytest.mark.parametrize(
    ("first", "second", "factors"),
    [
        ("960/250x1080/280+0+0", "960/250x1080/280+960+0", (1.0, 2.0)),
        ("1366/300x768/200+0+0", "554/200x768/200+1366+0", (1.5, 1.25)),
        ("1920/400x540/150+0+540", "1280/300x540/150+320+0", (1.75, 1.0)),
    ],
)
def test_on_mixed_screens_each_pixel_is_shown_and_cut_as_it_was(
    first: str, second: str, factors: tuple[float, float]
) -> None:
    with x_server() as display:
        variables = os.environ | {
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "QT_SCREEN_SCALE_FACTORS": f"L={factors[0]};R={factors[1]}",
        }
        for name, place, output in (("L", first, "screen"), ("R", second, "none")):
            subprocess.run(["xrandr", "--setmonitor", name, place, output], env=variables, check=True)
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM], env=variables, capture_output=True, text=True, timeout=30, check=False
        )
    lines = done.stdout.split("\n")[:-1]
    assert len(lines) == 4, done.stderr
    assert all(line.endswith("True") for line in lines), lines
    assert {line.split()[1] for line in lines if line.startswith("seen")} == {str(factor) for factor in factors}
