"""Anthropic's batches against the test service: every fault has its error, and nothing that is paid is lost."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kireji.core import errors
from kireji.core.events import MessageBuilder
from kireji.core.jobs.ports import BatchResult, RemoteState
from kireji.core.jobs.values import Outcome
from kireji.core.messages import Message, Role, TextPart
from kireji.core.requests import ModelRequest, Purpose
from kireji.core.secret import Secret
from kireji.providers.anthropic import AnthropicProvider
from kireji.providers.anthropic_batches import AnthropicBatches
from kireji.providers.anthropic_models import DEFAULT_MODEL, find_model
from kireji.providers.http import HttpClient
from tests.integration.providers.batching import Batching
from tests.service import KEY, Body, Rule, Silence, Status, TestService

DAY = 86_400.0
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async def at_once(seconds: float) -> None:
        del seconds

    client = HttpClient(sleep=at_once, chance=lambda: 0.0)
    yield client
    await client.aclose()


@pytest.fixture
async def service() -> AsyncIterator[TestService]:
    async with TestService() as service:
        yield service


@pytest.fixture
def batching(http: HttpClient, service: TestService, tmp_path: Path) -> Batching:
    return Batching(AnthropicBatches(http), service.base_url, Secret(KEY), DEFAULT_MODEL, tmp_path)


def asks(words: str, **more: Any) -> bytes:
    """The body of a question in a job."""
    request = ModelRequest(DEFAULT_MODEL, (Message(Role.USER, (TextPart(words),)),), max_tokens=50, **more)
    return AnthropicProvider(HttpClient()).encode_job(request)


def rows(count: int, key: str = "k") -> list[tuple[str, bytes]]:
    return [(f"{key}-{number}", asks(f"Row {number}")) for number in range(1, count + 1)]


async def test_a_batch_is_made_watched_and_collected(batching: Batching, service: TestService) -> None:
    service.batches.orders.seconds = None
    made = await batching.submit(rows(3))
    assert (made.state, made.rows) == (RemoteState.OPEN, 3)
    assert abs(made.created - datetime.now(UTC)) < timedelta(minutes=1)
    assert made.expires == made.created + timedelta(hours=24)
    service.batches.finish()
    assert (await batching.ended(made.id)).rows == 3
    results = await batching.results(made.id)
    assert sorted(results) == ["k-1", "k-2", "k-3"]
    assert service.batches.report()["orphaned"] == 0


async def test_what_a_row_was_answered_is_read_from_its_payload(batching: Batching, http: HttpClient) -> None:
    made = await batching.submit(rows(1))
    await batching.ended(made.id)
    result = (await batching.results(made.id))["k-1"]
    builder = MessageBuilder("anthropic")
    for event in AnthropicProvider(http).decode_job(result.payload, DEFAULT_MODEL):
        builder.feed(event)
    assert "Row 1" in str(builder.snapshot())
    model = find_model(DEFAULT_MODEL)
    assert model is not None
    assert result.usage.input_tokens > 0
    assert result.usage.output_tokens > 0
    full = model.cost(result.usage)
    assert full is not None
    assert result.usage.cost == pytest.approx(full / 2)


async def test_the_body_leaves_as_it_stands_in_the_file(batching: Batching, service: TestService) -> None:
    await batching.submit(rows(3))
    raw = service.requests[-1].raw
    assert raw == (batching.folder / "body.json").read_bytes()
    assert service.requests[-1].header("content-length") == str(len(raw))
    assert service.requests[-1].header("transfer-encoding") is None


async def test_a_batch_is_recorded_by_the_hash_of_its_file(batching: Batching) -> None:
    from tests.integration.providers.batching import spool

    body = spool(batching.folder, batching.batches, DEFAULT_MODEL, rows(2))
    outgoing = batching.batches.encode(NOBODY, DEFAULT_MODEL, body)
    assert outgoing.file is not None
    assert outgoing.file.digest == hashlib.sha256((batching.folder / "body.json").read_bytes()).hexdigest()
    assert (outgoing.purpose, outgoing.body) == (Purpose.JOB, b"")


async def test_looks_and_downloads_are_recorded_with_their_purposes(batching: Batching) -> None:
    made = await batching.submit(rows(1))
    await batching.ended(made.id)
    await batching.results(made.id)
    await batching.recent()
    purposes = [outgoing.purpose for outgoing in batching.gate.passed]
    assert purposes[-2:] == [Purpose.JOB_RESULTS, Purpose.JOB_STATE]
    assert set(purposes[:-2]) == {Purpose.JOB_STATE}


async def test_every_way_in_which_a_row_ends_is_told(batching: Batching, service: TestService) -> None:
    service.batches.orders.expire, service.batches.orders.fail = 1, 1
    service.enqueue(Rule(Status(400, "invalid_request_error", "no such thing"), contains="Row 3"))
    made = await batching.submit([*rows(4), ("k-5", {"model": DEFAULT_MODEL, "messages": []})])
    await batching.ended(made.id)
    results = await batching.results(made.id)
    outcomes = [results[f"k-{number}"].outcome for number in range(1, 6)]
    assert outcomes == [Outcome.EXPIRED, Outcome.ERRORED, Outcome.ERRORED, Outcome.SUCCEEDED, Outcome.ERRORED]
    assert "within a day" in results["k-1"].sentence
    assert results["k-2"].sentence == "Anthropic has a fault at the moment."
    assert results["k-3"].sentence == "Anthropic refused the question: no such thing."
    assert "Field required" in results["k-5"].sentence
    assert results["k-4"].sentence == ""
    assert all(result.usage.cost is None for name, result in results.items() if name != "k-4")


async def test_the_services_wish_for_the_next_look_is_told(batching: Batching, service: TestService) -> None:
    service.batches.orders.hint = 17
    made = await batching.submit(rows(1))
    assert made.poll_after == 17
    assert (await batching.poll(made.id)).poll_after == 17
    service.batches.orders.hint = None
    assert (await batching.poll(made.id)).poll_after is None


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (Status(429, "rate_limit_error", "slow", headers={"retry-after": "9"}), errors.RateLimited),
        (Status(401, "authentication_error"), errors.AuthenticationFailed),
        (Status(402, "billing_error"), errors.PaymentRequired),
        (Status(400, "invalid_request_error", "Your credit balance is too low"), errors.PaymentRequired),
        (Status(413, "request_too_large"), errors.RequestRejected),
        (Status(529, "overloaded_error"), errors.Overloaded),
    ],
)
async def test_a_refused_batch_is_certain_not_to_be_there(
    batching: Batching, service: TestService, refusal: Status, expected: type[errors.ProviderError]
) -> None:
    service.batches.orders.refuse = [refusal]
    with pytest.raises(expected) as caught:
        await batching.submit(rows(1))
    assert caught.value.not_taken
    assert caught.value.status == refusal.status
    assert len(service.requests) == 1, "a batch is sent once"
    if refusal.headers:
        assert caught.value.retry_after == 9


@pytest.mark.parametrize("how", ["close", "reset", "error"])
async def test_a_batch_whose_answer_never_came_is_uncertain_and_not_sent_again(
    batching: Batching, service: TestService, how: Any
) -> None:
    service.batches.orders.swallow, service.batches.orders.swallow_how = 1, how
    with pytest.raises(errors.ProviderError) as caught:
        await batching.submit(rows(2))
    assert not caught.value.not_taken
    assert service.batches.report()["made"] == 1
    assert len(service.requests) == 1
    (found,) = await batching.recent()
    assert found.rows == 2


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
async def test_a_service_that_stumbles_may_have_taken_it(batching: Batching, service: TestService, status: int) -> None:
    service.batches.orders.refuse = [Status(status)]
    with pytest.raises(errors.ProviderError) as caught:
        await batching.submit(rows(1))
    assert not caught.value.not_taken
    assert len(service.requests) == 1


async def test_a_silent_service_may_have_taken_it(batching: Batching, service: TestService) -> None:
    import msgspec

    from tests.integration.providers.batching import spool
    from tests.support.cleared import cleared

    service.enqueue(Rule(Silence(), path="/v1/messages/batches"))
    body = spool(batching.folder, batching.batches, DEFAULT_MODEL, rows(1))
    outgoing = msgspec.structs.replace(batching.batches.encode(service.base_url, DEFAULT_MODEL, body), silence=0.1)
    with pytest.raises(errors.ProviderTimeout) as caught:
        await batching.batches.submit(cleared(outgoing), Secret(KEY))
    assert not caught.value.not_taken


@pytest.mark.parametrize(
    "answer", [Body("<html>Log in</html>"), Body("{}", content_type="application/json"), Body("", 302)]
)
async def test_an_answer_that_is_none_leaves_it_uncertain(
    batching: Batching, service: TestService, answer: Body
) -> None:
    service.enqueue(Rule(answer, path="/v1/messages/batches"))
    with pytest.raises(errors.ProtocolViolation) as caught:
        await batching.submit(rows(1))
    assert not caught.value.not_taken


@pytest.mark.parametrize("address", [NOBODY, "http://nowhere.invalid", "https://127.0.0.1:9", "ftp://127.0.0.1"])
async def test_a_service_that_was_never_reached_has_taken_nothing(
    http: HttpClient, tmp_path: Path, address: str
) -> None:
    batching = Batching(AnthropicBatches(http), address, Secret(KEY), DEFAULT_MODEL, tmp_path)
    with pytest.raises(errors.ProviderError) as caught:
        await batching.submit(rows(1))
    assert caught.value.not_taken


@pytest.mark.parametrize("secret", ["", "sk-or-v1-of-another-service", "not a key"])
async def test_without_a_key_nothing_leaves(batching: Batching, secret: str) -> None:
    batching.secret, batching.base_url = Secret(secret), "https://api.example.org"
    with pytest.raises(errors.AuthenticationFailed) as caught:
        await batching.submit(rows(1))
    assert caught.value.not_taken


async def test_a_service_without_encryption_has_taken_nothing(batching: Batching) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server:
        batching.base_url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(errors.ConnectionFailed, match="TLS") as caught:
            await batching.submit(rows(1))
    assert caught.value.not_taken


async def test_a_batch_never_goes_over_a_connection_that_was_kept(batching: Batching, service: TestService) -> None:
    await batching.recent()
    assert service.connections == 1
    await batching.submit(rows(1))
    assert service.connections == 2


async def test_a_key_that_is_revoked_while_a_batch_waits_is_told(batching: Batching, service: TestService) -> None:
    made = await batching.submit(rows(1))
    service.accept("another")
    with pytest.raises(errors.AuthenticationFailed):
        await batching.poll(made.id)
    with pytest.raises(errors.AuthenticationFailed):
        await batching.results(made.id)
    service.accept(KEY)
    assert (await batching.ended(made.id)).id == made.id


async def test_a_file_that_is_gone_is_certain_not_to_be_sent(batching: Batching, service: TestService) -> None:
    from tests.integration.providers.batching import spool
    from tests.support.cleared import cleared

    outgoing = batching.batches.encode(
        service.base_url, DEFAULT_MODEL, spool(batching.folder, batching.batches, DEFAULT_MODEL, rows(1))
    )
    (batching.folder / "body.json").write_bytes(b"other")
    with pytest.raises(errors.RequestRejected, match="gone, or was changed") as caught:
        await batching.batches.submit(cleared(outgoing), Secret(KEY))
    assert caught.value.not_taken
    assert service.requests == []


async def test_a_look_is_tried_again(batching: Batching, service: TestService) -> None:
    made = await batching.submit(rows(1))
    service.enqueue(Rule(Status(500), path="/v1/messages/batches", times=2))
    assert (await batching.poll(made.id)).id == made.id


async def test_a_batch_that_is_not_found_now_and_then_is_not_gone(batching: Batching, service: TestService) -> None:
    made = await batching.submit(rows(1))
    for _ in range(2):
        service.batches.orders.missing = 2
        for _ in range(2):
            with pytest.raises(errors.ProviderError, match="does not find the batch") as caught:
                await batching.poll(made.id)
            assert caught.value.retryable
        assert (await batching.poll(made.id)).id == made.id


async def test_a_batch_that_is_not_found_three_times_in_a_row_is_gone(batching: Batching) -> None:
    for _ in range(2):
        with pytest.raises(errors.ProviderError):
            await batching.poll("msgbatch_none")
    gone = await batching.poll("msgbatch_none")
    assert gone.state is RemoteState.GONE
    assert "another account's key" in gone.sentence


async def test_an_address_without_such_a_service_is_no_missing_batch(batching: Batching, service: TestService) -> None:
    service.enqueue(Rule(Body("<html>Not found</html>", 404), path="/v1/messages/batches", times=None))
    for _ in range(4):
        with pytest.raises(errors.ProtocolViolation):
            await batching.poll("msgbatch_1")


async def test_results_that_are_not_found_now_and_then_are_not_deleted(
    batching: Batching, service: TestService
) -> None:
    made = await batching.submit(rows(1))
    await batching.ended(made.id)
    service.batches.orders.missing_results = 4
    for _ in range(4):
        with pytest.raises(errors.ProviderError) as caught:
            await batching.results(made.id)
        assert caught.value.retryable
        assert not isinstance(caught.value, errors.ResultsExpired)
    assert len(await batching.results(made.id)) == 1


async def test_results_are_gone_after_29_days(batching: Batching, service: TestService) -> None:
    made = await batching.submit(rows(1))
    await batching.ended(made.id)
    service.batches.advance(29 * DAY)
    assert (await batching.poll(made.id)).state is RemoteState.ENDED
    with pytest.raises(errors.ResultsExpired, match="has deleted the results"):
        await batching.results(made.id)


async def test_results_of_an_unknown_batch_are_gone_after_three_looks(batching: Batching) -> None:
    for _ in range(2):
        with pytest.raises(errors.ProviderError) as caught:
            await batching.results("msgbatch_none")
        assert caught.value.retryable
    with pytest.raises(errors.ResultsExpired):
        await batching.results("msgbatch_none")


async def test_results_of_a_batch_that_runs_are_refused(batching: Batching, service: TestService) -> None:
    service.batches.orders.seconds = None
    made = await batching.submit(rows(1))
    with pytest.raises(errors.RequestRejected, match="not ended"):
        await batching.results(made.id)


@pytest.mark.parametrize("how", ["close", "end"])
async def test_results_that_break_off_leave_what_came_before(
    batching: Batching, service: TestService, how: Any
) -> None:
    service.batches.orders.cut, service.batches.orders.cut_how = [4], how
    made = await batching.submit(rows(9))
    await batching.ended(made.id)
    came: list[BatchResult] = []
    with pytest.raises(errors.ConnectionFailed, match="broke off") as caught:
        await batching.results(made.id, came)
    assert caught.value.retryable
    assert len(came) == 4
    assert len(await batching.results(made.id)) == 9


async def test_results_that_end_between_two_lines_are_for_the_caller_to_count(
    batching: Batching, service: TestService
) -> None:
    service.batches.orders.cut, service.batches.orders.cut_how = [4], "between"
    made = await batching.submit(rows(9))
    assert (await batching.ended(made.id)).rows == 9
    assert len(await batching.results(made.id)) == 4


async def test_a_download_is_tried_again_before_its_first_byte_only(batching: Batching, service: TestService) -> None:
    made = await batching.submit(rows(3))
    await batching.ended(made.id)
    service.enqueue(Rule(Status(503), path="/v1/messages/batches", times=2))
    assert len(await batching.results(made.id)) == 3
    before = len(service.requests)
    service.batches.orders.cut = [1]
    with pytest.raises(errors.ConnectionFailed):
        await batching.results(made.id)
    assert len(service.requests) == before + 1


async def test_calling_a_batch_back_takes_a_while_and_keeps_what_was_answered(
    batching: Batching, service: TestService
) -> None:
    orders = service.batches.orders
    orders.seconds, orders.cancel_seconds, orders.before_cancel = None, 0.05, 2
    made = await batching.submit(rows(3))
    assert (await batching.cancel(made.id)).state is RemoteState.CANCELLING
    await batching.ended(made.id)
    outcomes = sorted(result.outcome.value for result in (await batching.results(made.id)).values())
    assert outcomes == ["canceled", "succeeded", "succeeded"]


async def test_a_batch_that_has_ended_cannot_be_called_back(batching: Batching) -> None:
    made = await batching.submit(rows(1))
    await batching.ended(made.id)
    assert (await batching.cancel(made.id)).state is RemoteState.ENDED


async def test_a_batch_expires_after_a_day(batching: Batching, service: TestService) -> None:
    service.batches.orders.seconds = None
    made = await batching.submit(rows(2))
    service.batches.advance(DAY)
    await batching.ended(made.id)
    assert {result.outcome for result in (await batching.results(made.id)).values()} == {Outcome.EXPIRED}


async def test_all_batches_since_a_time_are_found_page_by_page(batching: Batching, service: TestService) -> None:
    service.batches.orders.seconds = None
    for number in range(120):
        service.batches.make(f"msgbatch_{number}", [])
    service.batches.advance(3600)
    hour = datetime.fromtimestamp(service.batches.now(), UTC)
    for number in range(120, 370):
        service.batches.make(f"msgbatch_{number}", [])
    found = await batching.recent(hour)
    assert [batch.id for batch in found] == [f"msgbatch_{number}" for number in reversed(range(120, 370))]
    assert len(service.requests) == 3
    assert len(await batching.recent()) == 370


async def test_leaving_early_closes_the_download(batching: Batching, service: TestService) -> None:
    made = await batching.submit([(f"k-{n}", asks(f"Row {n} " + "x" * 3000)) for n in range(2000)])
    await batching.ended(made.id)
    async with batching.batches.results(
        batching.gate, batching.base_url, batching.secret, made.id, DEFAULT_MODEL
    ) as results:
        async for result in results:
            assert result.custom_id.startswith("k-")
            break
    await service.until(lambda: service.requests[-1].disconnected is not None)


async def test_every_model_has_the_services_limits(http: HttpClient) -> None:
    limits = AnthropicBatches(http).limits(DEFAULT_MODEL)
    assert limits is not None
    assert (limits.rows, limits.bytes, limits.stored_pictures, limits.price_share) == (100_000, 256_000_000, True, 0.5)
