"""Marks in the overlay itself: drawn, undone, asked about."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QPushButton

from kireji.core.annotation import Arrow, Redaction, Text, Tool
from kireji.core.geometry import Rect
from kireji.ui.overlay.annotate.tools import Tools
from tests.ui.overlay.support import Overlay, until

pytestmark = pytest.mark.qt


@asynccontextmanager
async def selected(stand: Overlay) -> AsyncIterator[None]:
    """A region is selected and the tools are there; put away at the end while the loop still runs."""
    await stand.capture()
    stand.drag((200, 200), (600, 500))
    await until(lambda: stand.window.findChildren(Tools), "the tools")
    yield
    stand.presenter.close()
    await until(lambda: not stand.shown, "the overlay to go")
    await asyncio.sleep(0)


def choose(stand: Overlay, name: str) -> None:
    found = next(each for each in stand.window.findChildren(QPushButton) if each.accessibleName() == name)
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


async def test_a_redaction_is_drawn_with_the_button_and_leaves_burnt_in(stand: Overlay) -> None:
    async with selected(stand):
        choose(stand, "Black out")
        stand.drag((250, 250), (350, 300))
        region = stand.presenter.stage.region
        assert region is not None
        burnt = region.screen
        assert stand.window.drawing.marks == (Redaction(Rect(250, 250, 100, 50)),)
        pixel = ((60 + region.rect.y) * burnt.stride) + (70 + region.rect.x) * 4
        assert bytes(burnt.pixels[pixel : pixel + 3]) == bytes(3)


async def test_what_is_encoded_after_a_mark_holds_it(stand: Overlay) -> None:
    async with selected(stand):
        choose(stand, "Black out")
        stand.drag((250, 250), (350, 300))
        await until(lambda: Rect(0, 0, 400, 300) in stand.codec.encoded, "the burnt picture to be encoded")
        assert stand.codec.encoded[-1] == Rect(0, 0, 400, 300)


async def test_while_a_tool_is_chosen_the_selection_stays(stand: Overlay) -> None:
    async with selected(stand):
        choose(stand, "Draw an arrow")
        before = stand.window.selection.rect
        stand.drag((250, 250), (350, 300))
        assert stand.window.selection.rect == before
        assert stand.window.drawing.marks == (Arrow((250, 250), (350, 300)),)


async def test_undo_takes_a_mark_back_and_redo_brings_it_again(stand: Overlay) -> None:
    async with selected(stand):
        choose(stand, "Draw an arrow")
        stand.drag((250, 250), (350, 300))
        choose(stand, "Undo")
        assert stand.window.drawing.marks == ()
        choose(stand, "Redo")
        assert len(stand.window.drawing.marks) == 1


async def test_words_are_typed_on_the_picture_and_taken_over_by_a_press_on_ask(stand: Overlay) -> None:
    async with selected(stand):
        choose(stand, "Write on the picture")
        stand.drag((300, 300), (300, 300))
        await until(lambda: isinstance(stand.window.focusWidget(), QPlainTextEdit), "the field for words")
        QTest.keyClicks(stand.focus, "Abr")
        (mark,) = stand.window.drawing.marks
        assert isinstance(mark, Text)
        assert mark.text == "Abr"
        choose(stand, "Copy the text in the picture (Ctrl+Shift+C)")
        assert not stand.window.drawing.sketch.typing
        assert len(stand.window.drawing.marks) == 1


async def test_tab_goes_through_the_marks(stand: Overlay) -> None:
    async with selected(stand):
        choose(stand, "Draw an arrow")
        stand.drag((250, 250), (350, 300))
        assert stand.window.hasFocus()
        QTest.keyClick(stand.window, Qt.Key.Key_Tab)
        assert stand.window.drawing.sketch.selected == 0
        assert stand.window.hasFocus()
        QTest.keyClick(stand.window, Qt.Key.Key_Tab)
        assert not stand.window.hasFocus()


async def test_esc_puts_the_tool_away_before_the_overlay(stand: Overlay) -> None:
    async with selected(stand):
        choose(stand, "Draw an arrow")
        QTest.keyClick(stand.window, Qt.Key.Key_Escape)
        assert stand.shown
        assert stand.window.drawing.tool is None


async def test_a_tool_chosen_by_key_shows_in_the_row_and_takes_its_colours(stand: Overlay) -> None:
    async with selected(stand):
        stand.window.setFocus()
        QTest.keyClick(stand.window, Qt.Key.Key_B)
        assert stand.window.drawing.tool is Tool.BOX
        choose(stand, "Colour and width")
        choose(stand, "Blue")
        stand.drag((250, 250), (350, 300))
        (mark,) = stand.window.drawing.marks
        assert getattr(mark, "ink").value == "blue"  # noqa: B009 - a mark of any kind


async def test_the_next_capture_begins_without_marks(stand: Overlay) -> None:
    async with selected(stand):
        choose(stand, "Draw an arrow")
        stand.drag((250, 250), (350, 300))
        QTest.keyClick(stand.window, Qt.Key.Key_Escape)
        QTest.keyClick(stand.window, Qt.Key.Key_Escape)
        await until(lambda: not stand.shown, "the overlay to go")
        await stand.capture()
        assert stand.window.drawing.marks == ()
        assert stand.window.drawing.tool is None


async def test_marks_are_seen_as_they_leave(stand: Overlay) -> None:
    async with selected(stand):
        choose(stand, "Black out")
        stand.drag((250, 250), (350, 300))
        shown = stand.window.grab(stand.window.rect()).toImage()
        assert shown.pixelColor(QPoint(300, 275)).name() == "#000000"
