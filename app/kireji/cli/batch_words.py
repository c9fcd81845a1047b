"""What the command line says of jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from kireji.core.jobs.states import BatchState, JobState
from kireji.core.jobs.values import Batch, Estimate, Job, Mode, Row
from kireji.core.words import mark, say
from kireji.services.names import title
from kireji.services.spending import dollars

BATCH_STATES: Mapping[BatchState, str] = MappingProxyType(
    {
        BatchState.SUBMITTING: mark("being sent"),
        BatchState.UNCERTAIN: mark("sent, no answer yet"),
        BatchState.SUBMITTED: mark("with the service"),
        BatchState.CANCELLING: mark("being called back"),
        BatchState.COLLECTING: mark("being collected"),
        BatchState.LIVE: mark("asked row by row"),
        BatchState.NEEDS_YOU: mark("needs you"),
    }
)
_STATES: Mapping[JobState, str] = MappingProxyType(
    {
        JobState.IMPORTING: mark("reading"),
        JobState.READY: mark("ready"),
        JobState.RUNNING: mark("running"),
        JobState.PAUSED: mark("paused"),
        JobState.NEEDS_YOU: mark("needs you"),
        JobState.CANCELLING: mark("cancelling"),
        JobState.CANCELLED: mark("cancelled"),
        JobState.FINISHED: mark("finished"),
    }
)
_MINUTE, _HOUR = 60.0, 3600.0


def state_words(job: Job) -> str:
    """Where a job stands, in a word or two."""
    return say(_STATES[job.state])


def rows_words(count: int) -> str:
    """So many rows."""
    return say("1 row") if count == 1 else say("{count} rows", count=f"{count:,}")


def job_name(job: Job) -> str:
    """A job in a sentence."""
    return say("Job {id}", id=job.id)


def moment(time: datetime, now: datetime) -> str:
    """When something was or will be, in the person's own zone: the time of day, and the day where it is another."""
    there, here = time.astimezone(), now.astimezone()
    return f"{there:%H:%M}" if there.date() == here.date() else f"{there:%Y-%m-%d %H:%M}"


def bad_line(row: Row) -> str:
    """A line that cannot be asked."""
    return say("line {line}: {why}", line=f"{row.line:,}", why=row.sentence)


def facts_of_job(job: Job, now: datetime) -> list[tuple[str, str]]:
    """What there is to know of a job, with a name for each."""
    counts = job.counts
    facts = [
        (say("state"), state_words(job)),
        (say("why"), job.sentence),
        (say("made from"), job.source),
        (say("asked"), f"{title(job.plan.provider)}, {job.plan.model}"),
        (say("left out"), ", ".join(job.plan.drop)),
        (say("price"), price_words(job)),
        (say("rows"), _rows(job)),
        (say("before sending"), looked_through(job)),
        (say("with the service"), _with_service(job, now)),
        (say("batches"), _batches(job)),
        (say("cost so far"), dollars(job.cost) if counts.ended else ""),
        (say("estimate"), "" if job.estimate is None else cost_words(job.estimate)),
        (say("made"), moment(job.created, now)),
        (say("started"), "" if job.started is None else moment(job.started, now)),
        (say("ended"), "" if job.ended is None else moment(job.ended, now)),
    ]
    return [fact for fact in facts if fact[1]]


def facts_of_estimate(job: Job, estimate: Estimate) -> list[tuple[str, str]]:
    """What a job will take, with a name for each."""
    tokens = say("about {read} read, {written} written", read=_short(estimate.input_tokens),
                 written=_short(estimate.output_tokens))  # fmt: skip
    facts = [
        (say("rows"), _estimated_rows(job, estimate)),
        (say("asked"), f"{title(job.plan.provider)}, {job.plan.model}"),
        (say("left out"), ", ".join(job.plan.drop)),
        (say("price"), price_words(job, estimate)),
        (say("tokens"), tokens if estimate.input_tokens else ""),
        (say("cost"), cost_words(estimate)),
        (say("time"), time_words(estimate)),
    ]
    return [fact for fact in facts if fact[1]]


def price_words(job: Job, estimate: Estimate | None = None) -> str:
    """Whether it is the full price."""
    estimate = estimate or job.estimate
    if job.plan.mode is Mode.LIVE:
        return say("full price: row by row, now")
    share = estimate.share if estimate is not None else 1.0
    if share == 0.5:
        return say("half price, through the service's batches")
    if share < 1:
        return say("{percent} % of the full price, through the service's batches", percent=f"{share * 100:g}")
    return say("full price, through the service's batches")


def cost_words(estimate: Estimate) -> str:
    """What it is expected to cost, and at most."""
    if estimate.cost is None and estimate.most is None:
        return say("nobody knows: the price is not known")
    if not estimate.most:
        return say("nothing")
    expected = "?" if estimate.cost is None else dollars(estimate.cost)
    return say("{cost} expected, {most} at most", cost=expected, most=dollars(estimate.most))


def time_words(estimate: Estimate) -> str:
    """How long it takes."""
    if not estimate.rows:
        return ""
    usual, most = estimate.usual_seconds, estimate.seconds
    if usual is not None and most is not None:
        return say("usually within {usual}, at most {most}", usual=_duration(usual), most=_duration(most))
    if most is not None:
        return say("at most {most}", most=_duration(most))
    return say("about {usual}", usual=_duration(usual)) if usual is not None else ""


def ended_words(job: Job) -> str:
    """How a job has ended, in one sentence."""
    counts = job.counts
    if job.state is JobState.CANCELLED:
        words = say("{job} was cancelled: {answered} answered", job=job_name(job), answered=f"{counts.succeeded:,}")
    else:
        words = say("{job} has ended: {answered} answered", job=job_name(job), answered=f"{counts.succeeded:,}")
    return "".join((words, *(f", {part}" for part in _failed(job)), f"; {dollars(job.cost)}."))


def way_on(job: Job) -> str:
    """What the person types so that a job goes on; empty when it needs nobody."""
    match job.state:
        case JobState.READY:
            return say("It is started with: kireji batch run {id}", id=job.id)
        case JobState.NEEDS_YOU if job.counts.uncertain and not job.counts.pending:
            return say("They are decided with: kireji batch decide {id} --again, or --failed", id=job.id)
        case JobState.NEEDS_YOU | JobState.PAUSED:
            return say("It goes on with: kireji batch resume {id}", id=job.id)
    return ""


def batch_rows(batches: Sequence[Batch], now: datetime) -> list[tuple[str, ...]]:
    """Batches that have not ended, as rows of a table."""
    return [
        (
            batch.remote or "-",
            say(BATCH_STATES.get(batch.state, batch.state.value)),
            f"{batch.rows:,}",
            moment(batch.submitted, now) if batch.submitted else "-",
            f"{batch.polls:,}",
            moment(batch.next_poll, now) if batch.next_poll else "-",
            batch.sentence,
        )
        for batch in batches
    ]


def _failed(job: Job) -> list[str]:
    counts = job.counts
    named = (
        (counts.errored, say("{count} failed", count=f"{counts.errored:,}")),
        (counts.expired, say("{count} expired", count=f"{counts.expired:,}")),
        (counts.canceled, say("{count} called back", count=f"{counts.canceled:,}")),
        (counts.uncertain, say("{count} uncertain", count=f"{counts.uncertain:,}")),
    )
    return [words for count, words in named if count]


def _rows(job: Job) -> str:
    counts = job.counts
    parts = [say("{count} answered", count=f"{counts.succeeded:,}"), *_failed(job)]
    if counts.pending:
        parts.append(say("{count} wait", count=f"{counts.pending:,}"))
    if counts.taken:
        parts.append(say("{count} under way", count=f"{counts.taken:,}"))
    return say("{all}: {parts}", all=rows_words(counts.distinct), parts=", ".join((*parts, *_beside(job))))


def _estimated_rows(job: Job, estimate: Estimate) -> str:
    beside = _beside(job)
    rows = f"{estimate.rows:,}"
    return f"{rows} ({', '.join(beside)})" if beside else rows


def _beside(job: Job) -> list[str]:
    """What of a file is not asked."""
    counts = job.counts
    parts = []
    if counts.same:
        words = (
            say("1 duplicate merged")
            if counts.same == 1
            else say("{count} duplicates merged", count=f"{counts.same:,}")
        )
        parts.append(words)
    if counts.reused:
        parts.append(say("{count} reused", count=f"{counts.reused:,}"))
    if counts.invalid:
        words = say("1 bad line left out")
        parts.append(words if counts.invalid == 1 else say("{count} bad lines left out", count=f"{counts.invalid:,}"))
    return parts


def _with_service(job: Job, now: datetime) -> str:
    there = job.counts.taken - job.leaving.rows
    if job.waiting_since is None or not there:
        return ""
    return say("{rows} since {time}", rows=rows_words(there), time=moment(job.waiting_since, now))


def looked_through(*jobs: Job) -> str:
    """How far rows are that leave next; nothing where that is a matter of moments."""
    ready, rows = sum(job.leaving.ready for job in jobs), sum(job.leaving.rows for job in jobs)
    if not ready or ready >= rows:
        return ""
    return say("{ready} of {rows} looked through", ready=f"{ready:,}", rows=rows_words(rows))


def _batches(job: Job) -> str:
    return say("{ended} of {all} ended", ended=f"{job.batches_ended:,}", all=f"{job.batches:,}") if job.batches else ""


def _short(tokens: int) -> str:
    if tokens >= 1_000_000:
        return f"{tokens / 1_000_000:.1f}M"
    return f"{tokens / 1000:.0f}k" if tokens >= 10_000 else f"{tokens:,}"


def _duration(seconds: float) -> str:
    if seconds >= _HOUR:
        hours = round(seconds / _HOUR)
        return say("1 hour") if hours == 1 else say("{count} hours", count=f"{hours:,}")
    if seconds >= _MINUTE:
        minutes = round(seconds / _MINUTE)
        return say("1 minute") if minutes == 1 else say("{count} minutes", count=minutes)
    whole = max(1, round(seconds))
    return say("1 second") if whole == 1 else say("{count} seconds", count=whole)
