"""What can be typed after `kireji`, read from its parser: the manual page and the completions are made from this."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "app"))

from kireji.cli.parser import whole_parser  # noqa: E402

_FILES = frozenset({"FILE", "FOLDER", "PATH", "OUT"})
"""Words in what an argument is called that tell of files."""


@dataclass(frozen=True)
class Argument:
    """One option, or one word that stands by its place.

    Args:
        names: As typed, `-o` and `--output`; empty where the place tells.
        value: What its value is called; empty for an option that takes none.
        choices: All values it can have; empty where these are not a few.
        text: What it is for, without a full stop.
        count: How often a value may stand: "", "?", "*" or "+", as argparse has it.
    """

    names: tuple[str, ...]
    value: str
    choices: tuple[str, ...]
    text: str
    count: str = ""

    @property
    def files(self) -> bool:
        """Whether its value can be a file or folder."""
        return not self.choices and not _FILES.isdisjoint(re.split(r"[^A-Z]+", self.value))


@dataclass(frozen=True)
class Command:
    """A command, or the program itself.

    Args:
        path: The words that lead to it, without the program's name.
        summary: As the list of commands has it.
        description: The paragraph above its options.
        synopsis: All it takes, on one line.
        epilog: What stands below, with its lines as they are; empty where there is nothing.
        options: What begins with a dash.
        places: What stands by its place.
        commands: Those below it.
    """

    path: tuple[str, ...]
    summary: str
    description: str
    synopsis: str
    epilog: str
    options: tuple[Argument, ...]
    places: tuple[Argument, ...]
    commands: tuple[Command, ...] = field(default=())

    @property
    def program(self) -> bool:
        """Whether a program with its own arguments follows after two dashes."""
        return "-- COMMAND" in self.synopsis

    def walk(self) -> Iterator[Command]:
        """It and all below, in the order of the help."""
        yield self
        for command in self.commands:
            yield from command.walk()


def program() -> Command:
    """Everything that can be typed."""
    return _command(whole_parser(), (), "")


def _command(parser: argparse.ArgumentParser, path: tuple[str, ...], summary: str) -> Command:
    options, places, commands = [], [], []
    for action in parser._actions:  # argparse has no public way to ask
        if isinstance(action, argparse._SubParsersAction):
            told = {choice.dest: choice.help or "" for choice in action._choices_actions}
            commands += [_command(sub, (*path, name), told.get(name, "")) for name, sub in action.choices.items()]
        elif action.help != argparse.SUPPRESS:
            (options if action.option_strings else places).append(_argument(parser, action))
    return Command(
        path,
        summary,
        parser.description or "",
        _synopsis(parser),
        parser.epilog or "",
        tuple(options),
        tuple(places),
        tuple(commands),
    )


def _argument(parser: argparse.ArgumentParser, action: argparse.Action) -> Argument:
    choices = tuple(map(str, action.choices or ()))
    value = ""
    if action.nargs != 0:
        called = action.metavar or ("{" + ",".join(choices) + "}" if choices else action.dest.upper())
        value = called if isinstance(called, str) else " ".join(called)
    text = parser._get_formatter()._expand_help(action) if action.help else ""
    count = action.nargs if isinstance(action.nargs, str) and action.nargs in "?*+" else ""
    return Argument(tuple(action.option_strings), value, choices, text, count)


def _synopsis(parser: argparse.ArgumentParser) -> str:
    """The usage as one line without its first word."""
    return re.sub(r"\s+", " ", parser.format_usage().removeprefix("usage: ")).strip()
