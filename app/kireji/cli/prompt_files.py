"""`kireji prompts add`, `export` and `import`: prompts from and into files."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from kireji.cli.console import Console
from kireji.cli.prompts import find, value_of
from kireji.cli.sources import whole_file
from kireji.cli.work import DONE, FAILED, Work, WrongUsage
from kireji.core.errors import KirejiError
from kireji.core.prompt_bundles import Clash, PromptBundle, clashes, placed
from kireji.core.prompt_files import is_name, name_from, parse
from kireji.core.prompt_heads import PromptProblem
from kireji.services.application import Services

_STANDARD_INPUT = "-"
_MOST_REMARKS = 10


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Read what is added.

    Raises:
        WrongUsage: Options that do not go together.
        KirejiError: A file or standard input cannot be read.
    """
    if arguments.action == "add":
        return _add(arguments, console)
    if arguments.action == "export":
        return _export(arguments, console)
    return _import(arguments, console)


def _add(arguments: argparse.Namespace, console: Console) -> Work:
    named = str(arguments.file)
    if named == _STANDARD_INPUT:
        if not arguments.name:
            raise WrongUsage("a prompt from standard input needs a name: kireji prompts add - --name NAME")
        data = console.piped_text().encode()
        if not data.strip():
            raise WrongUsage("there is nothing at standard input")
    else:
        data = whole_file(named, "Check the name after add.", "A prompt has 64 KB at most.")
    stem = Path(named).stem
    name = arguments.name or (stem if is_name(stem) else name_from(stem))
    try:
        prompt, remarks = parse(name, data, own=True)
    except PromptProblem as problem:
        where = f" (line {problem.line})" if problem.line else ""
        raise KirejiError(f"{named}{where} is no prompt: {problem.reason}.", "Correct it, then add it again.") from None

    async def work(services: Services) -> int:
        there = {each.name: each for each in await services.prompts.prompts()}
        if (other := there.get(name)) is not None and other.own and not arguments.replace:
            raise KirejiError(
                f"You have a prompt {name} already.", "Give another name with --name, or put it in its place: --replace"
            )
        saved = await services.prompts.save(prompt, source=data)
        _tell_remarks(name, remarks, console)
        if arguments.json:
            console.object(value_of(saved))
        else:
            in_place = " It stands in the place of the one from Kireji." if other and not other.own else ""
            console.line(f"Added {name}.{in_place}")
        return DONE

    return work


def _export(arguments: argparse.Namespace, console: Console) -> Work:
    if arguments.all and arguments.names:
        raise WrongUsage("--all exports every prompt, so it goes without names")
    if arguments.output is None and (arguments.all or len(arguments.names) != 1):
        raise WrongUsage("several prompts go into one archive, so give its name: -o prompts.zip")
    if arguments.output is not None and not arguments.overwrite and os.path.lexists(arguments.output):
        raise KirejiError(f"{arguments.output} exists already.", "Choose another name, or replace it with --overwrite.")

    async def work(services: Services) -> int:
        names = [prompt.name for prompt in await services.prompts.prompts()] if arguments.all else arguments.names
        if not names:
            names = [prompt.name for prompt in await services.prompts.prompts() if prompt.own]
            if not names:
                raise KirejiError("You have no prompts of your own.", "Export all with --all, or name some.")
        for name in names:
            await find(services, name)
        if arguments.output is None:
            console.write((await services.prompts.source(names[0])).decode("utf-8-sig"))
            return DONE
        path = Path(arguments.output)
        await services.prompts.export(names, path)
        if arguments.json:
            console.object({"file": str(path), "prompts": names})
        else:
            console.line(f"Exported {len(names)} prompt{'s' * (len(names) != 1)} to {path}.")
        return DONE

    return work


def _import(arguments: argparse.Namespace, console: Console) -> Work:
    async def work(services: Services) -> int:
        bundle = await services.prompts.bundle(Path(arguments.path))
        there = {each.name: each for each in await services.prompts.prompts()}
        same = clashes(bundle, there)
        if same and arguments.same_name is None:
            raise KirejiError(
                f"You have other prompts of these names: {', '.join(same)}. Nothing was imported.",
                "Say what becomes of them: --keep-both, --replace or --skip",
            )
        answer = Clash(arguments.same_name or Clash.SKIP.value)
        saved = [
            (await services.prompts.save(each.prompt, source=each.source)).name
            for each in placed(bundle, there, dict.fromkeys(same, answer))
        ]
        _tell(bundle, console)
        if arguments.json:
            console.object({"imported": saved, "problems": list(bundle.problems)})
        elif saved:
            console.line(f"Imported {', '.join(saved)}.")
        elif bundle.found:
            console.line("Nothing is new in it.")
        return FAILED if bundle.problems else DONE  # what could be used is there, but not all that was asked for

    return work


def _tell(bundle: PromptBundle, console: Console) -> None:
    for problem in bundle.problems:
        console.note(problem)
    for each in bundle.found:
        _tell_remarks(each.prompt.name, each.remarks, console)
        if each.shortcut:
            console.note(f"The keys of {each.prompt.name}, {each.shortcut}, were left out; set them in Settings.")


def _tell_remarks(name: str, remarks: Sequence[str], console: Console) -> None:
    for remark in remarks[:_MOST_REMARKS]:
        console.note(f"In the prompt {name}: {remark}.")
    if (more := len(remarks) - _MOST_REMARKS) > 0:
        console.note(f"… and {more:,} more of the prompt {name}.")
