"""The network on the loop that the windows run on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kireji.core.errors import ProviderError
from kireji.providers.anthropic_batches import AnthropicBatches
from kireji.providers.anthropic_models import DEFAULT_MODEL
from tests.integration.providers.batching import Batching
from tests.integration.providers.conftest import SECRET, Asking
from tests.integration.providers.test_anthropic_batches import rows
from tests.service import Delivery, ServiceThread, Status, Text

pytestmark = pytest.mark.qt


async def test_answers_arrive_on_qts_loop(asking: Asking) -> None:
    with ServiceThread(Status(529), Text(["One", " two"], delivery=Delivery(chunk=7)), Text(["Again"])) as service:
        assert (await asking.ask(service.base_url)).text == "One two"
        assert (await asking.ask(service.base_url)).text == "Again"
        assert [request.status for request in service.requests] == [529, 200, 200]


async def test_stopping_on_qts_loop_closes_the_connection(asking: Asking) -> None:
    with ServiceThread(Text(["First", " last"], delivery=Delivery(hold_after=1))) as service:
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(asking.ask(service.base_url))
            await asyncio.to_thread(service.until, lambda: service.requests and service.requests[0].held)
            reading.cancel()
        assert reading.cancelled()
        await asyncio.to_thread(service.until, lambda: service.requests[0].disconnected)


async def test_an_answer_that_fails_in_its_middle_is_left_in_order(asking: Asking) -> None:
    broken = Text(["First", " last"], delivery=Delivery(break_after=1, break_how="error"))
    with ServiceThread(broken, Text(["Again"])) as service:
        with pytest.raises(ProviderError):
            await asking.ask(service.base_url)
        assert (await asking.ask(service.base_url)).text == "Again"


async def test_batches_go_out_and_come_back_on_qts_loop(asking: Asking, tmp_path: Path) -> None:
    batches = AnthropicBatches(asking.http)
    with ServiceThread() as service:
        batching = Batching(batches, service.base_url, SECRET, DEFAULT_MODEL, tmp_path)
        made = await batching.submit(rows(400))
        await batching.ended(made.id)
        assert len(await batching.results(made.id)) == 400
        service.control(batches={"cut": [300]})
        with pytest.raises(ProviderError):
            await batching.results(made.id)
        async with batches.results(batching.gate, service.base_url, SECRET, made.id, DEFAULT_MODEL) as results:
            assert (await anext(results)).custom_id.startswith("k-")
        assert len(await batching.results(made.id)) == 400
