"""Modes, windows, history and kept regions, without a presenter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QGuiApplication, QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from kireji.core.annotation import Tool
from kireji.core.capturing import CaptureMode
from kireji.core.geometry import DesktopWindow, Rect, Region
from kireji.ui.overlay.openings import NO_WINDOWS
from kireji.ui.overlay.stage import Stage
from kireji.ui.overlay.window import OverlayWindow
from kireji.ui.theme import Theme
from tests.ui.overlay.support import noise, until

pytestmark = pytest.mark.qt
CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
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


@pytest_asyncio.fixture
async def surface(theme: Theme) -> AsyncIterator[Surface]:
    QCursor.setPos(QGuiApplication.primaryScreen(), 5, 1000)
    made = Surface(theme)
    yield made
    made.stage.close()
    made.stage.deleteLater()


# Modes.


async def test_a_region_is_not_selected_before_the_person_does_it(surface: Surface) -> None:
    await surface.show()
    assert surface.stage.region is None


async def test_the_whole_screen_is_selected_at_once(surface: Surface) -> None:
    await surface.show(CaptureMode.SCREEN)
    await until(lambda: "settled" in surface.told, "the selection")
    assert surface.rect == Rect(0, 0, 1920, 1080)
    assert surface.stage.bar.isVisible()


async def test_a_drag_within_the_whole_screen_cuts_out_a_part(surface: Surface) -> None:
    await surface.show(CaptureMode.SCREEN)
    surface.drag((500, 300), (700, 400))
    assert surface.rect == Rect(500, 300, 200, 100)


async def test_a_click_into_the_whole_screen_leaves_it_selected(surface: Surface) -> None:
    await surface.show(CaptureMode.SCREEN)
    surface.drag((500, 300), (500, 300))
    assert surface.rect == Rect(0, 0, 1920, 1080)


async def test_all_screens_are_the_one_screen_when_there_is_one(surface: Surface) -> None:
    await surface.show(CaptureMode.ALL)
    assert surface.stage.region == Region(surface.picture, Rect(0, 0, 1920, 1080))


async def test_the_last_region_is_selected_again(surface: Surface) -> None:
    await surface.show(CaptureMode.LAST, last=Rect(40, 50, 300, 200))
    assert surface.rect == Rect(40, 50, 300, 200)
    assert surface.stage.native_rect == Rect(40, 50, 300, 200)


async def test_what_of_the_last_region_left_the_screen_is_left_out(surface: Surface) -> None:
    await surface.show(CaptureMode.LAST, last=Rect(1900, 1000, 300, 200))
    assert surface.rect == Rect(1900, 1000, 20, 80)


async def test_a_last_region_on_no_screen_is_said(surface: Surface) -> None:
    await surface.show(CaptureMode.LAST, last=Rect(5000, 0, 300, 200))
    assert surface.stage.region is None
    assert surface.notes == ["The earlier region lies on no screen any more. Drag to cut out another one."]


async def test_no_last_region_is_said(surface: Surface) -> None:
    await surface.show(CaptureMode.LAST)
    assert surface.notes == ["There is no earlier region yet. Drag to cut one out."]


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


# History.


async def test_a_selection_can_be_taken_back_and_brought_again(surface: Surface) -> None:
    await surface.show()
    surface.drag((100, 100), (200, 200))
    surface.drag((500, 500), (700, 600))
    surface.stage.undo()
    assert surface.rect == Rect(100, 100, 100, 100)
    surface.stage.undo()
    assert surface.rect is None
    surface.stage.redo()
    surface.stage.redo()
    assert surface.rect == Rect(500, 500, 200, 100)
    assert not surface.stage.can_redo


async def test_control_z_works_from_the_empty_field(surface: Surface) -> None:
    await surface.show()
    surface.drag((100, 100), (200, 200))
    surface.drag((500, 500), (700, 600))
    surface.key(Qt.Key.Key_Z, CONTROL)
    assert surface.rect == Rect(100, 100, 100, 100)


async def test_marks_and_selection_have_one_history(surface: Surface) -> None:
    await surface.show()
    surface.drag((100, 100), (400, 400))
    surface.stage.choose_tool(Tool.BOX)
    surface.drag((150, 150), (300, 300))
    assert surface.stage.sketch is not None
    assert len(surface.stage.sketch.marks) == 1
    surface.stage.undo()
    assert not surface.stage.sketch.marks
    assert surface.rect == Rect(100, 100, 300, 300)
    surface.stage.undo()
    assert surface.rect is None
    surface.stage.redo()
    surface.stage.redo()
    assert len(surface.stage.sketch.marks) == 1


# Marks.


async def test_what_is_redacted_is_not_in_the_region(surface: Surface) -> None:
    await surface.show()
    surface.drag((100, 100), (400, 400))
    surface.stage.choose_tool(Tool.REDACT)
    surface.drag((150, 150), (300, 300))
    region = surface.stage.region
    assert region is not None
    assert region.rect == Rect(0, 0, 300, 300)
    row = bytes(region.screen.pixels[60 * region.screen.stride + 60 * 4 :][: 200 * 4])
    assert len({row[index : index + 3] for index in range(0, 130 * 4, 4)}) == 1


async def test_the_same_marks_are_burnt_once(surface: Surface) -> None:
    await surface.show()
    surface.drag((100, 100), (400, 400))
    surface.stage.choose_tool(Tool.BOX)
    surface.drag((150, 150), (300, 300))
    assert surface.stage.region is surface.stage.region


async def test_without_a_tool_the_sketch_is_not_loaded(surface: Surface) -> None:
    await surface.show()
    surface.drag((100, 100), (400, 400))
    assert surface.window.drawing._sketch is None


async def test_a_letter_chooses_a_tool_where_something_is_selected(surface: Surface) -> None:
    await surface.show()
    surface.drag((100, 100), (400, 400))
    surface.window.setFocus()
    surface.key(Qt.Key.Key_R)
    assert surface.window.drawing.tool is Tool.REDACT


# Several regions.


async def test_a_kept_region_stays_while_the_next_is_drawn(surface: Surface) -> None:
    await surface.show()
    surface.drag((100, 100), (200, 180))
    surface.stage.keep()
    assert surface.stage.region is None
    assert not surface.stage.bar.isVisible()
    surface.drag((500, 500), (700, 600))
    assert [(kept.rect.width, kept.rect.height) for kept in surface.stage.kept] == [(100, 80)]
    assert surface.stage.kept[0].screen.native == Rect(100, 100, 100, 80)


async def test_a_kept_region_has_the_same_pixels(surface: Surface) -> None:
    await surface.show()
    surface.drag((100, 100), (200, 180))
    region = surface.stage.region
    assert region is not None
    before = surface.stage.cut()
    surface.stage.keep()
    kept = surface.stage.kept[0]
    assert surface.stage._shot.cut(kept) == before


async def test_a_dropped_region_renumbers_the_others(surface: Surface) -> None:
    await surface.show()
    for start, end in (((100, 100), (200, 180)), ((300, 300), (340, 340))):
        surface.drag(start, end)
        surface.stage.keep()
    surface.stage.drop(0)
    assert surface.stage._shot.kept_on(surface.window) == ((1, Rect(300, 300, 40, 40)),)


async def test_regions_of_an_earlier_capture_are_carried_on(surface: Surface) -> None:
    earlier = Region(noise(3)[0], Rect(0, 0, 10, 10))
    await surface.show(carried=(earlier,))
    surface.drag((100, 100), (200, 180))
    surface.stage.keep()
    assert len(surface.stage.kept) == 2
    assert surface.stage.kept[0] is earlier


async def test_nothing_is_kept_after_the_end(surface: Surface) -> None:
    await surface.show()
    surface.drag((100, 100), (200, 180))
    surface.stage.keep()
    surface.stage.hide()
    assert not surface.stage.kept
