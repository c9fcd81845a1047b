"""What was decided about the verdicts of a job, as lines of a file."""

from __future__ import annotations

from typing import Any

import msgspec

from kireji.core.delimited import csv_line, safe
from kireji.core.jobs.answers import Answer, in_one_cell
from kireji.core.jobs.output import id_of
from kireji.core.jobs.reviews import Decision, Review
from kireji.core.moderation.labelled import LONGEST_ID, LONGEST_TEXT
from kireji.core.words import say

__all__ = ["LONGEST_TEXT", "label_line", "review_head", "review_line", "review_row", "review_value"]

HEAD = (
    "id",
    "source",
    "model_action",
    "final_action",
    "categories",
    "decision",
    "category",
    "note",
    "decided",
    "error",
)
_encoder = msgspec.json.Encoder()


def review_value(answer: Answer, review: Review | None) -> dict[str, Any]:
    """A row with what was decided; what is not there is null.

    Args:
        answer: What the model says.
        review: What the person has decided; None where nothing is.
    """
    verdict = answer.verdict
    model = verdict.action.value if verdict is not None else None
    final = review.action.value if review is not None else model
    return {
        "id": id_of(answer),
        "source": answer.row.source or None,
        "model_action": model,
        "final_action": final,
        "categories": list(dict.fromkeys(one.category for one in verdict.findings)) if verdict is not None else [],
        "decision": review.decision.value if review is not None else None,
        "category": (review.category or None) if review is not None else None,
        "note": (review.note or None) if review is not None else None,
        "decided": review.decided.isoformat() if review is not None and review.decided is not None else None,
        "error": None if verdict is not None else answer.error or say("There is no verdict."),
    }


def review_line(answer: Answer, review: Review | None) -> bytes:
    """The same as a line of JSON."""
    return _encoder.encode(review_value(answer, review)) + b"\n"


def label_line(answer: Answer, review: Review, text: str) -> bytes:
    """What was decided as a line of a labelled set (`core.moderation.labelled`): it is expected of the policy then.

    Args:
        answer: What the model says.
        review: What the person has decided.
        text: What was judged.
    """
    verdict = answer.verdict
    if review.decision is Decision.ACCEPTED and verdict is not None:
        categories = list(dict.fromkeys(one.category for one in verdict.findings))
    else:
        categories = [review.category] if review.category else []
    value = {
        "id": id_of(answer)[:LONGEST_ID],
        "text": text,
        "categories": categories,
        "action": review.action.value,
    }
    return _encoder.encode(value | ({"note": review.note} if review.note else {})) + b"\n"


def review_head() -> bytes:
    """The first line of a table."""
    return csv_line(HEAD)


def review_row(answer: Answer, review: Review | None) -> bytes:
    """The same as a line of CSV."""
    value = review_value(answer, review)
    return csv_line(safe(in_one_cell(one) if isinstance(one, list) else one or "") for one in map(value.get, HEAD))
