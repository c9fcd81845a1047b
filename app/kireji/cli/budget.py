"""`kireji budget`: what was spent, and what may be."""

from __future__ import annotations

import argparse

from kireji.cli.console import Console
from kireji.cli.work import DONE, Work
from kireji.core.spending import Spent
from kireji.services.application import Services
from kireji.services.spending import dollars

_PERIODS = ("day", "month", "conversation")


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Nothing is read beforehand."""

    async def work(services: Services) -> int:
        for period in _PERIODS:
            wanted = getattr(arguments, period)
            if wanted is not None:
                await services.preferences.set(f"budget.{period}", wanted)
        budget = services.preferences.settings.budget
        today, month = await services.spending.today(), await services.spending.this_month()
        if arguments.json:
            console.object(
                {
                    "day": _value(today, budget.day),
                    "month": _value(month, budget.month),
                    "conversation": {"budget": budget.conversation or None},
                }
            )
            return DONE
        rows = [
            ("today", *_words(today, budget.day)),
            ("this month", *_words(month, budget.month)),
            ("each conversation", "", dollars(budget.conversation) if budget.conversation else "no budget", ""),
        ]
        console.table(("WHEN", "SPENT", "BUDGET", "LEFT"), rows)
        if month.unpriced:
            answers = "answer has" if month.unpriced == 1 else "answers have"
            console.note(f"{month.unpriced} {answers} a price that is not known; they are not in these sums.")
        return DONE

    return work


def _words(spent: Spent, budget: float) -> tuple[str, str, str]:
    running = f" and up to {dollars(spent.running)} under way" if spent.running else ""
    left = dollars(max(0.0, budget - spent.cost - spent.running)) if budget else ""
    return f"{dollars(spent.cost)}{running}", dollars(budget) if budget else "no budget", left


def _value(spent: Spent, budget: float) -> dict[str, object]:
    return {
        "spent": spent.cost,
        "running": spent.running,
        "budget": budget or None,
        "left": max(0.0, budget - spent.cost - spent.running) if budget else None,
        "answers": spent.answers,
        "unpriced": spent.unpriced,
    }
