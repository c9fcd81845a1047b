"""`kireji batch review`: what the verdicts of a job say, and what a person decides about them."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kireji.cli.batch_progress import Line, with_bar
from kireji.cli.batch_words import rows_words
from kireji.cli.console import Console
from kireji.cli.values import time_value
from kireji.cli.work import DONE, FAILED, Work, WrongUsage
from kireji.core.errors import JobError, KirejiError
from kireji.core.jobs.reviews import LONGEST_NOTE, Review, ReviewFilter, ReviewForm, ReviewItem, ReviewOrder
from kireji.core.moderation.verdicts import Action
from kireji.core.words import say
from kireji.services.application import Services

if TYPE_CHECKING:
    from kireji.services.jobs.reviewing import JobReviewing

_PAGE = 500
_MOST_ROWS = 1_000_000
_ALL = "all"


class _Overruled(NamedTuple):
    """One decision of the person's, as it was typed."""

    row: int
    action: Action
    category: str


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Look at what shall be decided.

    Raises:
        WrongUsage: It cannot be understood.
    """
    accepted = _rows(arguments.accept, "--accept")
    undone = _rows(arguments.undo, "--undo")
    overruled = [_overruled(text) for text in arguments.overrule]
    twice = {each.row for each in overruled} & {row for each in (*(accepted or ()), *(undone or ())) for row in each}
    if twice or len({each.row for each in overruled}) < len(overruled):
        raise WrongUsage(say("a row is decided about in two ways; decide each once"))
    if len(arguments.note) > LONGEST_NOTE:
        raise WrongUsage(say("a note has at most {most} characters", most=f"{LONGEST_NOTE:,}"))
    if arguments.note and not (arguments.accept or overruled):
        raise WrongUsage(say("--note goes with --accept or --overrule"))
    form = _form(arguments.output) if arguments.output else None
    number = arguments.id
    path = os.path.abspath(arguments.output) if arguments.output else ""
    wanted = ReviewFilter(arguments.show)

    async def work(services: Services) -> int:
        reviewing = await services.jobs.reviewing()
        with Line(console) as line:
            await reviewing.read(number, lambda done: line.show(say("reading verdicts: {rows}", rows=rows_words(done))))
        told = 0
        if arguments.accept or overruled or arguments.undo:
            told = await _decided(reviewing, number, wanted, accepted, overruled, undone, arguments.note, console)
            if not arguments.output:
                await _tell_progress(reviewing, number, console, as_json=arguments.json)
        elif form is None:
            await _listed(reviewing, number, wanted, console, as_json=arguments.json)
        if form is not None:
            await _written(reviewing, number, path, form, console, as_json=arguments.json)
            if not arguments.json:
                console.line(arguments.output)
        return FAILED if told else DONE

    return work


def _form(name: str) -> ReviewForm:
    ending = Path(name).suffix.lower().removeprefix(".")
    stem = Path(name).stem.lower()
    if stem.endswith(".labels") and ending == "jsonl":
        return ReviewForm.LABELS
    if ending in (ReviewForm.JSONL.value, ReviewForm.CSV.value):
        return ReviewForm(ending)
    raise WrongUsage(
        say("{name} ends with neither .jsonl, .csv nor .labels.jsonl, which are what can be written", name=name)
    )


def _rows(text: str, option: str) -> Sequence[range] | None:
    """Numbers of rows and ranges of them; None for all."""
    if text == _ALL:
        return None
    found: list[range] = []
    for piece in filter(None, text.replace(" ", "").split(",")):
        first, _, last = piece.partition("-")
        if not _is_row(first) or (last and not _is_row(last)) or piece.endswith("-"):
            raise WrongUsage(
                say("{option} takes numbers of rows, as in 3,7-9, or all; {piece} is none", option=option, piece=piece)
            )
        if last and int(last) < int(first):
            raise WrongUsage(say("{option}: {piece} ends before it begins", option=option, piece=piece))
        found.append(range(int(first), int(last or first) + 1))
    if sum(map(len, found)) > _MOST_ROWS:
        raise WrongUsage(say("these are more than {most} rows", most=f"{_MOST_ROWS:,}"))
    return found


def _is_row(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text[:12]) > 0 and len(text) <= 10


def _overruled(text: str) -> _Overruled:
    row, _, what = text.partition("=")
    action, _, category = what.partition(":")
    names = ", ".join(each.value for each in Action)
    if not _is_row(row) or action not in [each.value for each in Action]:
        raise WrongUsage(
            say("--overrule takes ROW=ACTION or ROW=ACTION:CATEGORY with one of {names}, not {text}", names=names,
                text=text[:80])
        )  # fmt: skip
    return _Overruled(int(row), Action(action), category)


async def _decided(
    reviewing: JobReviewing,
    job: int,
    wanted: ReviewFilter,
    accepted: Sequence[range] | None,
    overruled: Sequence[_Overruled],
    undone: Sequence[range] | None,
    note: str,
    console: Console,
) -> int:
    """Store the decisions, each at once; returns how many could not be."""
    failed = 0
    for row, action, category in overruled:
        item = await _item(reviewing, job, row)
        await reviewing.overrule(job, item, action, category, note)
    decided = {each.row for each in overruled}
    for item in await _items(reviewing, job, accepted, wanted):
        if item.number in decided:  # of "all" the others are meant
            continue
        try:
            await reviewing.accept(job, item, note)
        except JobError as error:
            failed += 1
            console.note(f"kireji: {error.sentence}")
    for item in await _items(reviewing, job, undone, ReviewFilter.DECIDED):
        if item.review is not None:
            await reviewing.restore(job, item.number, None, item.review)
    return failed


async def _items(
    reviewing: JobReviewing, job: int, rows: Sequence[range] | None, wanted: ReviewFilter
) -> Sequence[ReviewItem]:
    """The rows that were named; of all those that a filter lists."""
    if rows is None:
        numbers = list(await reviewing.numbers(job, wanted, ReviewOrder.AS_READ))
    else:
        numbers = [number for piece in rows for number in piece]
    found: list[ReviewItem] = []
    for begin in range(0, len(numbers), _PAGE):
        page = await reviewing.items(job, numbers[begin : begin + _PAGE])
        if rows is not None and len(page) < len(set(numbers[begin : begin + _PAGE])):
            missing = next(iter(set(numbers[begin : begin + _PAGE]) - {item.number for item in page}))
            raise _nothing_there(missing)
        found += page
    return found


async def _item(reviewing: JobReviewing, job: int, row: int) -> ReviewItem:
    found = await reviewing.items(job, [row])
    if not found:
        raise _nothing_there(row)
    return found[0]


def _nothing_there(row: int) -> KirejiError:
    return JobError(
        say("Row {number} has nothing that could be decided about.", number=f"{row:,}"),
        say("It waits still, or shares the answer of another row; kireji batch review lists the others."),
    )


async def _listed(reviewing: JobReviewing, job: int, wanted: ReviewFilter, console: Console, *, as_json: bool) -> None:
    numbers = await reviewing.numbers(job, wanted, ReviewOrder.GRAVEST)
    for begin in range(0, len(numbers), _PAGE):
        items = await reviewing.items(job, numbers[begin : begin + _PAGE])
        if as_json:
            for item in items:
                console.object(item_value(item))
        else:
            head = ("ROW", "ACTION", "CATEGORY", "SURE", "DECIDED", "WHAT") if not begin else ()
            console.table(head, [_line(item) for item in items])
    if not as_json:
        await _tell_progress(reviewing, job, console, as_json=False)


async def _tell_progress(reviewing: JobReviewing, job: int, console: Console, *, as_json: bool) -> None:
    counts = await reviewing.counts(job)
    waiting, decided = counts.listed[ReviewFilter.REVIEW], counts.decided[ReviewFilter.ALL]
    if as_json:
        listed = {wanted.value: number for wanted, number in counts.listed.items()}
        console.object({"decided": decided, "waiting": waiting, "rows": listed})
        return
    console.note(
        say(
            "{decided} of {all} decided; {waiting} wait for a person.",
            decided=f"{decided:,}",
            all=f"{counts.population[ReviewFilter.ALL]:,}",
            waiting=f"{waiting:,}",
        )
    )


def _line(item: ReviewItem) -> tuple[str, ...]:
    judged = item.judged
    action = judged.action.value if judged.action is not None else judged.stand.value
    decided = "-" if item.review is None else item.review.action.value
    return (
        str(item.number),
        action,
        f"{judged.category}/{judged.level}" if judged.category else "-",
        f"{judged.confidence:.2f}" if judged.category else "-",
        decided,
        item.id or item.label,
    )


def item_value(item: ReviewItem) -> dict[str, object]:
    """A row for a program; what is not there is null."""
    judged = item.judged
    return {
        "row": item.number,
        "line": item.line,
        "id": item.id or None,
        "source": item.label or None,
        "stand": judged.stand.value,
        "model_action": judged.action.value if judged.action is not None else None,
        "category": judged.category or None,
        "level": judged.level or None,
        "confidence": judged.confidence if judged.category else None,
        "final_action": item.final.value if item.final is not None else None,
        "review": None if item.review is None else _review_value(item.review),
    }


def _review_value(review: Review) -> dict[str, object]:
    return {
        "decision": review.decision.value,
        "action": review.action.value,
        "category": review.category or None,
        "note": review.note or None,
        "decided": None if review.decided is None else time_value(review.decided),
    }


async def _written(
    reviewing: JobReviewing, job: int, name: str, form: ReviewForm, console: Console, *, as_json: bool
) -> None:
    with Line(console) as line:
        written = await reviewing.export(
            job,
            name,
            form,
            lambda done, total: line.show(
                with_bar(say("writing"), done, total, [rows_words(done)], console.progress_columns)
            ),
        )
    if as_json:
        console.object({"path": name, "rows": written.rows, "left_out": written.missing})
        return
    console.note(say("{rows} written.", rows=rows_words(written.rows)))
    if written.missing:
        console.note(say("{rows} left out.", rows=rows_words(written.missing)))
