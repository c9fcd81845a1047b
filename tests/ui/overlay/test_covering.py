"""What will be painted over is seen on the frozen screen, and a press undoes it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from kireji.core.annotation import Tool
from kireji.core.capturing import CaptureMode, CaptureRequest
from kireji.core.geometry import Rect
from kireji.core.secrets.kinds import Kind
from kireji.services.redaction import Redaction
from kireji.ui.covers.box import HiddenBox
from kireji.ui.overlay.shot import Laid
from kireji.ui.theme import Theme
from tests.fakes.desktop import FakeCapture
from tests.fakes.provider import answer
from tests.fakes.reader import FakeReader, WaitingReader
from tests.fakes.stores import MemorySettings
from tests.ui.overlay.support import Overlay, noise, overlay, until
from tests.ui.overlay.world import OverlayWorld

pytestmark = pytest.mark.qt

LINES = [
    "api key: sk-ant-api03-Ab3dEf6hIj9lMn2pQr5tUv8x",
    "A line that is much longer than the one above it, so that the key ends before the edge.",
    "write to a@example.org",
]
START, END = (100, 100), (1100, 300)


@pytest_asyncio.fixture
async def stand(theme: Theme, tmp_path: Path) -> AsyncIterator[Overlay]:
    """An overlay over a screen with a key and a mail address."""
    world = OverlayWorld(redacts=True, reader=FakeReader(LINES))
    world.screen = FakeCapture(noise()[0])
    async with overlay(world, theme, tmp_path) as made:
        yield made


def boxes(stand: Overlay) -> tuple[HiddenBox, ...]:
    return stand.window.boxes.boxes if stand.window.has_boxes else ()


def redaction(stand: Overlay) -> Redaction:
    found = stand.services.outbox.redaction
    assert found is not None
    return found


async def cut_out(stand: Overlay) -> None:
    """Cut out a region, begin to type, and wait for the boxes."""
    await stand.capture()
    stand.drag(START, END)
    stand.type("w")
    await until(lambda: boxes(stand), "the boxes")


def sent(stand: Overlay) -> str:
    request = stand.world.remote.asked[0].cleared.request
    assert request is not None
    (picture,) = request.blobs.values()
    return picture.decode("latin-1")


async def test_boxes_lie_where_the_sent_picture_will_be_painted_over(stand: Overlay) -> None:
    await cut_out(stand)
    (part,) = [part for _, part in stand.presenter.pictures.stored]
    covers = redaction(stand).covers(part.blob)
    assert covers is not None
    assert [box.geometry() for box in boxes(stand)] == [
        QRect(100 + cover.rect.x, 100 + cover.rect.y, cover.rect.width, cover.rect.height) for cover in covers
    ]
    assert [box.cover.kind for box in boxes(stand)] == [Kind.KEY, Kind.MAIL]
    assert all(box.hidden for box in boxes(stand))


async def test_before_anything_is_typed_nothing_is_looked_through(stand: Overlay) -> None:
    await stand.capture()
    stand.drag(START, END)
    await until(lambda: stand.codec.encoded, "the picture to be encoded")
    assert stand.world.reader.pictures == []
    assert stand.presenter.stage.bar.hidden_sentence == ""


async def test_the_bar_says_how_much_is_hidden(stand: Overlay) -> None:
    await cut_out(stand)
    assert stand.presenter.stage.bar.hidden_sentence == "2 things are hidden"
    boxes(stand)[0].click()
    assert stand.presenter.stage.bar.hidden_sentence == "1 thing is hidden"
    boxes(stand)[1].click()
    assert stand.presenter.stage.bar.hidden_sentence == ""


async def test_the_bar_says_that_it_is_being_looked(theme: Theme, tmp_path: Path) -> None:
    reader = WaitingReader(LINES)
    world = OverlayWorld(redacts=True, reader=reader)
    world.screen = FakeCapture(noise()[0])
    async with overlay(world, theme, tmp_path) as stand:
        await stand.capture()
        stand.drag(START, END)
        stand.type("w")
        bar = stand.presenter.stage.bar
        await until(lambda: bar.hidden_sentence == "Looking through the picture…", "the sentence")
        reader.go_on.set()
        await until(lambda: bar.hidden_sentence == "2 things are hidden", "the number")


async def test_a_press_sends_what_is_under_a_box_and_another_hides_it(stand: Overlay) -> None:
    await cut_out(stand)
    (part,) = [part for _, part in stand.presenter.pictures.stored]
    key, _mail = boxes(stand)
    QTest.mouseClick(key, Qt.MouseButton.LeftButton)
    assert [cover.kind for cover in redaction(stand).covers(part.blob) or ()] == [Kind.MAIL]
    assert not key.hidden
    QTest.mouseClick(key, Qt.MouseButton.LeftButton)
    assert [cover.kind for cover in redaction(stand).covers(part.blob) or ()] == [Kind.KEY, Kind.MAIL]


async def test_what_is_sent_is_what_was_seen(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("Because."))
    await cut_out(stand)
    key, mail = boxes(stand)
    mail.click()
    stand.key(Qt.Key.Key_Return)
    await stand.answer_is("Because.")
    assert sent(stand).endswith(f" without {key.cover.rect}")


async def test_a_drag_that_begins_on_a_box_moves_the_selection(stand: Overlay) -> None:
    await cut_out(stand)
    key = boxes(stand)[0]
    QTest.mousePress(key, Qt.MouseButton.LeftButton, pos=QPoint(20, 8))
    QTest.mouseMove(key, QPoint(45, 33))
    QTest.mouseMove(key, QPoint(60, 48))
    QTest.mouseRelease(key, Qt.MouseButton.LeftButton, pos=QPoint(60, 48))
    assert stand.window.selection.rect == Rect(140, 140, 1000, 200)
    assert redaction(stand).covers(key.picture) is not None
    assert len(redaction(stand).covers(key.picture) or ()) == 2


async def test_while_the_selection_changes_there_are_no_boxes(stand: Overlay) -> None:
    await cut_out(stand)
    stand.drag((400, 280), (420, 290), release=False)
    assert boxes(stand) == ()
    QTest.mouseRelease(stand.window, Qt.MouseButton.LeftButton, pos=QPoint(420, 290))
    await until(lambda: boxes(stand), "the boxes of the new picture")
    assert boxes(stand)[0].geometry().y() == 110


async def test_a_tool_draws_over_the_boxes(stand: Overlay) -> None:
    await cut_out(stand)
    stand.presenter.stage.choose_tool(Tool.BOX)
    key = boxes(stand)[0]
    QTest.mousePress(key, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    QTest.mouseMove(key, QPoint(60, 60))
    QTest.mouseRelease(key, Qt.MouseButton.LeftButton, pos=QPoint(60, 60))
    assert len(stand.window.drawing.marks) == 1
    assert key.hidden


async def test_a_mark_makes_another_picture_in_which_what_was_undone_stays_undone(stand: Overlay) -> None:
    await cut_out(stand)
    boxes(stand)[0].click()
    before = boxes(stand)[0].picture
    stand.presenter.stage.choose_tool(Tool.BOX)
    stand.drag((300, 200), (400, 250))
    await until(lambda: boxes(stand) and boxes(stand)[0].picture != before, "the boxes of the new picture")
    assert [box.hidden for box in boxes(stand)] == [False, True]


async def test_regions_that_were_put_aside_keep_their_boxes(stand: Overlay) -> None:
    await cut_out(stand)
    stand.key(Qt.Key.Key_Insert)
    stand.drag((100, 500), (1100, 700))
    stand.type("w")
    await until(lambda: len(boxes(stand)) == 4, "the boxes of both regions")
    assert [box.geometry().y() // 100 for box in boxes(stand)] == [1, 1, 5, 5]
    assert stand.presenter.stage.bar.hidden_sentence == "4 things are hidden"


async def test_a_box_says_what_it_is_while_the_pointer_is_on_it(stand: Overlay) -> None:
    await cut_out(stand)
    caption = stand.window.boxes.caption
    assert caption.words == ""
    boxes(stand)[0].setFocus(Qt.FocusReason.TabFocusReason)
    assert caption.words == "Key – Space to send it"
    QTest.keyClick(boxes(stand)[0], Qt.Key.Key_Space)
    assert caption.words == "Key – Space to hide it"


async def test_keys_go_through_the_boxes_and_back_to_the_question(stand: Overlay) -> None:
    await cut_out(stand)
    field = stand.focus
    stand.key(Qt.Key.Key_H, Qt.KeyboardModifier.AltModifier)
    assert stand.focus is boxes(stand)[0]
    stand.key(Qt.Key.Key_Down)
    assert stand.focus is boxes(stand)[1]
    stand.key(Qt.Key.Key_Return)
    assert not boxes(stand)[1].hidden
    stand.key(Qt.Key.Key_H)
    assert stand.focus is boxes(stand)[0]
    stand.key(Qt.Key.Key_Escape)
    assert stand.focus is field
    assert stand.shown


async def test_the_bars_line_leads_to_the_boxes(stand: Overlay) -> None:
    await cut_out(stand)
    stand.presenter.stage.bar.boxes_wanted.emit()
    assert stand.focus is boxes(stand)[0]


async def test_screen_readers_hear_what_a_box_is(stand: Overlay) -> None:
    await cut_out(stand)
    assert boxes(stand)[0].accessibleName() == "Key, hidden. Press to send it"
    boxes(stand)[0].click()
    assert boxes(stand)[0].accessibleName() == "Key, will be sent. Press to hide it"


async def test_for_a_service_that_gets_everything_there_are_no_boxes(theme: Theme, tmp_path: Path) -> None:
    world = OverlayWorld(
        redacts=True, reader=FakeReader(LINES), settings=MemorySettings({"privacy": {"anthropic": "never"}})
    )
    world.screen = FakeCapture(noise()[0])
    async with overlay(world, theme, tmp_path) as stand:
        await stand.capture()
        await until(lambda: stand.presenter.asking.provider == "anthropic", "who answers")
        stand.drag(START, END)
        stand.type("w")
        await until(lambda: len(world.reader.pictures) == 1, "the picture to be read for others")
        assert boxes(stand) == ()
        assert stand.presenter.stage.bar.hidden_sentence == ""


async def test_the_next_capture_begins_without_boxes(stand: Overlay) -> None:
    await cut_out(stand)
    stand.presenter.close()
    await stand.capture()
    assert boxes(stand) == ()
    stand.drag(START, END)
    assert stand.presenter.stage.bar.hidden_sentence == ""


async def test_what_was_undone_in_the_capture_before_is_hidden_in_the_next(stand: Overlay) -> None:
    await cut_out(stand)
    boxes(stand)[0].click()
    stand.presenter.close()
    await cut_out(stand)
    assert [box.hidden for box in boxes(stand)] == [True, True]


async def test_once_it_is_asked_nothing_can_be_undone(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("Because."))
    await cut_out(stand)
    stand.key(Qt.Key.Key_Return)
    await stand.answer_is("Because.")
    assert [box.isEnabled() for box in boxes(stand)] == [False, False]


async def test_all_screens_together_have_their_boxes(stand: Overlay) -> None:
    await stand.capture(CaptureRequest(CaptureMode.ALL))
    stand.type("w")
    await until(lambda: boxes(stand), "the boxes")
    (part,) = [part for _, part in stand.presenter.pictures.stored]
    covers = redaction(stand).covers(part.blob)
    assert covers is not None
    assert [(box.x(), box.y()) for box in boxes(stand)] == [(cover.rect.x, cover.rect.y) for cover in covers]


@pytest.mark.parametrize(
    ("target", "rect", "place"),
    [
        (Rect(10, 20, 100, 50), Rect(5, 6, 7, 8), Rect(15, 26, 7, 8)),
        (Rect(0, 0, 50, 25), Rect(5, 6, 7, 8), Rect(2, 3, 4, 4)),
        (Rect(0, 0, 200, 100), Rect(-5, 0, 10, 10), Rect(0, 0, 10, 20)),
    ],
)
async def test_a_place_in_a_region_becomes_one_on_the_screen(
    stand: Overlay, target: Rect, rect: Rect, place: Rect
) -> None:
    await stand.capture()
    assert Laid(stand.window, Rect(0, 0, 100, 50), target).place(rect) == place


async def test_boxes_are_solid_and_what_is_undone_shows_what_is_below(stand: Overlay) -> None:
    await cut_out(stand)
    key = boxes(stand)[0]
    middle = key.geometry().center()

    def colour(window: QWidget) -> str:
        return window.grab(QRect(middle, middle)).toImage().pixelColor(0, 0).name()

    assert colour(stand.window) == "#000000"
    key.click()
    frame = stand.window.frame
    assert frame is not None
    assert colour(stand.window) == frame.colour(middle.x(), middle.y())
