"""Windows of the frozen picture that can be picked, and keys that jump to their edges."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from kireji.core.capturing import CaptureMode
from kireji.core.geometry import DesktopWindow, Rect
from kireji.ui.overlay.openings import NO_WINDOWS
from tests.ui.overlay.surface import BACK, FRONT, RIGHT, Surface

pytestmark = pytest.mark.qt
CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


# Windows.


async def test_the_topmost_window_under_the_pointer_is_offered(surface: Surface) -> None:
    await surface.show(CaptureMode.WINDOW, FRONT, BACK)
    await surface.hovered(450, 350)
    assert surface.window.offered is not None
    assert surface.window.offered.title == "Terminal"


async def test_a_menu_lies_over_the_windows(surface: Surface) -> None:
    menu = DesktopWindow(Rect(420, 320, 100, 100), menu=True)
    await surface.show(CaptureMode.WINDOW, FRONT, BACK, menu)
    assert [spot.rect for spot in surface.window.spots] == [menu.rect, FRONT.rect, BACK.rect]


async def test_a_click_takes_the_offered_window(surface: Surface) -> None:
    await surface.show(CaptureMode.WINDOW, FRONT, BACK)
    surface.drag((450, 350), (450, 350))
    assert surface.rect == FRONT.rect


async def test_a_click_that_slips_by_a_pixel_still_takes_it(surface: Surface) -> None:
    await surface.show(CaptureMode.WINDOW, FRONT, BACK)
    surface.drag((450, 350), (451, 352))
    assert surface.rect == FRONT.rect


async def test_a_drag_cuts_a_free_region_while_windows_are_offered(surface: Surface) -> None:
    await surface.show(CaptureMode.WINDOW, FRONT, BACK)
    surface.drag((450, 350), (550, 400))
    assert surface.rect == Rect(450, 350, 100, 50)


async def test_a_window_that_reaches_over_the_edge_is_cut_there(surface: Surface) -> None:
    await surface.show(CaptureMode.WINDOW, RIGHT)
    surface.drag((1300, 300), (1300, 300))
    assert surface.rect == Rect(1200, 200, 720, 500)


async def test_a_title_from_outside_loses_its_control_characters(surface: Surface) -> None:
    await surface.show(CaptureMode.WINDOW, RIGHT)
    assert surface.window.spots[0].title == "Browser"


async def test_windows_that_come_after_the_picture_are_offered_too(surface: Surface) -> None:
    await surface.show(CaptureMode.WINDOW)
    await surface.hovered(450, 350)
    surface.stage.set_windows((FRONT, BACK))
    assert surface.window.offered is not None


async def test_tab_goes_round_the_windows_and_enter_takes_one(surface: Surface) -> None:
    await surface.show(CaptureMode.WINDOW, FRONT, BACK, RIGHT)
    for _ in range(4):
        surface.key(Qt.Key.Key_Tab)
    surface.key(Qt.Key.Key_Backtab, SHIFT)
    surface.key(Qt.Key.Key_Return)
    assert surface.rect == Rect(1200, 200, 720, 500)


async def test_an_arrow_goes_to_the_window_beside(surface: Surface) -> None:
    await surface.show(CaptureMode.WINDOW, FRONT, BACK, RIGHT)
    await surface.hovered(450, 350)
    surface.key(Qt.Key.Key_Right)
    surface.key(Qt.Key.Key_Return)
    assert surface.rect == Rect(1200, 200, 720, 500)


async def test_a_click_takes_the_window_without_that_mode_too(surface: Surface) -> None:
    await surface.show(CaptureMode.REGION, FRONT, BACK)
    await surface.hovered(450, 350)
    assert surface.window.offered is None
    surface.drag((450, 350), (450, 350))
    assert surface.rect == FRONT.rect


async def test_a_click_on_no_window_selects_nothing(surface: Surface) -> None:
    await surface.show(CaptureMode.REGION, FRONT)
    surface.drag((5, 5), (5, 5))
    assert surface.rect is None


async def test_w_begins_to_offer_windows(surface: Surface) -> None:
    await surface.show(CaptureMode.REGION, FRONT, BACK)
    await surface.hovered(450, 350)
    surface.key(Qt.Key.Key_W)
    assert surface.window.offered is not None


async def test_where_no_windows_are_known_that_is_said(surface: Surface) -> None:
    await surface.show(CaptureMode.WINDOW)
    surface.stage.set_windows(())
    assert surface.notes == [NO_WINDOWS]


async def test_the_offered_window_is_shown_as_it_is_and_the_rest_darker(surface: Surface) -> None:
    await surface.show(CaptureMode.WINDOW, FRONT)
    await surface.hovered(410, 310)
    shown = surface.window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    picture = surface.picture
    frozen = QImage(picture.pixels, 1920, 1080, picture.stride, QImage.Format.Format_RGB32)
    frozen = frozen.convertToFormat(QImage.Format.Format_RGB888)
    assert shown.copy(560, 360, 100, 100) == frozen.copy(560, 360, 100, 100)
    assert shown.copy(50, 700, 100, 100) != frozen.copy(50, 700, 100, 100)


# Keys.


async def test_home_and_end_jump_to_the_edges_of_windows(surface: Surface) -> None:
    await surface.show(CaptureMode.LAST, FRONT, BACK, last=Rect(450, 350, 100, 50))
    surface.key(Qt.Key.Key_Home)
    assert surface.rect == Rect(400, 350, 100, 50)
    surface.key(Qt.Key.Key_Home)
    assert surface.rect == Rect(100, 350, 100, 50)
    surface.key(Qt.Key.Key_Home, SHIFT)
    assert surface.rect == Rect(100, 300, 100, 50)


async def test_control_and_alt_jump_with_one_edge(surface: Surface) -> None:
    await surface.show(CaptureMode.LAST, FRONT, last=Rect(450, 350, 100, 50))
    surface.key(Qt.Key.Key_End, CONTROL)
    surface.key(Qt.Key.Key_Home, ALT)
    surface.key(Qt.Key.Key_Home, ALT | SHIFT)
    surface.key(Qt.Key.Key_End, CONTROL | SHIFT)
    assert surface.rect == FRONT.rect


async def test_a_region_is_drawn_by_jumps_alone(surface: Surface) -> None:
    await surface.show(CaptureMode.REGION, FRONT)
    for key, modifiers in (
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Home, SHIFT),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Home, SHIFT),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier),
    ):
        surface.key(key, modifiers)
    assert surface.rect == FRONT.rect


async def test_the_hint_changes_once_the_first_corner_is_set(surface: Surface) -> None:
    await surface.show()
    surface.key(Qt.Key.Key_Right)
    surface.key(Qt.Key.Key_Return)
    assert "second corner" in surface.window._hint[0]


async def test_f1_lists_the_keys_and_esc_puts_only_that_away(surface: Surface) -> None:
    await surface.show()
    surface.key(Qt.Key.Key_F1)
    assert surface.focus.accessibleName() == "Keys"
    surface.key(Qt.Key.Key_Escape)
    assert "dismissed" not in surface.told
    surface.key(Qt.Key.Key_Escape)
    assert "dismissed" in surface.told
