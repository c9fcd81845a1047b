"""What is said while a job is made: of its source, of what was read, of what it will cost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from kireji.core.jobs.answers import Column, ColumnKind
from kireji.core.jobs.ports import BatchLimits
from kireji.core.jobs.values import Estimate, ImportProgress, Job, JobSource, Mode, SourceHead, SourceKind
from kireji.core.models import Effort
from kireji.core.pictures import PICTURE_ENDINGS
from kireji.ui.chat.words import count, money, provider_name, size, sum_of_money
from kireji.ui.translation import mark, plural, tr

LINES = (".jsonl", ".ndjson", ".json")
TABLES = (".csv", ".tsv")
PICTURES = tuple(PICTURE_ENDINGS)
STORED = frozenset({SourceKind.FOLDER, SourceKind.PICTURES, SourceKind.PAIRS})
"""Sources whose rows have pictures of this computer."""
KINDS = {
    SourceKind.JSONL: mark("Lines of JSON"),
    SourceKind.CSV: mark("Table"),
    SourceKind.FOLDER: mark("Folder of pictures"),
    SourceKind.PICTURES: mark("Pictures"),
    SourceKind.PAIRS: mark("Pairs of pictures"),
}
_COLUMNS = {
    ColumnKind.TEXT: mark("text"),
    ColumnKind.INTEGER: mark("whole number"),
    ColumnKind.NUMBER: mark("number"),
    ColumnKind.BOOLEAN: mark("yes or no"),
    ColumnKind.JSON: mark("list"),
}
_MINUTE, _HOUR, _NEARLY_AN_HOUR = 60, 3600, 3300


class NewJobStart(msgspec.Struct, frozen=True):
    """What is filled in when a new job is begun; empty leaves it to the person.

    Args:
        paths: Files or one folder.
        captures: Whether it shall be about the last captures.
        prompt: The question, or a template.
        system: Instructions.
        provider: Who answers.
        model: Which model.
        effort: How hard it works.
    """

    paths: tuple[Path, ...] = ()
    captures: bool = False
    prompt: str = ""
    system: str = ""
    provider: str = ""
    model: str = ""
    effort: Effort | None = None


class Unfit(Exception):
    """What was given is no source of rows; `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def source_of(paths: Sequence[Path], *, is_folder: bool) -> JobSource:
    """What files or a folder are as a source of rows.

    Args:
        paths: As they were chosen or dropped.
        is_folder: Whether the first one is a folder.

    Raises:
        Unfit: They are none.
    """
    names = tuple(str(path) for path in paths)
    if not paths:
        raise Unfit(tr("There is no file in it."))
    first = paths[0]
    if all(path.suffix.lower() in PICTURES for path in paths) and not is_folder:
        label = first.name if len(paths) == 1 else plural(len(paths), "1 picture", "{n} pictures", n=count(len(paths)))
        return JobSource(SourceKind.PICTURES, names, label=label)
    if len(paths) > 1:
        raise Unfit(tr("One file or one folder makes a job; several files only when all of them are pictures."))
    if is_folder:
        return JobSource(SourceKind.FOLDER, names, label=first.name or str(first))
    ending = first.suffix.lower()
    if ending in LINES:
        return JobSource(SourceKind.JSONL, names, label=first.name)
    if ending in TABLES:
        return JobSource(SourceKind.CSV, names, label=first.name)
    raise Unfit(
        tr("“{name}” is neither lines of JSON (.jsonl), nor a table (.csv), nor a picture.", name=first.name)
    )  # fmt: skip


def pairs_of(before: Path, after: Path) -> JobSource:
    """Two folders whose pictures belong together by their names."""
    label = tr("{before} and {after}", before=before.name, after=after.name)
    return JobSource(SourceKind.PAIRS, (str(before), str(after)), label=label)


def name_for(source: JobSource) -> str:
    """What a job is called until the person says otherwise."""
    if source.kind in (SourceKind.PICTURES, SourceKind.PAIRS):
        return source.label
    return Path(source.label).stem or source.label


def source_fact(source: JobSource, head: SourceHead | None) -> str:
    """What a source is and how large."""
    parts = [tr(KINDS[source.kind])]
    if head is not None:
        if head.pictures:
            parts.append(plural(head.pictures, "1 picture", "{n} pictures", n=count(head.pictures)))
        elif source.kind in STORED:
            parts.append(tr("no picture in it"))
        if head.columns:
            parts.append(plural(len(head.columns), "1 column", "{n} columns", n=count(len(head.columns))))
        if head.bytes:
            parts.append(size(head.bytes))
    return " · ".join(parts)


def prompt_title(kind: SourceKind | None) -> tuple[str, str]:
    """What the field of the prompt is called, and what is said below."""
    if kind is SourceKind.CSV:
        return tr("Prompt for every row"), tr("A column in braces stands for what the row has there.")
    if kind is SourceKind.JSONL:
        return tr("Prompt"), tr("For lines that bring none of their own; those that do keep theirs.")
    return tr("Prompt for every picture") if kind is not None else tr("Prompt"), ""


def where_about(
    mode: Mode, provider: str, model: str, limits: BatchLimits | None, *, pictures: bool
) -> tuple[str, bool]:
    """What is said below a choice of where rows run, and whether it can be chosen.

    Args:
        mode: Which choice.
        provider: Whose.
        model: As people know it; empty while unknown.
        limits: Of the batches that the model has; None when it has none.
        pictures: Whether rows have pictures of this computer.
    """
    who = provider_name(provider)
    if mode is Mode.LIVE:
        return tr("Answers come at once; several rows are asked at the same time."), True
    if limits is None:
        return tr("{who} has no batch service for {model}.", who=who, model=model or tr("this model")), False
    if pictures and not limits.stored_pictures:
        return tr("{who}'s batches take no pictures from this computer, only from the web.", who=who), False
    return plural(
        limits.hours,
        "The service takes its time, an hour at most; the answers are kept for you meanwhile.",
        "The service takes its time, {n} hours at most; the answers are kept for you meanwhile.",
    ), True


def where_title(mode: Mode, limits: BatchLimits | None) -> str:
    """A choice of where rows run, with its price."""
    if mode is Mode.LIVE:
        return tr("Now, one by one: full price")
    share = limits.price_share if limits is not None else 0.5
    if share == 0.5:
        return tr("Batch service: half price, within a day")
    return tr("Batch service: {percent} % of the price, within a day", percent=round(share * 100))


def columns(found: Sequence[Column]) -> str:
    """The columns of a table of answers, in a sentence."""
    return tr(", ").join(f"{column.name} ({tr(_COLUMNS[column.kind])})" for column in found)


def reading(progress: ImportProgress, kind: SourceKind) -> str:
    """How far the reading is."""
    if progress.indexing:
        return tr("Looking for duplicates…")
    if kind in STORED:
        read = plural(progress.lines, "1 picture read", "{n} pictures read", n=count(progress.lines))
    else:
        read = plural(progress.lines, "1 line read", "{n} lines read", n=count(progress.lines))
    if not progress.bad:
        return read
    return f"{read} · {plural(progress.bad, '1 cannot be used', '{n} cannot be used', n=count(progress.bad))}"


def found(job: Job) -> str:
    """What was read, in a sentence."""
    counts = job.counts
    parts = [plural(counts.distinct, "1 row to ask", "{n} rows to ask", n=count(counts.distinct))]
    if counts.same:
        parts.append(plural(counts.same, "1 duplicate merged", "{n} duplicates merged", n=count(counts.same)))
    if counts.reused:
        parts.append(plural(counts.reused, "1 answered before", "{n} answered before", n=count(counts.reused)))
    return " · ".join(parts)


def refused(number: int) -> str:
    """How many lines cannot be used, and that the others can."""
    return plural(
        number,
        "1 line cannot be used. The others can go on without it.",
        "{n} lines cannot be used. The others can go on without them.",
        n=count(number),
    )


def expected(estimate: Estimate) -> str:
    """What it is expected to cost."""
    return tr("not known") if estimate.cost is None else _sum(estimate.cost)


def at_most(estimate: Estimate) -> str:
    """What it can cost at most, with the longest answers."""
    return tr("not known") if estimate.most is None else _sum(estimate.most)


def _sum(dollars: float) -> str:
    return sum_of_money(dollars) if dollars else money(0)


def share(estimate: Estimate) -> str:
    """At which part of the price."""
    if estimate.share == 1.0:
        return tr("full price")
    return tr("half price") if estimate.share == 0.5 else tr("{n} % of the price", n=round(estimate.share * 100))


def tokens(estimate: Estimate) -> str:
    """How many tokens."""
    return tr(
        "≈ {read} read, {written} written",
        read=count(estimate.input_tokens),
        written=count(estimate.output_tokens),
    )


def time(estimate: Estimate) -> str:
    """How long it takes."""
    usual, most = estimate.usual_seconds, estimate.seconds
    if usual is None and most is None:
        return tr("not known")
    if usual is None:
        return tr("at most {time}", time=_duration(most or 0))
    if most is None or most <= usual:
        return tr("about {time}", time=_duration(usual))
    return tr("usually {usual}, at most {most}", usual=_duration(usual), most=_duration(most))


def _duration(seconds: float) -> str:
    minutes, hours = round(seconds / _MINUTE), round(seconds / _HOUR)
    if seconds < _NEARLY_AN_HOUR:
        return plural(max(1, minutes), "a minute", "{n} minutes")
    return plural(max(1, hours), "an hour", "{n} hours")
