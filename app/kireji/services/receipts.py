"""Receipts: what would leave with a question, and exactly what has left."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import NamedTuple

import msgspec

from kireji.core.errors import KirejiError
from kireji.core.history import Sent, StoredConversation, StoredMessage
from kireji.core.history_ports import ConversationStore
from kireji.core.ledger import Kept, Verification, target_of
from kireji.core.messages import Role, Sha256
from kireji.core.models import Effort
from kireji.core.ports import Clock, Ledger, SentStore
from kireji.core.receipts import Evidence, Receipt
from kireji.core.requests import Delivery, ModelRequest, OutgoingRequest, Purpose, Thinking, ToolChoice, ToolUse
from kireji.core.window import current, remaining
from kireji.core.words import say
from kireji.services import sent_facts
from kireji.services.catalog import Catalog, Choice
from kireji.services.chat import ChatService
from kireji.services.outbox import Outbox
from kireji.services.placing import Placing
from kireji.services.preferences import Preferences
from kireji.services.request_builder import Asked, RequestBuilder
from kireji.services.sent_history import latest, without_raw
from kireji.services.tools.toolbox import Offer, Toolbox
from kireji.services.turns import Question

_SHOWN = 8_000_000
"""Bytes of a body above which only its hash is shown: the batches of jobs may have hundreds of megabytes."""


class History(NamedTuple):
    """What a request is made again from."""

    conversations: ConversationStore
    requests: RequestBuilder
    toolbox: Toolbox
    catalog: Catalog


class Receipts:
    """Makes receipts, and has the ledger checked.

    Where the bytes of a request were not kept, they are made again from the stored conversation, as the ledger says it
    was asked. Whether that gave the same bytes the hash in the ledger decides, and nothing else.

    Args:
        ledger: What has left.
        contents: Its bytes, where they were kept.
        history: To make them again.
        chat: Says what would be asked.
        outbox: Says what would leave.
        preferences: The settings.
        clock: The time of what would leave now.
    """

    def __init__(
        self,
        ledger: Ledger,
        contents: SentStore,
        history: History,
        chat: ChatService,
        outbox: Outbox,
        preferences: Preferences,
        clock: Clock,
    ) -> None:
        self._ledger = ledger
        self._contents = contents
        self._history = history
        self._chat = chat
        self._outbox = outbox
        self._preferences = preferences
        self._clock = clock
        self._placing = Placing(history.conversations, history.toolbox, preferences)

    async def before(self, question: Question) -> Receipt | None:
        """What would leave if the question were asked now; nothing leaves, and nothing is stored or recorded.

        Returns:
            None when nothing would leave this computer.

        Raises:
            StoreError: The history cannot be read.
            KirejiError: The question could not be asked.
        """
        choice, built = await self._chat.would_ask(question)
        prepared = await self._outbox.preview(
            choice.provider,
            built.request,
            choice.base_url,
            question.conversation,
            question.delivery,
            hide=question.hide,
        )
        outgoing, estimate = prepared.outgoing, prepared.estimate
        if outgoing is None:
            return None
        facts = sent_facts.of_question(
            outgoing,
            prepared.request,
            question.again,
            question.delivery,
            kept=False,
            hidden=prepared.hidden.by_kind,
            tokens=estimate.tokens if estimate else None,
            price=estimate.price if estimate else None,
        )
        sent = Sent(
            id=0,
            time=self._clock.now(),
            provider=outgoing.provider,
            host=outgoing.host,
            model=outgoing.model,
            purpose=outgoing.purpose.value,
            size=len(outgoing.body),
            digest=_hash(outgoing.body),
            conversation=question.conversation,
            facts=facts,
        )
        return Receipt(sent, Evidence.AHEAD, outgoing.body, outgoing.url, outgoing.headers)

    async def recent(self, limit: int = 100, conversation: int | None = None) -> Sequence[Sent]:
        """What has left, newest first; of all conversations, or of one."""
        return await self._ledger.recent(limit, conversation)

    async def find(self, number: int, *, whole: bool = False) -> Receipt | None:
        """The receipt of one row of the ledger; None when there is no such row.

        Args:
            number: Of the row.
            whole: With its bytes however many there are.

        Raises:
            StoreError: The ledger cannot be read.
        """
        sent = await self._ledger.find(number)
        return None if sent is None else await self.of(sent, whole=whole)

    async def of(self, sent: Sent, *, whole: bool = False) -> Receipt:
        """The receipt of something that has left; see `find`."""
        target = await self._contents.get(sent.facts.target) if sent.facts.kept else None
        address = target.decode().partition(" ")[2] if target else ""
        if sent.size == 0:
            return Receipt(sent, Evidence.EMPTY, b"", address)
        if sent.size > _SHOWN and not whole and sent.facts.kept and await self._contents.holds(sent.digest):
            note = say("It is too large to be shown; write it to a file with: kireji receipt {id} -o FILE", id=sent.id)
            return Receipt(sent, Evidence.KEPT, None, address, note=note)
        body = await self._contents.get(sent.digest) if sent.facts.kept else None
        if body is not None:
            return Receipt(sent, Evidence.KEPT, body, address)
        if sent.purpose != Purpose.ANSWER.value or sent.conversation is None or sent.facts.question is None:
            return Receipt(sent, Evidence.GONE, note=say("Only its size and its hash were kept."))
        try:
            return await self._made_again(sent, sent.conversation, sent.facts.question)
        except KirejiError as error:
            return Receipt(sent, Evidence.GONE, note=error.sentence)

    async def verify(self, known: Mapping[int, str] | None = None) -> Verification:
        """Check the ledger, as in `Ledger.verify`."""
        return await self._ledger.verify(known)

    async def kept(self) -> Kept:
        """How much of the contents of requests is kept.

        Raises:
            StoreError: It could not be looked at.
        """
        return await self._contents.kept()

    async def forget_contents(self) -> int:
        """Delete all contents that are kept; the ledger stays as it is.

        Returns:
            How many files.

        Raises:
            StoreError: Some could not be deleted.
        """
        return await self._contents.forget(None)

    async def _made_again(self, sent: Sent, number: int, question: int) -> Receipt:
        conversation = await self._history.conversations.load(number)
        path = await self._placing.path_to(conversation, question) if conversation is not None else ()
        if conversation is None or not path:
            return Receipt(sent, Evidence.GONE, note=say("Its conversation was deleted, or the question in it."))
        choice = await self._history.catalog.choose(self._preferences.settings, sent.provider, sent.model)
        nearest: OutgoingRequest | None = None
        async with aclosing(self._candidates(sent, conversation, path, choice)) as candidates:
            async for request in candidates:
                # What the ledger names was hidden; where it names nothing, the question left as it is.
                made = await self._outbox.made_again(
                    choice.provider, request, choice.base_url, _delivery(sent), hidden=bool(sent.facts.hidden)
                )
                if made is None:
                    continue
                nearest = nearest or made
                if await asyncio.to_thread(_hash, made.body) == sent.digest:
                    same = target_of(made.method, made.url) == sent.facts.target
                    return Receipt(sent, Evidence.REBUILT, made.body, made.url if same else "", made.headers)
        if nearest is None:
            return Receipt(sent, Evidence.GONE, note=say("It cannot be made again from the conversation."))
        note = say(
            "Settings, tools or the program have changed since, a stop text went along, or a box was taken away."
        )
        return Receipt(sent, Evidence.DIFFERENT, nearest.body, note=note)

    async def _candidates(
        self, sent: Sent, conversation: StoredConversation, path: tuple[StoredMessage, ...], choice: Choice
    ) -> AsyncGenerator[ModelRequest, None]:
        """Requests that may have been the one, the likeliest first."""
        facts = sent.facts
        wanted = Question(
            "",
            conversation=conversation.summary.id,
            again=path[-1].id,
            max_tokens=facts.max_tokens or None,
            thinking=Thinking(facts.thinking) if facts.thinking else Thinking.DEFAULT,
        )
        turns = max(0, facts.messages - 1) // 2
        histories = [remaining(path, current(path)), (*latest(path[:-1], turns), path[-1])]
        for offer in await self._offers(conversation, facts.tools):
            for history in histories:
                asked = Asked(wanted, conversation.summary, history, conversation.setup, offer)
                built = await self._history.requests.build(asked, choice)
                request = msgspec.structs.replace(
                    built.request,
                    effort=Effort(facts.effort) if facts.effort else None,
                    tool_choice=ToolChoice(ToolUse.NONE) if facts.final else ToolChoice(),
                )
                for whole in await self._with_answer(request, choice, conversation, path[-1], facts.messages):
                    yield whole
                    yield msgspec.structs.replace(whole, messages=without_raw(whole.messages))

    async def _offers(self, conversation: StoredConversation, names: tuple[str, ...]) -> list[Offer]:
        """The list of tools that the conversation offers, and the tools of these names where those are others."""
        if not names:
            return [Offer((), "")]
        offers = [await self._history.toolbox.offer_for(conversation.setup)]
        if tuple(tool.name for tool in offers[0].tools) != names:
            known = {tool.name: tool for tool in await self._history.toolbox.tools()}
            if all(name in known for name in names):
                offers.insert(0, Offer(tuple(known[name] for name in names), "", named=True))
        return offers

    async def _with_answer(
        self, request: ModelRequest, choice: Choice, conversation: StoredConversation, asked: StoredMessage, count: int
    ) -> list[ModelRequest]:
        """The request with so much of an answer to it that it has `count` messages."""
        missing = count - len(request.messages)
        if missing == 0:
            return [request]
        if missing < 0:
            return []
        outline = await self._history.conversations.outline(conversation.summary.id)
        ids = [number for one in (outline.messages if outline else ()) for number in (one.id, *one.alternatives)]
        answers = await self._history.conversations.messages(conversation.summary.id, list(dict.fromkeys(ids)))
        return [
            await self._history.requests.extended(request, choice, answer.message, missing)
            for answer in answers
            if answer.parent == asked.id and answer.message.role is Role.ASSISTANT
        ]


def _delivery(sent: Sent) -> Delivery:
    return Delivery.WHOLE if sent.facts.whole else Delivery.STREAM


def _hash(body: bytes) -> Sha256:
    return hashlib.sha256(body).hexdigest()
