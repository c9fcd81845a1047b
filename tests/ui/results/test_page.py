"""A result beside its pictures: what is chosen at one side is shown at the other, by pointer and by keyboard."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from kireji.core.extraction.sheets import Cell, CellType, Column, Extraction, Presence, Sheet, SumCheck, SumKind
from kireji.ui.results.kinds import ShownSheets
from kireji.ui.results.page import ResultPage
from kireji.ui.results.picture_boxes import PictureBoxes
from kireji.ui.results.sheet_view import SheetView
from kireji.ui.theme import Theme
from tests.support.accessibility import unnamed

pytestmark = pytest.mark.qt


def cell(text: str, box: tuple[int, int, int, int] | None, **more: object) -> Cell:
    return msgspec.structs.replace(Cell(text, value=text, presence=Presence.FOUND, box=box), **more)


COLUMNS = (Column("Item"), Column("Amount", CellType.CURRENCY, unit="EUR"))
ROWS = (
    (cell("Tea", (20, 20, 60, 40)), cell("3.50", (200, 20, 240, 40), presence=Presence.DIFFERS, seen="3.80")),
    (cell("Cake", None, presence=Presence.MISSING), cell("four", (200, 60, 240, 80), type=CellType.NUMBER, value="")),
    (cell("Total", (20, 100, 60, 120)), cell("8.00", (200, 100, 240, 120))),
)
SUM = SumCheck(SumKind.COLUMN, "8.00", "7.50", 2, 1, ((0, 1), (1, 1)))
BILL = Extraction((Sheet("Bill", COLUMNS, ROWS, (SUM,)), Sheet("Terms", COLUMNS[:1], ((ROWS[0][0],),))))


class Place:
    """The page with one result."""

    def __init__(self, extraction: Extraction) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.app = app
        self.page = ResultPage(Theme(app))
        shown = ShownSheets(self.page, extraction, Theme(app))
        content = shown.content
        assert isinstance(content, SheetView)
        self.view: SheetView = content
        self.page.show_content(content, "Bill", "Table", scrolls=False)
        self.page.resize(1000, 600)
        self.page.show()
        picture = QImage(300, 200, QImage.Format.Format_RGB32)
        picture.fill(Qt.GlobalColor.white)
        shown.take_pictures([picture, picture.copy()])
        app.processEvents()

    @property
    def picture(self) -> PictureBoxes:
        return self.page.stage.first


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    made = Place(BILL)
    yield made
    made.page.close()
    made.page.deleteLater()


async def test_a_cell_that_is_gone_to_is_shown_on_the_picture(place: Place) -> None:
    place.view.table.setFocus()
    QTest.keyClick(place.view.table, Qt.Key.Key_Right)
    assert place.picture.current == (0, 0, 1)
    assert place.picture.accessibleName() == "Picture: Amount: 3.50. Differs: the picture says “3.80”"


async def test_a_click_on_a_box_goes_to_its_cell(place: Place) -> None:
    where = place.picture.where((0, 2, 1)).center().toPoint()
    QTest.mouseClick(place.picture.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert place.view.table.here() == (2, 1)
    QTest.mouseClick(place.picture.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert place.picture.current is None


async def test_arrow_keys_go_from_box_to_box_and_enter_to_the_cell(place: Place) -> None:
    place.picture.setFocus()
    place.picture.choose((0, 0, 0))
    QTest.keyClick(place.picture, Qt.Key.Key_Right)
    QTest.keyClick(place.picture, Qt.Key.Key_Down)
    assert place.view.table.here() == (1, 1)
    QTest.keyClick(place.picture, Qt.Key.Key_Return)
    assert place.page.focusWidget() is place.view.table


async def test_what_is_doubtful_is_said_to_eyes_and_ears(place: Place) -> None:
    model = place.view.model
    heard = [str(model.index(row, 1).data(Qt.ItemDataRole.AccessibleTextRole)) for row in range(3)]
    assert heard == [
        "Amount: 3.50. Differs: the picture says “3.80”",
        "Amount: four. Cannot be read as a number",
        "Amount: 8.00",
    ]
    assert model.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "Item: Cake. Not found on the picture"
    assert place.view.doubt.text() == "2 values were not found so on the picture · 1 value is not of its type"


async def test_f8_goes_from_doubt_to_doubt(place: Place) -> None:
    places = []
    for _ in range(4):
        place.view.next_doubt()
        places.append(place.view.table.here())
    assert places == [(0, 1), (1, 0), (1, 1), (0, 1)]


async def test_a_sum_that_does_not_hold_says_so_and_shows_its_cells(place: Place) -> None:
    chip = place.view.sums.findChildren(type(place.page.header.copy))[0]
    assert chip.accessibleName() == "Amount adds up to 7.50, but 8.00 stands there"
    chip.click()
    assert place.view.table.here() == (2, 1)
    assert place.view.table.parts() == {(0, 1), (1, 1), (2, 1)}
    assert {box.key for box in place.picture.boxes if box.tone == "good"} == {(0, 0, 1), (0, 1, 1), (0, 2, 1)}


async def test_the_selection_is_copied_as_spreadsheets_take_it(place: Place) -> None:
    place.view.table.setFocus()
    QTest.keyClick(place.view.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(place.view.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Tea\t3.50\nCake\tfour\nTotal\t8.00"


async def test_several_tables_are_walked_through(place: Place) -> None:
    place.view.tables.press("1")
    assert place.view.model.rowCount() == 1
    assert {box.key for box in place.picture.boxes} == {(1, 0, 0)}


async def test_zoom_keeps_within_bounds_and_returns_to_all_of_it(place: Place) -> None:
    assert place.picture.fitting
    for _ in range(60):
        QTest.keyClick(place.picture, Qt.Key.Key_Plus)
    assert not place.picture.fitting
    assert place.picture.where((0, 0, 0)).width() <= 40 * 8
    for _ in range(60):
        QTest.keyClick(place.picture, Qt.Key.Key_Minus)
    assert place.picture.fitting


async def test_another_picture_comes_when_its_cell_is_gone_to() -> None:
    rows = (ROWS[0], tuple(msgspec.structs.replace(each, picture=1) for each in ROWS[2]))
    here = Place(Extraction((Sheet("", COLUMNS, rows, (), ("a.png", "b.png")),), sources=("a.png", "b.png")))
    wanted: list[int] = []
    here.page.picture_wanted.connect(wanted.append)
    here.view.table.go_to((1, 0), tell=True)
    assert wanted == [1]
    here.page.close()


async def test_fields_stand_below_each_other() -> None:
    sheet = Sheet("", COLUMNS, (ROWS[0],))
    here = Place(Extraction((sheet,), fields=True))
    model = here.view.model
    assert (model.rowCount(), model.columnCount()) == (2, 1)
    assert model.headerData(1, Qt.Orientation.Vertical) == "Amount (EUR)"
    here.view.table.go_to((0, 1))
    assert here.view.table.here() == (0, 1)
    here.page.close()


async def test_five_hundred_columns_and_two_thousand_rows_are_only_made_as_they_are_seen() -> None:
    columns = tuple(Column(f"c{number}") for number in range(500))
    row = tuple(cell(f"value {number}", (number, 0, number + 3, 9)) for number in range(500))
    here = Place(Extraction((Sheet("", columns, (row,) * 2_000),)))
    assert len(here.picture.boxes) <= 2_500
    asked: set[tuple[int, int]] = set()
    plain = here.view.model.data

    def data(index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        asked.add((index.row(), index.column()))
        return plain(index, role)

    here.view.model.data = data  # type: ignore[method-assign]
    for _ in range(5):
        QTest.keyClick(here.view.table, Qt.Key.Key_PageDown)
        here.app.processEvents()
    assert 0 < len(asked) < 5_000  # of a million
    here.page.close()


async def test_everything_on_it_has_a_name(place: Place) -> None:
    assert unnamed(place.page) == []


async def test_hostile_names_and_cells_are_words() -> None:
    bad = "<img src='http://x'>" * 200
    here = Place(Extraction((Sheet(bad, (Column(bad),), ((cell(bad, (0, 0, 9, 9)),),)),)))
    assert "&lt;img" in str(here.view.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole))
    here.page.close()


async def test_many_sums_that_hold_are_one_line_until_somebody_wants_them(place: Place) -> None:
    checks = tuple(SumCheck(SumKind.FIELDS, "8.00", "8.00", 2, 1, words=f"A + {number}") for number in range(5))
    place.view.show_extraction(Extraction((Sheet("Bill", COLUMNS, ROWS, (SUM, *checks)),)))
    assert told(place) == ["Amount adds up to 7.50, but 8.00 stands there", "5 sums add up"]
    last = place.view._sum_flow.itemAt(1)
    assert last is not None
    chip = last.widget()
    assert isinstance(chip, QPushButton)
    chip.click()
    assert told(place)[1:] == [f"Amount (A + {number}): 8.00 adds up" for number in range(5)]


async def test_a_price_that_does_not_hold_names_its_row(place: Place) -> None:
    check = SumCheck(SumKind.ROW, "3.50", "3.80", 0, 1, words="Count × Price")
    place.view.show_extraction(Extraction((Sheet("Bill", COLUMNS, ROWS, (check,)),)))
    assert told(place) == ["Tea, Amount adds up to 3.80, but 3.50 stands there"]


async def test_a_sum_is_named_once(place: Place) -> None:
    check = SumCheck(SumKind.COLUMN, "8.00", "7.50", 2, 1, words="Amount")
    place.view.show_extraction(Extraction((Sheet("Bill", COLUMNS, ROWS, (check,)),)))
    assert told(place) == ["Amount adds up to 7.50, but 8.00 stands there"]


def told(place: Place) -> list[str]:
    flow = place.view._sum_flow
    return [item.widget().accessibleName() for at in range(flow.count()) if (item := flow.itemAt(at)) is not None]
