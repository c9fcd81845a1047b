"""What a capture is for: modes, several regions, the desktop's own dialog, and what is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from kireji.core.annotation import Tool
from kireji.core.capturing import CaptureMode, CaptureRequest
from kireji.core.errors import CaptureError, CaptureRefused
from kireji.core.geometry import DesktopWindow, Rect
from kireji.ui.theme import Theme
from tests.fakes.desktop import FakeCapture, FakePicker, FakeWindows, MemoryLastRegion
from tests.fakes.provider import answer
from tests.ui.overlay.support import Overlay, noise, overlay, until
from tests.ui.overlay.world import OverlayWorld

pytestmark = pytest.mark.qt
ADD = CaptureRequest(add=True)
FIRST, SECOND = b"\x89PNGpicture of 0,0,200,100", b"\x89PNGpicture of 400,100,100,50"


def world(**parts: object) -> OverlayWorld:
    return OverlayWorld(screen=FakeCapture(noise()[0]), **parts)  # type: ignore[arg-type]


def kept(stand: Overlay) -> int:
    return len(stand.presenter.stage.kept)


async def one_kept(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    stand.key(Qt.Key.Key_Insert)
    assert kept(stand) == 1


async def test_all_regions_are_sent_in_the_order_in_which_they_were_cut(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("Both."))
    await one_kept(stand)
    stand.drag((400, 100), (500, 150))
    stand.type("compare")
    stand.key(Qt.Key.Key_Return)
    await stand.answer_is("Both.")
    request = stand.world.remote.asked[0].cleared.request
    assert request is not None
    assert [request.blobs[part.blob] for part in request.messages[-1].images] == [FIRST, SECOND]


async def test_plus_on_an_empty_field_keeps_a_region_and_in_a_text_is_a_letter(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    stand.type("1+")
    assert kept(stand) == 0
    stand.presenter.stage.bar.field.clear()
    stand.type("+")
    assert kept(stand) == 1


async def test_a_kept_region_can_be_removed_in_the_bar(stand: Overlay) -> None:
    await one_kept(stand)
    stand.drag((400, 100), (500, 150))
    row = stand.presenter.stage.bar._kept
    assert row is not None
    row.pictures[0].click()
    assert kept(stand) == 0
    assert not row.isVisible()


async def test_kept_regions_survive_esc_until_a_capture_that_adds_no_region(stand: Overlay) -> None:
    await one_kept(stand)
    stand.key(Qt.Key.Key_Escape)
    await stand.capture(ADD)
    assert kept(stand) == 1
    stand.key(Qt.Key.Key_Escape)
    await stand.capture()
    assert kept(stand) == 0


async def test_a_region_kept_before_is_sent_with_the_next_capture(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("Both."))
    await one_kept(stand)
    stand.key(Qt.Key.Key_Escape)
    await stand.capture(ADD)
    stand.drag((400, 100), (500, 150))
    stand.key(Qt.Key.Key_Return)
    await stand.answer_is("Both.")
    request = stand.world.remote.asked[0].cleared.request
    assert request is not None
    assert [request.blobs[part.blob] for part in request.messages[-1].images] == [FIRST, SECOND]


async def test_regions_that_were_asked_about_are_not_kept(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("Both."))
    await one_kept(stand)
    stand.drag((400, 100), (500, 150))
    stand.key(Qt.Key.Key_Return)
    await stand.answer_is("Both.")
    stand.key(Qt.Key.Key_Escape)
    await stand.capture(ADD)
    assert kept(stand) == 0


async def test_adding_while_the_overlay_is_open_keeps_what_is_selected(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    stand.presenter.capture(ADD)
    assert kept(stand) == 1
    assert stand.world.screen.grabs == 1


async def test_more_regions_than_one_question_can_hold_are_said(stand: Overlay) -> None:
    await stand.capture()
    for number in range(9):
        stand.drag((100, 100), (150 + number, 150))
        stand.key(Qt.Key.Key_Insert)
    stand.drag((100, 100), (300, 200))
    stand.key(Qt.Key.Key_Insert)
    assert kept(stand) == 9
    assert "Remove one first" in stand.presenter.stage.bar.sentence


async def test_the_region_of_the_capture_before_is_selected_again(theme: Theme, tmp_path: Path) -> None:
    async with overlay(world(last_region=MemoryLastRegion(Rect(10, 20, 30, 40))), theme, tmp_path) as stand:
        await stand.capture(CaptureRequest(CaptureMode.LAST))
        region = stand.presenter.stage.region
        assert region is not None
        assert region.rect == Rect(10, 20, 30, 40)


async def test_what_was_asked_about_is_remembered_and_what_was_thrown_away_is_not(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("A."))
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    stand.key(Qt.Key.Key_Escape)
    assert stand.world.last_region.rect is None
    await stand.ask()
    await stand.answer_is("A.")
    assert stand.world.last_region.rect == Rect(100, 100, 200, 100)


async def test_a_copied_region_is_remembered(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    stand.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: stand.world.last_region.rect, "the place to be remembered")


async def test_windows_can_be_picked_as_soon_as_they_are_known(theme: Theme, tmp_path: Path) -> None:
    windows = FakeWindows(DesktopWindow(Rect(50, 60, 300, 200), "Terminal"))
    async with overlay(world(windows=windows), theme, tmp_path) as stand:
        await stand.capture(CaptureRequest(CaptureMode.WINDOW))
        stand.drag((100, 100), (100, 100))
        await until(lambda: stand.presenter.stage.region, "the window to be taken")
        region = stand.presenter.stage.region
        assert region is not None
        assert region.rect == Rect(50, 60, 300, 200)


async def test_where_screens_cannot_be_frozen_the_desktops_dialog_cuts_out_the_picture(
    theme: Theme, tmp_path: Path
) -> None:
    async with overlay(world(picker=FakePicker()), theme, tmp_path) as stand:
        stand.world.screen.failure = CaptureRefused("The desktop refused.", "Allow it.")
        stand.presenter.capture(CaptureRequest(prompt="explain"))
        await until(lambda: stand.pictures, "the picture")
        picture, prompt = stand.pictures[0]
        assert (picture.data, prompt) == (b"picked", "explain")
        assert stand.curtain.calls == ["hide", "restore"]
        assert not stand.errors


async def test_a_dialog_that_was_left_gives_nothing_and_says_nothing(theme: Theme, tmp_path: Path) -> None:
    async with overlay(world(picker=FakePicker(None)), theme, tmp_path) as stand:
        stand.world.screen.failure = CaptureRefused("The desktop refused.", "Allow it.")
        stand.presenter.capture()
        await until(lambda: stand.curtain.calls == ["hide", "restore"], "our windows to come back")
        assert not stand.pictures
        assert not stand.errors


async def test_a_capture_that_fails_otherwise_does_not_open_the_dialog(theme: Theme, tmp_path: Path) -> None:
    picker = FakePicker()
    async with overlay(world(picker=picker), theme, tmp_path) as stand:
        stand.world.screen.failure = CaptureError("The screen could not be captured.", "Try again.")
        stand.presenter.capture()
        await until(lambda: stand.errors, "the sentence")
        assert picker.picks == 0


async def test_who_prefers_the_desktops_dialog_gets_it_first(theme: Theme, tmp_path: Path) -> None:
    async with overlay(world(picker=FakePicker()), theme, tmp_path) as stand:
        await stand.services.preferences.set("capture.desktop_picker", True)
        stand.presenter.capture()
        await until(lambda: stand.pictures, "the picture")
        assert stand.world.screen.grabs == 0


async def test_watching_closes_the_overlay_and_says_where_it_ends(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    stand.type("is it done")
    stand.presenter.stage.bar.command.emit("watch")
    assert not stand.shown
    watch = stand.services.watches.running[0]
    assert (watch.region, watch.question, watch.conversation) == (Rect(100, 100, 200, 100), "is it done", None)
    await until(lambda: stand.world.notifier.notices, "the notification")
    assert "Stop it in the tray" in stand.world.notifier.notices[0].body


async def test_what_was_redacted_stays_redacted_while_it_is_watched(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    stand.presenter.stage.choose_tool(Tool.REDACT)
    stand.drag((150, 120), (200, 150))
    stand.presenter.stage.bar.command.emit("watch")
    [watch] = stand.services.watches.running
    [hidden] = watch.hidden
    assert hidden.intersection(Rect(151, 121, 48, 28)) == Rect(151, 121, 48, 28)


async def test_watching_beside_an_answer_goes_on_in_its_conversation(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("Not yet."))
    await stand.ask("is it done")
    await stand.answer_is("Not yet.")
    conversation = await stand.conversations.latest()
    assert conversation is not None
    stand.presenter.stage.bar.command.emit("watch")
    watch = stand.services.watches.running[0]
    assert (watch.question, watch.conversation) == ("is it done", conversation.id)


async def test_a_watch_is_told_of_even_where_there_are_no_notifications(stand: Overlay) -> None:
    stand.world.notifier.works = False
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    stand.presenter.stage.bar.command.emit("watch")
    await until(lambda: stand.errors, "the sentence")
    assert "Stop it in the tray" in stand.errors[0]
