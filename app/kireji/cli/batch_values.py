"""Jobs as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kireji.cli.values import time_value
from kireji.core.jobs.counts import Counts
from kireji.core.jobs.values import Batch, Estimate, Job, Row


def job_value(job: Job) -> dict[str, object]:
    """A job; what is unknown is null."""
    plan = job.plan
    return {
        "id": job.id,
        "name": plan.name,
        "state": job.state.value,
        "sentence": job.sentence or None,
        "provider": plan.provider,
        "model": plan.model,
        "mode": plan.mode.value,
        "drop": list(plan.drop),
        "source": job.source,
        "kind": job.kind.value,
        "rows": counts_value(job.counts),
        "cost": job.cost,
        "estimate": None if job.estimate is None else estimate_value(job.estimate),
        "batches": job.batches,
        "batches_ended": job.batches_ended,
        "leaving": {"rows": job.leaving.rows, "ready": job.leaving.ready},
        "with_service_since": _time(job.waiting_since),
        "created": time_value(job.created),
        "started": _time(job.started),
        "ended": _time(job.ended),
    }


def counts_value(counts: Counts) -> dict[str, int]:
    """How many rows are in which state."""
    return {
        "lines": counts.lines,
        "pending": counts.pending,
        "taken": counts.taken,
        "uncertain": counts.uncertain,
        "succeeded": counts.succeeded,
        "errored": counts.errored,
        "expired": counts.expired,
        "canceled": counts.canceled,
        "same": counts.same,
        "invalid": counts.invalid,
        "reused": counts.reused,
    }


def estimate_value(estimate: Estimate) -> dict[str, object]:
    """What a job will take; what is unknown is null."""
    return {
        "rows": estimate.rows,
        "input_tokens": estimate.input_tokens,
        "output_tokens": estimate.output_tokens,
        "cost": estimate.cost,
        "cost_at_most": estimate.most,
        "price_share": estimate.share,
        "usual_seconds": estimate.usual_seconds,
        "seconds_at_most": estimate.seconds,
        "over_budget": estimate.over_budget or None,
    }


def batch_value(batch: Batch) -> dict[str, object]:
    """Rows that were sent together and have not ended."""
    return {
        "state": batch.state.value,
        "rows": batch.rows,
        "remote": batch.remote or None,
        "submitted": _time(batch.submitted),
        "expires": _time(batch.expires),
        "looks": batch.polls,
        "next_look": _time(batch.next_poll),
        "sentence": batch.sentence or None,
    }


def bad_value(row: Row) -> dict[str, object]:
    """A line that cannot be asked."""
    return {"line": row.line, "id": row.id or None, "reason": row.sentence, "source": row.source or None}


def bad_values(rows: Sequence[Row]) -> list[dict[str, object]]:
    """The same for several."""
    return [bad_value(row) for row in rows]


def _time(time: datetime | None) -> str | None:
    return None if time is None else time_value(time)
