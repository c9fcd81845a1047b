"""Budgets through the real outbox, over a real database and real sockets: two programs and two hundred questions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from kireji.core.errors import BudgetReached
from kireji.core.events import UsageReported
from kireji.core.history import Origin
from kireji.core.messages import Message, Role, TextPart, Usage
from kireji.core.requests import ModelRequest, OutgoingRequest, Purpose
from kireji.core.secret import Secret
from kireji.desktop.clock import SystemClock
from kireji.providers.anthropic import AnthropicProvider
from kireji.providers.anthropic_models import find_model
from kireji.providers.http import HttpClient
from kireji.services.accounts import Accounts
from kireji.services.outbox import Outbox
from kireji.services.preferences import Preferences
from kireji.services.redaction import Redaction
from kireji.services.sent_facts import BatchFacts
from kireji.services.spending import Spending
from kireji.services.token_counts import TokenCounts
from kireji.storage.database import Database
from kireji.storage.ledger import SqliteLedger
from kireji.storage.spending import SqliteSpendingStore
from kireji.storage.token_corrections import SqliteCorrectionStore
from tests.fakes.desktop import FakeCodec
from tests.fakes.reader import FakeReader
from tests.fakes.sources import FakePdfText
from tests.fakes.stores import MemoryCaptureStore, MemorySettings
from tests.service.answers import Text
from tests.service.counting import CountingRule
from tests.service.server import KEY, TestService

CAP = 0.002
REQUESTS = 200
MODEL = "claude-haiku-5-5"


async def program(stack: AsyncExitStack, path: Path, pid: int, *, hides: bool = False) -> Outbox:
    """The outbox of one process, with a connection of its own to the database of all."""
    database = await Database.open(path)
    stack.push_async_callback(database.close)
    preferences = Preferences.read(MemorySettings({"budget": {"day": CAP}}))
    counts = TokenCounts(SqliteCorrectionStore(database))
    spending = Spending(SqliteSpendingStore(database, lambda _: True), preferences, SystemClock(), Origin(pid, "now"))
    redaction = (
        Redaction(FakeReader(()), FakeCodec(), MemoryCaptureStore(), preferences, FakePdfText()) if hides else None
    )
    return Outbox(SqliteLedger(database), Accounts(spending, counts), redaction=redaction)


@pytest.fixture
async def service() -> AsyncIterator[TestService]:
    async with TestService(default=Text("Short and sweet, as answers go."), counting=CountingRule()) as service:
        yield service


@pytest.mark.parametrize("hides", [False, True])
async def test_two_hundred_questions_at_once_never_pass_a_budget(
    tmp_path: Path, service: TestService, hides: bool
) -> None:
    costs: list[float] = []
    refused: list[BudgetReached] = []
    async with AsyncExitStack() as stack:
        outboxes = [await program(stack, tmp_path / "kireji.db", pid, hides=hides) for pid in (1, 2)]
        http = HttpClient()
        stack.push_async_callback(http.aclose)
        provider = AnthropicProvider(http)

        async def ask(number: int) -> None:
            outbox = outboxes[number % 2]
            message = Message(
                Role.USER, (TextPart(f"Ask me{number}@example.org: " + "what of it, and why? " * (number % 7)),)
            )
            request = ModelRequest(MODEL, (message,), max_tokens=200, info=find_model(MODEL))
            try:
                cleared = await outbox.clear(provider, request, service.base_url, None)
            except BudgetReached as error:
                refused.append(error)
                return
            cost = 0.0
            async with outbox.answering(cleared) as answer, provider.stream(cleared, Secret(KEY)) as events:
                async for event in events:
                    answer.feed(event)
                    if isinstance(event, UsageReported):
                        cost = event.usage.cost or 0.0
            costs.append(cost)

        async with asyncio.TaskGroup() as group:
            for number in range(REQUESTS):
                group.create_task(ask(number))
        assert outboxes[0].accounts is not None
        spent = await outboxes[0].accounts.spending.today()
    asked = [request for request in service.requests if request.path == "/v1/messages"]
    assert len(asked) == len(costs) == REQUESTS - len(refused)
    assert 0 < sum(costs) <= CAP
    assert all((b"@example.org" in request.raw) is not hides for request in asked)
    assert refused
    assert spent.cost == pytest.approx(sum(costs))
    assert spent.running == 0


async def test_two_hundred_batches_and_questions_at_once_never_pass_a_budget(tmp_path: Path) -> None:
    """Two programs send batches of jobs and ask questions; each batch is settled by the other program."""
    most, spent = CAP / 40, CAP / 100
    sent: list[str] = []
    refused: list[BudgetReached] = []
    async with AsyncExitStack() as stack:
        outboxes = [await program(stack, tmp_path / "kireji.db", pid) for pid in (1, 2)]
        http = HttpClient()
        stack.push_async_callback(http.aclose)
        provider = AnthropicProvider(http)

        async def send(number: int) -> None:
            outgoing = OutgoingRequest("anthropic", "POST", "https://x/batches", {}, b"{}", MODEL, Purpose.JOB)
            facts = BatchFacts(f"key{number}", rows=10, tokens=100, most=most, hidden={})
            try:
                await outboxes[number % 2].clear_batch(outgoing, facts, unpriced=False)
                sent.append(facts.holder)
            except BudgetReached as error:
                refused.append(error)

        async def ask(number: int) -> None:
            message = Message(Role.USER, (TextPart(f"Why is it so, {number}?"),))
            request = ModelRequest(MODEL, (message,), max_tokens=200, info=find_model(MODEL))
            try:
                await outboxes[number % 2].clear(provider, request, "https://x", None)
            except BudgetReached as error:
                refused.append(error)

        async def under_way() -> float:
            assert outboxes[0].accounts is not None
            found = await outboxes[0].accounts.spending.today()
            return found.cost + found.running

        await asyncio.gather(*(send(number) if number % 4 else ask(number) for number in range(REQUESTS)))
        assert await under_way() <= CAP + 1e-9
        assert len(refused) > REQUESTS / 2
        first = list(sent)
        assert first
        for number, holder in enumerate(first):
            await outboxes[number % 2].batches.close(holder, "anthropic", MODEL, Usage(100, 10, cost=spent))
        await asyncio.gather(*(send(number) for number in range(REQUESTS, 2 * REQUESTS)))
        assert len(sent) > len(first)
        assert CAP - most <= await under_way() <= CAP + 1e-9
