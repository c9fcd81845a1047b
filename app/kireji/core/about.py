"""What this program is made of, and under which licences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something of somebody's that is in the program.

    Args:
        name: What it is called.
        version: Of it; empty where it has none of its own.
        licence: An SPDX expression, or the words of its metadata; empty where it says nothing.
        kind: program, python, interpreter, qt, library or data.
        texts: Names of its texts.
        source: Where it comes from.
        within: The part that brought it along.
    """

    name: str
    version: str = ""
    licence: str = ""
    kind: str = ""
    texts: tuple[str, ...] = ()
    source: str = ""
    within: str = ""

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}".strip()


class LicenceStore(Protocol):
    """The parts and their licences. Blocking: call it in a thread."""

    @property
    def collected(self) -> bool:
        """Whether they were collected for this very build; else they are what is installed beside the program."""

    def parts(self) -> Sequence[Part]:
        """Kireji itself first, the others by name; none where nothing is known."""

    def text(self, name: str) -> str:
        """One text; a sentence that says so where it cannot be read."""


class Fact(NamedTuple):
    """One line of what helps to understand a report.

    Args:
        name: Such as Python.
        value: Such as 3.11.7.
    """

    name: str
    value: str


class Surroundings(Protocol):
    """What the program runs on. Blocking: call it in a thread."""

    def __call__(self) -> Sequence[Fact]: ...


class Build(msgspec.Struct, frozen=True):
    """From what a build was made.

    Args:
        commit: Of the source; empty where nobody knows.
        date: Of that commit, as ISO 8601.
        changed: The source was not just that commit's.
    """

    commit: str = ""
    date: str = ""
    changed: bool = False


def without_home(path: Path, home: Path) -> str:
    """A path as it may be shown to others: the person's own folder, and with it their name, is a ~."""
    try:
        return f"~/{path.relative_to(home).as_posix()}" if path != home else "~"
    except ValueError:
        return str(path)
