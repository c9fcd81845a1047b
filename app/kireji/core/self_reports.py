"""What the parts of the program report of themselves, for the self-test; some of it comes from processes of our own."""

from __future__ import annotations

from typing import NamedTuple

import msgspec


class Writing(msgspec.Struct, frozen=True):
    """Letters, and whether they can be shown.

    Args:
        name: Of the writing or the language.
        package: What brings a font with them, on Debian.
        shown: Whether some font here has them.
        own: Whether the interface cannot do without them, or they are the person's own.
    """

    name: str
    package: str
    shown: bool
    own: bool


class WindowsReport(msgspec.Struct, frozen=True):
    """How Qt fares here.

    Args:
        qt: Its version.
        platform: What shows windows: xcb, wayland, offscreen, ...
        painted: Whether a window was painted as it should be.
        on_screen: Whether its pixels were then found on the screen; None where nobody may look.
        screens: How many there are.
        families: How many families of fonts there are.
        writings: What the interface and the person's language are written in.
        problem: Why nothing could be shown; the rest is empty then.
        hint: What to do about it.
    """

    qt: str = ""
    platform: str = ""
    painted: bool = False
    on_screen: bool | None = None
    screens: int = 0
    families: int = 0
    writings: tuple[Writing, ...] = ()
    problem: str = ""
    hint: str = ""


class PartsReport(msgspec.Struct, frozen=True):
    """Which parts of the program are there.

    Args:
        modules: How many were looked at.
        files: The same; 0 where no list of them travels with the program.
        problems: What is missing, and why.
    """

    modules: int
    files: int
    problems: list[str]


class DatabaseReport(NamedTuple):
    """How one file of the data folder stands.

    Args:
        path: Where it is.
        found: Whether there is one yet.
        version: Of its form.
        whole: Whether it was checked to its end; None where that would have taken too long.
    """

    path: str
    found: bool
    version: int = 0
    whole: bool | None = True


class TlsReport(NamedTuple):
    """How encrypted connections fare.

    Args:
        library: Name and version.
        version: Of the protocol that was spoken.
        refused: Whether a certificate that nobody vouches for was refused.
        authorities: How many authorities' certificates the system has; None where it does not tell.
    """

    library: str
    version: str
    refused: bool
    authorities: int | None
