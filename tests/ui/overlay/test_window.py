"""What is on the screen, pixel by pixel."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from kireji.core.geometry import Rect
from kireji.ui.overlay.field import QuestionField
from kireji.ui.overlay.platforms import covers_as_full_screen, window_flags
from tests.ui.overlay.support import Overlay, until

pytestmark = pytest.mark.qt


def seen(stand: Overlay) -> QImage:
    """What the window shows."""
    return stand.window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def frozen(stand: Overlay) -> QImage:
    screen = stand.world.screen.screens[0]
    image = QImage(screen.pixels, screen.width, screen.height, screen.stride, QImage.Format.Format_RGB32)
    # The unused byte of noise is noise too.
    return image.convertToFormat(QImage.Format.Format_RGB888).convertToFormat(QImage.Format.Format_RGB32)


async def test_the_selected_pixels_are_shown_unchanged(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((400, 300), (900, 650), release=False)
    inside = QRect(400, 300, 500, 350)
    assert seen(stand).copy(inside) == frozen(stand).copy(inside)


async def test_all_else_is_darker_than_it_was(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((400, 300), (900, 650))
    shown, before = seen(stand), frozen(stand)
    places = [(x, y) for x in range(1000, 1900, 97) for y in range(700, 1070, 31)]
    for x, y in places:
        after, original = QColor(shown.pixel(x, y)), QColor(before.pixel(x, y))
        assert after.value() <= max(original.value(), 40)
    assert sum(QColor(before.pixel(*each)).value() for each in places) > 1.4 * sum(
        QColor(shown.pixel(*each)).value() for each in places
    )


async def test_what_changes_during_a_drag_is_painted_as_if_anew(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((400, 300), (900, 650), release=False)
    for x, y in ((300, 200), (1200, 800), (410, 290), (700, 500)):
        QTest.mouseMove(stand.window, QPoint(x, y))
        await until(lambda: stand.window.selection.cursor == (x, y), "the pointer to arrive")  # noqa: B023
    screen = QGuiApplication.primaryScreen()
    await until(lambda: screen.grabWindow(0).toImage().convertToFormat(QImage.Format.Format_RGB32) == seen(stand),
                "the screen to show what a whole painting shows")  # fmt: skip


async def test_the_size_is_told_in_pixels(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (684, 300))
    assert stand.window._marks().size_text == "584 × 200"


async def test_the_magnifier_tells_place_and_colour(stand: Overlay) -> None:
    await stand.capture()
    frame = stand.window.frame
    assert frame is not None
    assert frame.colour(12, 34) == QColor(frozen(stand).pixel(12, 34)).name()


async def test_every_button_and_field_has_a_name_and_takes_the_focus(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    bar, card = stand.presenter.stage.bar, stand.presenter.stage.card
    controls = [*bar.findChildren(QPushButton), *card.findChildren(QPushButton)]
    fields = [*bar.findChildren(QuestionField), *card.findChildren(QuestionField)]
    assert len(controls) >= 8
    for control in (*controls, *fields):
        assert control.accessibleName()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus


async def test_tab_reaches_every_button_of_the_bar(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    await until(lambda: stand.presenter.stage.bar.model.isVisible(), "the model's name")
    reached = set()
    for _ in range(30):
        reached.add(stand.focus.accessibleName())
        stand.key(Qt.Key.Key_Tab)
    assert {"Question", "Ask"} <= reached
    assert {button.accessibleName() for button in stand.presenter.stage.bar.findChildren(QPushButton)} <= reached


async def test_arrows_correct_the_selection_while_the_field_is_empty_and_move_in_the_text_after(
    stand: Overlay,
) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    stand.key(Qt.Key.Key_Right)
    stand.type("why")
    stand.key(Qt.Key.Key_Left)
    region = stand.presenter.stage.region
    assert region is not None
    assert region.rect == Rect(101, 100, 200, 100)
    assert stand.presenter.stage.bar.field.textCursor().position() == 2


async def test_the_bar_is_away_while_the_selection_is_dragged(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    assert stand.presenter.stage.bar.isVisible()
    stand.drag((500, 500), (600, 600), release=False)
    assert not stand.presenter.stage.bar.isVisible()


async def test_the_overlay_has_the_keys_as_soon_as_it_is_shown(stand: Overlay) -> None:
    await stand.capture()
    await until(lambda: stand.window.isActiveWindow(), "the keyboard focus")


def test_each_system_gets_the_flags_that_work_there() -> None:
    assert window_flags("linux") & Qt.WindowType.Tool == Qt.WindowType.Tool
    assert window_flags("win32") & Qt.WindowType.WindowType_Mask == Qt.WindowType.SubWindow
    assert covers_as_full_screen("linux")
    assert not covers_as_full_screen("darwin")


_SCALED = textwrap.dedent(
    """
    import random, sys
    from PySide6.QtCore import QPoint, QRect, QRectF, Qt
    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QApplication
    from kireji.core.geometry import Rect, ScreenImage
    from kireji.ui.overlay.selection import Selection
    from kireji.ui.overlay.window import OverlayWindow
    from kireji.ui.theme import Theme

    app = QApplication([])
    screen = app.primaryScreen()
    ratio = screen.devicePixelRatio()
    width, height = round(screen.geometry().width() * ratio), round(screen.geometry().height() * ratio)
    memory = memoryview(random.Random(1).randbytes(width * height * 4))
    window = OverlayWindow(screen, Theme(app))
    window.open(ScreenImage(memory, width, height, width * 4, Rect(0, 0, width, height)), active=True)

    def compare(_window):
        rect = Rect(101, 203, 333, 207)
        window.take(Selection(width, height, rect=rect), tell=True)
        window.lock(on=True)
        plain = QImage.Format.Format_RGB888
        frozen = QImage(memory, width, height, width * 4, QImage.Format.Format_RGB32)
        seen = window.grab().toImage()
        area = QRect(rect.x, rect.y, rect.width, rect.height)
        seen.setDevicePixelRatio(1)
        same = seen.copy(area).convertToFormat(plain) == frozen.copy(area).convertToFormat(plain)
        print(ratio, seen.width() == width, same, flush=True)
        window.close_frame()
        app.exit(0 if same else 1)

    window.painted.connect(compare, Qt.ConnectionType.QueuedConnection)
    sys.exit(app.exec())
    """
)


@pytest.mark.parametrize("factor", ["1.25", "1.5", "2"])
def test_on_a_scaled_screen_each_pixel_is_shown_as_it_was(factor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_SCALE_FACTOR", factor)
    done = subprocess.run([sys.executable, "-c", _SCALED], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == [str(float(factor)), "True", "True"], done.stderr


async def test_enter_presses_the_button_that_has_the_focus(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    bar = stand.presenter.stage.bar
    next(button for button in bar.findChildren(QPushButton) if button.accessibleName().startswith("Add")).setFocus()
    stand.key(Qt.Key.Key_Return)
    assert stand.presenter.stage.kept
    assert not stand.world.remote.asked
