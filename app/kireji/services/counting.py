"""What the next question would send, and what that would cost, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from kireji.core.count_ports import TokenCounter
from kireji.core.errors import KirejiError
from kireji.core.history import NO_TOOLS, ConversationSetup, ConversationSummary, Cut, StoredMessage
from kireji.core.history_ports import ConversationStore
from kireji.core.messages import (
    DocumentPart,
    ImagePart,
    Message,
    MessageState,
    Part,
    Role,
    TextPart,
    Usage,
)
from kireji.core.models import ModelInfo
from kireji.core.ports import Clock
from kireji.core.prompt_cache import Break, prefix_of, prompt_cost
from kireji.core.redaction import Policy
from kireji.core.request_tokens import Contents, Share, of_frame, together
from kireji.core.window import NOTHING_LEFT_OUT, LeftOut, Sizes, current, left_out, place_of, planned, remaining
from kireji.core.words import say
from kireji.services.cache_breaks import Cached, Next, cached
from kireji.services.catalog import Catalog, Choice
from kireji.services.credentials import Credentials
from kireji.services.fitting import Fitting, reported_of
from kireji.services.measuring import Measuring
from kireji.services.names import title
from kireji.services.outbox import Outbox
from kireji.services.preferences import Preferences
from kireji.services.request_builder import Asked, RequestBuilder, specs
from kireji.services.token_counts import Counted, TokenCounts, anchored, with_documents
from kireji.services.tools.toolbox import Offer, Toolbox
from kireji.services.turns import Question

_NOWHERE = ConversationSummary(0, "", datetime.min.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC))
USUAL_ANSWER = 400
"""Tokens of an answer where none was given yet."""
_LAST_ANSWERS = 5


class Estimate(msgspec.Struct, frozen=True):
    """What a question would send and cost.

    Args:
        provider: Who would be asked.
        model: Which model.
        name: The model's name, as people know it.
        counted: The tokens of the prompt, by what they are for.
        window: How many the model can read; 0 if unknown.
        cached: So many of them are probably read from the service's cache.
        answer: Tokens that the answer will have if it is like those before.
        prompt_cost: What the prompt costs in US dollars, without the answer; None when unknown.
        cost: The same with the answer.
        exact: The service's own count of the prompt; None where only an estimate was made.
        note: Why there is no exact count although it was asked for; empty otherwise.
        countable: Whether the service would count it exactly.
        left_out: What of the conversation would not go along.
        cuts: Whether that would be new.
        broken: What a change of the person's since the last answer costs, because the service reads all anew.
    """

    provider: str
    model: str
    name: str
    counted: Counted
    window: int = 0
    cached: int = 0
    answer: int = USUAL_ANSWER
    prompt_cost: float | None = None
    cost: float | None = None
    exact: int | None = None
    note: str = ""
    countable: bool = False
    left_out: LeftOut = NOTHING_LEFT_OUT
    cuts: bool = False
    broken: Break | None = None

    @property
    def tokens(self) -> int:
        """Of the prompt: the service's count, else the estimate."""
        return self.counted.tokens if self.exact is None else self.exact


class _History(msgspec.Struct, frozen=True):
    """What was said before, as far as an estimate needs it.

    Args:
        key: What it depends on.
        stored: The path.
        each: What each of its messages holds.
    """

    key: tuple[object, ...] = ()
    stored: tuple[StoredMessage, ...] = ()
    each: tuple[Contents, ...] = ()

    def upto(self, edited: int | None) -> _History:
        """As far as it goes along with a question that takes the place of an earlier one."""
        place = next((place for place, one in enumerate(self.stored) if one.id == edited), len(self.stored))
        if place == len(self.stored):
            return self
        return _History((*self.key, edited), self.stored[:place], self.each[:place])

    @property
    def newest(self) -> StoredMessage | None:
        """The last answer."""
        return next((one for one in reversed(self.stored) if one.message.role is Role.ASSISTANT), None)

    @property
    def usages(self) -> tuple[Usage, ...]:
        """What the answers used."""
        return tuple(one.usage for one in self.stored if one.usage is not None)


class Counting:
    """Estimates on this computer, and asks services that count when that is wanted.

    What was said before is measured once for each conversation and model, so that an estimate while the person types
    takes no longer in a long conversation than in a short one.

    Args:
        conversations: What was said.
        measuring: Measures messages.
        catalog: Who would be asked.
        credentials: With which key an exact count is asked for.
        preferences: The settings.
        toolbox: Which tools go along.
        requests: Builds what an exact count is asked for.
        outbox: The gate.
        counts: Measures, and knows how models count.
        clock: Whether a cache still lives.
        fitting: What of a long conversation goes along.
    """

    def __init__(
        self,
        conversations: ConversationStore,
        measuring: Measuring,
        catalog: Catalog,
        credentials: Credentials,
        preferences: Preferences,
        toolbox: Toolbox,
        requests: RequestBuilder,
        outbox: Outbox,
        counts: TokenCounts,
        clock: Clock,
        fitting: Fitting,
    ) -> None:
        self._conversations = conversations
        self._catalog = catalog
        self._credentials = credentials
        self._preferences = preferences
        self._toolbox = toolbox
        self._requests = requests
        self._outbox = outbox
        self._counts = counts
        self._measuring = measuring
        self._clock = clock
        self._fitting = fitting
        self._history: _History | None = None
        self._kept: tuple[tuple[object, ...], Contents] | None = None
        self._frame: tuple[tuple[object, ...], Contents] | None = None

    async def estimate(self, question: Question, context: Sequence[int] = ()) -> Estimate:
        """What a question would send; nothing leaves this computer for it.

        Args:
            question: Its sources are not looked at.
            context: How many tokens the documents have that are made of them.

        Raises:
            KirejiError: Nobody can answer, or there is no such conversation.
            StoreError: What was said cannot be read.
        """
        setup = await self._setup(question)
        choice = await self._catalog.choose(self._preferences.settings, question.provider, question.model, setup)
        offer = await self._offer(setup, question)
        history = await self._said(question, choice, tools=bool(specs(offer, choice.info)))
        draft, asked = Contents(), _message(question)
        if asked.parts:
            draft = await self._measuring.contents([asked], choice.model, choice.info, question.pictures)
        frame = self._framed(question, setup, choice, offer)
        said = history.upto(question.edit)
        path = (*said.stored, self._drafted(question))
        reported = reported_of(path, choice.model)
        sizes = await self._fitting.sizes(path, choice.model, said.each, draft, frame, reported)
        sizes = sizes.with_context(sum(context))
        cut = self._cut(Asked(question, _NOWHERE, path, setup, offer), choice, sizes)
        before = together(frame, self._along(said, path, cut))
        counted = await self._counts.counted(together(before, draft), choice.model)
        if (reported := reported_of(_with(path, cut), choice.model)) is not None:
            known = await self._counts.counted(before, choice.model)
            counted = anchored(counted, known, reported)
        if context:
            counted = with_documents(counted, context)
        bare = self._requests.bare(question, setup, offer, choice)
        prefix = prefix_of(bare, hidden=self._hides(question, choice))
        info, name = choice.info, choice.provider.name
        following = Next(name, choice.model, info, prefix, _with(path, cut), cut, sizes, counted.tokens)
        kept = cached(history.stored, following, self._last_info(history), self._clock.now())
        estimate = self._priced(choice, counted, history, kept)
        return msgspec.structs.replace(estimate, left_out=left_out(path, cut), cuts=cut != current(path))

    def _cut(self, asked: Asked, choice: Choice, sizes: Sizes) -> Cut | None:
        """Where the conversation would be cut."""
        window, room = self._fitting.room(asked, choice)
        plan = planned(asked.history, sizes, window, room) if window and len(asked.history) > 1 else None
        return current(asked.history) if plan is None else plan.cut

    def _hides(self, question: Question, choice: Choice) -> bool:
        redaction = self._outbox.redaction
        return question.hide and redaction is not None and redaction.policy(choice.provider.name) is not Policy.NEVER

    def _last_info(self, history: _History) -> ModelInfo | None:
        """What is known of the model that answered last."""
        newest = history.newest
        if newest is None or newest.provider not in self._catalog.names:
            return None
        return self._catalog.find(newest.provider, newest.model)

    def _along(self, history: _History, path: Sequence[StoredMessage], cut: Cut | None) -> Contents:
        """What was said before and goes along."""
        key = (history.key, cut)
        if self._kept is None or self._kept[0] != key:
            sizes = history.each
            start = place_of(path, cut)
            self._kept = (key, together(*(sizes[:1] if left_out(path, cut).opening else ()), *sizes[start:]))
        return self._kept[1]

    async def parts(self, parts: Sequence[ImagePart | DocumentPart], question: Question, model: str) -> tuple[int, ...]:
        """How many tokens each picture and document of a question has, by the estimate."""
        each = []
        for part in parts:
            contents = await self._measuring.contents([Message(Role.USER, (part,))], model, None, question.pictures)
            counted = await self._counts.counted(contents, model)
            each.append(sum(tokens for share, tokens in counted.shares.items() if share is not Share.CONVERSATION))
        return tuple(each)

    async def exact(self, question: Question) -> Estimate:
        """The same, counted by the service, where it does that; the question leaves this computer for it.

        Raises:
            KirejiError: Nobody can answer, or the question cannot be asked.
            ProviderError: The service refused or was not reached.
            StoreError: What was said cannot be read, or the ledger could not be written.
        """
        estimate = await self.estimate(question)
        setup = await self._setup(question)
        choice = await self._catalog.choose(self._preferences.settings, question.provider, question.model, setup)
        counter = choice.provider
        if not isinstance(counter, TokenCounter):
            note = say("{provider} does not count; this is an estimate.", provider=title(choice.provider.name))
            return msgspec.structs.replace(estimate, note=note)
        credential = await self._credentials.used_by(choice.provider, choice.base_url)
        asked = await self._asked(question, setup, await self._offer(setup, question))
        plan = await self._fitting.plan(asked, choice)
        kept = remaining(_with(asked.history, plan.cut), plan.cut)
        built = await self._requests.build(asked._replace(history=kept), choice)
        cleared = await self._outbox.clear_count(counter, built.request, credential.base_url, question.conversation)
        with self._credentials.in_use(choice.provider.name, credential):
            exact = await counter.count(cleared, credential.secret)
        await self._counts.learn(await self._counts.contents(built.request), choice.model, Usage(input_tokens=exact))
        priced = _cost(choice.info, exact, min(estimate.cached, exact), estimate.answer)
        return msgspec.structs.replace(estimate, exact=exact, prompt_cost=priced[0], cost=priced[1])

    async def _setup(self, question: Question) -> ConversationSetup:
        if question.conversation is None:
            return question.setup or ConversationSetup()
        outline = await self._conversations.outline(question.conversation)
        if outline is None:
            raise KirejiError(
                say("There is no conversation {conversation}.", conversation=question.conversation),
                say("List them with: kireji history list"),
            )
        return outline.setup

    async def _offer(self, setup: ConversationSetup, question: Question) -> Offer:
        """The tools that would go along; a list that is new is not kept for an estimate."""
        if question.tools is None and not setup.tools:
            tools = tuple(await self._toolbox.offered())
            return Offer(tools, "") if tools else Offer((), NO_TOOLS)
        return await self._toolbox.offer_for(setup, question.tools)

    def _framed(self, question: Question, setup: ConversationSetup, choice: Choice, offer: Offer) -> Contents:
        system = question.system if question.system is not None else setup.system
        if system is None:
            system = self._preferences.settings.models.system
        offered = specs(offer, choice.info)
        key = (system, offered)
        if self._frame is None or self._frame[0] != key:
            self._frame = (key, of_frame(system, offered))
        return self._frame[1]

    async def _said(self, question: Question, choice: Choice, *, tools: bool) -> _History:
        if question.conversation is None:
            return _History()
        outline = await self._conversations.outline(question.conversation)
        rows = tuple((one.id, one.state, one.size, one.cut) for one in outline.messages) if outline is not None else ()
        sees = (choice.info.sees_images, choice.info.reads_documents) if choice.info else ()
        key = (question.conversation, rows, choice.model, sees, tools)
        if self._history is not None and self._history.key == key:
            return self._history
        loaded = await self._conversations.load(question.conversation)
        stored = loaded.messages if loaded is not None else ()
        history = _History(key, stored, tuple(await self._fitting.each(stored, choice, tools=tools)))
        if all(one.state is not MessageState.STREAMING for one in stored):
            self._history = history
        return history

    async def _asked(self, question: Question, setup: ConversationSetup, offer: Offer) -> Asked:
        """The question in its place, without being stored."""
        now = self._clock.now()
        draft = self._drafted(question)
        before: tuple[StoredMessage, ...] = ()
        if question.conversation is not None:
            loaded = await self._conversations.load(question.conversation)
            before = loaded.messages if loaded is not None else ()
        summary = ConversationSummary(question.conversation or 0, "", now, now)
        return Asked(question, summary, (*before, draft), setup, offer)

    def _drafted(self, question: Question) -> StoredMessage:
        """The question as it would stand at the end of the path."""
        now = self._clock.now()
        return StoredMessage(0, None, _message(question), MessageState.COMPLETE, "", "", None, None, "", now)

    def _priced(self, choice: Choice, counted: Counted, history: _History, kept: Cached) -> Estimate:
        info = choice.info
        last = [usage.output_tokens for usage in history.usages[-_LAST_ANSWERS:] if usage.output_tokens]
        answer = round(sum(last) / len(last)) if last else USUAL_ANSWER
        prompt_cost, cost = _cost(info, counted.tokens, kept.tokens, answer)
        return Estimate(
            choice.provider.name,
            choice.model,
            (info.name if info else "") or choice.model,
            counted,
            info.context_tokens if info else 0,
            kept.tokens,
            answer,
            prompt_cost,
            cost,
            countable=isinstance(choice.provider, TokenCounter),
            broken=kept.broken,
        )


def _with(path: tuple[StoredMessage, ...], cut: Cut | None) -> tuple[StoredMessage, ...]:
    """The path with the cut that would be made."""
    return (*path[:-1], msgspec.structs.replace(path[-1], cut=cut)) if cut != current(path) else path


def _message(question: Question) -> Message:
    parts: tuple[Part, ...] = (*question.images, *question.documents)
    if question.text.strip():
        parts = (*parts, TextPart(question.text))
    return Message(Role.USER, parts)


def _cost(info: ModelInfo | None, prompt: int, cached: int, answer: int) -> tuple[float | None, float | None]:
    """What a prompt costs, and what it costs with its answer."""
    if info is None:
        return None, None
    price = prompt_cost(info, prompt, cached)
    writing = info.price(prompt)
    if price is None or writing is None:
        return price, price
    return price, price + answer * writing.output / 1_000_000


def shares_in_order(counted: Counted) -> tuple[tuple[Share, int], ...]:
    """The shares in the order in which they are shown, those of which there is nothing left out."""
    return tuple((share, counted.shares[share]) for share in Share if counted.shares.get(share))
