"""Verdicts, translations and comparisons beside their pictures."""

from __future__ import annotations

import io

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kireji.services.application import Services
from kireji.ui.results.box_marks import number_plate
from kireji.ui.results.kinds import ShownResult, made_for
from kireji.ui.results.page import ResultPage
from kireji.ui.results.shown_comparison import ComparisonContent
from kireji.ui.results.shown_translation import TranslationContent
from kireji.ui.theme import Theme
from tests.fakes.services import FakeSurroundings
from tests.support.accessibility import unnamed
from tests.support.demo_results import RESULTS, Shown

pytestmark = pytest.mark.qt

BY_NAME = {each.name: each for each in RESULTS}


async def shown(what: Shown) -> tuple[ResultPage, ShownResult]:
    """A result on a page, with its pictures."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    services: Services = FakeSurroundings().build()
    theme = Theme(app)
    page = ResultPage(theme)
    made = made_for(what.result, theme, page, services)
    page.show_content(made.content, what.question, what.name, scrolls=made.scrolls)
    page.stage.choice_made.connect(made.choose)
    page.resize(1000, 700)
    page.show()
    made.take_pictures([QImage.fromData(io.BytesIO(data).getvalue()) for data in what.pictures])
    await made.prepare()
    app.processEvents()
    return page, made


async def test_a_translation_lies_over_the_picture_and_gives_way_to_the_original() -> None:
    page, made = await shown(BY_NAME["translation"])
    over = page.stage.first._image
    page.stage.choices.press("original")
    assert page.stage.first._image != over
    page.stage.choices.press("both")
    assert page.stage.pair_shown
    assert page.stage.second._image == over
    assert made.picture_to_save() == over


async def test_a_block_of_a_translation_is_found_on_the_picture_and_back() -> None:
    page, made = await shown(BY_NAME["translation"])
    content = made.content
    assert isinstance(content, TranslationContent)
    content.list.setFocus()
    QTest.keyClick(content.list, Qt.Key.Key_Down)
    QTest.keyClick(content.list, Qt.Key.Key_Down)
    key = page.stage.first.current
    assert key is not None
    page.stage.first.choose(None)
    where = page.stage.first.where(1).center().toPoint()
    QTest.mouseClick(page.stage.first.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert content.list.currentIndex().row() == 1
    QTest.keyClick(content.list, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Rechnung 2026-117"


async def test_regions_of_a_comparison_are_numbered_on_both_pictures() -> None:
    page, _ = await shown(BY_NAME["comparison"])
    assert [box.number for box in page.stage.first.boxes] == [1, 2]
    assert [box.number for box in page.stage.second.boxes] == [1, 2]
    assert page.stage.pair_shown


async def test_a_change_shows_its_region_and_a_region_its_change() -> None:
    page, made = await shown(BY_NAME["comparison"])
    content = made.content
    assert isinstance(content, ComparisonContent)
    content.list.setFocus()
    QTest.keyClick(content.list, Qt.Key.Key_Down)
    first, second = page.stage.first, page.stage.second
    assert first.current == second.current is not None
    where = second.where(0).center().toPoint()
    QTest.mouseClick(second.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert content.list.currentIndex().row() == 1  # the change that is about the first region


async def test_one_key_puts_one_picture_in_the_place_of_the_other() -> None:
    page, _ = await shown(BY_NAME["comparison"])
    page.activateWindow()
    page.stage.choices.press("before")
    before = page.stage.first._image
    page.stage.choices.press("after")
    assert page.stage.first._image != before
    assert not page.stage.pair_shown


async def test_what_a_verdict_says_can_be_copied() -> None:
    _, made = await shown(BY_NAME["verdict"])
    text = made.content.copied("text")
    assert text.startswith("Block: 2 findings")
    assert "“you are worthless” (not found in what was judged)" in text
    assert made.content.copied("rewrite").startswith("I disagree")


@pytest.mark.parametrize("name", sorted(BY_NAME))
async def test_everything_has_a_name(name: str) -> None:
    page, _ = await shown(BY_NAME[name])
    assert unnamed(page) == []


def test_the_number_of_a_region_hides_no_word_beside_it_on_its_line() -> None:
    line = QRectF(100, 50, 80, 20)
    plate = number_plate(line, 18, 18)
    assert plate.bottom() <= line.top() + 5
    assert plate.right() <= line.left() + 5
    assert number_plate(QRectF(0, 0, 80, 20), 18, 18).topLeft() == QPointF(0, 0)
