from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kireji.core.messages import Usage
from kireji.ui.inspector.context_bar import ContextBar, Part
from kireji.ui.inspector.pane import Answerer, Inspector
from kireji.ui.inspector.section import Section, _Heading
from kireji.ui.theme import Theme
from tests.fakes.services import FakeSurroundings
from tests.ui.window.support import window_over

pytestmark = pytest.mark.qt


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp)


@pytest.fixture
def inspector(theme: Theme, qtbot: QtBot) -> Inspector:
    result = Inspector(theme)
    qtbot.addWidget(result)
    result.resize(248, 900)
    result.show()
    return result


def section(inspector: Inspector, name: str) -> Section:
    return next(each for each in inspector.findChildren(Section) if each.name == name)


def heading(part: Section) -> _Heading:
    found = part.findChild(_Heading)
    assert found is not None
    return found


def test_what_was_not_reported_is_a_dash(inspector: Inspector) -> None:
    inspector.show_usage(None)
    inspector.show_conversation(())
    names = ("In window", "Tokens from cache", "Tokens read", "Tokens written", "Cost", "Total cost", "From cache")
    assert {inspector.value(name) for name in names} == {"–"}


def test_an_unknown_price_is_not_reckoned(inspector: Inspector) -> None:
    inspector.show_usage(Usage(100, 20))
    inspector.show_conversation((Usage(100, 20), Usage(100, 20, cost=0.01)))
    assert (inspector.value("Cost"), inspector.value("Total cost")) == ("not known", "not known")


def test_the_context_shows_its_parts_as_they_were_reported(inspector: Inspector) -> None:
    inspector.show_answerer(Answerer(context=1000))
    inspector.show_usage(Usage(100, 50, cache_read_tokens=300, cache_write_tokens=40))
    shown = [inspector.value(name) for name in ("In window", "Tokens from cache", "Tokens read", "Tokens written")]
    assert shown == ["490 / 1,000", "300", "140", "50"]
    bar = inspector.findChild(ContextBar)
    assert bar is not None
    assert bar.accessibleName() == "49 % of the context is taken"


def test_of_several_requests_only_the_last_one_stands_in_the_window(inspector: Inspector) -> None:
    inspector.show_answerer(Answerer(context=1000))
    inspector.show_usage(Usage(1100, 50, cache_read_tokens=350, window_tokens=501))
    assert (inspector.value("In window"), inspector.value("Tokens read")) == ("501 / 1,000", "1,100")


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_bar_begins_where_one_begins_to_read(theme: Theme, qtbot: QtBot, mirrored: bool) -> None:
    bar = ContextBar(theme)
    qtbot.addWidget(bar)
    bar.setLayoutDirection(Qt.LayoutDirection.RightToLeft if mirrored else Qt.LayoutDirection.LeftToRight)
    bar.resize(100, 6)
    bar.set_parts((Part(25, "info"), Part(25, "accent")), 100)
    picture = bar.grab().toImage()
    ends = [picture.pixelColor(x, 3) for x in (2, 40, 97)]
    colours = theme.colours
    expected = [QColor(each) for each in (colours.info, colours.accent, colours.line)]
    if mirrored:
        assert ends == [QColor(colours.line), QColor(colours.line), QColor(colours.info)]
    else:
        assert ends == expected


def test_a_part_that_is_there_at_all_is_seen_and_too_much_fits(theme: Theme, qtbot: QtBot) -> None:
    bar = ContextBar(theme)
    qtbot.addWidget(bar)
    bar.resize(100, 6)
    bar.set_parts((Part(1, "info"), Part(5_000_000, "accent")), 1_000_000)
    picture = bar.grab().toImage()
    assert picture.pixelColor(0, 3) == QColor(theme.colours.info)
    assert picture.pixelColor(99, 3) == QColor(theme.colours.accent)


def test_a_section_folds_away_by_keyboard_and_says_so(inspector: Inspector) -> None:
    cost = section(inspector, "cost")
    said: list[object] = []
    inspector.folded_changed.connect(said.append)
    QTest.keyClick(heading(cost), Qt.Key.Key_Return)
    assert (cost.folded, said) == (True, [("cost",)])
    assert heading(cost).accessibleName() == "Cost: folded away. Show"
    QTest.keyClick(heading(cost), Qt.Key.Key_Space)
    assert (cost.folded, said[-1]) == (False, ())


def test_a_section_that_comes_later_is_folded_as_it_was(inspector: Inspector, theme: Theme) -> None:
    inspector.set_folded(("jobs", "cost"))
    jobs = Section("jobs", "Jobs", theme)
    jobs.add_row("Running", "Running")
    inspector.add_section(jobs, before="sent")
    assert jobs.folded
    heading(jobs).click()
    jobs.set_value("Running", "2")
    assert inspector.value("Running") == "2"
    order = [each.name for each in inspector._sections]
    assert order.index("jobs") == order.index("sent") - 1


async def test_what_is_folded_away_stays_so() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        heading(section(stand.window.inspector, "sent")).click()
        await stand.until(lambda: below.settings.tables.get("appearance") == {"folded": ["sent"]})
    async with window_over(below) as stand:
        assert section(stand.window.inspector, "sent").folded
        assert not section(stand.window.inspector, "cost").folded
