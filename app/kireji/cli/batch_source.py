"""What a job is to be made of, as it was typed."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from kireji.cli.sources import whole_file
from kireji.cli.work import WrongUsage
from kireji.core.errors import KirejiError
from kireji.core.jobs.forms import usual_tokens
from kireji.core.jobs.values import JobPlan, JobSource, Mode, SourceKind
from kireji.core.models import Effort
from kireji.core.structured.forms import AnswerForm
from kireji.core.words import say
from kireji.services.application import Services
from kireji.services.jobs.form_plans import WantedForm, with_form

_LINES = (".jsonl", ".ndjson", ".json")
_TABLES = (".csv", ".tsv")
_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
_LOOKED_AT = 4096


class Given(NamedTuple):
    """What was typed.

    Args:
        plan: What is to be done; without a number of rows in a batch where none was typed.
        source: What is read; None for the last captures, and for a job that there is.
        captures: How many of the last captures are the source; 0 when they are not.
        job: The number of a job that there is; None for a new one.
        wanted: What shall be done with every row.
    """

    plan: JobPlan
    source: JobSource | None
    captures: int = 0
    job: int | None = None
    wanted: WantedForm = WantedForm()


def given(arguments: argparse.Namespace) -> Given:
    """Look at what was named, and read the schema.

    Raises:
        WrongUsage: Nothing was named, or what cannot be a source of rows.
        KirejiError: The schema's file cannot be read, or is none.
    """
    found = _given(arguments)
    return found._replace(wanted=_wanted(arguments))


def _given(arguments: argparse.Namespace) -> Given:
    files, captures = arguments.files, arguments.last_captures or 0
    if bool(files) == bool(captures):
        raise WrongUsage(say("name a file, a folder, or --last-captures N"))
    if len(files) == 1 and _is_number(files[0]) and not os.path.exists(files[0]):
        return Given(_plan(arguments, ""), None, job=int(files[0]))
    if captures:
        return Given(_plan(arguments, _captures_name(captures)), None, captures)
    source = _pair(files) if arguments.compare and len(files) == 2 else _named(files)
    return Given(_plan(arguments, Path(source.label).stem or source.label), source)


def _wanted(arguments: argparse.Namespace) -> WantedForm:
    """The form of the answers; a policy's file is read here.

    Raises:
        WrongUsage: It does not go together with what else was typed.
        KirejiError: The file cannot be read.
    """
    form = form_of(arguments)
    if arguments.schema and form not in (AnswerForm.TEXT, AnswerForm.TABLE, AnswerForm.FIELDS):
        raise WrongUsage(say("--schema goes with a question of your own, or with --extract"))
    if form is not AnswerForm.VERDICT:
        return WantedForm(form, language=arguments.translate or "")
    name = arguments.policy
    if not (os.sep in name or name.endswith(".toml")):
        return WantedForm(form, name)
    data = whole_file(name, say("Check the name after --policy."), say("No policy is that long."))
    return WantedForm(form, Path(name).stem, data)


def form_of(arguments: argparse.Namespace) -> AnswerForm:
    """What the answers shall be, as it was typed."""
    if arguments.policy:
        return AnswerForm.VERDICT
    if arguments.extract:
        return AnswerForm(arguments.extract)
    if arguments.translate:
        return AnswerForm.TRANSLATION
    return AnswerForm.COMPARISON if arguments.compare else AnswerForm.TEXT


def _pair(files: Sequence[str]) -> JobSource:
    """Two folders, or two pictures, that are compared."""
    if not all(files):
        raise WrongUsage(say("a file name is empty"))
    if os.path.isdir(files[0]) != os.path.isdir(files[1]):
        raise WrongUsage(say("compare two folders, or two pictures"))
    names = [os.path.basename(os.path.abspath(name)) or name for name in files]
    label = say("{before} and {after}", before=names[0], after=names[1])
    return JobSource(SourceKind.PAIRS, tuple(map(os.path.abspath, files)), label=label)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) < 2**63


def _captures_name(number: int) -> str:
    return say("The last capture") if number == 1 else say("The last {count} captures", count=f"{number:,}")


async def source_of(given: Given, services: Services) -> JobSource:
    """What is read.

    Raises:
        KirejiError: There are no captures.
    """
    if given.source is not None:
        return given.source
    paths = tuple(await services.capture.latest(given.captures))
    if not paths:
        raise KirejiError(say("There are no captures yet."), say("Capture something first, or name a folder."))
    return JobSource(SourceKind.PICTURES, paths, given.captures, _captures_name(len(paths)))


async def plan_of(given: Given, services: Services) -> JobPlan:
    """What is to be done, whole.

    Raises:
        KirejiError: There is no such policy, or what was named cannot be used.
    """
    plan = given.plan
    if not plan.rows_per_batch:
        plan = msgspec.structs.replace(plan, rows_per_batch=services.preferences.settings.jobs.rows_per_batch)
    if given.wanted.form is AnswerForm.TEXT:
        return plan
    return await with_form(plan, given.wanted, services.habits().moderation)


def _plan(arguments: argparse.Namespace, name: str) -> JobPlan:
    return JobPlan(
        name=getattr(arguments, "name", "") or name,
        provider=arguments.provider,
        model=arguments.model,
        mode=Mode.LIVE if arguments.live else Mode.BATCH,
        system=arguments.system,
        prompt=arguments.prompt,
        max_tokens=arguments.max_tokens or usual_tokens(form_of(arguments)),
        effort=Effort(arguments.effort) if arguments.effort else None,
        schema=_schema(arguments.schema) if arguments.schema else b"",
        rows_per_batch=arguments.rows_per_batch or 0,
        reuse=arguments.reuse,
        unpriced=getattr(arguments, "yes", False),
        drop=arguments.drop,
    )


def _schema(name: str) -> bytes:
    data = whole_file(name, say("Check the name after --schema."), say("No service takes that much."))
    try:
        schema = json.loads(data)
    except ValueError as error:
        raise KirejiError(
            say("{name} is no JSON: {why}.", name=name, why=error), say("Name a file with a JSON schema.")
        ) from error
    if not isinstance(schema, dict):
        raise KirejiError(say("{name} is no JSON schema.", name=name), say("A schema is a JSON object."))
    return data


def _named(files: Sequence[str]) -> JobSource:
    if not all(files):
        raise WrongUsage(say("a file name is empty"))
    paths = tuple(map(os.path.abspath, files))
    first = files[0]
    pictures = all(name.lower().endswith(_PICTURES) for name in files)
    if len(files) > 1:
        if not pictures:
            raise WrongUsage(say("one file or folder makes a job; several files only where all are pictures"))
        return JobSource(SourceKind.PICTURES, paths, label=say("{count} pictures", count=f"{len(files):,}"))
    label = os.path.basename(paths[0]) or paths[0]
    if os.path.isdir(first):
        return JobSource(SourceKind.FOLDER, paths, label=label)
    return JobSource(SourceKind.PICTURES if pictures else _kind(first), paths, label=label)


def _kind(name: str) -> SourceKind:
    """Of one file that is no picture: by its ending, else by how it begins."""
    if name.lower().endswith(_TABLES):
        return SourceKind.CSV
    if name.lower().endswith(_LINES) or not os.path.isfile(name):  # what is none, reading it says
        return SourceKind.JSONL
    try:
        with Path(name).open("rb") as file:
            begins = file.read(_LOOKED_AT)
    except OSError:
        return SourceKind.JSONL
    if begins.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return SourceKind.JSONL
    raise WrongUsage(
        say("{name} is neither lines of JSON (.jsonl), nor a table (.csv), nor a picture", name=os.path.basename(name))
    )
