from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kireji.core.messages import Usage
from kireji.core.models import ModelInfo, Price
from kireji.core.request_tokens import Share
from kireji.core.token_corrections import Estimated
from kireji.services.token_counts import Counted
from kireji.ui.inspector.context_bar import ContextBar, Part
from kireji.ui.inspector.pane import Answerer, Inspector
from kireji.ui.inspector.section import Section, _Heading
from kireji.ui.theme import Theme
from tests.fakes.provider import FakeProvider, answer
from tests.fakes.services import FakeSurroundings
from tests.ui.window.support import window_over
from tests.unit.services.test_counting import CountingProvider

pytestmark = pytest.mark.qt

PRICED = ModelInfo("anthropic", "claude-fake-5-5", "Fake", 200_000, prices=(Price(10.0, 50.0, 12.5, 1.0),))


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
    inspector.show_meter(None)
    inspector.show_month(None)
    names = ("In window", "Said", "Tools", "System", "Tokens read", "Tokens written", "Cost", "Total cost", "Month")
    assert {inspector.value(name) for name in names} == {"–"}


def test_an_unknown_price_is_not_reckoned(inspector: Inspector) -> None:
    inspector.show_usage(Usage(100, 20))
    inspector.show_conversation((Usage(100, 20), Usage(100, 20, cost=0.01)))
    assert (inspector.value("Cost"), inspector.value("Total cost")) == ("not known", "not known")


def test_the_context_shows_what_the_next_question_sends_by_kind(inspector: Inspector) -> None:
    inspector.show_answerer(Answerer(context=1000))
    shares = {Share.CONVERSATION: 220, Share.IMAGES: 120, Share.TOOLS: 50, Share.SYSTEM: 100}
    inspector.show_meter(Counted(Estimated(490.0, 5.0), shares, images=3))
    shown = [inspector.value(name) for name in ("In window", "Said", "Images", "Tools", "System")]
    assert shown == ["490 / 1,000", "220", "120", "50", "100"]
    bar = inspector.findChild(ContextBar)
    assert bar is not None
    assert bar.accessibleName() == "49 % of the context is taken"
    assert inspector._values["Images"].accessibleName() == "Images (3): 120"


def test_what_is_seldom_there_has_a_row_only_then(inspector: Inspector) -> None:
    inspector.show_meter(Counted(Estimated(10.0, 1.0), {Share.CONVERSATION: 10}))
    assert not inspector._values["Images"].isVisible()
    assert not inspector._values["Documents"].isVisible()
    inspector.show_meter(Counted(Estimated(30.0, 1.0), {Share.CONVERSATION: 10, Share.DOCUMENTS: 20}, documents=1))
    assert inspector._values["Documents"].isVisible()


def test_an_answer_says_what_it_read_and_wrote(inspector: Inspector) -> None:
    inspector.show_usage(Usage(100, 50, cache_read_tokens=300, cache_write_tokens=40))
    assert [inspector.value(name) for name in ("Tokens read", "Tokens written", "From cache")] == ["140", "50", "68 %"]


@pytest.mark.parametrize(("budget", "words"), [(0.0, "$1.92"), (10.0, "$1.92 / $10.00")])
def test_the_month_stands_beside_its_budget(inspector: Inspector, budget: float, words: str) -> None:
    inspector.show_month(1.92, budget)
    assert inspector.value("Month") == words


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


async def test_the_meter_and_the_price_follow_what_is_written() -> None:
    below = FakeSurroundings().with_key()
    below.provider = FakeProvider(models=(PRICED,))
    async with window_over(below) as stand:
        composer, inspector = stand.window.chat.composer, stand.window.inspector
        composer.set_text("Some words about nothing. " * 40)
        await stand.until(lambda: composer.price.isVisible())
        first = inspector.value("Said")
        assert composer.price.text().startswith("≈ $0.0")
        assert "with an answer of 400 it costs about $0.0" in composer.price.toolTip()
        composer.set_text("Some words about nothing. " * 80)
        await stand.until(lambda: inspector.value("Said") != first)
        assert inspector.value("In window").endswith(" / 200,000")
        composer.set_text("")
        await stand.until(lambda: composer.price.isHidden())


async def test_the_service_counts_when_it_is_asked_to() -> None:
    below = FakeSurroundings().with_key()
    below.provider = CountingProvider(PRICED)
    async with window_over(below) as stand:
        inspector, composer = stand.window.inspector, stand.window.chat.composer
        composer.set_text("Why?")
        await stand.until(inspector.exact.isVisible)
        inspector.exact.click()
        await stand.until(lambda: inspector._counted.text().startswith("Counted by the service: 1,234. Estimated: "))
        assert [row.purpose for row in below.ledger.rows] == ["token count"]
        composer.set_text("Why not?")
        await stand.until(lambda: inspector._counted.isHidden())


async def test_who_does_not_count_is_not_asked() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.window.chat.composer.set_text("Why?")
        await stand.until(lambda: stand.window.inspector.value("Said") != "–")
        assert stand.window.inspector.exact.isHidden() or not stand.window.inspector.exact.isVisible()


async def test_what_is_free_or_has_no_known_price_shows_none() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.window.chat.composer.set_text("Why?")
        await stand.until(lambda: stand.window.inspector.value("Said") != "–")
        assert stand.window.chat.composer.price.isHidden()


async def test_the_month_is_shown_when_an_answer_has_ended() -> None:
    below = FakeSurroundings().with_key()
    below.settings.tables["budget"] = {"month": 10.0}
    below.provider = FakeProvider(answer("A.", usage=Usage(10, 10, cost=0.25)), models=(PRICED,))
    async with window_over(below) as stand:
        await stand.until(lambda: stand.window.inspector.value("Month") == "$0.00 / $10.00")
        stand.window.chat.composer.sent.emit("Why?")
        await stand.until(lambda: stand.window.inspector.value("Month") == "$0.25 / $10.00")


async def test_what_is_folded_away_stays_so() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        heading(section(stand.window.inspector, "sent")).click()
        await stand.until(lambda: below.settings.tables.get("appearance") == {"folded": ["sent"]})
    async with window_over(below) as stand:
        assert section(stand.window.inspector, "sent").folded
        assert not section(stand.window.inspector, "cost").folded
