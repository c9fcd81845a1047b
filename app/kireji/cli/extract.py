"""`kireji extract`: tables and fields out of pictures."""

from __future__ import annotations

import argparse
import codecs
import os

import msgspec

from kireji.cli.console import Console
from kireji.cli.hiding import asked_before_sending
from kireji.cli.pictures import Opened, named_pictures, opened
from kireji.cli.sources import whole_file
from kireji.cli.values import usage_value
from kireji.cli.work import DONE, FAILED, Work, WrongUsage
from kireji.core.errors import KirejiError
from kireji.core.extraction.exports import SheetForm, csv, json_value, tsv
from kireji.core.extraction.markdown import doubts_told, markdown, nothing_on_it, nothing_told
from kireji.core.extraction.sheets import Extraction, marked
from kireji.core.geometry import Rect
from kireji.core.messages import Sha256
from kireji.core.structured.questions import Asker
from kireji.services.application import Services
from kireji.services.extraction import MOST_PICTURES, Wanted, form_of
from kireji.services.structured.turn import Outcome

_FORMS = {"csv": SheetForm.CSV, "tsv": SheetForm.TSV, "markdown": SheetForm.MARKDOWN}
_MOST_TOLD = 20
"""Lines about doubtful cells, and about sums."""


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Read the pictures and the schema.

    Raises:
        WrongUsage: There is no picture, or the file's ending says nothing.
        KirejiError: A file cannot be read.
    """
    pictures = named_pictures(arguments.images, MOST_PICTURES)
    screen = Rect(*arguments.screen) if arguments.screen else None
    if not pictures and screen is None:
        raise WrongUsage("There is no picture. Try: kireji extract -i FILE")
    if arguments.overwrite and not arguments.output:
        raise WrongUsage("--overwrite goes with -o FILE")
    form = _form(arguments)
    schema = b""
    if arguments.schema is not None:
        schema = whole_file(arguments.schema, "Check the name after --schema.", "Use a smaller one.")
        schema = schema.removeprefix(codecs.BOM_UTF8)
        if not schema.strip():  # which would be no schema, and so ask for whatever is on the picture
            raise KirejiError(f"{arguments.schema} is empty.", "Name a file with a JSON schema.")
    path = os.path.abspath(arguments.output) if arguments.output else ""
    wanted = Wanted(arguments.fields, schema, " ".join(arguments.wish))

    async def work(services: Services) -> int:
        service = services.habits().extraction
        if schema:
            await _checked_schema(services, schema, arguments.schema)
        if path:
            await service.check_place(path, form, overwrite=arguments.overwrite)
        found = _each_once(await opened(services, pictures, screen), console)
        with asked_before_sending(services, console, yes=arguments.yes):
            outcome = await _asked(services, wanted, found, arguments, console)
        if path:
            return await _save(services, outcome, path, form, arguments, console)
        return _print(outcome, form, console, as_json=arguments.json)

    return work


def _form(arguments: argparse.Namespace) -> SheetForm | None:
    """What was asked for; None for JSON on standard output, and for what goes by where the output goes."""
    form = _FORMS[arguments.form] if arguments.form else None
    if not arguments.output:
        return form
    try:
        of_name = form_of(arguments.output)
    except KirejiError as error:
        if form is not None:
            return form
        raise WrongUsage(f"{error.message.rstrip('.')}; {error.hint[:1].lower()}{error.hint[1:]}") from error
    if form is not None and form is not of_name:
        raise WrongUsage(f"--{arguments.form} does not go with {arguments.output}, whose ending says something else")
    return of_name


async def _checked_schema(services: Services, schema: bytes, name: str) -> None:
    try:
        await services.habits().extraction.check_schema(schema)
    except KirejiError as error:
        raise KirejiError(f"{name}: {error.message}", error.hint) from error


def _each_once(found: Opened, console: Console) -> Opened:
    """The pictures without those that are the same: asking again costs again, and every row would stand there twice."""
    first: dict[Sha256, int] = {}
    for place, image in enumerate(found.images):
        if (other := first.setdefault(image.blob, place)) != place:
            console.note(f"{found.names[place]} is the same picture as {found.names[other]}; it is taken once.")
    places = first.values()
    return found._replace(
        images=tuple(found.images[place] for place in places), names=tuple(found.names[place] for place in places)
    )


async def _asked(
    services: Services, wanted: Wanted, found: Opened, arguments: argparse.Namespace, console: Console
) -> Outcome:
    asker = Asker(
        arguments.provider,
        arguments.model,
        attended=arguments.yes or console.keyboard is not None,
        hide=not arguments.no_redact,
        unpriced=arguments.yes,
    )
    several = len(found.images) > 1

    def observe(extraction: Extraction) -> None:
        rows = sum(len(sheet.rows) for sheet in extraction.sheets)
        console.progress(f"{rows:,} rows of {len(found.images)} pictures" if several else f"{rows:,} rows")

    try:
        return await services.habits().extraction.extract(
            wanted, asker, found.images, found.at_hand, found.names, found.failed, observe=observe
        )
    finally:
        console.progress("")


async def _save(
    services: Services,
    outcome: Outcome,
    path: str,
    form: SheetForm | None,
    arguments: argparse.Namespace,
    console: Console,
) -> int:
    extraction = _extraction(outcome)
    if outcome.answer.refusal:
        return _tell(outcome, console)
    told = await services.habits().extraction.save(extraction, path, form, overwrite=arguments.overwrite)
    if arguments.json:
        console.object(_saved_value(path, outcome))
    else:
        console.line(arguments.output)
    for sentence in told:
        console.note(sentence)
    return _tell(outcome, console)


def _print(outcome: Outcome, form: SheetForm | None, console: Console, *, as_json: bool) -> int:
    extraction = _extraction(outcome)
    if as_json:
        console.line(msgspec.json.encode(_value(outcome)).decode())
        return _tell(outcome, console)
    if form is None:
        form = SheetForm.MARKDOWN if console.result_is_shown else SheetForm.CSV
    match form:
        case SheetForm.MARKDOWN:
            text = markdown(extraction)
        case SheetForm.TSV:
            text = tsv(extraction)
        case _:
            text = csv(extraction, mark=False).decode()
    if text:
        console.write(text if text.endswith("\n") else f"{text}\n")
    return _tell(outcome, console)


def _tell(outcome: Outcome, console: Console) -> int:
    """What is to be known beside the result."""
    extraction = _extraction(outcome)
    console.note(outcome.answer.note)
    if outcome.answer.refusal:
        console.note(f"kireji: {outcome.answer.refusal} Ask another model, or for something else.")
        return FAILED
    if not extraction.sheets and not extraction.failed:
        console.note(nothing_told(fields=extraction.fields))
    for line in doubts_told(extraction, _MOST_TOLD):
        console.note(line)
    whole = all(why == nothing_on_it() for _, why in extraction.failed)
    return DONE if whole else FAILED  # what is written is right, but not all that was asked for


def _extraction(outcome: Outcome) -> Extraction:
    assert isinstance(outcome.result, Extraction)
    return outcome.result


def _value(outcome: Outcome) -> dict[str, object]:
    return {
        "conversation": outcome.conversation,
        "message": outcome.message,
        "provider": outcome.answer.provider,
        "model": outcome.answer.model,
        "note": outcome.answer.note,
        "refusal": outcome.answer.refusal,
        "usage": usage_value(outcome.answer.usage),
        **json_value(_extraction(outcome)),
    }


def _saved_value(path: str, outcome: Outcome) -> dict[str, object]:
    extraction = _extraction(outcome)
    return {
        "path": path,
        "conversation": outcome.conversation,
        "sheets": len(extraction.sheets),
        "rows": sum(len(sheet.rows) for sheet in extraction.sheets),
        "doubtful": marked(extraction.sheets),
        "sums_wrong": sum(not each.holds for sheet in extraction.sheets for each in sheet.sums),
        "failed": [{"source": name, "why": why} for name, why in extraction.failed],
        "note": outcome.answer.note,
    }
