"""GET /v1/models: pages of what there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

from tests.service.models import MODELS, Model
from tests.service.refusal import invalid

_STAGES = ("active", "deprecated", "retired")
_SINGLE = ("limit", "after_id", "before_id", "workspace_id")


def listed(query: str, there: Sequence[Model] = MODELS) -> dict[str, Any]:
    """A page, newest first; without `lifecycle[]` only what can still be asked."""
    wanted = parse_qs(query, keep_blank_values=True)
    for name, values in wanted.items():
        if name not in (*_SINGLE, "lifecycle[]"):
            raise invalid(name, "Extra inputs are not permitted")
        if name in _SINGLE and len(values) > 1:
            raise invalid(name, "given more than once")
    limit = wanted.get("limit", ["20"])[0]
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= 1000:
        raise invalid("limit", "Input should be between 1 and 1000")
    stages = wanted.get("lifecycle[]", ["active", "deprecated"])
    if any(stage not in _STAGES for stage in stages):
        raise invalid("lifecycle", "Input should be 'active', 'deprecated' or 'retired'")
    if "after_id" in wanted and "before_id" in wanted:
        raise invalid("", "Only one of after_id and before_id may be given")
    models = [model for model in there if model.lifecycle in stages]
    ids = [model.id for model in models]
    start, end = 0, len(models)
    if "after_id" in wanted:
        start = _place(ids, "after_id", wanted) + 1
    elif "before_id" in wanted:
        end = _place(ids, "before_id", wanted)
        start = max(0, end - int(limit))
    page = models[start:end][: int(limit)]
    more = start > 0 if "before_id" in wanted else start + len(page) < len(models)
    return {
        "data": [model.listed() for model in page],
        "has_more": more,
        "first_id": page[0].id if page else None,
        "last_id": page[-1].id if page else None,
    }


def _place(ids: list[str], name: str, wanted: dict[str, list[str]]) -> int:
    if wanted[name][0] not in ids:
        raise invalid(name, "no such model")
    return ids.index(wanted[name][0])
