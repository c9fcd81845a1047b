"""Goes on with an answer as long as its model asks for tools."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from kireji.core.errors import ContextTooLong
from kireji.core.outside import outside_words
from kireji.core.requests import ModelRequest, ToolChoice, ToolUse
from kireji.core.tools import Outside
from kireji.services.answer_window import AnswerWindow
from kireji.services.exchange import Exchange
from kireji.services.fitting import Growing
from kireji.services.preferences import Preferences
from kireji.services.recorder import AnswerRecorder
from kireji.services.request_builder import Asked
from kireji.services.tools.gate import Circumstances
from kireji.services.tools.runner import CallRound, ToolRunner
from kireji.services.turns import Observer

_PAUSES = 10
"""How often an answer that its provider pauses is sent back to go on."""


class ToolLoop:
    """Runs what a model calls and sends the results back.

    After the last round that the settings allow, the model is asked once more and may call nothing: what its tools have
    found is paid for, and an answer made of it is worth more to the person than a sentence that says where it broke
    off. A model that calls tools even then is not answered any more.

    Args:
        runner: Runs calls.
        preferences: How many rounds there may be.
    """

    def __init__(self, runner: ToolRunner, preferences: Preferences) -> None:
        self._runner = runner
        self._preferences = preferences

    async def run(
        self,
        asked: Asked,
        window: AnswerWindow,
        exchange: Exchange,
        recorder: AnswerRecorder,
        observe: Observer,
        begins: Callable[[], None],
    ) -> None:
        """Ask, and go on until the answer is whole.

        Args:
            asked: The question.
            window: Builds what is asked.
            exchange: Sends it.
            recorder: Takes the answer in.
            observe: Told of calls that wait, begin and go on.
            begins: Called when the first request has passed the outbox.

        Raises:
            ProviderError: The service refused or broke off.
            StoreError: What has happened could not be written, so nothing more was sent.
            ReaderError: A picture in a result could not be read for a model that cannot see.
        """
        # What no longer fits counts as well: its words may stand in answers that go along.
        earlier = outside_words((stored.message for stored in asked.history), asked.offer.tools)
        first = await window.open()
        await window.keep()
        await self._send(first, window, exchange, recorder, begins)
        await window.keep_prefix(hidden=bool(exchange.hidden.count))
        rounds = pauses = 0
        while recorder.waits:
            if recorder.calls:
                await self._call(asked, earlier, recorder, observe)
                rounds += 1
            elif (pauses := pauses + 1) > _PAUSES:
                return
            before, growing = window.built, Growing(recorder.so_far, recorder.usage, recorder.row)
            request = await window.extended(growing, recorder)
            if window.built is not before:
                exchange.anew()
            serves = rounds < self._preferences.settings.tools.rounds
            if request.tools and not serves:
                request = msgspec.structs.replace(request, tool_choice=ToolChoice(ToolUse.NONE))

            def goes_on(serves: bool = serves) -> None:
                recorder.go_on(serves_tools=serves)

            await self._send(request, window, exchange, recorder, goes_on, growing)

    async def _send(
        self,
        request: ModelRequest,
        window: AnswerWindow,
        exchange: Exchange,
        recorder: AnswerRecorder,
        begins: Callable[[], None],
        growing: Growing | None = None,
    ) -> None:
        """Send a request; when the service finds it too long, which costs nothing, once more with less.

        Args:
            request: What is asked.
            window: Finds out what else can stay out.
            exchange: Sends it.
            recorder: Takes the answer in.
            begins: Called when it has passed the outbox.
            growing: The answer that goes on with it; None for its first request.
        """
        try:
            await exchange.send(request, begins)
        except ContextTooLong as error:
            shorter = await window.tighter(request, error, recorder, growing)
            if shorter is None:
                raise
            exchange.anew()
            shorter = msgspec.structs.replace(shorter, tool_choice=request.tool_choice)
            await exchange.send(shorter, _begun if growing is not None else begins)

    async def _call(
        self, asked: Asked, earlier: frozenset[Outside], recorder: AnswerRecorder, observe: Observer
    ) -> None:
        """Run the calls of a round. Their results are in the history when this returns.

        Args:
            asked: The question.
            earlier: Whose words stand in the conversation up to it.
            recorder: Has the calls, and takes the results in.
            observe: Told of calls that wait, begin and go on.
        """
        outside = earlier | outside_words((recorder.so_far,), asked.offer.tools)
        where = Circumstances(asked.conversation.id, outside, asked.question.attended, observe)
        calls = CallRound(recorder.calls, asked.offer, where, recorder.begin_call, recorder.answer_call)
        async with recorder.checkpoints():
            await self._runner.run(calls)
        await recorder.save()


def _begun() -> None:
    """The recorder knows already that the answer goes on."""
