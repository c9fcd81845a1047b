"""Calls of tools through the whole loop: what is our own of the time between a call and the next request.

One call of a tool that runs in the program's own process: from the moment in which the call is whole to the moment in
which the next request reaches the provider, with the real file beneath: judged, validated, logged, run, and its result
saved. A hundred calls at once over ten sources, each as slow as the slowest: how much longer all of them take.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from tests.benchmarks.table import Row, median

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from kireji.core.events import ModelEvent
    from kireji.core.requests import ClearedRequest
    from kireji.core.secret import Secret
    from kireji.core.tool_ports import CallContext
    from kireji.core.tools import Arguments, ToolOutput
    from kireji.services.application import Services
    from kireji.services.turns import TurnEvent
    from tests.fakes.provider import FakeProvider
    from tests.fakes.tools import FakeToolSource

_RUNS = 200
_PARALLEL, _SOURCES, _SLOWEST = 100, 10, 1.0
_OWN = 0.005
_LONGER = 1.2


def measure() -> list[Row]:
    first, own, floor = asyncio.run(_one_call())
    many = asyncio.run(_many_calls())
    return [
        Row("Call of a built-in tool through the whole loop, own time", "under 5 ms",
            f"writing the log and the row: {floor * 1000:.2f} ms",
            f"{own * 1000:.2f} ms (the first one, which loads the validator: {first * 1000:.0f} ms)",
            f"{own / floor:.1f} x", own < _OWN),
        Row(f"{_PARALLEL} parallel calls over {_SOURCES} sources, all answered in order", "slowest + 20 %",
            f"the slowest: {_SLOWEST * 1000:.0f} ms", f"{many * 1000:.0f} ms", f"{many / _SLOWEST:.2f} x",
            many < _SLOWEST * _LONGER),
    ]  # fmt: skip


class _Moments:
    """When the calls of a round were whole, and when the next request reached the provider."""

    def __init__(self, provider: FakeProvider) -> None:
        self.calls: list[float] = []
        self.requests: list[float] = []
        self._stream = provider.stream
        provider.stream = self.stream  # type: ignore[method-assign]

    def stream(
        self, cleared: ClearedRequest, secret: Secret | None
    ) -> AbstractAsyncContextManager[AsyncIterator[ModelEvent]]:
        self.requests.append(time.perf_counter())
        return self._stream(cleared, secret)

    def observe(self, event: TurnEvent) -> None:
        from kireji.core.events import PartFinished
        from kireji.core.messages import ToolCallPart

        if isinstance(event, PartFinished) and isinstance(event.part, ToolCallPart):
            self.calls.append(time.perf_counter())

    def taken(self) -> float:
        """Seconds from the last call to the next request; everything is forgotten."""
        taken = self.requests[1] - self.calls[-1]
        self.calls.clear()
        self.requests.clear()
        return taken


async def _one_call() -> tuple[float, float, float]:
    """Seconds of the first call, of usual ones, and of what must be written for one."""
    from kireji.core.messages import ToolCallPart
    from kireji.services.turns import Question
    from tests.fakes.provider import USES_TOOLS, FakeProvider, answer, calling
    from tests.fakes.tools import FakeToolSource
    from tests.support.tool_scene import LOOK

    provider = FakeProvider(models=(USES_TOOLS,))
    moments = _Moments(provider)
    source = FakeToolSource(LOOK, name="built-in", fingerprint="built-in")
    taken: list[float] = []
    async with _program(provider, source) as services:
        for number in range(_RUNS):
            provider.enqueue(calling(ToolCallPart("c", "look", '{"n":1}')), answer("Done."))
            question = Question("q", provider="anthropic", conversation=1 if number % 20 else None)
            await services.chat.ask(question, moments.observe)
            taken.append(moments.taken())
        floor = [await _written(services) for _ in range(_RUNS)]
    return taken[0], median(taken[1:]), median(floor)


async def _written(services: Services) -> float:
    """Seconds that one line of the log and one row of the history take."""
    from kireji.core.messages import Message, Role, TextPart
    from kireji.core.permissions import CallFacts, Reason
    from tests.support.tool_scene import LOOK

    begun = time.perf_counter()
    facts = CallFacts(LOOK, "built-in", True, 1, "")
    await services.tools.permissions.log(facts, "c", "{}", allowed=True, by="rule", reason=Reason.PURE)
    await services.conversations.append(1, None, Message(Role.USER, (TextPart("q"),)))
    return time.perf_counter() - begun


async def _many_calls() -> float:
    from kireji.core.messages import ToolCallPart, ToolResultPart
    from kireji.services.turns import Question
    from tests.fakes.provider import USES_TOOLS, FakeProvider, answer, calling
    from tests.fakes.tools import FakeToolSource, make_tool, said
    from tests.support.tool_scene import SCHEMA, told

    async def slow(arguments: Arguments, context: CallContext) -> ToolOutput:
        await asyncio.sleep(_SLOWEST)
        return said(str(arguments["n"]))

    provider = FakeProvider(models=(USES_TOOLS,))
    moments = _Moments(provider)
    names = [f"p{number}" for number in range(_SOURCES)]
    sources = [
        FakeToolSource(make_tool("act", f"plugin:{name}", schema=SCHEMA), name=f"plugin:{name}") for name in names
    ]
    for source in sources:
        source.behaviours["act"] = slow
    taken: list[float] = []
    async with _program(provider, *sources) as services:
        for tool in await services.tools.toolbox.tools():
            await services.tools.permissions.allow(tool)
        for _ in range(5):
            calls = [
                ToolCallPart(f"c{number}", f"{names[number % _SOURCES]}__act", f'{{"n":{number}}}')
                for number in range(_PARALLEL)
            ]
            provider.enqueue(calling(*calls), answer("Done."))
            stored = await services.chat.ask(Question("q", provider="anthropic"), moments.observe)
            results = [part for part in stored.message.parts if isinstance(part, ToolResultPart)]
            assert [told(result) for result in results] == [str(number) for number in range(_PARALLEL)]
            taken.append(moments.taken())
    return median(taken)


def _program(provider: FakeProvider, *sources: FakeToolSource) -> AbstractAsyncContextManager[Services]:
    from kireji.bootstrap.services import Overrides, open_services
    from kireji.desktop.paths import Paths
    from tests.fakes.keychain import FakeKeyStore
    from tests.fakes.reader import FakeReader
    from tests.fakes.tools import FakeToolSources

    environ = {"KIREJI_HOME": tempfile.mkdtemp(prefix="kireji-tools-"), "ANTHROPIC_API_KEY": "sk-ant-test"}
    kinds = (FakeToolSources(*sources),)
    overrides = Overrides(keychain=FakeKeyStore(), reader=FakeReader(), providers=(provider,), tools=kinds)
    return open_services(Paths.find(environ), environ, overrides=overrides)
