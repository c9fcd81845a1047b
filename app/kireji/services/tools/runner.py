"""Runs the calls of one round side by side."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from kireji.core.errors import KirejiError, ToolRefused, ToolSourceError
from kireji.core.messages import ToolCallPart, ToolResultPart
from kireji.core.permissions import CallFacts, effects
from kireji.core.tool_ports import SchemaValidator
from kireji.core.tools import Arguments, Outside, SourceState, ToolOutput, failed
from kireji.core.words import say
from kireji.services.tools.calls import CallTime, Contexts, Permitted, RunningCall
from kireji.services.tools.facts import facts_of
from kireji.services.tools.gate import CallGate, Circumstances
from kireji.services.tools.inner_calls import InnerCalls
from kireji.services.tools.permissions import Permissions
from kireji.services.tools.results import Results, error_result
from kireji.services.tools.toolbox import Found, Offer, Toolbox
from kireji.services.turns import ToolBegins

log = logging.getLogger(__name__)

_FIND_SECONDS = 60.0
"""A source that has changed is started to say what it has."""

_SEEN_AT_ONCE = 10_000
"""Characters of arguments that are looked at on the loop's own thread: a thread takes longer than the look."""

_PREVIEW_SECONDS = 3.0
"""The person is asked without it rather than later."""


class _NotRun(KirejiError):
    """A call cannot be run at all; nobody has been asked."""


async def _nothing(call: ToolCallPart) -> None:
    """For callers who keep no row."""


def _unseen(position: int, result: ToolResultPart) -> None:
    """For callers who wait for all of them."""


class CallRound(NamedTuple):
    """The calls of one round.

    Args:
        calls: In the model's order.
        offer: What it was offered.
        where: Where they are made.
        begins: Writes down that a call that could have an effect begins; it runs only when that has returned.
        finished: Told of each result when it is there, with the place of its call.
    """

    calls: Sequence[ToolCallPart]
    offer: Offer
    where: Circumstances
    begins: Callable[[ToolCallPart], Awaitable[None]] = _nothing
    finished: Callable[[int, ToolResultPart], None] = _unseen


class ToolRunner:
    """Turns calls into results: whatever happens to one, it has exactly one.

    Args:
        toolbox: Who has which tool.
        permissions: Whose hints are believed.
        gate: Lets calls pass.
        results: Makes results of what tools give back.
        validator: Holds arguments to schemas.
        contexts: Makes what a source is given with a call.
        monotonic: Seconds from some moment on, for how long calls take.
    """

    def __init__(
        self,
        toolbox: Toolbox,
        permissions: Permissions,
        gate: CallGate,
        results: Results,
        validator: SchemaValidator,
        contexts: Contexts,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._toolbox = toolbox
        self._permissions = permissions
        self._gate = gate
        self._results = results
        self._validator = validator
        self._contexts = contexts
        self._monotonic = monotonic
        self._inner = InnerCalls(toolbox, permissions, gate, _preview)

    async def run(self, round_: CallRound) -> tuple[ToolResultPart, ...]:
        """Run the calls of a round at the same time.

        Returns:
            One result for each, in the order of the calls.

        Raises:
            asyncio.CancelledError: The turn was stopped; calls that ran were ended, and have no result.
        """
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._one(place, call, round_), name=f"tool {call.name}")
                for place, call in enumerate(round_.calls)
            ]
        return tuple(task.result() for task in tasks)

    async def _one(self, place: int, call: ToolCallPart, round_: CallRound) -> ToolResultPart:
        try:
            result = await self._answered(call, round_)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # Nobody has stopped us: something in the source was cancelled.
            result = error_result(call.call_id, say("The tool was ended before it had answered."))
        except ToolRefused as error:
            result = error_result(call.call_id, error.sentence, refused=True)
        except KirejiError as error:
            result = error_result(call.call_id, error.sentence)
        except Exception:  # our own fault: the other calls and the turn go on
            log.exception("a call of %s failed", call.name)
            result = error_result(call.call_id, say("Something in Kireji failed; the log says more."))
        round_.finished(place, result)
        return result

    async def _answered(self, call: ToolCallPart, round_: CallRound) -> ToolResultPart:
        found = await self._found(call, round_.offer)
        arguments = _decoded(call.arguments)
        await self._check(call, found, arguments)
        trusted = await self._permissions.trusts(found.status)
        facts = await facts_of(found.tool, found.status, arguments, round_.where, trusted=trusted)
        passage = await self._gate.pass_through(
            call.call_id, found.status.title, arguments, facts, round_.where, _preview(found, arguments)
        )
        _same(found, facts)
        if not effects(found.tool, trusted=facts.trusted).harmless:
            await round_.begins(call)
            _same(found, facts)  # nothing waits any more between this and the call
        return await self._run(call, found, arguments, Permitted(facts, passage), round_.where)

    async def _check(self, call: ToolCallPart, found: Found, arguments: Arguments) -> None:
        """Hold arguments to their schema; in a thread, unless they are few and are seen to fit. Raises _NotRun."""
        schema = found.tool.schema
        if len(call.arguments) <= _SEEN_AT_ONCE and self._validator.fits(schema, arguments):
            return
        if problem := await asyncio.to_thread(self._validator.problem, schema, arguments):
            raise _NotRun(say("The arguments do not fit: {problem}", problem=problem))

    async def _found(self, call: ToolCallPart, offer: Offer) -> Found:
        """Who has the tool.

        Raises:
            _NotRun: Nobody has it, or its arguments are not whole.
            ToolRefused: It is switched off.
        """
        try:
            async with asyncio.timeout(_FIND_SECONDS):
                found = await self._toolbox.find(call.name, offer.tools)
        except TimeoutError as error:
            raise _NotRun(say("The tool {name} could not be started in time.", name=call.name)) from error
        if found is None:
            raise _NotRun(say("There is no tool with the name {name}.", name=call.name))
        off = found.status.state is SourceState.OFF or not self._toolbox.is_on(found.tool)
        if offer.frozen or (off and not offer.named):
            raise ToolRefused(say("The person has switched this tool off."))
        if call.cut:
            raise _NotRun(say("The arguments of this call have not all arrived; it was not run."))
        return found

    async def _run(
        self, call: ToolCallPart, found: Found, arguments: Arguments, permitted: Permitted, where: Circumstances
    ) -> ToolResultPart:
        allowed_time = CallTime(found.tool.seconds)

        async def permit(tool: str, wanted: Arguments, given: frozenset[Outside]) -> Permitted:
            around = where._replace(outside=where.outside | given)
            asking = self._inner.permit(call.call_id, found.status, tool, wanted, around)
            return await allowed_time.uncounted(asking)

        running = RunningCall(
            call.call_id,
            permitted.facts,
            arguments,
            found.status.title,
            where,
            allowed_time,
            permit,
            permitted.passage,
        )
        where.observe(ToolBegins(call.call_id, found.tool, found.status.title))
        begun = self._monotonic()
        output = await self._output(found, arguments, running)
        return await self._results.of(call.call_id, output, self._monotonic() - begun)

    async def _output(self, found: Found, arguments: Arguments, running: RunningCall) -> ToolOutput:
        limit = running.time.limit()
        try:
            async with limit:
                return await found.source.call(found.tool, arguments, self._contexts(running))
        except TimeoutError:
            if not limit.expired():
                raise
            return failed(
                say(
                    "The tool did not answer within {seconds} seconds; it was ended.", seconds=f"{found.tool.seconds:g}"
                )
            )
        except (ToolSourceError, ToolRefused) as error:
            return failed(error.sentence)


def _preview(found: Found, arguments: Arguments) -> Callable[[], Awaitable[str]]:
    async def preview() -> str:
        try:
            async with asyncio.timeout(_PREVIEW_SECONDS):
                return await found.source.preview(found.tool, arguments)
        except (TimeoutError, KirejiError) as error:
            log.info("no preview of %s: %s", found.tool.name, error)
            return ""

    return preview


def _same(found: Found, facts: CallFacts) -> None:
    """Raises _NotRun when the source is not the one any more that was judged."""
    if found.source.status().fingerprint != facts.fingerprint:
        raise _NotRun(say("The plugin or the server has changed while the call waited; it was not run."))


def _decoded(arguments: str) -> Arguments:
    """The arguments of a call; nothing at all means that there are none.

    Raises:
        _NotRun: They are no JSON object.
    """
    try:
        decoded = _DECODER.decode(arguments) if arguments.strip() else {}
    except (ValueError, RecursionError) as error:
        raise _NotRun(say("The arguments are no JSON: {error}", error=error)) from error
    if not isinstance(decoded, dict):
        raise _NotRun(say("The arguments are no JSON object."))
    return decoded


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is too large a number")
    return number


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of two values for one name nobody could say which is seen and which is meant."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return made


_DECODER = json.JSONDecoder(parse_constant=_no_number, parse_float=_finite, object_pairs_hook=_once)
"""Of arguments."""
