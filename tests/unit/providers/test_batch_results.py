"""Lines of results, however they are cut into pieces, in whatever order, and whatever is in them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, nullcontext
from typing import Any, cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.errors import ConnectionFailed, ProtocolViolation, ProviderError
from kireji.core.jobs.ports import BatchResult
from kireji.core.jobs.values import Outcome
from kireji.core.messages import Usage
from kireji.core.models import ModelInfo, Price
from kireji.providers.anthropic import AnthropicProvider
from kireji.providers.anthropic_batch_results import ResultReader, read_results
from kireji.providers.failures import Answerer
from kireji.providers.http import HttpClient
from kireji.providers.lines import Lines
from kireji.providers.openrouter_batch_results import ResultReader as RoutedReader

WHO = Answerer("anthropic", "api.anthropic.com", "claude-haiku-5-5")
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
USAGE = st.fixed_dictionaries({"input_tokens": st.integers(0, 10**6), "output_tokens": st.integers(0, 10**6)})
SUCCEEDED = st.builds(
    lambda usage, text: {"type": "succeeded", "message": {"content": [{"type": "text", "text": text}], "usage": usage}},
    USAGE,
    st.text(max_size=20),
)
FAILED = st.builds(
    lambda kind, said: {"type": "errored", "error": {"type": "error", "error": {"type": kind, "message": said}}},
    st.sampled_from(["invalid_request_error", "api_error", "of_tomorrow"]),
    st.text(max_size=20),
)
OTHERS = st.sampled_from([{"type": "canceled"}, {"type": "expired"}, {"type": "paused_until_tomorrow"}, {}])
RESULT = SUCCEEDED | FAILED | OTHERS
LINE = st.builds(
    lambda id, result: (id, result),
    st.from_regex(r"[a-zA-Z0-9_-]{1,64}", fullmatch=True) | st.text(max_size=8),
    RESULT,
)


class Response:
    """An answer in pieces."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece

    async def aclose(self) -> None: ...


def read(pieces: Sequence[bytes]) -> tuple[list[BatchResult], ProviderError | None]:
    """What comes of an answer, and how it ends."""

    async def run() -> tuple[list[BatchResult], ProviderError | None]:
        found: list[BatchResult] = []
        async with AsyncExitStack() as stack:
            lines = Lines(cast(Any, Response(pieces)), nullcontext, WHO, "", stack)
            try:
                await lines.look()
                async for result in read_results(lines, WHO):
                    found.append(result)
            except ProviderError as error:
                return found, error
        return found, None

    return asyncio.run(run())


def written(rows: Sequence[tuple[str, Any]]) -> list[bytes]:
    return [msgspec.json.encode({"custom_id": id, "result": result}) for id, result in rows]


def pieces_of(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    places = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    return [data[start:end] for start, end in itertools.pairwise(places)]


@given(st.lists(LINE, max_size=8), st.lists(st.integers(0, 10**4), max_size=8), st.booleans(), st.booleans())
def test_lines_are_the_same_however_they_are_cut_into_pieces(
    rows: list[tuple[str, Any]], cuts: list[int], ended: bool, windows: bool
) -> None:
    end = b"\r\n" if windows else b"\n"
    data = end.join(written(rows)) + (end if ended else b"")
    found, error = read(pieces_of(data, cuts))
    assert error is None
    assert [result.custom_id for result in found] == [id for id, _ in rows]
    for result, (_, expected) in zip(found, rows, strict=True):
        assert msgspec.json.decode(result.payload) == expected
        known = {"succeeded", "errored", "canceled", "expired"}
        kind = expected.get("type")
        assert result.outcome.value == (kind if kind in known else "errored")
        assert bool(result.sentence) is (result.outcome is not Outcome.SUCCEEDED)
        if result.outcome is not Outcome.SUCCEEDED:
            assert result.usage == Usage()


@given(st.lists(LINE, min_size=1, max_size=5), st.integers(0, 10**4))
def test_what_is_cut_anywhere_gives_all_that_came_whole(rows: list[tuple[str, Any]], at: int) -> None:
    lines = written(rows)
    data = b"".join(line + b"\n" for line in lines)
    cut = data[: at % (len(data) + 1)]
    found, error = read([cut])
    whole, _, rest = cut.rpartition(b"\n")
    count = len(whole.split(b"\n")) if whole else 0
    complete = rest in lines
    assert len(found) == count + complete
    assert isinstance(error, ConnectionFailed) is bool(rest and not complete)
    assert error is None or error.retryable


@given(st.lists(LINE, max_size=4), st.binary(min_size=1, max_size=20), st.integers(0, 4))
def test_a_line_that_is_no_result_takes_no_other_with_it(
    rows: list[tuple[str, Any]], broken: bytes, place: int
) -> None:
    broken = b"x" + broken.replace(b"\n", b"").replace(b"\r", b"")
    lines = written(rows)
    lines.insert(min(place, len(lines)), broken)
    found, error = read([b"\n".join([*lines, *written([("last", {"type": "expired"})])])])
    assert [result.custom_id for result in found] == [*(id for id, _ in rows), "last"]
    assert isinstance(error, ProtocolViolation)


@given(JSON, JSON)
def test_any_json_is_a_result_or_none(custom_id: Any, result: Any) -> None:
    line = msgspec.json.encode({"custom_id": custom_id, "result": result})
    found = ResultReader(WHO).read(line)
    assert (found is None) is not isinstance(custom_id, str)
    RoutedReader(WHO, None).read(msgspec.json.encode({"custom_id": custom_id, "response": result, "error": result}))
    body = {"custom_id": "a", "response": {"status_code": 200, "body": result}, "error": None}
    assert RoutedReader(WHO, None).read(msgspec.json.encode(body)) is not None


@given(st.binary(max_size=60))
def test_bytes_that_are_nothing_are_no_result(line: bytes) -> None:
    assert ResultReader(WHO).read(line) is None


@given(FAILED | OTHERS)
def test_what_failed_is_an_error_when_its_payload_is_decoded(result: Any) -> None:
    found = ResultReader(WHO).read(msgspec.json.encode({"custom_id": "a", "result": result}))
    assert found is not None
    with pytest.raises(ProviderError):
        AnthropicProvider(HttpClient()).decode_job(found.payload, WHO.model)


@pytest.mark.parametrize("usage", [None, {}, {"input_tokens": None}, {"input_tokens": "many"}, {"input_tokens": -5}, 7])
def test_an_answer_whose_usage_is_odd_is_still_an_answer(usage: Any) -> None:
    result = {"type": "succeeded", "message": {"content": [], "usage": usage}}
    found = ResultReader(WHO).read(msgspec.json.encode({"custom_id": "a", "result": result}))
    assert found is not None
    assert (found.outcome, found.usage.input_tokens) == (Outcome.SUCCEEDED, 0)


def test_an_answer_costs_half() -> None:
    usage = {"input_tokens": 1_000_000, "output_tokens": 1_000_000, "cache_read_input_tokens": 0}
    result = {"type": "succeeded", "message": {"usage": usage}}
    found = ResultReader(Answerer("anthropic", "", "claude-haiku-4-5")).read(
        msgspec.json.encode({"custom_id": "a", "result": result})
    )
    assert found is not None
    assert found.usage.cost == 3.0


def test_the_price_of_a_model_that_is_not_known_is_not_known() -> None:
    result = {"type": "succeeded", "message": {"usage": {"input_tokens": 5}}}
    line = msgspec.json.encode({"custom_id": "a", "result": result})
    found = ResultReader(Answerer("anthropic", "", "claude-none")).read(line)
    assert found is not None
    assert (found.usage.input_tokens, found.usage.cost) == (5, None)


def test_a_cost_that_the_service_tells_counts_and_else_the_share_of_the_models_price() -> None:
    model = ModelInfo("openrouter", "m", "M", prices=(Price(1.0, 1.0, 1.0, 1.0),), batches=True, batch_share=0.25)
    usage: dict[str, Any] = {"prompt_tokens": 1_000_000, "completion_tokens": 0}

    def cost(usage: Any) -> float | None:
        body = {"custom_id": "a", "response": {"status_code": 200, "body": {"choices": [], "usage": usage}}}
        found = RoutedReader(WHO, model).read(msgspec.json.encode(body))
        assert found is not None
        return found.usage.cost

    assert cost(usage | {"cost": 0.1}) == 0.1
    assert cost(usage) == 0.25


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("batch_expired", Outcome.EXPIRED),
        ("batch_cancelled", Outcome.CANCELED),
        ("server_error", Outcome.ERRORED),
        (500, Outcome.ERRORED),
        (None, Outcome.ERRORED),
    ],
)
def test_an_error_without_an_answer_says_how_the_row_ended(code: Any, outcome: Outcome) -> None:
    line = {"custom_id": "a", "response": None, "error": {"code": code, "message": "why"}}
    found = RoutedReader(WHO, None).read(msgspec.json.encode(line))
    assert found is not None
    assert found.outcome is outcome
    assert found.sentence
