"""Modes, history and kept regions, without a presenter."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from kireji.core.annotation import Tool
from kireji.core.capturing import CaptureMode
from kireji.core.geometry import Rect, Region
from tests.ui.overlay.support import noise, until
from tests.ui.overlay.surface import Surface

pytestmark = pytest.mark.qt
CONTROL = Qt.KeyboardModifier.ControlModifier


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
