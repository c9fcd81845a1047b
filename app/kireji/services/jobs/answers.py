"""From stored results to answers as a person gets them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from kireji.core.errors import ProviderError
from kireji.core.events import PartFinished, TurnFinished
from kireji.core.jobs import kept
from kireji.core.jobs.answers import Answer
from kireji.core.jobs.states import RowState
from kireji.core.jobs.values import JoinedRow, Outcome, Row, RowResult
from kireji.core.messages import StopReason, TextPart, Usage
from kireji.core.placeholders import Vault
from kireji.core.provider_ports import JobFormat
from kireji.core.tool_ports import SchemaValidator
from kireji.core.words import say
from kireji.services.jobs.own_rules import OwnRules

if TYPE_CHECKING:  # what makes sense of forms is loaded with the first job that has one
    from kireji.services.jobs.formed import Formed, FormReader


class _Said(NamedTuple):
    """What a result says.

    Args:
        text: Of the answer.
        problem: Why it is not all of it, or none; empty when it is whole.
        refused: The model declined.
    """

    text: str
    problem: str = ""
    refused: bool = False


class Unfit(NamedTuple):
    """Why an answer is none of the form that was asked for.

    Args:
        sentence: Why.
        again: Whether another one may be better: what was refused or cut off would most likely be so once more.
    """

    sentence: str
    again: bool


class AnswerReader:
    """Reads the results of one job.

    Args:
        job_format: Of the provider that answered; None where all rows were asked one by one.
        model: Which answered.
        schema: That answers must fit; empty for none.
        validator: Holds them to it.
        rules: What the person does not want to see.
        form: Makes sense of answers that have a form; None where they are words, or a schema of the person's.
    """

    def __init__(
        self,
        job_format: JobFormat | None,
        model: str,
        schema: bytes,
        validator: SchemaValidator,
        rules: OwnRules,
        form: FormReader | None = None,
    ) -> None:
        self._format = job_format
        self._model = model
        self._schema = schema
        self._validator = validator
        self._rules = rules
        self._form = form

    def read(self, joined: JoinedRow) -> Answer:
        """A row with its answer; what was hidden is put back, and the person's own rules hold."""
        row, result = joined.row, joined.result
        if result is None:
            return Answer(row, _OUTCOMES.get(row.state), error=row.sentence)
        shared = row.same_as is not None or row.cached or result.cached
        cost = 0.0 if shared or _is_unpaid(result) else result.usage.cost
        if result.outcome is not Outcome.SUCCEEDED:
            why = result.sentence or row.sentence
            why = why if self._form is None else self._rules.words(why)  # it may quote an answer
            return Answer(row, result.outcome, "", None, why, result.usage, cost, shared)
        said = self._said(result)
        if said.refused and self._form is not None and (refused := self._form.refused(said.problem)) is not None:
            return _answer(Answer(row, result.outcome, usage=result.usage, cost=cost, cached=shared), refused)
        text, data, problem = self._restored(said, Vault(joined.values) if joined.values else None)
        answer = Answer(row, result.outcome, text, data, problem, result.usage, cost, shared)
        return answer if self._form is None or data is None else _answer(answer, self._form.read(data))

    def unfit(self, result: RowResult, values: Mapping[str, str]) -> Unfit | None:
        """Why an answer is none of the job's form; None when it is one, or says nothing of it.

        Args:
            result: That succeeded.
            values: What placeholders in it stand for.
        """
        row = Row(result.number, 0, "", RowState.SUCCEEDED)
        answer = self.read(JoinedRow(row, result, values))
        if answer.data is not None or not answer.error:
            return None
        return Unfit(answer.error, again=not self._said(result).problem)

    def _said(self, result: RowResult) -> _Said:
        if (own := kept.decoded(result.payload)) is not None:
            return _Said(own.text, _cut(own.stop), own.stop is StopReason.REFUSAL)
        if self._format is None:
            return _Said("", say("The answer cannot be read."))
        if (plain := self._format.words_in_job(result.payload)) is not None:
            return _Said(plain.text, _cut(plain.stop), plain.stop is StopReason.REFUSAL)
        try:
            events = self._format.decode_job(result.payload, self._model)
        except ProviderError as error:
            return _Said("", error.message)
        pieces = [
            event.part.text for event in events if isinstance(event, PartFinished) and isinstance(event.part, TextPart)
        ]
        last = events[-1] if events else None
        reason = last.reason if isinstance(last, TurnFinished) else StopReason.OTHER
        return _Said("\n\n".join(filter(str.strip, pieces)), _cut(reason), reason is StopReason.REFUSAL)

    def _restored(self, said: _Said, vault: Vault | None) -> tuple[str, Any, str]:
        """Text, value and what is wrong with them."""
        if not self._schema:
            return self._rules.words(vault.restore(said.text) if vault else said.text), None, said.problem
        text = vault.restore_json(said.text) if vault else said.text
        try:
            data = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            problem = said.problem or say("The answer is no JSON, so it does not fit the schema.")
            return self._rules.words(text), None, problem
        if (shown := self._rules.value(data)) != data:
            text = msgspec.json.encode(shown).decode()
        if complaint := self._validator.problem(self._schema, data):
            why = self._rules.value(complaint)
            return text, None, said.problem or say("The answer does not fit the schema: {why}", why=why)
        return text, shown, said.problem


def _answer(answer: Answer, formed: Formed) -> Answer:
    return msgspec.structs.replace(
        answer,
        text=formed.text or answer.text,
        data=formed.data,
        answered=answer.data,
        error=formed.problem or answer.error,
        cells=formed.cells,
        verdict=formed.verdict,
        sheets=formed.sheets,
    )


def _is_unpaid(result: RowResult) -> bool:
    """Whether the service itself says that it has not answered: for that nobody is asked to pay."""
    return result.outcome is not Outcome.SUCCEEDED and bool(result.payload) and result.usage == Usage()


def _cut(reason: StopReason) -> str:
    match reason:
        case StopReason.MAX_TOKENS:
            return say("The answer was cut off at its longest length.")
        case StopReason.CONTEXT_FULL:
            return say("The answer was cut off: the model can read no more.")
        case StopReason.REFUSAL:
            return say("The model declined to answer.")
    return ""


def is_told(joined: JoinedRow) -> bool:
    """Whether there is anything to tell of a row: it has ended, or was refused when it was read."""
    return joined.result is not None or joined.row.state in _TOLD


_OUTCOMES = {outcome.row_state: outcome for outcome in Outcome}
_TOLD = frozenset({RowState.ERRORED, RowState.EXPIRED, RowState.CANCELED, RowState.INVALID})
