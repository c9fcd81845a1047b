"""OpenRouter's batches against the test service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kireji.core import errors
from kireji.core.events import MessageBuilder
from kireji.core.jobs.ports import BatchResult, RemoteState
from kireji.core.jobs.values import Outcome
from kireji.core.messages import Message, Role, TextPart
from kireji.core.models import ModelInfo
from kireji.core.requests import ModelRequest
from kireji.core.secret import Secret
from kireji.providers.http import HttpClient
from kireji.providers.openrouter import OpenRouterProvider
from kireji.providers.openrouter_batches import OpenRouterBatches
from tests.integration.providers.batching import Batching
from tests.integration.providers.conftest import Passing
from tests.service import Rule, Status
from tests.service.openrouter import KEY, OpenRouterService

MODEL = "openai/gpt-test"


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async def at_once(seconds: float) -> None:
        del seconds

    client = HttpClient(sleep=at_once, chance=lambda: 0.0)
    yield client
    await client.aclose()


@pytest.fixture
async def service() -> AsyncIterator[OpenRouterService]:
    async with OpenRouterService() as service:
        yield service


@pytest.fixture
async def models(http: HttpClient, service: OpenRouterService) -> dict[str, ModelInfo]:
    listed = await OpenRouterProvider(http).models(Passing(), service.base_url, Secret(KEY))
    return {model.id: model for model in listed}


@pytest.fixture
def batching(http: HttpClient, service: OpenRouterService, models: dict[str, ModelInfo], tmp_path: Path) -> Batching:
    return Batching(OpenRouterBatches(http, models.get), service.base_url, Secret(KEY), MODEL, tmp_path)


def asks(words: str) -> bytes:
    request = ModelRequest(MODEL, (Message(Role.USER, (TextPart(words),)),), max_tokens=50)
    return OpenRouterProvider(HttpClient()).encode_job(request)


def rows(count: int) -> list[tuple[str, bytes]]:
    return [(f"k-{number}", asks(f"Row {number}")) for number in range(1, count + 1)]


async def test_only_models_with_a_variant_for_them_have_batches(batching: Batching, models: Any) -> None:
    limits = batching.batches.limits(MODEL)
    assert limits is not None
    assert (limits.rows, limits.bytes, limits.stored_pictures, limits.price_share) == (5_000, 200_000_000, False, 0.5)
    assert batching.batches.limits(f"{MODEL}:batch") == limits
    assert batching.batches.limits("anthropic/claude-haiku-5.5") is None
    assert batching.batches.limits("unknown/model") is None
    assert models[MODEL].batches
    assert not any(id.endswith(":batch") for id in models)


async def test_a_batch_is_made_watched_and_collected(batching: Batching, service: OpenRouterService) -> None:
    service.batches.orders.seconds = None
    made = await batching.submit(rows(3))
    assert (made.state, made.rows) == (RemoteState.OPEN, 3)
    assert [(await batching.poll(made.id)).state for _ in range(5)] == [RemoteState.OPEN] * 5
    service.batches.finish()
    ended = await batching.ended(made.id)
    results = await batching.results(made.id)
    assert sorted(results) == ["k-1", "k-2", "k-3"]
    costs = [result.usage.cost or 0 for result in results.values()]
    assert min(costs) > 0
    assert ended.cost == pytest.approx(sum(costs))


async def test_what_a_row_was_answered_is_read_from_its_payload(batching: Batching, http: HttpClient) -> None:
    made = await batching.submit(rows(1))
    await batching.ended(made.id)
    result = (await batching.results(made.id))["k-1"]
    builder = MessageBuilder("openrouter")
    for event in OpenRouterProvider(http).decode_job(result.payload, MODEL):
        builder.feed(event)
    assert "Row 1" in str(builder.snapshot())


@pytest.mark.parametrize("pages", [True, False])
async def test_many_results_are_read_with_and_without_pages(
    batching: Batching, service: OpenRouterService, pages: bool
) -> None:
    service.batches.orders.no_pages = not pages
    made = await batching.submit(rows(600))
    await batching.ended(made.id)
    assert len(await batching.results(made.id)) == 600
    assert service.batches.report()["orphaned"] == 0


async def test_every_way_in_which_a_row_ends_is_told(batching: Batching, service: OpenRouterService) -> None:
    service.batches.orders.expire, service.batches.orders.fail = 1, 1
    service.enqueue(Rule(Status(400, "invalid_request_error", "no such thing"), contains="Row 3"))
    made = await batching.submit(rows(4))
    await batching.ended(made.id)
    results = await batching.results(made.id)
    outcomes = [results[f"k-{number}"].outcome for number in range(1, 5)]
    assert outcomes == [Outcome.EXPIRED, Outcome.ERRORED, Outcome.ERRORED, Outcome.SUCCEEDED]
    assert "within a day" in results["k-1"].sentence
    assert results["k-3"].sentence == "OpenRouter refused the question: no such thing."
    with pytest.raises(errors.RequestRejected):
        OpenRouterProvider(HttpClient()).decode_job(results["k-3"].payload, MODEL)


async def test_a_batch_that_fails_as_a_whole_says_why(batching: Batching, service: OpenRouterService) -> None:
    service.batches.orders.whole = "k-2: only public http(s) URLs"
    made = await batching.submit(rows(2))
    await service.until(lambda: service.batches.all[0].ended)
    failed = await batching.poll(made.id)
    assert (failed.state, failed.sentence) == (RemoteState.FAILED, "k-2: only public http(s) URLs")


@pytest.mark.parametrize(
    ("refusal", "taken"),
    [(Status(429), False), (Status(402), False), (Status(401), False), (Status(500), True), (Status(503), True)],
)
async def test_a_refusal_says_whether_it_is_certain(
    batching: Batching, service: OpenRouterService, refusal: Status, taken: bool
) -> None:
    service.batches.orders.refuse = [refusal]
    before = len(service.requests)
    with pytest.raises(errors.ProviderError) as caught:
        await batching.submit(rows(1))
    assert caught.value.not_taken is not taken
    assert len(service.requests) == before + 1


async def test_a_batch_whose_answer_never_came_is_in_the_list(batching: Batching, service: OpenRouterService) -> None:
    service.batches.orders.swallow = 1
    with pytest.raises(errors.ConnectionFailed) as caught:
        await batching.submit(rows(2))
    assert not caught.value.not_taken
    (found,) = await batching.recent(datetime.now(UTC).replace(microsecond=999_999))
    assert found.rows == 2


async def test_all_batches_since_a_time_are_found_page_by_page(batching: Batching, service: OpenRouterService) -> None:
    service.batches.orders.seconds = None
    for _ in range(250):
        await batching.submit(rows(1))
    assert len(await batching.recent()) == 250


async def test_a_batch_is_called_back_where_the_service_can(batching: Batching, service: OpenRouterService) -> None:
    service.batches.orders.seconds, service.batches.orders.cancel_seconds = None, 0.05
    made = await batching.submit(rows(2))
    assert (await batching.cancel(made.id)).state is RemoteState.CANCELLING
    await batching.ended(made.id)
    assert {result.outcome for result in (await batching.results(made.id)).values()} == {Outcome.CANCELED}
    assert (await batching.cancel(made.id)).state is RemoteState.ENDED


async def test_a_batch_goes_on_where_the_service_cannot_call_it_back(
    batching: Batching, service: OpenRouterService
) -> None:
    service.batches.orders.seconds, service.batches.orders.no_cancel = None, True
    made = await batching.submit(rows(2))
    told = await batching.cancel(made.id)
    assert told.state is RemoteState.OPEN
    assert "does not call a batch back" in told.sentence


async def test_a_page_that_breaks_off_is_fetched_again(batching: Batching, service: OpenRouterService) -> None:
    made = await batching.submit(rows(300))
    await batching.ended(made.id)
    service.batches.orders.cut = [0]
    assert len(await batching.results(made.id)) == 300
    service.batches.orders.cut = [0, 0, 0]
    came: list[BatchResult] = []
    with pytest.raises(errors.ConnectionFailed):
        await batching.results(made.id, came)


async def test_what_is_not_found_now_and_then_is_not_gone(batching: Batching, service: OpenRouterService) -> None:
    made = await batching.submit(rows(1))
    service.batches.orders.missing = 2
    for _ in range(2):
        with pytest.raises(errors.ProviderError) as caught:
            await batching.poll(made.id)
        assert caught.value.retryable
    await batching.ended(made.id)
    service.batches.orders.missing_results = 1
    with pytest.raises(errors.ProviderError) as caught:
        await batching.results(made.id)
    assert not isinstance(caught.value, errors.ResultsExpired)


async def test_what_the_service_has_deleted_is_gone_at_once(batching: Batching, service: OpenRouterService) -> None:
    made = await batching.submit(rows(1))
    await batching.ended(made.id)
    service.batches.advance(30 * 86_400)
    assert (await batching.poll(made.id)).state is RemoteState.GONE
    with pytest.raises(errors.ResultsExpired):
        await batching.results(made.id)
