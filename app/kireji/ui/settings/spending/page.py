"""What answers cost, by day and by model, and budgets that they never pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.budget import BudgetSettings
from kireji.core.spending import OfModel, Spent
from kireji.services.spending import DAYS, Overview
from kireji.ui.chat.words import count, dollars, money, sum_of_money
from kireji.ui.parts import LivePair, label, spread
from kireji.ui.settings.cards import Card
from kireji.ui.settings.pane import rows
from kireji.ui.settings.spending.budget_row import BudgetRow
from kireji.ui.settings.spending.plot import SpendingPlot
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import plural, tr

_NEARLY = 0.8
"""Share of a budget from which it is said that it is nearly spent."""
_MOST_MODELS = 30


class SpendingPage(QWidget):
    """The whole page.

    Args:
        theme: Colours and text size.
        name: What a model is called: provider and id to words.
    """

    def __init__(self, theme: Theme, name: Callable[[str, str], str]) -> None:
        super().__init__()
        self._name = name
        self.spent = Card(tr("Spent"))
        self.plot = SpendingPlot(theme)
        self.day = _Line(tr("Today"))
        self.month = _Line(tr("This month"))
        self.ever = _Line(tr("Since the beginning"))
        self.cached = _Line(tr("Read from the cache this month"))
        self.models = Card(tr("By model, this month"))
        self.table = _Table()
        self.budgets = Card(tr("Budgets"))
        self.day_budget = BudgetRow(tr("One day"), tr("Budget of one day, in US dollars"))
        self.month_budget = BudgetRow(tr("One month"), tr("Budget of one month, in US dollars"))
        self.conversation_budget = BudgetRow(tr("One conversation"), tr("Budget of one conversation, in US dollars"))
        self._fill()

    def _fill(self) -> None:
        for card in (self.spent, self.models, self.budgets):
            card.set_chip("", "idle")
        self.spent.add(
            label(plural(DAYS, "The last day", "The last {n} days"), "small"),
            self.plot,
            self.day,
            self.month,
            self.ever,
            self.cached,
        )
        self.models.add(self.table)
        self.budgets.say(
            tr(
                "A question that could pass a budget is not sent. What it may cost at most is kept free for it while "
                "it runs, so many at once do not pass it either."
            )
        )
        self.budgets.add(self.day_budget, self.month_budget, self.conversation_budget)
        self.setLayout(rows(self.spent, self.models, self.budgets))

    def show_settings(self, budget: BudgetSettings) -> None:
        """What holds now."""
        self.day_budget.show_amount(budget.day)
        self.month_budget.show_amount(budget.month)
        self.conversation_budget.show_amount(budget.conversation)

    def show_overview(self, overview: Overview) -> None:
        """What was spent."""
        self.plot.show_days(overview.days, overview.day_budget)
        self.day.show_value(_of(overview.today, overview.day_budget))
        self.month.show_value(_of(overview.month, overview.month_budget))
        self.ever.show_value(sum_of_money(overview.ever.cost))
        share = overview.month.cached_share
        self.cached.show_value("–" if share is None else tr("{percent} %", percent=round(share * 100)))
        self.spent.set_chip(*_state(overview))
        unknown = overview.month.unpriced
        sentence = plural(
            unknown,
            "1 answer of this month has a price that nobody knows; it is not in these sums.",
            "{n} answers of this month have a price that nobody knows; they are not in these sums.",
        )
        self.spent.say(sentence if unknown else "", "warn")
        self.table.show_models(overview.models, self._name)
        self.models.say("" if overview.models else tr("Nothing was asked this month."))


class _Line(QWidget):
    """A name with a sum at the far end."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words
        self.value = label("", "value")
        layout = QVBoxLayout(self)
        spread(layout)
        layout.addWidget(LivePair(label(words, "muted", wrap=True), self.value))

    def show_value(self, text: str) -> None:
        """What it says."""
        self.value.setText(text)
        self.value.setAccessibleName(f"{self._words}: {text}")


class _Table(QWidget):
    """A line for each model, with what stands behind its sum below."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[OfModel, ...] | None = None
        self._lines: list[QWidget] = []
        self._column = QVBoxLayout(self)
        spread(self._column, 0, SPACE[2])

    def show_models(self, models: Sequence[OfModel], name: Callable[[str, str], str]) -> None:
        """Fill it anew, if that changes anything."""
        if tuple(models) == self._shown:
            return
        self._shown = tuple(models)
        for old in self._lines:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._lines = [_of_model(one, name(one.provider, one.model)) for one in models[:_MOST_MODELS]]
        for each in self._lines:
            self._column.addWidget(each)
        self.setVisible(bool(models))


def _of_model(one: OfModel, name: str) -> QWidget:
    result = QWidget()
    layout = QVBoxLayout(result)
    spread(layout, 0, 0)
    sum_words = dollars(one.spent.cost) if one.spent.unpriced < one.spent.answers else tr("not known")
    value = label(sum_words, "value")
    value.setAccessibleName(f"{name}: {sum_words}")
    layout.addWidget(LivePair(label(name, "", wrap=True), value))
    layout.addWidget(label(_behind(one.spent), "small", wrap=True))
    return result


def _behind(spent: Spent) -> str:
    """What a sum is made of."""
    read = spent.fresh_tokens + spent.cached_tokens
    requests = plural(spent.answers, "1 request", "{n} requests", n=count(spent.answers))
    share = spent.cached_share
    words = tr("{requests}, {read} tokens read and {written} written", requests=requests, read=count(read),
               written=count(spent.output_tokens))  # fmt: skip
    return words if not share else tr("{words}, {percent} % from the cache", words=words, percent=round(share * 100))


def _of(spent: Spent, budget: float) -> str:
    words = sum_of_money(spent.cost)
    if budget:
        words = tr("{spent} of {budget}", spent=words, budget=money(budget))
    if spent.running:
        return tr("{words}, and up to {amount} under way", words=words, amount=dollars(spent.running))
    return words


def _state(overview: Overview) -> tuple[str, str]:
    """How far the budgets are spent: words and kind of a chip."""
    spent = [(overview.today, overview.day_budget), (overview.month, overview.month_budget)]
    shares = [(one.cost + one.running) / budget for one, budget in spent if budget]
    if not shares:
        return "", "idle"
    if max(shares) >= 1:
        return tr("budget reached"), "error"
    return (tr("nearly spent"), "warn") if max(shares) >= _NEARLY else (tr("within budget"), "ok")
