"""`kireji batch pause`, `resume`, `retry`, `decide` and `remove`: orders that are given and done."""

from __future__ import annotations

import argparse

from kireji.cli.batch_values import job_value
from kireji.cli.batch_words import job_name, rows_words, way_on
from kireji.cli.console import Console
from kireji.cli.work import DONE, FAILED, Work, WrongUsage
from kireji.core.errors import KirejiError
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job
from kireji.core.words import say
from kireji.services.application import Services


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Nothing is read beforehand.

    Raises:
        WrongUsage: Something is to be removed, and nobody can be asked.
    """
    number, as_json = arguments.id, arguments.json
    match arguments.action:
        case "pause":
            return _pause(number, console, as_json=as_json)
        case "resume":
            return _resume(number, console, as_json=as_json)
        case "retry":
            return _retry(number, console, as_json=as_json)
        case "decide":
            return _decide(number, console, again=arguments.again, as_json=as_json)
        case "remove":
            if not arguments.yes and (as_json or console.keyboard is None):
                raise WrongUsage(say("say --yes, for the answers are deleted with the job"))
            return _remove(number, console, sure=arguments.yes, as_json=as_json)
    raise ValueError(f"no such action: {arguments.action}")


def _pause(number: int, console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        job = await services.jobs.job(number)
        if job.state is JobState.PAUSED:
            return _said(console, job, say("{job} is paused already.", job=job_name(job)), as_json=as_json)
        job = await services.jobs.pause(number)
        words = say("{job} is paused: nothing new is sent.", job=job_name(job))
        if (there := job.counts.taken - job.leaving.rows) > 0:
            words += " " + say("Still to come back: {rows}.", rows=rows_words(there))
        return _said(console, job, words, as_json=as_json)

    return work


def _resume(number: int, console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        job = await services.jobs.job(number)
        words = ""
        match job.state:
            case JobState.RUNNING:
                words = say("{job} was not paused.", job=job_name(job))
            case JobState.CANCELLED:
                raise KirejiError(
                    say("{job} was cancelled.", job=job_name(job)),
                    say("Its rows that were called back wait again with: kireji batch retry {id}", id=job.id),
                )
            case JobState.READY:
                raise KirejiError(say("{job} was not started yet.", job=job_name(job)), way_on(job))
            case _:
                job = await services.jobs.resume(number)
        return _said(console, job, words, as_json=as_json)

    return work


def _retry(number: int, console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        count = await services.jobs.retry(number)
        job = await services.jobs.job(number)
        if as_json:
            console.object(job_value(job) | {"retried": count})
            return DONE
        if not count:
            console.note(say("No row of this job has failed."))
            return DONE
        return _said(console, job, say("Waiting again: {rows}.", rows=rows_words(count)), as_json=False)

    return work


def _decide(number: int, console: Console, *, again: bool, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        before = await services.jobs.job(number)
        job = await services.jobs.decide(number, again=again)
        rows = rows_words(before.counts.uncertain)
        words = say("Waiting again: {rows}.", rows=rows) if again else say("Counted as failed: {rows}.", rows=rows)
        if not before.counts.uncertain:
            words = say("No row of this job is uncertain.")
        return _said(console, job, words, as_json=as_json)

    return work


def _remove(number: int, console: Console, *, sure: bool, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        job = await services.jobs.job(number)
        if not sure and not await _agreed(console, job):
            console.note(say("Nothing was removed."))
            return FAILED
        await services.jobs.remove(number)
        if as_json:
            console.object({"removed": number})
        else:
            console.note(say("{job} is removed.", job=job_name(job)))
        return DONE

    return work


async def _agreed(console: Console, job: Job) -> bool:
    keyboard = console.keyboard
    if keyboard is None:
        return False
    keyboard.forget()
    console.note(
        say(
            "Remove {job} ({name}) with {answers} answers? [y/N]",
            job=job_name(job),
            name=job.plan.name,
            answers=f"{job.counts.succeeded:,}",
        )
    )
    return (await keyboard.line()).strip().lower() in ("y", "yes")


def _said(console: Console, job: Job, words: str, *, as_json: bool) -> int:
    """Say what was done, and how it goes on where it does not by itself."""
    if as_json:
        console.object(job_value(job))
        return DONE
    if job.state is JobState.RUNNING:
        goes_on = say("{job} runs while the app does, or with: kireji batch run {id}", job=job_name(job), id=job.id)
        words = f"{words} {goes_on}".strip()
    elif job.state in (JobState.PAUSED, JobState.NEEDS_YOU) and job.counts.pending:
        words = f"{words} {way_on(job)}"
    console.note(words.strip())
    return DONE
