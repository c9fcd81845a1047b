"""`kireji about`: versions for a report, and whose work is in the program."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import msgspec

from kireji.cli.console import Console
from kireji.cli.work import DONE, FAILED, Work
from kireji.core.about import Part
from kireji.core.words import say
from kireji.services.about import matching, report
from kireji.services.application import Services


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Nothing is read beforehand."""
    if arguments.part:
        return _texts(" ".join(arguments.part), console)
    return _licences(arguments, console) if arguments.licences else _facts(arguments, console)


def _facts(arguments: argparse.Namespace, console: Console) -> Work:
    async def work(services: Services) -> int:
        facts = await services.about().facts()
        if arguments.json:
            console.object(dict(facts))
        else:
            console.write(report(facts))
        return DONE

    return work


def _licences(arguments: argparse.Namespace, console: Console) -> Work:
    async def work(services: Services) -> int:
        about = services.about()
        parts = await about.parts()
        if arguments.json:
            console.object({"collected": about.collected, "parts": msgspec.to_builtins(parts)})
            return DONE
        rows = [(part.name, part.version, part.licence or say("not said"), part.within) for part in parts]
        console.table((say("Part"), say("Version"), say("Licence"), say("Within")), rows, gives_way=0)
        if not about.collected:
            console.note(say("This runs from its source: listed is what is installed in its environment."))
        console.note(say("The text of one: {command}", command="kireji about --licences PART"))
        return DONE

    return work


def _texts(words: str, console: Console) -> Work:
    async def work(services: Services) -> int:
        about = services.about()
        parts = await about.parts()
        exact: Sequence[Part] = [part for part in parts if part.name.casefold() == words.casefold()]
        found = exact or matching(parts, words)
        for part in found:
            console.line(f"{part.title}: {part.licence}")
            console.line(part.source)
            console.line()
            console.line(await about.texts(part))
        if not found:
            console.note(say("There is no part called {name}.", name=words))
        return DONE if found else FAILED

    return work
