"""`kireji batch list` and `show`."""

from __future__ import annotations

import argparse

from kireji.cli.batch_values import batch_value, job_value
from kireji.cli.batch_words import batch_rows, facts_of_job, state_words, way_on
from kireji.cli.console import Console
from kireji.cli.work import DONE, Work
from kireji.core.jobs.values import Job
from kireji.core.words import say
from kireji.services.application import Services
from kireji.services.spending import dollars

_NAME = 2


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Nothing is read beforehand."""
    if arguments.action == "list":
        return _list(console, as_json=arguments.json)
    return _show(arguments.id, console, as_json=arguments.json)


def _list(console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        jobs = await services.jobs.jobs()
        if as_json:
            console.object({"jobs": [job_value(job) for job in jobs]})
        elif jobs:
            head = ("ID", "STATE", "NAME", "ROWS", "ANSWERED", "FAILED", "COST")
            console.table(head, [_row(job) for job in jobs], gives_way=_NAME)
        else:
            console.note(say("There are no jobs yet. Make one with: kireji batch add FILE"))
        return DONE

    return work


def _row(job: Job) -> tuple[str, ...]:
    counts = job.counts
    return (
        str(job.id),
        state_words(job),
        job.plan.name,
        f"{counts.distinct:,}",
        f"{counts.succeeded:,}",
        f"{counts.failed:,}" if counts.failed else "-",
        dollars(job.cost) if counts.ended else "-",
    )


def _show(number: int, console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        job = await services.jobs.job(number)
        batches = await services.jobs.under_way(number)
        if as_json:
            console.object(job_value(job) | {"under_way": [batch_value(batch) for batch in batches]})
            return DONE
        now = services.clock.now()
        facts = [(say("job"), f"{job.id}, {job.plan.name}"), *facts_of_job(job, now)]
        console.table((), facts)
        if batches:
            console.line()
            head = ("BATCH", "STATE", "ROWS", "SINCE", "LOOKS", "NEXT", "")
            console.table(head, batch_rows(batches, now), gives_way=len(head) - 1)
        console.note(way_on(job))
        if job.counts.invalid:
            console.note(say("Which lines are bad, and why: kireji batch bad {id}", id=job.id))
        return DONE

    return work
