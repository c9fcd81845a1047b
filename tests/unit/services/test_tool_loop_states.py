"""Whatever a model calls, whatever becomes of the calls, and whenever it is stopped: the history can be sent.

A script says what the model asks for in each round, what becomes of each call, and after how many steps of the loop the
person stops. Whatever the script, every call that is stored is answered exactly once and in order, what had an effect
is marked before, and the next question goes out with a history in which every call has its result.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from hypothesis import event, given, settings
from hypothesis import strategies as st

from kireji.core.errors import Overloaded, ToolSourceError
from kireji.core.events import TurnFinished
from kireji.core.messages import Message, MessageState, Role, StopReason, ToolCallPart, ToolResultPart
from kireji.core.permissions import Approval
from kireji.core.tool_ports import CallContext
from kireji.core.tools import Arguments, Hints, ToolOutput
from kireji.services.turns import ApprovalAsked, Question, TurnControl, TurnEvent
from tests.fakes.provider import USES_TOOLS, FakeProvider, Step, answer, calling
from tests.fakes.tools import FakeToolSource, FakeToolSources, make_tool, said
from tests.fakes.world import World

PURE = Hints(read_only=True, open_world=False, pure=True)
LOOK = make_tool("look", "built-in", hints=PURE, gives=None)
ACT = make_tool("act", "plugin:probe", seconds=30.0)


class Planned(msgspec.Struct, frozen=True):
    """One call: what the model asks for, what the person says, what the tool does."""

    tool: str
    person: str
    outcome: str
    steps: int

    def __str__(self) -> str:
        return f"{self.tool}/{self.person}/{self.outcome}"


CALLS = st.builds(
    Planned,
    st.sampled_from(["look", "probe__act", "nobody", "broken"]),
    st.sampled_from(["allows", "denies", "never"]),
    st.sampled_from(["answers", "crashes", "fails", "hangs", "cancels itself", "breaks"]),
    st.integers(0, 4),
)
ROUNDS = st.lists(st.lists(CALLS, min_size=1, max_size=4), max_size=3)
ENDS = st.sampled_from(["answers", "service fails", "cut"])


class Play:
    """One answer by a script."""

    def __init__(self, rounds: list[list[Planned]], end: str, stop_after: int) -> None:
        self.plans: dict[str, Planned] = {}
        turns = [self._turn(number, calls) for number, calls in enumerate(rounds)]
        turns.append(self._end(end))
        self.built_in = FakeToolSource(LOOK, name="built-in", fingerprint="built-in")
        self.plugin = FakeToolSource(ACT)
        self.built_in.behaviours["look"] = self.plugin.behaviours["act"] = self._behave
        self.world = World(
            remote=FakeProvider(*turns, answer("Then."), models=(USES_TOOLS,)),
            tool_sources=FakeToolSources(self.built_in, self.plugin),
        )
        self.services = self.world.services()
        self.control = TurnControl()
        self.stop_after = stop_after
        self.effects: list[str] = []

    def _turn(self, number: int, calls: list[Planned]) -> list[Step]:
        parts = []
        for place, plan in enumerate(calls):
            call_id = f"r{number}c{place}"
            self.plans[call_id] = plan
            arguments = "{" if plan.tool == "broken" else msgspec.json.encode({"id": call_id}).decode()
            parts.append(ToolCallPart(call_id, "look" if plan.tool == "broken" else plan.tool, arguments))
        return calling(*parts, words=f"Round {number}.")

    def _end(self, end: str) -> list[Step]:
        match end:
            case "service fails":
                return [Overloaded("Busy.", provider="anthropic")]
            case "cut":
                cut = calling(ToolCallPart("whole", "look", "{}"), ToolCallPart("cut", "look", '{"a', cut=True))
                return [*cut[:-1], TurnFinished(StopReason.MAX_TOKENS)]
        return answer("Done.")

    async def _behave(self, arguments: Arguments, context: CallContext) -> ToolOutput:
        plan = self.plans[arguments["id"]]
        self.effects.append(arguments["id"])
        for _ in range(plan.steps):
            await asyncio.sleep(0)
        match plan.outcome:
            case "crashes":
                raise ToolSourceError("It crashed.")
            case "fails":
                return ToolOutput((), is_error=True)
            case "hangs":
                await asyncio.Event().wait()
            case "cancels itself":
                raise asyncio.CancelledError
            case "breaks":
                raise KeyError("a fault of ours")
        return said(arguments["id"])

    def observe(self, seen: TurnEvent) -> None:
        if isinstance(seen, ApprovalAsked):
            person = self.plans[seen.request.call_id].person
            if person != "never":
                self.services.tools.approvals.answer(seen.request.id, Approval(person == "allows"))

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(self.services.chat.ask(Question("q"), self.observe, self.control))
            for _ in range(self.stop_after):
                if asking.done():
                    break
                await asyncio.sleep(0)
                await asyncio.sleep(0.0005 if self.stop_after > 400 else 0)
            self.control.stop()
            await asyncio.wait([asking])

    async def after(self) -> list[Message]:
        """What goes out with the next question."""
        self.world.remote._turns.clear()
        self.world.remote.enqueue(answer("Then."))
        await self.services.chat.ask(Question("and?", conversation=1), lambda seen: None)
        return list(self.world.remote.encoded[-1].messages)


def check_answered(messages: list[Message]) -> None:
    """Every call has its result in the next message, once, in order, before anything else."""
    for place, message in enumerate(messages):
        if message.role is not Role.ASSISTANT:
            continue
        results = [part for part in messages[place + 1].parts if isinstance(part, ToolResultPart)]
        assert [part.call_id for part in results] == [call.call_id for call in message.calls]
        assert messages[place + 1].parts[: len(results)] == tuple(results)
    assert messages[-1].role is Role.USER
    assert all(message.parts for message in messages)


@settings(max_examples=150, deadline=None)
@given(ROUNDS, ENDS, st.integers(0, 600))
async def test_whatever_happens_the_history_can_be_sent(rounds: list[list[Planned]], end: str, stop_after: int) -> None:
    play = Play(rounds, end, stop_after)
    await play.run()
    loaded = await play.world.conversations.load(1)
    if loaded is None:
        return  # stopped before the question was saved
    stored = loaded.messages[-1]
    event(stored.state.value)
    if stored.message.role is Role.ASSISTANT:
        event(f"{len(stored.message.calls)} calls")
        assert stored.state is not MessageState.STREAMING
        results = [part for part in stored.message.parts if isinstance(part, ToolResultPart)]
        assert [part.call_id for part in results] == [call.call_id for call in stored.message.calls]
        check_effects(play, stored.message)
    check_answered(await play.after())


def check_effects(play: Play, message: Message) -> None:
    """What had an effect was allowed, and marked as begun; what was not is not."""
    acted = {call_id for call_id in play.effects if play.plans[call_id].tool == "probe__act"}
    assert acted <= {call.call_id for call in message.calls if call.begun}
    assert all(play.plans[call_id].person == "allows" for call_id in acted)
    allowed: dict[str, Any] = {row.call_id: row for row in play.world.permissions.rows if row.allowed}
    assert set(play.effects) <= set(allowed)
