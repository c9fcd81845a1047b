"""What goes along with the requests of one answer: it can grow beyond what fits while tools run."""

from __future__ import annotations

import logging
import re

import msgspec

from kireji.core.errors import ContextTooLong, StoreError
from kireji.core.history_ports import ConversationStore
from kireji.core.prompt_cache import prefix_at, prefix_of
from kireji.core.requests import ModelRequest
from kireji.core.rounds import split
from kireji.core.window import NOTHING_LEFT_OUT, LeftOut, Plan, current, left_out, remaining
from kireji.core.words import say
from kireji.services.catalog import Choice
from kireji.services.fitting import Fitting, Growing
from kireji.services.recorder import AnswerRecorder
from kireji.services.request_builder import Asked, Built, RequestBuilder

log = logging.getLogger(__name__)

_REASONING = re.compile(rb'"(?:redacted_)?thinking"|"reasoning')


class AnswerWindow:
    """Builds the requests of one answer, so that each fits.

    Of the conversation before the question the oldest turns stay out when it must be; of the answer itself nothing can.

    Args:
        fitting: Decides what goes along.
        requests: Builds.
        conversations: Where a new cut is kept.
        asked: The question with all that was said before.
        choice: Who is asked.

    Attributes:
        built: What goes along, and the question.
        left_out: What does not.
        note: What the person is told of that; empty when they were told already.
    """

    def __init__(
        self,
        fitting: Fitting,
        requests: RequestBuilder,
        conversations: ConversationStore,
        asked: Asked,
        choice: Choice,
    ) -> None:
        self._fitting = fitting
        self._requests = requests
        self._conversations = conversations
        self._asked = asked
        self._choice = choice
        self._words = 0
        """So many messages of the answer are told in words: their reasoning was bound to what no longer goes along."""
        self.built: Built
        self.left_out: LeftOut = NOTHING_LEFT_OUT
        self.note = ""

    async def open(self) -> ModelRequest:
        """The first request.

        Raises:
            ContextTooLong: The question alone is larger than what the model can read; nothing was sent.
            StoreError: A picture or document cannot be read from the store.
            ReaderError: A picture could not be read for a model that cannot see.
            RequestRejected: The question has a document that the model cannot read.
        """
        await self._follow(await self._fitting.plan(self._asked, self._choice))
        return self.built.request

    async def keep(self, row: int = 0) -> None:
        """Keep a cut that was made for this question.

        Args:
            row: Of the answer that is going on; 0 keeps it with the question.
        """
        question = self._asked.history[-1]
        if question.cut is None or not self.note or not (number := row or question.id):
            return
        try:
            await self._conversations.cut(number, question.cut)
        except StoreError as error:  # the next question cuts anew, perhaps elsewhere
            log.warning("from where on the conversation goes along could not be kept: %s", error)

    async def keep_prefix(self, *, hidden: bool) -> None:
        """Keep what has gone along with the question besides messages, for what a change of it would cost.

        Args:
            hidden: Whether values were hidden in it.
        """
        question = self._asked.history[-1]
        prefix = prefix_of(self.built.request, hidden=hidden)
        if prefix == prefix_at(self._asked.history):
            return
        try:
            await self._conversations.keep_prefix(question.id, prefix)
        except StoreError as error:
            log.warning("what went along with a question could not be kept: %s", error)

    async def extended(self, growing: Growing, recorder: AnswerRecorder) -> ModelRequest:
        """The next request of the answer.

        Args:
            growing: The answer so far.
            recorder: Is told when more stays out.

        Raises:
            ContextTooLong: With what was said so far nothing fits any more.
            StoreError: As of `open`.
            ReaderError: The same.
        """
        plan = await self._fitting.plan(self._asked, self._choice, growing)
        if plan.new:
            await self._cut_within(plan, growing, recorder)
        request = await self._extended(growing)
        most = self._fitting.longest(request, plan, self._fitting.room(self._asked, self._choice))
        return msgspec.structs.replace(request, max_tokens=most)

    async def tighter(
        self, request: ModelRequest, error: ContextTooLong, recorder: AnswerRecorder, growing: Growing | None
    ) -> ModelRequest | None:
        """A request in the place of one that the service found too long; None when nothing more can stay out."""
        plan = await self._fitting.tighter(self._asked, self._choice, request, error, growing)
        if plan is None:
            return None
        if growing is not None:
            await self._cut_within(plan, growing, recorder)
            return await self._extended(growing)
        await self._follow(plan)
        await self.keep()
        return self.built.request

    async def _cut_within(self, plan: Plan, growing: Growing, recorder: AnswerRecorder) -> None:
        """Cut while the answer goes on: what was said of it was bound to what no longer goes along."""
        cut = plan.cut
        if cut is not None and _REASONING.search(growing.so_far.raw or b""):
            self._words = len(split(growing.so_far))
            cut = msgspec.structs.replace(cut, bare=max(cut.bare, growing.row))
        await self._follow(plan._replace(cut=cut))
        recorder.tell(self.note)
        await self.keep(growing.row)

    async def _extended(self, growing: Growing) -> ModelRequest:
        return await self._requests.extended(self.built.request, self._choice, growing.so_far, words=self._words)

    async def _follow(self, plan: Plan) -> None:
        """Take over a plan: what goes along from now on."""
        history = self._asked.history
        if plan.new:
            question = msgspec.structs.replace(history[-1], cut=plan.cut)
            self._asked = self._asked._replace(history=(*history[:-1], question))
        history, cut = self._asked.history, current(self._asked.history)
        self.left_out = left_out(history, cut)
        kept = self._asked._replace(history=remaining(history, cut))
        built = await self._requests.build(kept, self._choice)
        most = self._fitting.longest(built.request, plan, self._fitting.room(self._asked, self._choice))
        self.built = built._replace(request=msgspec.structs.replace(built.request, max_tokens=most))
        if plan.new:
            self.note = gap_told(self.left_out)


def gap_told(gap: LeftOut) -> str:
    """What does not go along, in a sentence; empty when all does."""
    if not gap.messages:
        return ""
    if gap.opening:
        return say("Messages 2 to {last} did not go along: they no longer fit.", last=gap.messages + 1)
    if gap.messages == 1:
        return say("The first message did not go along: it no longer fits.")
    return say("The first {count} messages did not go along: they no longer fit.", count=gap.messages)


def gap_ahead(gap: LeftOut) -> str:
    """What will not go along with the next question, in a sentence; empty when all does."""
    if not gap.messages:
        return ""
    if gap.opening:
        return say(
            "With the next question, messages 2 to {last} will not go along: they no longer fit.",
            last=gap.messages + 1,
        )
    return say(
        "With the next question, the first {count} messages will not go along: they no longer fit.",
        count=gap.messages,
    )
