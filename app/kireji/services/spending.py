"""What questions cost, and budgets that none of them passes."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec

from kireji.core.errors import BudgetReached, PriceUnknown
from kireji.core.history import Origin
from kireji.core.messages import Usage
from kireji.core.models import ModelInfo
from kireji.core.ports import Clock
from kireji.core.publisher import Publisher
from kireji.core.requests import ModelRequest
from kireji.core.spending import Entry, Exceeded, Limit, OfDay, OfModel, Period, SpendingStore, Spent
from kireji.core.token_corrections import Estimated
from kireji.core.words import mark, say
from kireji.services.preferences import Preferences

log = logging.getLogger(__name__)

DAYS = 30
"""How far back the plot goes."""

_REACHED = {
    Period.DAY: mark(
        "The budget for today is {most}; {taken} of it is spent or under way, and this could cost {cost}."
    ),
    Period.MONTH: mark(
        "The budget for this month is {most}; {taken} of it is spent or under way, and this could cost {cost}."
    ),
    Period.CONVERSATION: mark(
        "The budget for one conversation is {most}; {taken} of it is spent or under way, and this could cost {cost}."
    ),
}


class Overview(msgspec.Struct, frozen=True):
    """What was spent, for a page.

    Args:
        today: Since midnight.
        month: Since the first of the month.
        ever: Since the beginning.
        models: What each cost this month, the dearest first.
        days: The last days, oldest first, those without anything included.
        day_budget: US dollars; 0 for none.
        month_budget: The same.
    """

    today: Spent
    month: Spent
    ever: Spent
    models: tuple[OfModel, ...]
    days: tuple[OfDay, ...]
    day_budget: float = 0.0
    month_budget: float = 0.0


class Spending:
    """Keeps free for each request what it may cost, before it is sent, and writes down what it did cost.

    What a request may cost at most is the price of all tokens that its prompt will hardly pass, and of the longest
    answer that is asked for. A request that runs counts with that until its end is known.

    Args:
        store: Where it is kept.
        preferences: The budgets.
        clock: For days and months, by this computer's own calendar.
        origin: This process.
    """

    def __init__(self, store: SpendingStore, preferences: Preferences, clock: Clock, origin: Origin) -> None:
        self._store = store
        self._preferences = preferences
        self._clock = clock
        self._origin = origin
        self._looked = False
        self.changed: Publisher[int | None] = Publisher()
        """The conversation in which something was spent."""

    async def reserve(
        self,
        request: ModelRequest,
        provider: str,
        prompt: Estimated,
        conversation: int | None,
        *,
        unpriced: bool = False,
    ) -> int:
        """Keep free what a request may cost.

        Args:
            request: What is asked.
            provider: Of whom.
            prompt: How many tokens its prompt has.
            conversation: Where it is asked; None in none.
            unpriced: Send it although nobody knows what it costs.

        Returns:
            The number under which it is settled or released.

        Raises:
            BudgetReached: It could pass a budget.
            PriceUnknown: There is a budget, and nobody knows what it costs.
            StoreError: It could not be written; then nothing may be sent.
        """
        await self._close_lost()
        limits = self._limits(conversation)
        most = _priced(request, prompt, limits, unpriced=unpriced)
        self._refuse_unread(most)
        entry = Entry(provider, request.model, conversation, most, self._origin)
        kept = await self._store.reserve(entry, limits if most else ())
        if isinstance(kept, Exceeded):
            raise _reached(kept, most or 0.0)
        return kept

    async def check(
        self, request: ModelRequest, prompt: Estimated, conversation: int | None, *, unpriced: bool = False
    ) -> None:
        """Say what `reserve` would say now; nothing is kept free.

        Raises:
            BudgetReached: It could pass a budget.
            PriceUnknown: There is a budget, and nobody knows what it costs.
            StoreError: The environment's fault.
        """
        await self._close_lost()
        limits = self._limits(conversation)
        most = _priced(request, prompt, limits, unpriced=unpriced)
        self._refuse_unread(most)
        await self._check_sums(most, limits)

    async def reserve_held(
        self, holder: str, provider: str, model: str, most: float | None, *, unpriced: bool = False
    ) -> int:
        """Keep free what many questions may cost that are sent together, until they are settled another day.

        Args:
            holder: Their name, under which they are settled or released; the same twice is kept free once.
            provider: Whose service.
            model: Which model.
            most: US dollars that all of them may cost at most; None when nobody knows.
            unpriced: Send them although nobody knows.

        Returns:
            The number of the entry.

        Raises:
            BudgetReached: They could pass a budget.
            PriceUnknown: There is a budget, and nobody knows what they cost.
            StoreError: It could not be written; then nothing may be sent.
        """
        await self._close_lost()
        limits = self._limits(None)
        _require_price(model, most, limits, unpriced=unpriced)
        self._refuse_unread(most)
        entry = Entry(provider, model, None, most, self._origin, holder)
        kept = await self._store.reserve(entry, limits if most else ())
        if isinstance(kept, Exceeded):
            raise _reached(kept, most or 0.0)
        return kept

    async def settle_held(self, holder: str, provider: str, model: str, usage: Usage) -> None:
        """What was sent together used and cost in the end; may be told again, and the last word counts.

        Raises:
            StoreError: It could not be written; what was kept free for it then goes on counting.
        """
        await self._store.settle_held(Entry(provider, model, None, usage.cost, holder=holder), usage)
        self.changed.publish(None)

    async def release_held(self, holder: str) -> None:
        """Give back what was kept free for what was never taken up.

        Raises:
            StoreError: It could not be written.
        """
        await self._store.release_held(holder)

    async def held(self) -> Mapping[str, float]:
        """What is kept free and not settled yet, in US dollars by holder."""
        return await self._store.held()

    async def over(self, most: float | None) -> str:
        """Why the budgets do not let so much out now, in one sentence with the next step; empty when they do.

        Args:
            most: US dollars at most; None when nobody knows.
        """
        await self._close_lost()
        try:
            self._refuse_unread(most)
            await self._check_sums(most, self._limits(None))
        except BudgetReached as reached:
            return reached.sentence
        return ""

    def limited(self, conversation: int | None) -> bool:
        """Whether there is any budget for a question in this conversation; None for one that is new."""
        return bool(self._limits(conversation) or self._preferences.wrong_in("budget"))

    async def settle(self, reservation: int, usage: Usage, conversation: int | None = None) -> None:
        """Write down what a request used and cost.

        Raises:
            StoreError: It could not be written; what was kept free for it then counts as spent.
        """
        await self._store.settle(reservation, usage)
        self.changed.publish(conversation)

    async def release(self, reservation: int) -> None:
        """Give back what was kept free for a request that cost nothing.

        Raises:
            StoreError: It could not be written.
        """
        await self._store.release(reservation)

    async def of_conversation(self, conversation: int) -> Spent:
        """What a conversation has cost, all its branches included."""
        return await self._store.spent(conversation=conversation)

    async def this_month(self) -> Spent:
        """Since the first of the month."""
        return await self._store.spent(self._month())

    async def today(self) -> Spent:
        """Since midnight."""
        return await self._store.spent(self._midnight())

    async def overview(self) -> Overview:
        """What was spent, for a page.

        Raises:
            StoreError: The environment's fault.
        """
        await self._close_lost()
        budget = self._preferences.settings.budget
        return Overview(
            await self.today(),
            await self.this_month(),
            await self._store.spent(),
            tuple(await self._store.by_model(self._month())),
            await self._days(),
            budget.day,
            budget.month,
        )

    async def _check_sums(self, most: float | None, limits: Sequence[Limit]) -> None:
        for limit in limits if most else ():
            spent = await self._store.spent(limit.since, limit.conversation)
            taken = spent.cost + spent.running
            if taken + (most or 0.0) > limit.most:
                raise _reached(Exceeded(limit, taken), most or 0.0)

    async def _close_lost(self) -> None:
        """Once: what an earlier run has left open."""
        if not self._looked:
            self._looked = True
            if lost := await self._store.close_lost():
                log.info("%s requests of processes that are gone count with what they could cost", lost)

    async def _days(self) -> tuple[OfDay, ...]:
        today = self._local().date()
        first = today - timedelta(days=DAYS - 1)
        sums: dict[date, float] = {first + timedelta(days=number): 0.0 for number in range(DAYS)}
        for moment in await self._store.moments(self._start_of(first)):
            day = moment.start.astimezone().date()
            if day in sums:
                sums[day] += moment.cost
        return tuple(OfDay(day, cost) for day, cost in sums.items())

    def _refuse_unread(self, most: float | None) -> None:
        """What costs something waits until the budgets are known: a misspelt one is not no budget.

        Raises:
            BudgetReached: The settings have a budget that cannot be read.
        """
        if most != 0 and self._preferences.wrong_in("budget"):
            raise BudgetReached(
                say("A budget in settings.toml cannot be read, so nothing was sent."),
                say("Correct the file, or set the budget in Settings, Spending; kireji doctor says what is wrong."),
            )

    def _limits(self, conversation: int | None) -> tuple[Limit, ...]:
        budget = self._preferences.settings.budget
        limits: list[Limit] = []
        if budget.day:
            limits.append(Limit(Period.DAY, budget.day, self._midnight()))
        if budget.month:
            limits.append(Limit(Period.MONTH, budget.month, self._month()))
        if budget.conversation and conversation is not None:
            limits.append(Limit(Period.CONVERSATION, budget.conversation, conversation=conversation))
        return tuple(limits)

    def _local(self) -> datetime:
        return self._clock.now().astimezone()

    def _midnight(self) -> datetime:
        return self._start_of(self._local().date())

    def _month(self) -> datetime:
        return self._start_of(self._local().date().replace(day=1))

    @staticmethod
    def _start_of(day: date) -> datetime:
        """Midnight of a day, by the offset that holds on that day."""
        return datetime(day.year, day.month, day.day).astimezone()


def at_most(request: ModelRequest, prompt: Estimated) -> float | None:
    """US dollars that a request costs at most; None when its price is unknown."""
    info: ModelInfo | None = request.info
    if info is None:
        return None
    most = min(prompt.at_most, info.context_tokens) if info.context_tokens else prompt.at_most
    return info.cost_at_most(most, request.max_tokens)


def _priced(request: ModelRequest, prompt: Estimated, limits: Sequence[Limit], *, unpriced: bool) -> float | None:
    """What a request costs at most.

    Raises:
        PriceUnknown: Nobody knows, and there are limits that could not hold.
    """
    most = at_most(request, prompt)
    name = request.info.name if request.info and request.info.name else request.model
    _require_price(name, most, limits, unpriced=unpriced)
    return most


def _require_price(name: str, most: float | None, limits: Sequence[Limit], *, unpriced: bool) -> None:
    """Raises PriceUnknown: nobody knows what it costs, and there are limits that could not hold."""
    if most is None and limits and not unpriced:
        raise PriceUnknown(
            say("The price of {name} is unknown, so no budget can hold for it; nothing was sent.", name=name),
            say("Send it anyway (on the command line with --yes), or choose another model."),
        )


def _reached(exceeded: Exceeded, most: float) -> BudgetReached:
    period = exceeded.limit.period
    sentence = say(
        _REACHED[period],
        most=dollars(exceeded.limit.most),
        taken=dollars(exceeded.taken),
        cost=dollars(most),
    )
    hint = say(
        "Ask a cheaper model or for a shorter answer, or raise the budget in Settings, Spending, or with: "
        "kireji budget --{period} USD",
        period=period.value,
    )
    return BudgetReached(sentence, hint)


def dollars(amount: float) -> str:
    """An amount as it stands in sentences: small ones with as many digits as tell something."""
    if amount == 0 or amount >= 1:
        return f"${amount:,.2f}"
    if amount < 0.0001:
        return "< $0.0001"
    return f"${amount:.4f}" if amount < 0.1 else f"${amount:.3f}"
