"""`kireji tools call`: one call, as a model would make it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from kireji.cli.approving import Approver
from kireji.cli.console import Console
from kireji.cli.schema_text import typed_arguments
from kireji.cli.tool_values import find
from kireji.cli.values import result_value
from kireji.cli.work import DONE, FAILED, Work, WrongUsage
from kireji.core.errors import KirejiError, ToolRefused
from kireji.core.messages import DocumentPart, ImagePart, TextPart, ToolResultPart
from kireji.core.tools import Tool
from kireji.services.application import Services
from kireji.services.turns import ToolProgressed, TurnEvent


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Read the arguments.

    Raises:
        WrongUsage: They are no JSON object, or are given twice.
        KirejiError: Standard input cannot be read, or there is no folder for the result.
    """
    whole = arguments.json_arguments
    if whole is not None and arguments.values:
        raise WrongUsage("say either K=V or --json-arguments")
    if whole is not None:
        whole = _checked(console.piped_text() if whole == "-" else whole)
    if arguments.output is not None and not (folder := Path(arguments.output).parent).is_dir():
        raise KirejiError(f"There is no folder {folder}; the tool was not called.", "Choose another place after -o.")

    async def work(services: Services) -> int:
        chosen = await find(services, arguments.name)
        assert chosen.tool is not None  # no source was to be found
        tool = chosen.tool
        text = whole if whole is not None else json.dumps(typed_arguments(tool.schema, arguments.values))
        result = await _call(services, tool, text, console, yes=arguments.yes)
        files = await _written(services, result, arguments.output, console)
        if arguments.json:
            console.object({"tool": tool.name, **result_value(result), "files": files})
        elif not result.is_error:
            _print(result, console, kept=bool(files))
        if result.is_error:
            console.note(f"kireji: {await _why(services, tool, result)}")
        return FAILED if result.is_error else DONE

    return work


def _checked(text: str) -> str:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WrongUsage(f"--json-arguments is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise WrongUsage('--json-arguments is no JSON object such as {"name": "value"}')
    return text


async def _call(services: Services, tool: Tool, text: str, console: Console, *, yes: bool) -> ToolResultPart:
    async with Approver(services.tools.approvals, console, yes=yes) as approver:

        def observe(event: TurnEvent) -> None:
            approver.observe(event)
            if isinstance(event, ToolProgressed):
                console.progress(event.text)

        result = await services.tools.call(tool.name, text, observe, attended=approver.attended)
        console.progress("")
        return result


def _words(result: ToolResultPart) -> str:
    return "\n".join(part.text for part in result.content if isinstance(part, TextPart))


def _print(result: ToolResultPart, console: Console, *, kept: bool) -> None:
    if words := _words(result):
        console.line(words.rstrip("\n"))
    if kept:
        return
    for part in result.content:
        if isinstance(part, ImagePart):
            console.note(f"There is a picture of {part.width} x {part.height} pixels; keep it with -o FILE.")
        elif isinstance(part, DocumentPart):
            console.note(f"There is a document, {part.title or part.media_type}; keep it with -o FILE.")


async def _written(services: Services, result: ToolResultPart, output: str | None, console: Console) -> list[str]:
    """Write pictures and documents to files; returns their names.

    Raises:
        KirejiError: There are none, or they cannot be written.
    """
    if output is None or result.is_error:
        return []
    parts = [part for part in result.content if isinstance(part, ImagePart | DocumentPart)]
    if not parts:
        _print(result, console, kept=True)
        raise KirejiError("There is no picture and no document in the result.", "Leave -o out.")
    names = _names(Path(output), len(parts))
    for path, part in zip(names, parts, strict=True):
        data = await services.capture.fetch(part)
        try:
            path.write_bytes(data)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else "that is not a file name"
            raise KirejiError(f"{path} cannot be written: {reason}.", "Choose another place after -o.") from error
    return [str(path) for path in names]


def _names(first: Path, count: int) -> Sequence[Path]:
    """One name, and others with a number where there is more than one."""
    return [first, *(first.with_name(f"{first.stem}-{number}{first.suffix}") for number in range(2, count + 1))]


async def _why(services: Services, tool: Tool, result: ToolResultPart) -> str:
    """What went wrong, for a person: the result's words are for the model."""
    if not result.refused:
        return _words(result) or f"{tool.name} failed."
    latest = next(iter(await services.tools.permissions.decisions(1)), None)
    if latest is not None and latest.by == "nobody":
        return ToolRefused(
            f"{tool.name} needs permission, and there is no terminal to ask at.",
            f"Allow this one call with --yes, or calls to come with: kireji tools allow {tool.name}",
        ).sentence
    if latest is not None and latest.by == "rule":
        return ToolRefused(f"{tool.name} is denied.", "See what is with: kireji tools permissions").sentence
    return f"{tool.name} was not run: you did not allow it."
