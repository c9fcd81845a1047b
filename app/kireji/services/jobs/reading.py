"""What became of a job's rows, as a person reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from kireji.core.errors import JobError, StoreError
from kireji.core.filters import Rule
from kireji.core.jobs.answers import Answer, RowDetail
from kireji.core.jobs.ports import JobPictures, JobStore
from kireji.core.jobs.requests import PromptContent, is_link, row_words
from kireji.core.jobs.states import RowState
from kireji.core.jobs.values import Job, LineKind, Row, RowInput, RowResult
from kireji.core.messages import ImagePart
from kireji.core.structured.forms import AnswerForm
from kireji.core.tool_ports import SchemaValidator
from kireji.core.words import say
from kireji.services.jobs.answers import AnswerReader
from kireji.services.jobs.lookup import job_of
from kireji.services.jobs.own_rules import OwnRules
from kireji.services.jobs.targets import JobTargets


class JobReading:
    """Reads rows and their results.

    Args:
        store: The queue.
        pictures: The pictures of rows.
        targets: How results of a provider are read.
        validator: Holds answers to the schema.
        rules: The person's own for answers, as they are now.
    """

    def __init__(
        self,
        store: JobStore,
        pictures: JobPictures,
        targets: JobTargets,
        validator: SchemaValidator,
        rules: Callable[[], Sequence[Rule]] = tuple,
    ) -> None:
        self._store = store
        self._pictures = pictures
        self._targets = targets
        self._validator = validator
        self._rules = rules

    @property
    def rules(self) -> OwnRules:
        """The person's own for answers, as they are now."""
        return OwnRules(self._rules())

    def reader(self, job: Job, rules: OwnRules | None = None) -> AnswerReader:
        """What reads the results of one job.

        Args:
            job: Which.
            rules: For answers; without, the person's own.
        """
        plan = job.plan
        rules = self.rules if rules is None else rules
        form = None
        if plan.form is not AnswerForm.TEXT:
            from kireji.services.jobs.formed import FormReader

            form = FormReader(plan)
        job_format = self._targets.format(plan.provider)
        return AnswerReader(job_format, plan.model, plan.schema, self._validator, rules, form)

    async def bad(self, job: int, after: int, limit: int) -> Sequence[Row]:
        """As in JobService."""
        return await self._store.rows(job, after, limit, frozenset({RowState.INVALID}))

    async def answers(self, job: int, after: int, limit: int, states: frozenset[RowState]) -> Sequence[Answer]:
        """As in JobService."""
        reader = self.reader(await job_of(self._store, job))
        joined = await self._store.joined(job, after, limit, states)
        return await asyncio.to_thread(lambda: [reader.read(one) for one in joined])

    async def detail(self, job: int, number: int) -> RowDetail:
        """As in JobService."""
        found = await job_of(self._store, job)
        joined = await self._store.joined(job, number - 1, 1)
        if not joined or joined[0].row.number != number:
            raise JobError(say("There is no row {number} in this job.", number=number))
        [one] = joined
        answer = await asyncio.to_thread(self.reader(found).read, one)
        asked = await self._store.input(job, number)
        if asked is None:
            return RowDetail(answer, one.row.source, found.plan.system, columns=one.columns)
        return RowDetail(
            answer=answer,
            prompt=row_words(found.plan, asked),
            system=found.plan.system,
            content=asked.content.decode("utf-8", "replace"),
            pictures=tuple([await self._picture(each) for each in asked.pictures]),
            addresses=_addresses(asked),
            raw=await asyncio.to_thread(self._raw, one.result) if one.result is not None else "",
            hidden=one.values,
            columns=one.columns,
        )

    def _raw(self, result: RowResult) -> str:
        """What the service sent; nothing where the person does not want to see something of it."""
        raw = result.payload.decode("utf-8", "replace")
        return "" if OwnRules(self._rules()).touch(raw) else raw

    async def _picture(self, picture: ImagePart) -> bytes:
        try:
            return await self._pictures.get(picture)
        except StoreError:
            return b""


def _addresses(asked: RowInput) -> tuple[str, ...]:
    if asked.kind is not LineKind.PROMPT:
        return ()
    try:
        images = msgspec.json.decode(asked.content, type=PromptContent).shown
    except msgspec.MsgspecError:
        return ()
    return tuple(name for name in images if is_link(name))
