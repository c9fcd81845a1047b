"""What answers of a form say: verdicts by the plan's policy, translations and comparisons as words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

from kireji.core.extraction import reading
from kireji.core.extraction.own_schemas import OwnSchema, own_schema
from kireji.core.extraction.sheets import Sheet
from kireji.core.extraction.sums import with_sums
from kireji.core.jobs import extracted
from kireji.core.jobs.form_columns import comparison_cells, comparison_words, verdict_cells, verdict_value
from kireji.core.jobs.values import JobPlan
from kireji.core.moderation.judging import problem, refused, verdict
from kireji.core.moderation.policies import Policy
from kireji.core.moderation.policy_file import parse
from kireji.core.moderation.verdicts import Verdict
from kireji.core.structured.forms import AnswerForm
from kireji.core.words import say


class Formed(NamedTuple):
    """What an answer says.

    Args:
        text: In words; empty leaves what the model wrote.
        data: As a value.
        cells: What stands in the columns of the form; None where `data` does.
        verdict: Of jobs that judge.
        sheets: Of jobs that take out tables or fields.
        problem: Why it is none; empty when it is one.
    """

    text: str = ""
    data: Any = None
    cells: Mapping[str, Any] | None = None
    verdict: Verdict | None = None
    sheets: tuple[Sheet, ...] = ()
    problem: str = ""


class FormReader:
    """Makes sense of the answers of one job.

    Args:
        plan: Of a form.
    """

    def __init__(self, plan: JobPlan) -> None:
        self._plan = plan

    @cached_property
    def policy(self) -> Policy | None:
        """By which rows are judged; None where the job has none that can be read any more."""
        return parse(self._plan.policy_name, self._plan.policy).policy

    @cached_property
    def own(self) -> OwnSchema | None:
        """The schema that the person gave for what is taken out."""
        return own_schema(self._plan.own_schema) if self._plan.own_schema else None

    def read(self, data: Any) -> Formed:
        """An answer that fits the schema."""
        match self._plan.form:
            case AnswerForm.VERDICT:
                return self._judged(data)
            case AnswerForm.TRANSLATION:
                return Formed(data["translation"], data)
            case AnswerForm.COMPARISON:
                return Formed(comparison_words(data), data, comparison_cells(data))
        return self._extracted(data)

    def refused(self, reason: str) -> Formed | None:
        """What it means that the model declined; None where it means that there is no answer."""
        if self._plan.form is not AnswerForm.VERDICT or self.policy is None:
            return None
        return _told(refused(self.policy, reason, ""))

    def _extracted(self, data: Any) -> Formed:
        fields = self._plan.form is AnswerForm.FIELDS
        if wrong := reading.problem(data, self.own):
            return Formed(problem=say("The answer does not fit: {why}", why=wrong))
        sheets = tuple(map(with_sums, reading.sheets_of(data, own=self.own)))
        words = extracted.words_of(sheets, fields=fields)
        cells = extracted.cells_of(sheets) if fields else None
        if self.own is not None:
            return Formed(words, self.own.answer(data), cells, sheets=sheets)
        return Formed(words, extracted.value_of(sheets, fields=fields), cells, sheets=sheets)

    def _judged(self, data: Any) -> Formed:
        if self.policy is None:
            return Formed(problem=say("The policy of this job cannot be read any more."))
        if wrong := problem(self.policy, data, text=True, pictures=_MANY):
            return Formed(problem=say("The answer does not fit the policy: {why}", why=wrong))
        return _told(verdict(self.policy, data, "", ()))


_MANY = 1 << 30
"""How many pictures a row has is looked at when it is opened; in a list it does not matter."""


def _told(said: Verdict) -> Formed:
    return Formed(said.reason or said.action.value, verdict_value(said), verdict_cells(said), said)
