"""Counting tokens: a megabyte of each kind of text, how near estimates are, what keeping the books adds to a question.

The floor of counting is what Python takes to bring the same text into bytes and walk over it once with a regular
expression that finds words; a tokenizer does that first of all.
"""

from __future__ import annotations

import asyncio
import random
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from kireji.core.token_corrections import UNCORRECTED, estimated, learned
from kireji.core.tokens import Family, measured
from tests.benchmarks.table import Row, median
from tests.unit.core.test_token_corrections import ANSWERS, chinese, code, prose
from tests.unit.core.test_token_corrections import Service as Conversation

_SIZE = 1_000_000
_GOAL = 0.05
_RUNS = 9
_PIECES = re.compile(r"\w+|[^\w\s]")
_QUESTIONS = 200
_SERVICES, _WITHIN = 500, 0.05


def measure() -> list[Row]:
    rows = []
    for name, make in (("prose", prose), ("code", code), ("Chinese", chinese)):
        text = text_of(make)
        taken, floor = _seconds(lambda: measured(text)), _seconds(lambda: _PIECES.findall(text))  # noqa: B023 - at once
        rows.append(
            Row(f"Counting 1 MB of {name}", "< 50 ms", f"a regular expression's words: {floor * 1000:.0f} ms",
                f"{taken * 1000:.1f} ms", f"{taken / _GOAL:.2f}", taken < _GOAL)
        )  # fmt: skip
    for what, fresh in (("a conversation that grows", False), ("a new conversation each time", True)):
        off = [_off(seed, fresh=fresh) for seed in range(_SERVICES)]
        within = sum(one <= _WITHIN for one in off) / _SERVICES
        rows.append(
            Row(f"Estimate after ten answers, {what}", "told" if fresh else "within 5 %",
                f"{_SERVICES} services, each with a rule of its own",
                f"{within:.1%} within 5 %, half within {median(off):.1%}, the worst {max(off):.0%} off",
                f"{within:.3f}", fresh or within == 1.0)
        )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="kireji-counting-") as folder:
        bare, kept = asyncio.run(_books(Path(folder)))
    rows.append(
        Row("Clearing a question with budgets kept", "≤ 5 ms more", f"the ledger alone: {bare * 1000:.2f} ms",
            f"{kept * 1000:.2f} ms", f"{kept / bare:.1f}", kept - bare <= 0.005)
    )  # fmt: skip
    return rows


def _off(seed: int, *, fresh: bool) -> float:
    """By what share the estimate of the eleventh question is wrong, of a service that counts by its own rule."""
    service, correction = Conversation(seed), UNCORRECTED
    for _ in range(ANSWERS):
        amounts, reported = service.ask(fresh=fresh)
        correction = learned(correction, amounts, Family.CLAUDE, reported)
    amounts, reported = service.ask(fresh=fresh)
    return abs(estimated(amounts, Family.CLAUDE, correction).tokens - reported) / reported


def text_of(make: Callable[[random.Random], str]) -> str:
    """A megabyte as UTF-8."""
    chance, parts, size = random.Random(1), [], 0
    while size < _SIZE:
        parts.append(make(chance))
        size += len(parts[-1].encode())
    return "\n".join(parts).encode()[:_SIZE].decode("utf-8", "ignore")


def _seconds(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(_RUNS):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return median(taken)


async def _books(folder: Path) -> tuple[float, float]:
    """Seconds to clear a question in a conversation of 20,000 characters: with the ledger alone, and with all."""
    from kireji.core.history import Origin
    from kireji.core.messages import Message, Role, TextPart
    from kireji.core.requests import ModelRequest
    from kireji.desktop.clock import SystemClock
    from kireji.providers.anthropic import AnthropicProvider
    from kireji.providers.anthropic_models import find_model
    from kireji.providers.http import HttpClient
    from kireji.services.accounts import Accounts
    from kireji.services.outbox import Outbox
    from kireji.services.preferences import Preferences
    from kireji.services.spending import Spending
    from kireji.services.token_counts import TokenCounts
    from kireji.storage.database import Database
    from kireji.storage.ledger import SqliteLedger
    from kireji.storage.spending import SqliteSpendingStore
    from kireji.storage.token_corrections import SqliteCorrectionStore
    from tests.fakes.stores import MemorySettings

    database = await Database.open(folder / "kireji.db")
    http = HttpClient()
    try:
        preferences = Preferences.read(MemorySettings({"budget": {"day": 1000.0, "month": 1000.0}}))
        spending = Spending(SqliteSpendingStore(database, lambda _: True), preferences, SystemClock(), Origin(1, "now"))
        counts = TokenCounts(SqliteCorrectionStore(database))
        bare = Outbox(SqliteLedger(database))
        full = Outbox(SqliteLedger(database), Accounts(spending, counts))
        said = Message(Role.USER, (TextPart("A sentence of seven words stands here. " * 500),))
        request = ModelRequest("claude-haiku-5-5", (said,), info=find_model("claude-haiku-5-5"))
        provider, taken = AnthropicProvider(http), {}
        for outbox in (bare, full):
            times = []
            for _ in range(_QUESTIONS):
                begun = time.perf_counter()
                await outbox.clear(provider, request, "http://127.0.0.1:9", None)
                times.append(time.perf_counter() - begun)
            taken[outbox is full] = median(times)
        return taken[False], taken[True]
    finally:
        await http.aclose()
        await database.close()
