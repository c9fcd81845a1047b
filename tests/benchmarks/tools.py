"""Calls of tools through the whole loop, many at once, what installed ones cost the start, and what is left at the end.

"Own time" runs from the last byte of the answer that calls to the arrival of the next question at the service, less
what bare httpx needs for that with the same bodies, so it holds decoding, judging, calling, storing and encoding.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.start import until_icon
from tests.benchmarks.table import Row, median
from tests.benchmarks.tool_homes import allow_all, furnish
from tests.service.answers import Blocks, Call, Rule, Text
from tests.service.outside import ServiceProcess
from tests.service.server import KEY
from tests.support.desktop import desktop, x_server
from tests.support.program import COMMAND, environment
from tests.support.tray_host import tray_host
from tests.support.x11 import x_client

_CALLS = 40
_FIRST = 3
_COLD = 5
_SOURCES, _EACH = 10, 10
_SLEEP = 1.0
_STARTS = 11
_QUESTIONS = 15
_KILLS = 5
_PLUGINS, _SERVERS = 50, 5


def measure() -> list[Row]:
    with x_server(1280, 800) as display, tempfile.TemporaryDirectory() as home:
        os.environ["DISPLAY"] = display
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        rows = _in_qt(Path(home))
    return [*rows, *_starts(), _first_question(), _killed()]


def _in_qt(home: Path) -> list[Row]:
    from kireji.ui import aio
    from kireji.ui.qt_application import create

    rows: list[Row] = []

    async def main(_stop: asyncio.Event) -> int:
        rows.append(await _own_time(home / "built-in", "calculate", {"expression": "6 * 7"}, 5.0))
        rows.append(await _own_time(home / "plugin", "plugin_00__echo", {"words": "some"}, 10.0))
        rows.append(await _cold(home / "cold"))
        rows.append(await _many(home / "many"))
        return 0

    aio.run(main, create(["benchmark"]))
    return rows


@asynccontextmanager
async def _open(home: Path, base_url: str = "", plugins: int = 1) -> AsyncIterator[Any]:
    from kireji.bootstrap.services import Overrides, open_services
    from kireji.desktop.keystore import SessionKeyStore
    from kireji.desktop.paths import Paths

    furnish(home, plugins)
    environ = dict(os.environ) | {"KIREJI_HOME": str(home), "ANTHROPIC_API_KEY": KEY}
    if base_url:
        environ["ANTHROPIC_BASE_URL"] = base_url
    async with open_services(Paths.find(environ), environ, overrides=Overrides(keychain=SessionKeyStore())) as services:
        await allow_all(services)
        yield services


# calls


async def _own_time(home: Path, name: str, arguments: dict[str, Any], goal: float) -> Row:
    import httpx

    from kireji.core.messages import TextPart
    from kireji.services.turns import Question

    script = [Blocks([Call(name, arguments)]), Text(["It is done."])] * (2 * (_CALLS + _FIRST))
    ours: list[float] = []
    bare: list[float] = []
    with ServiceProcess(*script) as service:
        async with _open(home, service.base_url) as services, httpx.AsyncClient(trust_env=False, timeout=30) as client:
            await services.chat.prepare()
            for number in range(_CALLS + _FIRST):
                stored = await services.chat.ask(Question("What is it?"), lambda _event: None)
                assert stored.message.parts[-1] == TextPart("It is done."), stored
                states = (await asyncio.to_thread(service.control))["requests"][-2:]
                bodies = [json.dumps(request["body"]).encode() for request in service.requests[-2:]]
                for body in bodies:
                    await _bare(client, service.base_url, body)
                floors = (await asyncio.to_thread(service.control))["requests"][-2:]
                if number >= _FIRST:
                    ours.append(_gap(states))
                    bare.append(_gap(floors))
    floor, measured = median(bare), median(ours)
    kind = "built-in tool" if "__" not in name else "plugin whose process runs"
    return Row(f"Call of a {kind}, with a real service: own time", f"< {goal:.0f} ms over floor",
        f"bare httpx, same bodies: {floor:.1f} ms", f"{measured:.1f} ms", f"{measured - floor:+.1f} ms",
        measured - floor < goal)  # fmt: skip


def _gap(states: list[dict[str, Any]]) -> float:
    """Milliseconds between the end of the first answer and the arrival of the second question."""
    return float(states[1]["arrived"] - states[0]["ended"]) * 1000


async def _bare(client: Any, base_url: str, body: bytes) -> None:
    from httpx_sse import EventSource

    headers = {"x-api-key": KEY, "anthropic-version": "2026-10-21", "content-type": "application/json"}
    async with client.stream("POST", f"{base_url}/v1/messages", content=body, headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        async for event in EventSource(response).aiter_sse():
            json.loads(event.data)


async def _cold(home: Path) -> Row:
    """The first call of a plugin in a run of the program: its supervisor and its process are started for it."""
    values: list[float] = []
    floors: list[float] = []
    for number in range(_COLD + 1):
        async with _open(home / str(number)) as services:
            pass  # what it said of its tools is kept now
        floors.append(await asyncio.to_thread(_bare_python))
        async with _reopen(home / str(number)) as services:
            begin = time.monotonic()
            await _run(services, [("plugin_00__echo", {"words": "some"})])
            values.append((time.monotonic() - begin) * 1000)
    measured, floor = median(values[1:]), median(floors[1:])
    return Row("Call of a plugin whose process does not run", "< 300 ms", f"python -c 'import msgspec': {floor:.0f} ms",
        f"{measured:.0f} ms", f"{measured / 300:.2f}", measured < 300)  # fmt: skip


@asynccontextmanager
async def _reopen(home: Path) -> AsyncIterator[Any]:
    from kireji.bootstrap.services import Overrides, open_services
    from kireji.desktop.keystore import SessionKeyStore
    from kireji.desktop.paths import Paths

    environ = dict(os.environ) | {"KIREJI_HOME": str(home), "ANTHROPIC_API_KEY": KEY}
    async with open_services(Paths.find(environ), environ, overrides=Overrides(keychain=SessionKeyStore())) as services:
        yield services


def _bare_python() -> float:
    begin = time.monotonic()
    subprocess.run([sys.executable, "-c", "import msgspec"], check=True)
    return (time.monotonic() - begin) * 1000


async def _run(services: Any, calls: list[tuple[str, dict[str, Any]]]) -> list[str]:
    """One round; the words of the results, in order."""
    from kireji.core.messages import TextPart, ToolCallPart
    from kireji.services.tools.gate import Circumstances
    from kireji.services.tools.runner import CallRound
    from kireji.services.tools.toolbox import Offer

    offer = Offer(tuple(await services.tools.toolbox.offered()))
    parts = [ToolCallPart(f"call-{i}", name, json.dumps(values)) for i, (name, values) in enumerate(calls)]
    where = Circumstances(None, frozenset(), attended=False, observe=lambda _event: None)
    results = await services.tools.runner.run(CallRound(parts, offer, where))
    assert [result.call_id for result in results] == [part.call_id for part in parts]
    assert not any(result.is_error for result in results), results
    return ["".join(part.text for part in each.content if isinstance(part, TextPart)) for each in results]


async def _many(home: Path) -> Row:
    """A round over many plugins, whose processes run."""
    values = []
    async with _open(home, plugins=_SOURCES) as services:
        for number in range(4):
            seconds = _SLEEP if number else 0.0
            calls = [
                (f"plugin_{i % _SOURCES:02}__wait", {"seconds": seconds, "number": i}) for i in range(_SOURCES * _EACH)
            ]
            begin = time.monotonic()
            answers = await _run(services, calls)
            if number:
                values.append(time.monotonic() - begin)
            assert answers == [str(i) for i in range(_SOURCES * _EACH)]
    measured = median(values)
    what = f"{_SOURCES * _EACH} calls at once over {_SOURCES} plugins in processes of their own, in order"
    return Row(what, "≤ slowest + 20 %",
        f"the slowest: {_SLEEP:.1f} s", f"{measured:.2f} s", f"{measured / _SLEEP:.2f}",
        measured <= 1.2 * _SLEEP)  # fmt: skip


# what is installed


def _starts() -> list[Row]:
    bare: list[float] = []
    full: list[float] = []
    with desktop() as place, x_client(place.display) as client:
        homes = [place.home / "none", place.home / "many"]
        furnish(homes[0], 0)
        furnish(homes[1], _PLUGINS, _SERVERS)
        variables = [environment(place, KIREJI_HOME=str(home)) for home in homes]
        for each in variables:
            _refresh(each)
        with tray_host(client, variables[0]):
            for number in range(_STARTS + 1):
                for place_of, values in _in_turn(number, (variables[0], bare), (variables[1], full)):
                    seconds = until_icon(client, [*COMMAND, "--hidden"], place_of)
                    if number:
                        values.append(seconds * 1000)
    ratio = median(full) / median(bare)
    what = f"Start: tray shown, with {_PLUGINS} plugins and {_SERVERS} servers"
    return [Row(what, "≤ 1.05 × without", f"without any: {median(bare):.0f} ms", f"{median(full):.0f} ms",
        f"{ratio:.2f}", ratio <= 1.05)]  # fmt: skip


def _first_question() -> Row:
    bare: list[float] = []
    full: list[float] = []
    with tempfile.TemporaryDirectory() as folder, ServiceProcess(Rule(Text(["Yes."]), times=None)) as service:
        homes = [Path(folder, "none"), Path(folder, "many")]
        furnish(homes[0], 0)
        furnish(homes[1], _PLUGINS, _SERVERS)
        more = {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
        variables = [dict(os.environ) | more | {"KIREJI_HOME": str(home)} for home in homes]
        for each in variables:
            _refresh(each)
        for number in range(_QUESTIONS + 1):
            for each, values in _in_turn(number, (variables[0], bare), (variables[1], full)):
                begin = float(_child(each))
                arrived = [state for state in service.control()["requests"] if state["path"] == "/v1/messages"][-1]
                if number:
                    values.append((arrived["arrived"] - begin) * 1000)
        offered = len(service.requests[-1]["body"]["tools"])
    more_time = median(full) - median(bare)
    return Row(f"First question on the wire, with {_PLUGINS} plugins and {_SERVERS} servers ({offered} tools)",
        "≤ 10 ms over without", f"without any: {median(bare):.1f} ms", f"{median(full):.1f} ms",
        f"{more_time:+.1f} ms", more_time <= 10)  # fmt: skip


def _in_turn(number: int, *both: Any) -> list[Any]:
    """The two in this order and then in the other, so that neither is always the first."""
    return list(both if number % 2 else reversed(both))


def _refresh(variables: dict[str, str]) -> None:
    """Ask the sources for their tools, as the running program does in time."""
    _child(variables, "refresh")


def _child(variables: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "tests.benchmarks.first_question", *arguments]
    return subprocess.run(command, env=variables, check=True, capture_output=True, text=True).stdout


# the end


def _killed() -> Row:
    return asyncio.run(_kill())


async def _kill() -> Row:
    from tests.integration.tools.trees import ALL, alive, app

    values = []
    count = 0
    for _ in range(_KILLS):
        async with app([ALL[number % len(ALL)] for number in range(20)]) as program:
            count = len([*alive(program.mark)])
            begin = time.monotonic()
            os.kill(program.process.pid, signal.SIGKILL)
            while [*alive(program.mark)]:  # noqa: ASYNC110 - they are other processes
                await asyncio.sleep(0.005)
            values.append(time.monotonic() - begin)
    return Row(f"kill -9 of the program with 20 servers ({count} processes, most deaf to SIGTERM) until none is left",
        "< 3 s", "", f"{median(values):.2f} s", f"{median(values) / 3:.2f}", median(values) < 3)  # fmt: skip
