"""Runs labelled sets against policies and says how far the verdicts agree with what people have said."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TypeAlias

import msgspec

from kireji.core.errors import (
    AuthenticationFailed,
    BudgetReached,
    ConnectionFailed,
    KirejiError,
    ModelUnavailable,
    PaymentRequired,
    PriceUnknown,
    StoreError,
)
from kireji.core.messages import ImagePart, Usage
from kireji.core.moderation.agreement import Agreement, Changes, ItemOutcome, agreement, changes
from kireji.core.moderation.asking import instructions, question_of, schema
from kireji.core.moderation.labelled import LabelledItem, LabelledSet
from kireji.core.moderation.policies import Policy
from kireji.core.moderation.policy_checks import PolicyCheck, PolicyCheckStore
from kireji.core.moderation.verdicts import Verdict
from kireji.core.ports import Clock
from kireji.core.structured.questions import Asker
from kireji.core.tokens import Family, measured, picture_tokens, typical
from kireji.core.words import say
from kireji.services.catalog import DEVICE, Catalog
from kireji.services.moderation.service import Moderation
from kireji.services.preferences import Preferences
from kireji.services.structured.asking import nobody_to_ask

log = logging.getLogger(__name__)

_AT_ONCE = 4
"""Items that are judged at the same time."""
_USUAL_ANSWER = 250
_USUAL_PICTURE = (1_280, 800)
_FOR_ALL = (AuthenticationFailed, PaymentRequired, ModelUnavailable, BudgetReached, PriceUnknown, StoreError)
"""What would happen to every item that follows."""

Picture: TypeAlias = tuple[ImagePart, bytes]
Open: TypeAlias = Callable[[str], Awaitable[Picture]]
"""Gives the picture of a path that stands in a set."""


class CheckProgress(msgspec.Struct, frozen=True):
    """How far a check is.

    Args:
        done: So many items are judged or have failed.
        items: Of so many.
        wrong: So many are not as people have said.
        failed: So many have no verdict.
        cost: US dollars so far; None when somebody does not know.
    """

    done: int
    items: int
    wrong: int = 0
    failed: int = 0
    cost: float | None = 0.0


class CheckEstimate(msgspec.Struct, frozen=True):
    """What a check would take, about.

    Args:
        provider: Who would judge.
        model: Which model.
        requests: How many.
        tokens: Of all prompts.
        cost: In US dollars; None when unknown.
    """

    provider: str
    model: str
    requests: int
    tokens: int
    cost: float | None


class CheckReport(msgspec.Struct, frozen=True):
    """What came of a check.

    Args:
        check: As it is kept; `id` is 0 where it is not, because it was stopped.
        agreement: In numbers.
        before: The last one of this set by another version, other rules or another model; None for none.
        changes: Since then.
        stopped: Why not all items were judged; empty when all were asked about.
    """

    check: PolicyCheck
    agreement: Agreement
    before: PolicyCheck | None = None
    changes: Changes | None = None
    stopped: str = ""

    @property
    def uncounted(self) -> bool:
        """Whether the rules were changed since then without the version being counted up."""
        before = self.before
        return before is not None and before.version == self.check.version and before.rules != self.check.rules


class PolicyChecking:
    """Checks policies.

    Args:
        moderation: Judges.
        checks: Keeps what came of it.
        catalog: Who would judge.
        preferences: The settings.
        clock: When it was.
    """

    def __init__(
        self,
        moderation: Moderation,
        checks: PolicyCheckStore,
        catalog: Catalog,
        preferences: Preferences,
        clock: Clock,
    ) -> None:
        self.store = checks
        self._moderation = moderation
        self._catalog = catalog
        self._preferences = preferences
        self._clock = clock

    async def estimate(self, policy: Policy, labelled: LabelledSet, asker: Asker) -> CheckEstimate:
        """What a check would take; nothing leaves.

        Raises:
            KirejiError: Nobody can be asked.
        """
        choice = await self._catalog.choose(self._preferences.settings, asker.provider, asker.model)
        if choice.provider.name == DEVICE:  # it reads, and cannot judge
            raise nobody_to_ask(asker.provider)
        tokens = await asyncio.to_thread(_prompts, policy, labelled.items, choice.model)
        requests = len(labelled.items)
        usage = Usage(tokens // max(1, requests), _USUAL_ANSWER)
        each = None if choice.info is None else choice.info.cost(usage)
        cost = None if each is None else each * requests
        return CheckEstimate(choice.provider.name, choice.model, requests, tokens, cost)

    async def run(
        self,
        policy: Policy,
        labelled: LabelledSet,
        asker: Asker,
        picture: Open,
        *,
        observe: Callable[[CheckProgress], None] = lambda _: None,
        stop: asyncio.Event | None = None,
    ) -> CheckReport:
        """Judge every item, compare, and keep what came of it; none of it stands in the history.

        Args:
            policy: Which.
            labelled: By what people have said.
            asker: Who shall judge; nobody is asked before something leaves, and nothing is written down.
            picture: Opens the pictures of the set.
            observe: Told how far it is, after each item.
            stop: When set, no more items are begun; what there is then is counted, and not kept.

        Raises:
            KirejiError: Nothing could be judged at all.
            StoreError: It could not be kept.
        """
        asker = msgspec.structs.replace(asker, keep=False, attended=False, tell=None, conversation=None)
        run = _Run(self._moderation, policy, labelled.items, asker, picture, observe, stop)
        await run.work()
        outcomes = run.outcomes
        if run.ended is not None and not any(outcome.judged for outcome in outcomes):
            raise run.ended
        check = PolicyCheck(
            policy.name,
            policy.version,
            rules_digest(policy),
            labelled.digest,
            run.model,
            self._clock.now(),
            outcomes,
            run.usage,
        )
        before = await self.store.before(check)
        whole = len(outcomes) == len(labelled.items)
        judged = any(outcome.judged for outcome in outcomes)
        if whole and judged and run.ended is None:  # what says nothing is nothing that the next one is compared with
            check = await self.store.keep(check)
        return CheckReport(
            check,
            agreement(outcomes, [category.name for category in policy.categories]),
            before,
            None if before is None else changes(before.outcomes, outcomes),
            _stopped(run.ended, outcomes, whole=whole, judged=judged),
        )


def rules_digest(policy: Policy) -> str:
    """By which it is known whether two policies judge alike."""
    asked = instructions(policy).encode() + schema(policy)
    done = msgspec.json.encode(
        (policy.unsure_below, policy.refusal, [[level.action for level in each.levels] for each in policy.categories])
    )
    return hashlib.sha256(asked + done).hexdigest()[:32]


class _Run:
    """One check on its way.

    Attributes:
        ended: What would have happened to all items that follow.
    """

    def __init__(
        self,
        moderation: Moderation,
        policy: Policy,
        items: Sequence[LabelledItem],
        asker: Asker,
        picture: Open,
        observe: Callable[[CheckProgress], None],
        stop: asyncio.Event | None,
    ) -> None:
        self._moderation = moderation
        self._policy = policy
        self._items = items
        self._asker = asker
        self._picture = picture
        self._observe = observe
        self._stop = stop
        self._done: dict[int, ItemOutcome] = {}
        self._usages: list[Usage] = []
        self._models: Counter[str] = Counter()
        self.ended: KirejiError | None = None

    @property
    def outcomes(self) -> tuple[ItemOutcome, ...]:
        """Of the items that were asked about, in the order of the set."""
        return tuple(self._done[number] for number in sorted(self._done))

    @property
    def model(self) -> str:
        """Who has judged most of it."""
        return self._models.most_common(1)[0][0] if self._models else ""

    @property
    def usage(self) -> Usage:
        """Of all requests."""
        costs = [usage.cost for usage in self._usages]
        return Usage(
            sum(usage.input_tokens for usage in self._usages),
            sum(usage.output_tokens for usage in self._usages),
            sum(usage.cache_read_tokens for usage in self._usages),
            sum(usage.cache_write_tokens for usage in self._usages),
            sum(usage.thinking_tokens for usage in self._usages),
            None if None in costs else sum(cost for cost in costs if cost is not None),
        )

    @property
    def _over(self) -> bool:
        return self.ended is not None or (self._stop is not None and self._stop.is_set())

    async def work(self) -> None:
        """All items: the first alone, so that the instructions are in the service's cache for the others."""
        numbers = iter(range(len(self._items)))
        await self._some(itertools.islice(numbers, 1))
        if self._over:
            return
        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(self._some(numbers))

    async def _some(self, numbers: Iterator[int]) -> None:
        for number in numbers:
            await self._one(number)
            if self._over:
                return

    async def _one(self, number: int) -> None:
        item = self._items[number]
        try:
            self._done[number] = await self._judged(item)
        except _FOR_ALL as error:
            self.ended = error
            return
        except KirejiError as error:
            if isinstance(error, ConnectionFailed) and not self._models:
                self.ended = error
                return
            log.info("an item of a labelled set has no verdict: %s", type(error).__name__)
            self._done[number] = _failed(item, error)
        self._tell()

    async def _judged(self, item: LabelledItem) -> ItemOutcome:
        found = [await self._picture(item.image)] if item.image else []
        outcome = await self._moderation.judge(
            self._policy,
            item.text,
            self._asker,
            [image for image, _ in found],
            {image.blob: data for image, data in found},
        )
        answer = outcome.answer
        self._usages.append(answer.usage)
        self._models[f"{answer.provider}/{answer.model}"] += 1
        if not isinstance(outcome.result, Verdict):
            raise TypeError("judging gives verdicts")
        return _outcome(item, outcome.result)

    def _tell(self) -> None:
        outcomes = self._done.values()
        failed = sum(bool(outcome.failed) for outcome in outcomes)
        right = sum(outcome.right for outcome in outcomes)
        done = len(self._done)
        self._observe(CheckProgress(done, len(self._items), done - failed - right, failed, self.usage.cost))


def _stopped(ended: KirejiError | None, outcomes: Sequence[ItemOutcome], *, whole: bool, judged: bool) -> str:
    """Why a check counts for nothing; empty when it counts."""
    if ended is not None:
        return ended.sentence
    if not whole:
        return say("It was stopped.")
    return "" if judged else next((outcome.failed for outcome in outcomes), "")


def _outcome(item: LabelledItem, verdict: Verdict) -> ItemOutcome:
    levels: dict[str, str] = {}
    for finding in verdict.findings:  # the gravest first
        levels.setdefault(finding.category, finding.level)
    return ItemOutcome(
        item.id,
        item.categories,
        tuple(levels),
        item.action,
        verdict.action,
        item.level,
        levels.get(item.categories[0], "") if item.level else "",
        refused=verdict.refused,
    )


def _failed(item: LabelledItem, error: KirejiError) -> ItemOutcome:
    return ItemOutcome(
        item.id,
        item.categories,
        (),
        item.action,
        expected_level=item.level,
        failed=error.sentence or type(error).__name__,
    )


def _prompts(policy: Policy, items: Sequence[LabelledItem], model: str) -> int:
    """About how many tokens all prompts have together."""
    family = Family.of(model)
    frame = sum(typical(measured(instructions(policy) + schema(policy).decode()), family))
    tokens = frame * len(items)
    for item in items:
        text = question_of(policy, item.text).text if item.text.strip() else ""
        tokens += sum(typical(measured(text), family))
        tokens += picture_tokens(*_USUAL_PICTURE, model) if item.image else 0
    return round(tokens)
