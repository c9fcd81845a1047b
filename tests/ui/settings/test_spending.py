"""The page "Spending": what answers cost, and budgets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from kireji.core.messages import Usage
from kireji.core.models import ModelInfo, Price
from kireji.core.spending import Entry, OfDay
from kireji.ui.settings.spending.budget_row import BudgetRow
from kireji.ui.settings.spending.page import SpendingPage
from kireji.ui.settings.spending.plot import SpendingPlot, top_of
from kireji.ui.settings.spending.presenter import SpendingPresenter
from kireji.ui.theme import Theme
from tests.fakes.provider import FakeProvider, answer
from tests.fakes.services import FakeSurroundings
from tests.ui.window.support import window_over

pytestmark = pytest.mark.qt

FIRST = date(2026, 11, 1)
UNKNOWN = ModelInfo("anthropic", "fake-model", "Fake model")
PRICED = ModelInfo("anthropic", "fake-model", "Fake model", prices=(Price(1.0, 5.0, 1.25, 0.1),))


@dataclass
class Shown:
    """The page over fakes, without a window around it."""

    below: FakeSurroundings
    page: SpendingPage
    presenter: SpendingPresenter

    async def until(self, condition: Callable[[], object]) -> None:
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0)

    def words(self) -> list[str]:
        return [each.text() for each in self.page.table.findChildren(QLabel)]


@asynccontextmanager
async def page_over(below: FakeSurroundings) -> AsyncIterator[Shown]:
    failures: list[BaseException] = []
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    services, theme = below.build(), Theme(app)
    page = SpendingPage(theme, lambda provider, model: f"{model} of {provider}")
    owner = QObject()
    presenter = SpendingPresenter(page, services, failures.append, owner)
    presenter.show()
    page.show()
    shown = Shown(below, page, presenter)
    await shown.until(lambda: page.ever.value.text())
    try:
        yield shown
    finally:
        await presenter.aclose()
        page.close()
        page.deleteLater()
        theme.deleteLater()
        await asyncio.sleep(0)
    assert failures == []


async def spent(below: FakeSurroundings, cost: float | None, model: str = "small", cached: int = 0) -> None:
    number = await below.spending.reserve(Entry("anthropic", model, 1, 1.0), ())
    assert isinstance(number, int)
    await below.spending.settle(number, Usage(100, 10, cached, cost=cost))


async def test_sums_and_models_are_shown() -> None:
    below = FakeSurroundings()
    await spent(below, 1.0, "large", cached=300)
    await spent(below, 0.25)
    async with page_over(below) as shown:
        page = shown.page
        assert [each.value.text() for each in (page.day, page.month, page.ever)] == ["$1.25"] * 3
        assert page.cached.value.text() == "60 %"
        assert shown.words() == [
            "large of anthropic",
            "$1.00",
            "1 request, 400 tokens read and 10 written, 75 % from the cache",
            "small of anthropic",
            "$0.2500",
            "1 request, 100 tokens read and 10 written",
        ]


async def test_less_than_a_cent_is_not_nothing() -> None:
    below = FakeSurroundings()
    await spent(below, 0.0011)
    async with page_over(below) as shown:
        assert [each.value.text() for each in (shown.page.day, shown.page.month, shown.page.ever)] == ["$0.0011"] * 3


async def test_without_anything_spent_it_says_so() -> None:
    async with page_over(FakeSurroundings()) as shown:
        assert shown.page.models.sentence.text() == "Nothing was asked this month."
        assert shown.page.plot.accessibleName() == "Nothing was spent in the last 30 days."


async def test_a_price_that_nobody_knows_is_told() -> None:
    below = FakeSurroundings()
    await spent(below, None)
    async with page_over(below) as shown:
        assert shown.page.spent.sentence.text().startswith("1 answer of this month has a price that nobody knows")
        assert "not known" in shown.words()


@pytest.mark.parametrize(("cost", "chip"), [(0.5, "within budget"), (1.7, "nearly spent"), (2.5, "budget reached")])
async def test_a_chip_says_how_far_a_budget_is_spent(cost: float, chip: str) -> None:
    below = FakeSurroundings()
    below.settings.tables["budget"] = {"month": 2.0}
    await spent(below, cost)
    async with page_over(below) as shown:
        assert shown.page.spent.chip.text() == chip
        assert shown.page.month.value.text() == f"${cost:.2f} of $2.00"


async def test_a_budget_that_is_typed_is_kept() -> None:
    below = FakeSurroundings()
    async with page_over(below) as shown:
        field = shown.page.month_budget.field
        QTest.keyClicks(field, "2,50")
        QTest.keyClick(field, Qt.Key.Key_Return)
        await shown.until(lambda: below.settings.tables.get("budget") == {"month": 2.5})
        assert field.text() == "2.50"


async def test_what_is_spent_while_the_page_is_shown_appears() -> None:
    below = FakeSurroundings()
    async with page_over(below) as shown:
        await spent(below, 3.0)
        shown.presenter.refresh()
        await shown.until(lambda: shown.page.day.value.text() == "$3.00")


@pytest.mark.parametrize("wrong", ["much", "-1", "1e9", "nan", "٥"])
def test_what_is_no_sum_is_told_and_changes_nothing(qtbot: QtBot, wrong: str) -> None:
    row = BudgetRow("One day", "Budget of one day")
    qtbot.addWidget(row)
    row.show_amount(5.0)
    entered: list[object] = []
    row.entered.connect(entered.append)
    row.field.setText(wrong)
    row.field.setModified(True)
    row.field.editingFinished.emit()
    assert (entered, row.field.text()) == ([], "5")
    assert row.problem.text().startswith("A sum of US dollars, please")


def test_an_empty_field_sets_no_budget(qtbot: QtBot) -> None:
    row = BudgetRow("One day", "Budget of one day")
    qtbot.addWidget(row)
    row.show_amount(5.0)
    entered: list[object] = []
    row.entered.connect(entered.append)
    row.field.setText("")
    row.field.setModified(True)
    row.field.editingFinished.emit()
    assert entered == [0.0]


def plot(qtbot: QtBot, theme: Theme, *costs: float, daily: float = 0.0) -> SpendingPlot:
    result = SpendingPlot(theme)
    qtbot.addWidget(result)
    result.resize(400, 148)
    result.show_days([OfDay(FIRST + timedelta(days=number), cost) for number, cost in enumerate(costs)], daily)
    return result


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp)


def test_the_plot_is_told_in_words(qtbot: QtBot, theme: Theme) -> None:
    shown = plot(qtbot, theme, 0.0, 1.5, 0.25)
    assert shown.accessibleName() == "Spent in the last 3 days: $1.75; most on 2 November: $1.50."
    assert shown.accessibleDescription() == "2 November: $1.50; 3 November: $0.2500"


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_newest_day_stands_at_the_end(qtbot: QtBot, theme: Theme, mirrored: bool) -> None:
    shown = plot(qtbot, theme, 1.0, 0.0, 1.0)
    shown.setLayoutDirection(Qt.LayoutDirection.RightToLeft if mirrored else Qt.LayoutDirection.LeftToRight)
    area = shown._area()
    start, end = (QPoint(round(area.left() + area.width() * share), 60) for share in (1 / 6, 5 / 6))
    first, last = shown.day_at(start), shown.day_at(end)
    assert first is not None
    assert last is not None
    assert (first.day < last.day) is not mirrored
    picture = shown.grab().toImage()
    colours = theme.colours
    expected = [QColor(each) for each in (colours.accent, colours.info)]
    found = [picture.pixelColor(point.x(), int(area.bottom()) - 5) for point in (end, start)]
    assert found == (expected[::-1] if mirrored else expected)


def test_nothing_to_draw_is_no_trouble(qtbot: QtBot, theme: Theme) -> None:
    shown = plot(qtbot, theme)
    assert not shown.grab().isNull()
    assert shown.day_at(QPoint(50, 50)) is None


@pytest.mark.parametrize(
    ("most", "top"), [(0.0, 1.0), (0.03, 0.05), (1.0, 1.0), (1.01, 2.0), (2.1, 2.5), (73.0, 100.0)]
)
def test_the_scale_ends_at_a_round_number(most: float, top: float) -> None:
    assert top_of(most) == pytest.approx(top)


async def test_the_price_leads_to_the_page() -> None:
    below = FakeSurroundings().with_key()
    below.provider = FakeProvider(models=(PRICED,))
    async with window_over(below) as stand:
        stand.window.chat.composer.price_clicked.emit()
        settings = stand.presenter._settings
        assert settings is not None
        assert settings.pane.page() is settings.spending_page


async def test_an_unknown_price_is_asked_about_and_sent_anyway() -> None:
    below = FakeSurroundings().with_key()
    below.settings.tables["budget"] = {"day": 1.0}
    below.provider = FakeProvider(answer("Because."), models=(UNKNOWN,))
    async with window_over(below) as stand:
        notice = stand.window.chat.notice
        stand.presenter.chat.send("Why?")
        await stand.until(lambda: notice.anyway.isVisible())
        assert notice.sentence().startswith("The price of Fake model is unknown")
        assert below.provider.asked == []
        notice.anyway.click()
        await stand.until(lambda: any("Because." in words for words in stand.shown()))
        assert len(below.provider.asked) == 1
        assert notice.anyway.isHidden()
