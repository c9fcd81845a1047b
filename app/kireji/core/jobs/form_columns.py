"""What answers of a form show in the columns of a table, and what they are as words and as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kireji.core.jobs.answers import Column, ColumnKind
from kireji.core.jobs.columns import columns_of
from kireji.core.jobs.values import JobPlan
from kireji.core.moderation.verdicts import Verdict
from kireji.core.structured.forms import AnswerForm

VERDICT_COLUMNS = (
    Column("action", ColumnKind.TEXT),
    Column("categories", ColumnKind.LIST),
    Column("level", ColumnKind.TEXT),
    Column("confidence", ColumnKind.NUMBER),
    Column("reason", ColumnKind.TEXT),
    Column("evidence", ColumnKind.LIST),
    Column("rewrite", ColumnKind.TEXT),
)
_COMPARISON_COLUMNS = (Column("summary", ColumnKind.TEXT), Column("changes", ColumnKind.LIST))


def columns_of_plan(plan: JobPlan) -> tuple[Column, ...]:
    """The columns of a job's answers; none where they are words."""
    match plan.form:
        case AnswerForm.VERDICT:
            return VERDICT_COLUMNS
        case AnswerForm.COMPARISON:
            return _COMPARISON_COLUMNS
        case AnswerForm.TABLE | AnswerForm.FIELDS:
            return _extracted_columns(plan)
    return columns_of(plan.schema)


def _extracted_columns(plan: JobPlan) -> tuple[Column, ...]:
    if not plan.own_schema:
        return ()  # each picture has columns of its own
    from kireji.core.extraction.own_schemas import own_schema
    from kireji.core.jobs.extracted import columns_of_schema

    return columns_of_schema(own_schema(plan.own_schema))


def verdict_cells(verdict: Verdict) -> Mapping[str, Any]:
    """A verdict in `VERDICT_COLUMNS`."""
    first = verdict.findings[0] if verdict.findings else None
    quotes = (evidence.quote for finding in verdict.findings for evidence in finding.evidence)
    return {
        "action": verdict.action.value,
        "categories": list(dict.fromkeys(finding.category for finding in verdict.findings)),
        "level": first.level if first else "",
        "confidence": first.confidence if first else None,
        "reason": verdict.reason,
        "evidence": list(dict.fromkeys(quotes)),
        "rewrite": verdict.rewrite,
    }


def verdict_value(verdict: Verdict) -> dict[str, Any]:
    """A verdict for programs; what is not there is null."""
    findings = [
        {
            "category": finding.category,
            "level": finding.level,
            "action": finding.action.value,
            "confidence": finding.confidence,
            "evidence": [evidence.quote for evidence in finding.evidence],
            "reason": finding.reason or None,
        }
        for finding in verdict.findings
    ]
    return {
        "action": verdict.action.value,
        "policy": verdict.policy,
        "version": verdict.version,
        "refused": verdict.refused,
        "findings": findings,
        "reason": verdict.reason or None,
        "rewrite": verdict.rewrite or None,
    }


def comparison_cells(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """A comparison in its columns."""
    return {"summary": data["summary"], "changes": [change["words"] for change in data["changes"]]}


def comparison_words(data: Mapping[str, Any]) -> str:
    """A comparison as plain words, a change a line."""
    return "\n".join([data["summary"].strip(), *(f"- {_change(change)}" for change in data["changes"])])


def _change(change: Mapping[str, Any]) -> str:
    words = " ".join(change["words"].split())
    before, after = (" ".join(change[name].split()) for name in ("before", "after"))
    return f"{words} ({before or '–'} → {after or '–'})" if before or after else words
