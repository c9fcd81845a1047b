"""What the page says about a job, in the person's language."""

from __future__ import annotations

import enum
import json
from datetime import datetime
from pathlib import PurePath

from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job, Mode, SourceKind
from kireji.core.structured.forms import AnswerForm
from kireji.ui.chat.words import count, money, short_date, sum_of_money
from kireji.ui.translation import mark, plural, tr

_STATES = {
    JobState.IMPORTING: mark("reading"),
    JobState.READY: mark("ready"),
    JobState.RUNNING: mark("running"),
    JobState.PAUSED: mark("paused"),
    JobState.NEEDS_YOU: mark("needs you"),
    JobState.CANCELLING: mark("cancelling…"),
    JobState.CANCELLED: mark("cancelled"),
    JobState.FINISHED: mark("finished"),
}
_PICTURES = (SourceKind.FOLDER, SourceKind.PICTURES, SourceKind.PAIRS)
_HOUR = 3600
_LEAST = 0.0001
"""US dollars; what is less is not told exactly."""


class Tone(enum.Enum):
    """How loud a state is said."""

    ACTIVE = "active"
    WELL = "well"
    WAITS = "waits"
    """For the person."""
    QUIET = "quiet"


def has_failures(job: Job) -> bool:
    """Whether a job has ended and rows of it could be tried again."""
    return job.state is JobState.FINISHED and job.counts.failed > 0


def needs_person(job: Job) -> bool:
    """Whether a job does not get on without the person."""
    return job.state is JobState.NEEDS_YOU or has_failures(job)


def state_words(job: Job) -> tuple[str, Tone]:
    """Its state in a word or two, and how loud that is said."""
    if needs_person(job):
        return tr(_STATES[JobState.NEEDS_YOU]), Tone.WAITS
    words = tr(_STATES[job.state])
    if job.state is JobState.RUNNING:
        return words, Tone.ACTIVE
    return words, Tone.WELL if job.state is JobState.FINISHED else Tone.QUIET


def all_states() -> list[str]:
    """Every word that a state has."""
    return [tr(words) for words in _STATES.values()]


def made_from(job: Job) -> str:
    """What a job was made from: the file and what became of its lines, or how many pictures."""
    counts = job.counts
    if job.state is JobState.IMPORTING:
        return job.source
    if job.kind in _PICTURES:
        words = plural(counts.lines, "1 image", "{n} images", n=count(counts.lines))
        if columns := _columns(job):
            into = plural(columns, "1 column", "{n} columns", n=count(columns))
            words = tr("{images} → {columns}", images=words, columns=into)
    else:
        words = plural(counts.lines, "1 row", "{n} rows", n=count(counts.lines))
    parts = [words]
    if job.plan.form is not AnswerForm.TEXT:
        parts = [_done(job)] if job.kind not in _PICTURES else [words, _done(job)]
    if counts.same:
        parts.append(plural(counts.same, "1 duplicate merged", "{n} duplicates merged", n=count(counts.same)))
    if counts.invalid:
        parts.append(plural(counts.invalid, "1 bad line left out", "{n} bad lines left out", n=count(counts.invalid)))
    if job.plan.form is AnswerForm.TEXT and len(parts) == 1 and job.kind not in _PICTURES and not _says_the_same(job):
        return job.source  # how many rows it has stands in a column of its own
    return tr(", ").join(parts)


def _done(job: Job) -> str:
    """What is done with every row, where that is no question of the person's own."""
    match job.plan.form:
        case AnswerForm.VERDICT:
            return tr("policy: {policy}", policy=job.plan.about)
        case AnswerForm.TRANSLATION:
            return tr("into {language}", language=job.plan.about)
        case AnswerForm.COMPARISON:
            return tr("compared")
        case AnswerForm.TABLE:
            return tr("tables taken out")
    return tr("fields taken out")


def _says_the_same(job: Job) -> bool:
    """Whether a job is called as its file."""
    return not job.source or PurePath(job.source).stem.casefold() == PurePath(job.plan.name).stem.casefold()


def _columns(job: Job) -> int:
    """How many typed columns the answers have; 0 without a schema of the person's."""
    if job.plan.form is not AnswerForm.TEXT:
        return 0
    try:
        schema = json.loads(job.plan.schema) if job.plan.schema else {}
    except ValueError:
        return 0
    properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
    return len(properties) if isinstance(properties, dict) else 0


def progress_words(job: Job, now: datetime) -> str:
    """How far it is, in one sentence without its point.

    Args:
        job: Which.
        now: In the person's own zone.
    """
    match job.state:
        case JobState.IMPORTING:
            return tr("reading the rows…")
        case JobState.READY:
            return tr("checked; nothing was sent yet")
        case JobState.CANCELLING:
            return _joined(_so_far(job), tr("cancelling: the service has not confirmed it yet"))
        case JobState.FINISHED if job.counts.failed:
            return retry_words(job)
        case JobState.FINISHED | JobState.CANCELLED:
            return _ended(job, now)
        case JobState.PAUSED:
            return _joined(_so_far(job), tr("paused: nothing new is sent"), _with_service(job, now))
        case JobState.NEEDS_YOU:
            return _joined(_so_far(job), _with_service(job, now)) or tr("nothing is done yet")
    parts = (_so_far(job), _price_mode(job), _with_service(job, now), _looked_through(job))
    return _joined(*parts) or _waiting(job)


def retry_words(job: Job) -> str:
    """How many rows failed, and that they alone can be tried again."""
    failed = job.counts.failed
    return plural(failed, "1 failed: retry only this", "{n} failed: retry only these", n=count(failed))


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _so_far(job: Job) -> str:
    counts = job.counts
    parts = []
    if counts.ended:
        parts.append(tr("{n} done", n=count(counts.succeeded)))
    if counts.failed:
        parts.append(tr("{n} failed", n=count(counts.failed)))
    if counts.reused:
        parts.append(tr("{n} reused", n=count(counts.reused)))
    if counts.uncertain:
        parts.append(tr("{n} uncertain", n=count(counts.uncertain)))
    return " · ".join(parts)


def _price_mode(job: Job) -> str:
    return tr("full price, one by one") if job.plan.mode is Mode.LIVE else ""


def _with_service(job: Job, now: datetime) -> str:
    """What the service has, and since when: it says nothing more before it is done."""
    counts, there = job.counts, job.counts.taken - job.leaving.rows
    if job.plan.mode is Mode.LIVE or not there or job.waiting_since is None:
        return ""
    since = moment_words(job.waiting_since, now)
    more = counts.pending or job.leaving.rows
    if not counts.ended and not more:
        hours = round(job.estimate.seconds / _HOUR) if job.estimate is not None and job.estimate.seconds else 0
        if hours:
            return tr("with the service since {time}, at most {hours} h", time=since, hours=hours)
        return tr("with the service since {time}", time=since)
    rows = count(there)
    if more:
        return plural(
            there,
            "1 row with the service since {time}",
            "{n} rows with the service since {time}",
            n=rows,
            time=since,
        )
    return plural(
        there,
        "last row with the service since {time}",
        "last {n} rows with the service since {time}",
        n=rows,
        time=since,
    )


def _looked_through(job: Job) -> str:
    """How far rows are that leave next; nothing where that is a matter of moments."""
    leaving = job.leaving
    if not leaving.ready:
        return ""
    if leaving.ready >= leaving.rows:
        return tr("sending the rows…")
    done, rows = count(leaving.ready), count(leaving.rows)
    if job.kind in _PICTURES:
        return tr("looking through pictures, {done} of {rows}", done=done, rows=rows)
    return tr("looking through rows, {done} of {rows}", done=done, rows=rows)


def _waiting(job: Job) -> str:
    return tr("sending the rows…") if job.counts.taken else tr("waits to be sent")


def _ended(job: Job, now: datetime) -> str:
    cancelled = job.state is JobState.CANCELLED
    if job.ended is None:
        words = tr("cancelled") if cancelled else tr("finished")
    else:
        time = moment_words(job.ended, now)
        words = tr("cancelled {time}", time=time) if cancelled else tr("finished {time}", time=time)
    reused = tr("{n} reused", n=count(job.counts.reused)) if job.counts.reused else ""
    return _joined(words, _so_far(job) if cancelled else reused)


def moment_words(moment: datetime, now: datetime) -> str:
    """When something was: 14:02, yesterday 22:14, 3 Nov 09:00.

    Args:
        moment: In any zone.
        now: In the person's own.
    """
    there = moment.astimezone(now.tzinfo)
    clock = f"{there:%H:%M}"
    days = (now.date() - there.date()).days
    if days <= 0:
        return clock
    if days == 1:
        return tr("yesterday {time}", time=clock)
    return f"{short_date(there)} {clock}"


def cost_words(job: Job) -> tuple[str, str]:
    """What it has cost so far, and what was expected; empty where nobody knows."""
    expected = job.estimate.cost if job.estimate is not None else None
    return _sum(job.cost), "" if expected is None else tr("est. {amount}", amount=_sum(expected))


def widest_cost() -> str:
    """The longest that usually stands in the column of costs."""
    return tr("est. {amount}", amount=money(0.8888, 4))


def _sum(amount: float) -> str:
    if 0 < amount < _LEAST:
        return tr("< {amount}", amount=money(_LEAST, 4))
    return sum_of_money(amount) if amount else money(0)


def short_model(name: str) -> str:
    """A model without the names of its maker and its family, which all others have, too: Haiku 5.5.

    Args:
        name: What it is called, with its maker where a service passes on many.
    """
    return name.rpartition(": ")[2].removeprefix("Claude ") or name


def spoken(job: Job, model: str, now: datetime) -> str:
    """All of a row, for screen readers."""
    spent, expected = cost_words(job)
    rows = plural(job.counts.distinct, "1 row", "{n} rows", n=count(job.counts.distinct))
    parts = [job.plan.name, state_words(job)[0], progress_words(job, now), job.sentence, rows, model]
    parts += [made_from(job), tr("cost {amount}", amount=spent), expected]
    return tr(", ").join(part.rstrip(".") for part in parts if part)
