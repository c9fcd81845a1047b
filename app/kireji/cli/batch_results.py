"""`kireji batch results` and `bad`."""

from __future__ import annotations

import argparse
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from kireji.cli.batch_progress import Line, with_bar
from kireji.cli.batch_values import bad_value
from kireji.cli.batch_words import bad_line, rows_words
from kireji.cli.console import Console
from kireji.cli.work import DONE, Work, WrongUsage
from kireji.core.jobs.answers import Answer, ExportForm
from kireji.core.jobs.output import output_line, status_of
from kireji.core.jobs.values import Job, Outcome
from kireji.core.words import say
from kireji.services.application import Services

_PAGE = 1_000


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Look at the name of the file that is to be written.

    Raises:
        WrongUsage: It ends with nothing that is known.
    """
    if arguments.action == "bad":
        return _bad(arguments.id, console, as_json=arguments.json)
    if arguments.output:
        return _written(arguments, _form(arguments.output), console)
    return _printed(arguments.id, console, failed=arguments.failed)


def _form(name: str) -> ExportForm:
    ending = Path(name).suffix.lower().removeprefix(".")
    for form in ExportForm:
        if form.value == ending:
            return form
    raise WrongUsage(say("{name} ends with none of .jsonl, .csv and .xlsx, which are what can be written", name=name))


def _bad(number: int, console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        await services.jobs.job(number)
        last = 0
        while page := await services.jobs.bad(number, last, _PAGE):
            if as_json:
                for row in page:
                    console.object(bad_value(row))
            else:
                console.table((), [(bad_line(row),) for row in page])
            last = page[-1].number
        if not last and not as_json:
            console.note(say("Every line of this job can be asked."))
        return DONE

    return work


def _printed(number: int, console: Console, *, failed: bool) -> Work:
    async def work(services: Services) -> int:
        job = await services.jobs.job(number)
        missing = 0
        async for page in _pages(services, job):
            ended = [each for each in page if status_of(each)]
            missing += len(page) - len(ended)
            wanted = [each for each in ended if not (failed and each.outcome is Outcome.SUCCEEDED)]
            lines = b"".join(output_line(each, structured=bool(job.plan.schema)) for each in wanted)
            if console.result_is_shown:
                console.write(lines.decode())
            elif lines:
                console.bytes(lines)
        _tell_missing(console, missing)
        return DONE

    return work


async def _pages(services: Services, job: Job) -> AsyncIterator[Sequence[Answer]]:
    """All rows, page by page."""
    last = 0
    while page := await services.jobs.answers(job.id, last, _PAGE):
        yield page
        last = page[-1].row.number


def _written(arguments: argparse.Namespace, form: ExportForm, console: Console) -> Work:
    path = os.path.abspath(arguments.output)

    async def work(services: Services) -> int:
        with Line(console) as line:
            exported = await services.jobs.export(
                arguments.id,
                path,
                form,
                lambda done, total: line.show(_writing(done, total, console)),
                failed=arguments.failed,
            )
        if arguments.json:
            console.object(
                {"path": path, "rows": exported.rows, "missing": exported.missing, "without_result": exported.failed}
            )
            return DONE
        console.line(arguments.output)
        console.note(say("{rows} written.", rows=rows_words(exported.rows)))
        _tell_missing(console, exported.missing)
        _tell_failed(console, exported.failed)
        return DONE

    return work


def _writing(done: int, total: int, console: Console) -> str:
    return with_bar(say("writing"), done, total, [rows_words(done)], console.progress_columns)


def _tell_failed(console: Console, failed: int) -> None:
    if failed:
        words = say("1 row gave nothing and is left out; see kireji batch results ID --failed.")
        several = say("{count} rows gave nothing and are left out; see kireji batch results ID --failed.",
                      count=f"{failed:,}")  # fmt: skip
        console.note(words if failed == 1 else several)


def _tell_missing(console: Console, missing: int) -> None:
    if missing:
        words = say("1 row has not ended yet and is left out.")
        console.note(
            words if missing == 1 else say("{count} rows have not ended yet and are left out.", count=f"{missing:,}")
        )
