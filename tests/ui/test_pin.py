"""A picture pinned to the screen, on a real X server."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from kireji.ui.pin import BORDER, PinnedPicture
from kireji.ui.theme import Theme

pytestmark = pytest.mark.qt

LEFT = Qt.MouseButton.LeftButton
AT = QPoint(300, 200)


def picture(width: int = 120, height: int = 80) -> QImage:
    data = random.Random(3).randbytes(width * height * 3)
    return QImage(data, width, height, width * 3, QImage.Format.Format_RGB888).convertToFormat(
        QImage.Format.Format_RGB32
    )


@pytest.fixture
def look(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp)
    yield made
    made.deleteLater()


@pytest.fixture
def pin(qtbot: QtBot, look: Theme) -> Iterator[PinnedPicture]:
    made = PinnedPicture(picture(), AT, look)
    made.present()
    qtbot.waitExposed(made)
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    if isValid(made):
        made.close()


def shown(pin: PinnedPicture) -> QImage:
    """Without the border."""
    image = pin.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return image.copy(BORDER, BORDER, image.width() - 2 * BORDER, image.height() - 2 * BORDER)


def turn_wheel(pin: PinnedPicture, by: int, at: QPoint) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(pin.mapToGlobal(at)),
        QPoint(),
        QPoint(0, by),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(pin, event)


def test_it_lies_where_it_was_cut_out_pixel_for_pixel(pin: PinnedPicture) -> None:
    assert pin.mapToGlobal(QPoint(BORDER, BORDER)) == AT
    assert shown(pin) == picture()


def test_it_stays_above_and_is_hidden_from_captures_as_a_dialog(pin: PinnedPicture) -> None:
    assert pin.windowFlags() & Qt.WindowType.WindowStaysOnTopHint
    assert isinstance(pin, QDialog)
    assert not pin.isModal()
    assert pin.accessibleName() == "Pinned picture"


def test_a_capture_brings_it_back_where_it_was(pin: PinnedPicture, qtbot: QtBot) -> None:
    pin.hide()
    pin.show()
    qtbot.waitExposed(pin)
    qtbot.waitUntil(lambda: pin.mapToGlobal(QPoint(BORDER, BORDER)) == AT)


def test_dragging_moves_it(pin: PinnedPicture) -> None:
    QTest.mousePress(pin, LEFT, pos=QPoint(20, 20))
    QTest.mouseMove(pin, QPoint(70, 50))
    QTest.mouseRelease(pin, LEFT, pos=QPoint(20, 20))
    assert pin.pos() == AT + QPoint(50, 30) - QPoint(BORDER, BORDER)


def test_arrow_keys_move_it(pin: PinnedPicture) -> None:
    QTest.keyClick(pin, Qt.Key.Key_Left)
    QTest.keyClick(pin, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert pin.pos() == AT + QPoint(-1, 10) - QPoint(BORDER, BORDER)


def test_enlarged_pixels_are_squares(pin: PinnedPicture) -> None:
    pin.set_zoom(3.0)
    large = picture().scaled(360, 240, mode=Qt.TransformationMode.FastTransformation)
    top = shown(pin).copy(0, 0, 360, 200)  # what was said lies at the bottom
    assert top == large.copy(0, 0, 360, 200)


def test_the_wheel_zooms_around_the_pointer(pin: PinnedPicture) -> None:
    pointer = pin.mapToGlobal(QPoint(100, 20))
    for _ in range(5):
        turn_wheel(pin, 120, pin.mapFromGlobal(pointer))
    assert pin.zoom == pytest.approx(1.1**5)
    inside = pin.mapFromGlobal(pointer)
    assert inside.x() / pin.width() == pytest.approx(100 / 122, abs=0.03)
    assert inside.y() / pin.height() == pytest.approx(20 / 82, abs=0.03)


def test_small_turns_of_a_touchpad_add_up(pin: PinnedPicture) -> None:
    for _ in range(3):
        turn_wheel(pin, 40, QPoint(50, 50))
    assert pin.zoom == pytest.approx(1.1)


def test_plus_minus_and_nought_zoom(pin: PinnedPicture) -> None:
    QTest.keyClick(pin, Qt.Key.Key_Minus)
    assert pin.zoom == pytest.approx(1 / 1.1)
    QTest.keyClick(pin, Qt.Key.Key_Plus)
    assert pin.zoom == 1.0
    pin.set_zoom(4.0)
    QTest.keyClick(pin, Qt.Key.Key_0)
    assert pin.zoom == 1.0
    assert (pin.width(), pin.height()) == (120 + 2 * BORDER, 80 + 2 * BORDER)


@pytest.mark.parametrize("wanted", [0.0001, 1e6])
def test_it_never_becomes_too_small_or_too_large(pin: PinnedPicture, wanted: float) -> None:
    pin.set_zoom(wanted)
    assert 20 <= max(pin.width(), pin.height()) <= 8010


def test_ctrl_c_and_ctrl_s_hand_the_whole_picture_on(pin: PinnedPicture) -> None:
    copied: list[object] = []
    saved: list[object] = []
    pin.copied.connect(copied.append)
    pin.save_clicked.connect(saved.append)
    pin.set_zoom(0.5)
    QTest.keyClick(pin, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(pin, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert copied == saved == [picture()]


def test_esc_closes_it(pin: PinnedPicture) -> None:
    gone: list[object] = []
    pin.closed.connect(gone.append)
    QTest.keyClick(pin, Qt.Key.Key_Escape)
    assert gone == [pin]


def test_a_double_click_closes_it(pin: PinnedPicture) -> None:
    gone: list[object] = []
    pin.closed.connect(gone.append)
    QTest.mouseDClick(pin, LEFT, pos=QPoint(20, 20))
    assert gone == [pin]


def test_the_menu_offers_everything(pin: PinnedPicture) -> None:
    menu = pin.menu()
    texts = [action.text().split("\t")[0] for action in menu.actions() if not action.isSeparator()]
    assert texts == ["Copy", "Save", "Actual size", "Opacity", "Close"]
    (opacity,) = [action.menu() for action in menu.actions() if action.text() == "Opacity"]
    assert [action.text() for action in opacity.actions() if action.isChecked()] == ["100 %"]
    opacity.actions()[2].trigger()
    assert pin.windowOpacity() == pytest.approx(0.6, abs=0.01)
    menu.deleteLater()


def test_the_menu_opens_without_blocking(pin: PinnedPicture) -> None:
    QApplication.sendEvent(pin, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), pin.pos()))
    menu = QApplication.activePopupWidget()
    assert menu is not None
    menu.close()
