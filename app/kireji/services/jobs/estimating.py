"""What a job will take, before anything is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from kireji.core.jobs.conversion import NotCarried
from kireji.core.jobs.ports import JobStore
from kireji.core.jobs.states import RowState
from kireji.core.jobs.values import Estimate, Job, RowInput
from kireji.core.messages import Usage
from kireji.core.models import ModelInfo
from kireji.services.jobs.lookup import job_of
from kireji.services.jobs.targets import JobTargets, Target
from kireji.services.jobs.weighing import Weighed, Weighing
from kireji.services.preferences import Preferences
from kireji.services.spending import Spending
from kireji.services.token_counts import TokenCounts

_SAMPLE = 400
"""Rows that are weighed."""
_EARLIER = 200
"""Answers that tell how long the others will be."""
_USUAL_ANSWER = 1 / 3
"""Of the longest, where nothing was answered yet."""
_USUAL_BATCH_SECONDS = 3_600.0
"""Most batches end within the hour, the services say."""
_TOKENS_PER_SECOND = 60.0
_SECONDS_TO_BEGIN = 1.5


class JobEstimating:
    """Estimates jobs from a sample of their rows, and holds them against the budgets.

    Args:
        store: The queue.
        targets: Finds who answers.
        spending: The budgets; None has none.
        counts: What was learned of the way in which models count.
        preferences: How many rows are asked side by side.
    """

    def __init__(
        self,
        store: JobStore,
        targets: JobTargets,
        spending: Spending | None,
        counts: TokenCounts | None,
        preferences: Preferences,
    ) -> None:
        self._store = store
        self._targets = targets
        self._spending = spending
        self._counts = counts
        self._preferences = preferences

    def limited(self) -> bool:
        """Whether there is any budget."""
        return self._spending is not None and self._spending.limited(None)

    async def estimate(self, job: int) -> Estimate:
        """As in JobService."""
        found = await job_of(self._store, job)
        target = await self._targets.of(found.plan)
        estimate = await self._estimated(found, target)
        if self._spending is not None:
            over = await self._spending.over(estimate.most)
            estimate = msgspec.structs.replace(estimate, over_budget=over)
        await self._store.set_estimate(job, estimate)
        return estimate

    async def _estimated(self, job: Job, target: Target) -> Estimate:
        rows = job.counts.pending
        share = target.share
        if not rows:
            return Estimate(0, 0, 0, 0.0, 0.0, share, 0.0, 0.0)
        sample = await self._store.sample(job.id, _SAMPLE)
        weighing = await Weighing.of(job.plan, target.info, self._counts)
        weighed = await asyncio.to_thread(_weighed, weighing, sample)
        if not weighed:
            return Estimate(rows, 0, 0, None, None, share)
        size = sum(len(row.content) for row in sample)
        growth = await self._store.bytes_pending(job.id) / size / (rows / len(sample)) if size else 1.0
        answer = await self._answer(job, weighed)
        count = len(weighed)
        pictures = sum(one.pictures for one in weighed) / count
        words = sum(one.prompt.tokens for one in weighed) / count - pictures
        prompt = pictures + words * growth
        highest = sum(one.prompt.at_most for one in weighed) / count * max(1.0, growth)
        longest = sum(one.longest for one in weighed) / count
        info = target.info
        seconds, usual = self._times(target, rows, answer)
        return Estimate(
            rows=rows,
            input_tokens=round(prompt * rows),
            output_tokens=round(answer * rows),
            cost=_times(_cost(info, prompt, answer), rows * share),
            most=_times(info.cost_at_most(round(highest), round(longest)) if info else None, rows * share),
            share=share,
            seconds=seconds,
            usual_seconds=usual,
        )

    async def _answer(self, job: Job, weighed: Sequence[Weighed]) -> float:
        """Tokens of a usual answer."""
        told = await self._store.joined(job.id, limit=_EARLIER, states=frozenset({RowState.SUCCEEDED}))
        earlier = [one.result.usage.output_tokens for one in told if one.result and one.result.usage.output_tokens]
        if earlier:
            return sum(earlier) / len(earlier)
        return sum(one.longest for one in weighed) / len(weighed) * _USUAL_ANSWER

    def _times(self, target: Target, rows: int, answer: float) -> tuple[float | None, float | None]:
        """Seconds at most, and usually."""
        if target.limits is not None:
            return target.limits.hours * 3600.0, _USUAL_BATCH_SECONDS
        beside = max(1, self._preferences.settings.jobs.side_by_side)
        return None, rows / beside * (_SECONDS_TO_BEGIN + answer / _TOKENS_PER_SECOND)


def _weighed(weighing: Weighing, sample: Sequence[RowInput]) -> list[Weighed]:
    weighed = []
    for row in sample:
        try:
            weighed.append(weighing.row(row))
        except NotCarried:  # refused when it was read; one of an earlier version
            continue
    return weighed


def _cost(info: ModelInfo | None, prompt: float, answer: float) -> float | None:
    return None if info is None else info.cost(Usage(round(prompt), round(answer)))


def _times(amount: float | None, factor: float) -> float | None:
    return None if amount is None else amount * factor
