"""What can be typed after `kireji count` and `budget`."""

from __future__ import annotations

import argparse

from kireji.cli.arguments import PROVIDERS, Commands, as_json, command
from kireji.cli.parser_sources import add_sources


def add_counting(commands: Commands) -> None:
    """Add these commands."""
    count = command(commands, "count", "say how many tokens files have, and what sending them would cost")
    count.description = (
        "Say how many tokens a question with these files would have, and what its prompt would cost. Text piped to "
        "standard input counts too. Without --exact none of it leaves this computer; a page is fetched."
    )
    count.add_argument("files", nargs="*", metavar="FILE", help="text, PDF documents, pictures and folders")
    count.add_argument("-p", "--provider", default="", choices=PROVIDERS, help="who would be asked")
    count.add_argument("-m", "--model", default="", metavar="MODEL", help="which model would answer")
    count.add_argument(
        "--exact", action="store_true", help="have the service count: it is sent what would be asked, which is free"
    )
    add_sources(count)
    as_json(count)
    budget = command(commands, "budget", "show what was spent, and set what may be spent")
    budget.description = (
        "Show what was spent today and this month. A budget is never passed: a question that could do so is not sent. "
        "0 takes a budget away."
    )
    budget.add_argument("--day", type=_budget, metavar="USD", help="questions of one day may cost so much at most")
    budget.add_argument("--month", type=_budget, metavar="USD", help="those of one month")
    budget.add_argument("--conversation", type=_budget, metavar="USD", help="those of one conversation")
    as_json(budget)


def _budget(text: str) -> float:
    """Read a sum of US dollars, or 0."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a sum of US dollars")
    return value
