"""What the wire costs: to the first event, over a long answer, from a cold start, and after a stop.

Ours is the adapter over our own HTTP module; the floor is httpx, httpx-sse and `json.loads` per event; the peer is the
service's official client. All three ask the same process for the same answer with the same body over a kept
connection, in turn, so that a slow moment of the machine hits all.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from tests.benchmarks.table import Row, median
from tests.service.answers import Delivery, Rule, Text
from tests.service.outside import ServiceProcess
from tests.service.server import KEY
from tests.support.cleared import cleared

_TOKENS = 20_000
_LONG_RUNS = 9
_SHORT_RUNS = 150
_STOPS = 25
_COLD_RUNS = 11
_WARM = 2


class Took(NamedTuple):
    """One answer, read to its end.

    Args:
        first: Seconds until the first delta.
        cpu: Seconds of processor time of this process.
        deltas: How many came.
    """

    first: float
    cpu: float
    deltas: int


class Client(Protocol):
    """Asks once and reads everything."""

    async def __call__(self) -> Took: ...


def measure() -> list[Row]:
    """Everything of the wire."""
    return [*asyncio.run(_answers()), *_cold(), *asyncio.run(_stopped())]


async def _answers() -> list[Row]:
    long = Rule(Text([f" token{number % 97}" for number in range(_TOKENS)]), contains="long", times=None)
    short = Rule(Text([" one", " two", " three"]), contains="short", times=None)
    with ServiceProcess(long, short) as service:
        firsts, _ = await _in_turn(service, "short", _SHORT_RUNS)
        _, cpus = await _in_turn(service, "long", _LONG_RUNS)
    left = [handle for handle in asyncio.get_running_loop()._scheduled if not handle.cancelled()]  # type: ignore[attr-defined]
    return [
        *_compared("Request to first event", firsts, 1000, "ms"),
        *_compared(f"Processor time of {_TOKENS:,} tokens", cpus, 1000, "ms"),
        Row("Timers left behind by these requests", "none", "none: absolute", str(len(left)), f"{len(left)}", not left),
    ]


async def _in_turn(
    service: ServiceProcess, words: str, runs: int
) -> tuple[Mapping[str, list[float]], Mapping[str, list[float]]]:
    names = ("ours", "floor", "peer")
    firsts: dict[str, list[float]] = {name: [] for name in names}
    cpus: dict[str, list[float]] = {name: [] for name in names}
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(made(service.base_url, words)) for made in (_ours, _floor, _peer)]
        for run in range(runs + _WARM):
            turn = run % 3
            for name, client in [*zip(names, clients, strict=True)][turn:] + [*zip(names, clients, strict=True)][:turn]:
                gc.collect()
                took = await client()
                assert took.deltas in (3, _TOKENS), f"{name} read {took.deltas} deltas"
                if run >= _WARM:
                    firsts[name].append(took.first)
                    cpus[name].append(took.cpu)
    return firsts, cpus


def _compared(what: str, values: Mapping[str, list[float]], scale: float, unit: str) -> list[Row]:
    """The medians, and the medians of the ratios within each turn."""
    ours, floor, peer = (median(values[name]) * scale for name in ("ours", "floor", "peer"))
    over_floor = median([a / b for a, b in zip(values["ours"], values["floor"], strict=True)])
    over_peer = median([a / b for a, b in zip(values["ours"], values["peer"], strict=True)])
    measured = f"{ours:.2f} {unit}"
    return [
        Row(what, "≤ 1.1 × floor", f"httpx + httpx-sse + json.loads: {floor:.2f} {unit}", measured,
            f"{over_floor:.2f}", over_floor <= 1.1),
        Row(what, "ahead of the peer", f"official client: {peer:.2f} {unit}", measured, f"{over_peer:.2f}",
            over_peer < 1),
    ]  # fmt: skip


def _asked(base_url: str, words: str) -> Any:
    """The one request that all send."""
    from kireji.core.messages import Message, Role, TextPart
    from kireji.core.requests import ModelRequest
    from kireji.providers.anthropic import AnthropicProvider
    from kireji.providers.http import HttpClient

    request = ModelRequest("claude-haiku-5-5", (Message(Role.USER, (TextPart(f"A {words} answer, please."),)),))
    return AnthropicProvider(HttpClient()).encode(request, base_url)


@asynccontextmanager
async def _ours(base_url: str, words: str) -> AsyncIterator[Client]:
    from kireji.core.events import PartDelta
    from kireji.core.secret import Secret
    from kireji.providers.anthropic import AnthropicProvider
    from kireji.providers.http import HttpClient

    http = HttpClient()
    provider = AnthropicProvider(http)
    outgoing = _asked(base_url, words)

    async def ask() -> Took:
        stop = _Watch()
        deltas = 0
        async with provider.stream(cleared(outgoing), Secret(KEY)) as events:
            async for event in events:
                if type(event) is PartDelta:
                    if not deltas:
                        stop.first()
                    deltas += 1
        return stop.took(deltas)

    yield ask
    await http.aclose()


@asynccontextmanager
async def _floor(base_url: str, words: str) -> AsyncIterator[Client]:
    import httpx
    from httpx_sse import EventSource

    outgoing = _asked(base_url, words)
    headers = {**outgoing.headers, "x-api-key": KEY}
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:

        async def ask() -> Took:
            stop = _Watch()
            deltas = 0
            async with client.stream("POST", outgoing.url, content=outgoing.body, headers=headers) as response:
                async for event in EventSource(response).aiter_sse():
                    data = json.loads(event.data)
                    if data["type"] == "content_block_delta":
                        if not deltas:
                            stop.first()
                        deltas += 1
            return stop.took(deltas)

        yield ask


@asynccontextmanager
async def _peer(base_url: str, words: str) -> AsyncIterator[Client]:
    import anthropic

    body = json.loads(_asked(base_url, words).body)
    async with anthropic.AsyncAnthropic(base_url=base_url, api_key=KEY, max_retries=0) as client:

        async def ask() -> Took:
            stop = _Watch()
            deltas = 0
            async for event in await client.messages.create(**body):
                if event.type == "content_block_delta":
                    if not deltas:
                        stop.first()
                    deltas += 1
            return stop.took(deltas)

        yield ask


class _Watch:
    """Stops the time of one answer."""

    def __init__(self) -> None:
        self._cpu, self._began, self._first = time.process_time(), time.perf_counter(), 0.0

    def first(self) -> None:
        self._first = time.perf_counter()

    def took(self, deltas: int) -> Took:
        return Took(self._first - self._began, time.process_time() - self._cpu, deltas)


def _cold() -> list[Row]:
    """From starting the process to the whole question at the service, against importing the official client."""
    starts: list[float] = []
    imports: list[float] = []
    with ServiceProcess(Rule(Text(["Because."]), times=None)) as service, tempfile.TemporaryDirectory() as home:
        variables = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        variables |= {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY, "HOME": home}
        for run in range(_COLD_RUNS + _WARM):
            place = variables | {"KIREJI_HOME": str(Path(home) / str(run))}
            begin = time.monotonic()
            subprocess.run(
                [sys.executable, "-m", "kireji", "ask", "Why?"], env=place, check=True, capture_output=True, timeout=60
            )
            arrived = [item for item in service.control()["requests"] if item["path"] == "/v1/messages"][-1]["arrived"]
            took = _timed(lambda: subprocess.run([sys.executable, "-c", "import anthropic"], check=True))
            if run >= _WARM:
                starts.append(arrived - begin)
                imports.append(took)
    start, half = median(starts) * 1000, median(imports) * 500
    peer = f"half of importing the official client: {half:.0f} ms"
    ratio = start / half
    return [Row("`kireji ask`, cold, to the request on the wire", "< floor", peer, f"{start:.0f} ms", f"{ratio:.2f}",
                ratio < 1)]  # fmt: skip


def _timed(action: Callable[[], object]) -> float:
    begin = time.monotonic()
    action()
    return time.monotonic() - begin


async def _stopped() -> list[Row]:
    """From leaving an answer in its middle to the closed connection, as the service sees it."""
    from kireji.core.events import PartDelta
    from kireji.core.secret import Secret
    from kireji.providers.anthropic import AnthropicProvider
    from kireji.providers.http import HttpClient

    took: list[float] = []
    held = Text(["One", " two"], delivery=Delivery(hold_after=1))
    with ServiceProcess(Rule(held, times=None)) as service:
        http = HttpClient()
        provider, outgoing = AnthropicProvider(http), _asked(service.base_url, "short")
        for _ in range(_STOPS):
            async with provider.stream(cleared(outgoing), Secret(KEY)) as events:
                async for event in events:
                    if type(event) is PartDelta:
                        break
                begin = time.monotonic()
            took.append(await _disconnected(service) - begin)
        await http.aclose()
    slowest = max(took) * 1000
    return [Row("Stop to closed connection, seen by the service", "≤ 50 ms", "none: absolute",
                f"{median(took) * 1000:.1f} ms, slowest of {_STOPS} {slowest:.1f} ms",
                f"{median(took) * 20:.2f}", slowest <= 50)]  # fmt: skip


async def _disconnected(service: ServiceProcess) -> float:
    while True:
        last = (await asyncio.to_thread(service.control))["requests"][-1]
        if last["disconnected"] is not None:
            return float(last["disconnected"])
