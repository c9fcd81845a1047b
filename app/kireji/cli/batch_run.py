"""`kireji batch run` and `cancel`: the queue is worked in the foreground."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence

from kireji.cli.batch_following import Following
from kireji.cli.batch_values import job_value
from kireji.cli.batch_words import ended_words, job_name, way_on
from kireji.cli.console import Console
from kireji.cli.work import DONE, FAILED, Work
from kireji.core.errors import BudgetReached, JobConflict, PriceUnknown
from kireji.core.jobs.output import id_of
from kireji.core.jobs.states import RETRIED_ROWS, JobState
from kireji.core.jobs.values import Job
from kireji.core.words import say
from kireji.services.application import Services

_WORKED = (JobState.RUNNING, JobState.CANCELLING)
_ENDED = (JobState.FINISHED, JobState.CANCELLED)


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Nothing is read beforehand."""
    if arguments.action == "cancel":
        return _cancel(arguments.id, console, as_json=arguments.json)
    return _run(arguments.id, console, unpriced=arguments.yes, as_json=arguments.json)


def _run(number: int | None, console: Console, *, unpriced: bool, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        jobs = [await services.jobs.job(number)] if number is not None else list(await services.jobs.jobs())
        if number is None:
            jobs = [job for job in jobs if not job.held]
        ready = [job for job in jobs if job.state is JobState.READY]
        refused = [job.id for job in ready if not await _started(services, job, console, unpriced=unpriced)]
        followed = [job.id for job in jobs if job.id not in refused and (number is not None or _is_open(job))]
        if not followed:
            if not refused:
                console.note(say("Nothing waits to be run."))
            return FAILED if refused else DONE
        code = await _worked(services, number, followed, console, as_json=as_json)
        return FAILED if refused else code

    return work


def _is_open(job: Job) -> bool:
    """Whether a job is worked when all are, or needs the person, which is to be said."""
    return job.state in (*_WORKED, JobState.READY, JobState.NEEDS_YOU)


async def _started(services: Services, job: Job, console: Console, *, unpriced: bool) -> bool:
    """Let a job run that is READY; what forbids it is told."""
    try:
        if unpriced and not job.plan.unpriced:
            await services.jobs.allow_unpriced(job.id)
        await services.jobs.start(job.id)
    except (BudgetReached, PriceUnknown) as refused:
        console.note(f"kireji: {job_name(job)}: {refused.sentence}")
        return False
    except JobConflict:  # the app was quicker
        return True
    return True


def _cancel(number: int, console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        job = await services.jobs.job(number)
        if job.state is JobState.CANCELLED:
            if as_json:
                console.object(job_value(job))
            else:
                console.note(say("{job} is cancelled already.", job=job_name(job)))
            return DONE
        if job.state is not JobState.CANCELLING:
            job = await services.jobs.cancel(number)
        if job.state is JobState.CANCELLED:
            if as_json:
                console.object(job_value(job))
            return await _told(services, [job], console, as_json=as_json)
        return await _worked(services, number, [number], console, as_json=as_json)

    return work


async def _worked(
    services: Services, number: int | None, followed: Sequence[int], console: Console, *, as_json: bool
) -> int:
    """Work the queue until these jobs do not go on any more; the last of it is told.

    Args:
        services: The use cases.
        number: The one job that is worked; None works all.
        followed: Whose progress is shown; where all are worked, of those that begin meanwhile, too.
        console: Where.
        as_json: As one object whenever a job has come further.
    """
    following = Following(services, followed, console, others=number is None, as_json=as_json)
    try:
        async with following.shown():
            await services.job_runner().run(number, until_done=True)
    except asyncio.CancelledError:
        console.note(_left(await following.looked_at()))
        raise
    jobs = await following.looked_at()
    following.print(jobs)
    return await _told(services, jobs, console, as_json=as_json)


def _left(jobs: Sequence[Job]) -> str:
    """What becomes of jobs that nobody works any more."""
    going = [job for job in jobs if job.state in _WORKED]
    if not going:
        return ""
    number = f" {going[0].id}" if len(going) == 1 else ""
    if len(going) == 1 and going[0].state is JobState.CANCELLING:
        return say("It is still being called back; kireji batch cancel{number} waits for it.", number=number)
    if any(job.counts.taken and job.waiting_since is not None for job in going):
        if len(going) > 1:
            return say("The jobs go on at the service; kireji batch run collects them.")
        return say("The job goes on at the service; kireji batch run{number} collects it.", number=number)
    return say("What is done stays done; kireji batch run{number} goes on with the rest.", number=number)


async def _told(services: Services, jobs: Sequence[Job], console: Console, *, as_json: bool) -> int:
    """Say how jobs have ended, or why they have not; programs are told only the latter: they have the object."""
    code = DONE
    for job in jobs:
        if job.state not in _ENDED:
            code = FAILED
            console.note(f"kireji: {_why(job)}")
        elif not as_json:
            console.note(ended_words(job))
            if job.counts.failed and job.state is JobState.FINISHED:
                await _tell_failed(services, job, console)
    return code


async def _tell_failed(services: Services, job: Job, console: Console) -> None:
    """Say why the first row has failed, and what there is to do."""
    for answer in await services.jobs.answers(job.id, limit=1, states=RETRIED_ROWS):
        if answer.error:
            console.note(say("The first that failed, {id}: {why}", id=id_of(answer), why=answer.error))
    console.note(say("Only those that failed are asked again with: kireji batch retry {id}", id=job.id))


def _why(job: Job) -> str:
    name, on = job_name(job), way_on(job)
    match job.state:
        case JobState.NEEDS_YOU:
            return f"{name}: {_without_resuming(job.sentence)} {on}"
        case JobState.PAUSED:
            return " ".join((say("{job} is paused.", job=name), on))
        case JobState.IMPORTING:
            return say("{job} is still being read.", job=name)
    return say("{job} has not ended: kireji batch show {id}", job=name, id=job.id)


def _without_resuming(sentence: str) -> str:
    """Why a job needs the person, without the step that the command names after it."""
    step = say("{problem} Then resume the job.", problem="").strip()
    return sentence.removesuffix(step).rstrip()
