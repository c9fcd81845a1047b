"""`kireji batch add`, `estimate` and `dry-run`: from a file to a job."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import suppress

import msgspec

from kireji.cli.batch_progress import Line, with_bar
from kireji.cli.batch_source import Given, given, plan_of, source_of
from kireji.cli.batch_values import bad_values, estimate_value, job_value
from kireji.cli.batch_words import bad_line, facts_of_estimate, job_name, rows_words
from kireji.cli.console import Console
from kireji.cli.keyboard import Keyboard
from kireji.cli.work import DONE, FAILED, Work, WrongUsage
from kireji.core.errors import BudgetReached, KirejiError, PriceUnknown
from kireji.core.jobs.answers import Answer
from kireji.core.jobs.output import output_line
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Estimate, ImportProgress, Job, JobSource, Outcome, Row
from kireji.core.words import say
from kireji.services.application import Services
from kireji.services.jobs.adding import MOST_TOLD, NothingToAsk
from kireji.services.names import title
from kireji.services.spending import dollars

_MOST_SHOWN = 20
_WITH_KEYS = ("anthropic", "openrouter")
_PATIENCE = 2.0
"""Seconds for the keychain; it may have to be unlocked first."""
_YES = ("y", "yes")


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Look at what was named, and read the schema.

    Raises:
        WrongUsage: Nothing was named, or what cannot be a source of rows.
        KirejiError: The schema's file cannot be read, or is none.
    """
    known = given(arguments)
    match arguments.action:
        case "add":
            return _add(known, arguments, console)
        case "estimate":
            return _estimate(known, arguments, console)
    return _dry_run(known, arguments, console)


def _add(given: Given, arguments: argparse.Namespace, console: Console) -> Work:
    if given.job is not None:
        raise WrongUsage(say("{name} is neither a file nor a folder", name=given.job))

    async def work(services: Services) -> int:
        try:
            job = await _read(services, given, console)
        except NothingToAsk as error:
            if arguments.json:
                console.object(_none_added(error.bad, error.count))
            raise
        keyboard = None if arguments.json else console.keyboard
        refused = job.counts.invalid and not arguments.yes and keyboard is None
        bad = await _told_bad(services, job, console, kept=not refused)
        if refused:
            await services.jobs.remove(job.id)
            if arguments.json:
                console.object(_none_added(bad, job.counts.invalid))
            raise _not_added(job)
        _tell_unlisted(services, job, console)
        await _tell_no_key(services, job, console)
        _show_estimate(console, job)
        if not arguments.json:
            console.line(str(job.id))
        code = DONE
        if arguments.yes or (keyboard is not None and await _wanted(services, console, keyboard, job)):
            job, code = await _started(services, job, console)
        if job.state is JobState.READY:
            await services.jobs.offer(job.id)
        if code == DONE:
            console.note(_what_next(job))
        if arguments.json:
            console.object(job_value(job) | {"bad": bad_values(bad)})
        return code

    return work


def _none_added(bad: Sequence[Row], count: int) -> dict[str, object]:
    """Why there is no job, for a program."""
    return {"id": None, "bad": bad_values(bad), "invalid": count}


async def _started(services: Services, job: Job, console: Console) -> tuple[Job, int]:
    """Let it run; what forbids that is told, and the job waits."""
    try:
        return await services.jobs.start(job.id), DONE
    except (BudgetReached, PriceUnknown) as refused:
        console.note(f"kireji: {refused.sentence}")
        console.note(say("{job} waits: kireji batch run {id}", job=job_name(job), id=job.id))
        return job, FAILED


async def _wanted(services: Services, console: Console, keyboard: Keyboard, job: Job) -> bool:
    """Whether the person at the terminal wants it to start; what may not start is not asked about."""
    if job.estimate is not None and job.estimate.over_budget:
        return False
    unpriced = job.estimate is not None and job.estimate.most is None and services.spending.limited(None)
    if unpriced:
        console.note(say("Nobody knows what it will cost, so no budget can hold for it."))
    keyboard.forget()
    if job.counts.invalid:
        console.note(say("Start without the bad lines? [y/N]"))
    else:
        console.note(say("Start? [y/N]"))
    try:
        wanted = (await keyboard.line()).strip().lower() in _YES
    except asyncio.CancelledError:  # as of Ctrl+C: what is asked about stays all the same
        console.note(_what_next(job))
        raise
    if wanted and unpriced:
        await services.jobs.allow_unpriced(job.id)
    return wanted


def _what_next(job: Job) -> str:
    if job.state is JobState.READY:
        return say("{job} waits, and nothing was sent: kireji batch run {id}", job=job_name(job), id=job.id)
    return say("{job} runs while the app does, or with: kireji batch run {id}", job=job_name(job), id=job.id)


def _not_added(job: Job) -> KirejiError:
    count = job.counts.invalid
    words = say("1 line cannot be asked, so nothing was added.")
    if count > 1:
        words = say("{count} lines cannot be asked, so nothing was added.", count=f"{count:,}")
    return KirejiError(words, say("Correct them, or go on without them: --yes"))


def _estimate(given: Given, arguments: argparse.Namespace, console: Console) -> Work:
    async def work(services: Services) -> int:
        bad: Sequence[Row] = ()
        if given.job is not None:
            job = await services.jobs.job(given.job)
            estimate = await services.jobs.estimate(job.id)
        else:
            job = await _read(services, given, console)
            try:
                bad = await _told_bad(services, job, console, kept=False)
                # It may not have been estimated: the second time says why.
                estimate = job.estimate or await services.jobs.estimate(job.id)
            finally:
                with suppress(KirejiError):
                    await services.jobs.remove(job.id)
        _tell_unlisted(services, job, console)
        if arguments.json:
            rows = {
                "provider": job.plan.provider,
                "model": job.plan.model,
                "duplicates": job.counts.same,
                "reused": job.counts.reused,
                "invalid": job.counts.invalid,
            }
            console.object(estimate_value(estimate) | rows | {"bad": bad_values(bad)})
        else:
            console.table((), _facts(job, estimate))
        return DONE

    return work


def _dry_run(given: Given, arguments: argparse.Namespace, console: Console) -> Work:
    async def work(services: Services) -> int:
        if given.job is not None:
            job = await services.jobs.job(given.job)
        else:
            job = await _read(services, given, console)
            await _told_bad(services, job, console, kept=True)
        if arguments.yes and not job.plan.unpriced:
            await services.jobs.allow_unpriced(job.id)
        try:
            answer = await services.jobs.dry_run(job.id, arguments.row)
        except BaseException:  # also when the person stops it
            if given.job is None:
                await _forget_unasked(services, console, job.id)
            raise
        _show_answer(console, job, answer, as_json=arguments.json)
        if not arguments.json:
            _show_estimate(console, await _estimated(services, job))
            console.note(_others_wait(job.id))
        return DONE if answer.outcome is Outcome.SUCCEEDED else FAILED

    return work


async def _forget_unasked(services: Services, console: Console, number: int) -> None:
    """When nothing was asked it is as if the command had not been given; a row in doubt waits for the person."""
    with suppress(KirejiError):
        left = await services.jobs.job(number)
        if left.counts.taken or left.counts.uncertain:
            console.note(_others_wait(number))
        else:
            await services.jobs.remove(number)


def _others_wait(number: int) -> str:
    return say("The other rows wait as job {id}: kireji batch run {id}", id=number)


async def _estimated(services: Services, job: Job) -> Job:
    """With what an answer really takes, now that there is one."""
    with suppress(KirejiError):
        await services.jobs.estimate(job.id)
    return await services.jobs.job(job.id)


def _show_answer(console: Console, job: Job, answer: Answer, *, as_json: bool) -> None:
    structured = bool(job.plan.schema)
    if as_json:
        line: dict[str, object] = msgspec.json.decode(output_line(answer, structured=structured))
        console.object({"job": job.id, "row": answer.row.number} | line)
        return
    if answer.text:
        console.line(answer.text)
    if answer.error:
        console.note(answer.error)
    cost = say("at a price that is not known") if answer.cost is None else dollars(answer.cost)
    console.note(
        say(
            "Row {row}: {read} tokens read, {written} written, {cost}.",
            row=f"{answer.row.number:,}",
            read=f"{answer.usage.input_tokens:,}",
            written=f"{answer.usage.output_tokens:,}",
            cost=cost,
        )
    )


async def _read(services: Services, given: Given, console: Console) -> Job:
    """Make a job of what was named, with a line that says how far it is."""
    source = await source_of(given, services)
    plan = await plan_of(given, services)
    with Line(console) as line:
        return await services.jobs.add(
            plan, source, lambda told: line.show(reading_words(source, told, console.progress_columns))
        )


def reading_words(source: JobSource, told: ImportProgress, columns: int) -> str:
    """How far the reading of a source is.

    Args:
        source: Which.
        told: How far.
        columns: How long the line should be at most.
    """
    parts = [rows_words(told.lines)]
    if told.bad:
        parts.append(say("{count} bad", count=f"{told.bad:,}"))
    if told.indexing:
        parts.append(say("looking for duplicates"))
    elif told.total > 1_000_000:
        parts.append(say("{done} of {all} MB", done=f"{told.done / 1e6:,.0f}", all=f"{told.total / 1e6:,.0f}"))
    return with_bar(say("reading {name}", name=source.label), told.done, told.total, parts, columns)


async def _told_bad(services: Services, job: Job, console: Console, *, kept: bool) -> Sequence[Row]:
    """Show the first lines that cannot be asked, and where the others of a job that is kept are found.

    Returns: As many of them as a program is told.
    """
    if not job.counts.invalid:
        return ()
    bad = await services.jobs.bad(job.id, limit=MOST_TOLD)
    for row in bad[:_MOST_SHOWN]:
        console.note(bad_line(row))
    if (rest := job.counts.invalid - _MOST_SHOWN) > 0:
        where = f": kireji batch bad {job.id}" if kept else "."
        console.note(say("and {count} more", count=f"{rest:,}") + where)
    return bad


async def _tell_no_key(services: Services, job: Job, console: Console) -> None:
    """Say that nobody could be asked now; the job can be made all the same. A keychain that fails, running it says."""
    provider = job.plan.provider
    if provider in _WITH_KEYS:
        with suppress(KirejiError):
            if (await services.credentials.find(provider, patience=_PATIENCE)).secret is None:
                console.note(f"{title(provider)}: {services.credentials.missing(provider).sentence}")


def _tell_unlisted(services: Services, job: Job, console: Console) -> None:
    """Say that nobody knows the model, as when lines were written for another service: all rows would fail."""
    provider, model = job.plan.provider, job.plan.model
    if services.catalog.known(provider) and services.catalog.find(provider, model) is None:
        console.note(
            say(
                "{model} is not in the list of {provider}'s models, and its rows may all fail. Name another with "
                "--model; kireji models shows the list.",
                model=model,
                provider=title(provider),
            )
        )


def _show_estimate(console: Console, job: Job) -> None:
    """Beside the result, which is the job's number."""
    if job.estimate is None:
        console.note(say("Nobody knows yet what it will cost: kireji batch estimate {id} says why.", id=job.id))
        return
    facts = _facts(job, job.estimate)
    width = max(len(name) for name, _ in facts)
    for name, words in facts:
        console.show(f"{name.ljust(width)}  {words}")


def _facts(job: Job, estimate: Estimate) -> list[tuple[str, str]]:
    facts = facts_of_estimate(job, estimate)
    return [*facts, (say("budget"), estimate.over_budget)] if estimate.over_budget else facts
