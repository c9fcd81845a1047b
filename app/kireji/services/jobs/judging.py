"""Holds answers of jobs with a form to that form when they are taken in: what is none has failed, and says why."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

import msgspec

from kireji.core.errors import StoreError
from kireji.core.jobs.ports import JobStore
from kireji.core.jobs.values import Job, JobPlan, Outcome, RowResult
from kireji.core.structured.forms import AnswerForm
from kireji.services.jobs.answers import AnswerReader
from kireji.services.jobs.own_rules import OwnRules
from kireji.services.jobs.reading import JobReading

log = logging.getLogger(__name__)

_LONGEST = 1_000
"""Characters of a sentence that quotes an answer."""


class Judging:
    """Judges; the person's rules for what is shown decide nothing.

    Args:
        store: The queue.
        reading: Makes what reads results.
    """

    def __init__(self, store: JobStore, reading: JobReading) -> None:
        self._store = store
        self._reading = reading
        self._last: tuple[JobPlan, AnswerReader | None] | None = None

    async def judged(self, job: Job, batch: int, results: Sequence[RowResult]) -> Sequence[RowResult]:
        """Results as they are to be stored, with what they cost and what was sent, in the same order.

        Whatever cannot be judged stays as it came, for it is paid for and must be stored.

        Args:
            job: Whose answers have a form.
            batch: From which they came.
            results: That came.
        """
        numbers = [result.number for result in results if result.outcome is Outcome.SUCCEEDED]
        if not numbers:
            return results
        try:
            values = await self._store.values(batch, numbers)
        except StoreError as error:
            log.warning("answers of batch %d cannot be judged: %s", batch, error)
            return results
        return await asyncio.to_thread(self._each, job, results, values)

    def _each(
        self, job: Job, results: Sequence[RowResult], values: Mapping[int, Mapping[str, str]]
    ) -> Sequence[RowResult]:
        reader = self._reader(job)
        if reader is None:
            return results
        rules = self._reading.rules
        return [_judged(reader, rules, result, values.get(result.number, {})) for result in results]

    def _reader(self, job: Job) -> AnswerReader | None:
        """What judges a job; None where nothing can any more, which is not the answers' fault."""
        known = self._last
        if known is None or known[0] != job.plan:
            self._last = known = (job.plan, self._made(job))
        return known[1]

    def _made(self, job: Job) -> AnswerReader | None:
        from kireji.services.jobs.formed import FormReader

        if job.plan.form is AnswerForm.VERDICT and FormReader(job.plan).policy is None:
            return None
        return self._reading.reader(job, OwnRules(()))


def _judged(reader: AnswerReader, rules: OwnRules, result: RowResult, values: Mapping[str, str]) -> RowResult:
    if result.outcome is not Outcome.SUCCEEDED:
        return result
    try:
        unfit = reader.unfit(result, values)
    except Exception:  # a bug of ours must not keep what was paid for from being stored
        log.exception("the answer to row %d cannot be judged", result.number)
        return result
    if unfit is None:
        return result
    sentence = rules.words(unfit.sentence[:_LONGEST])
    return msgspec.structs.replace(result, outcome=Outcome.ERRORED, sentence=sentence, again=unfit.again)
