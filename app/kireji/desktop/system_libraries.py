"""Which shared library of the system is missing, and which package brings it.

Asked only after something could not be loaded: the list is read, and libraries are looked for, at no other time.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from kireji.core.errors import KirejiError
from kireji.resources import resource

_NOT_FOUND = re.compile(r"(lib[^\s:/\"']+\.so[.\d]*): cannot open shared object file")
"""What glibc's loader says of a library that is not there (dl-load.c)."""
_TOO_OLD = re.compile(r"version [`']((?:GLIBC|GLIBCXX|CXXABI)_[\d.]+)' not found")


class Library(NamedTuple):
    """A library that comes with the system.

    Args:
        name: As the loader looks for it.
        needed_for: qt, x11, wayland or more.
        debian: Its package on Debian and Ubuntu, and after it the names that newer releases gave that package.
        arch: Its package on Arch Linux.
    """

    name: str
    needed_for: str
    debian: tuple[str, ...]
    arch: str


def libraries() -> tuple[Library, ...]:
    """The list in resources/system-libraries.txt."""
    lines = resource("system-libraries.txt").read_text(encoding="utf-8").splitlines()
    return tuple(
        Library(name, needed_for, tuple(debian.split("|")), arch)
        for name, needed_for, debian, arch in (line.split() for line in lines if line and not line.startswith("#"))
    )


def missing(needed_for: Collection[str]) -> list[str]:
    """Names of the libraries for these purposes that the loader does not find, by trying to load each."""
    return missing_of(library.name for library in libraries() if library.needed_for in needed_for)


def missing_of(names: Iterable[str]) -> list[str]:
    """Those of these libraries that the loader does not find, or others that they need."""
    import ctypes

    lost: dict[str, None] = {}
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError as problem:
            lost[not_found(said_by(problem)) or name] = None
    return list(lost)


def said_by(problem: BaseException) -> str:
    """What the loader said; in a build its words stand behind those of PyInstaller."""
    chain: list[BaseException] = []
    cause: BaseException | None = problem
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__
    return "\n".join(map(str, chain))


def not_found(said: str) -> str:
    """The library that an error of the loader speaks of; empty where it speaks of none."""
    found = _NOT_FOUND.search(said)
    return found[1] if found else ""


def explained(said: str, needed_for: Collection[str] = ("qt",)) -> KirejiError | None:
    """What a person is told when something could not be loaded; None where no library of the system is the reason.

    Args:
        said: By the loader, perhaps inside an exception's text.
        needed_for: Purposes whose other libraries are looked for as well, so that all are told at once.
    """
    if too_old := _TOO_OLD.search(said):
        return KirejiError(
            f"This system is older than this build of Kireji needs: it has no {too_old[1]}.",
            "Use a newer release of the system, or start Kireji from its source.",
            detail=said,
        )
    if not (first := not_found(said)):
        return None
    return told([first, *(name for name in missing(needed_for) if name != first)], detail=said)


def told(lost: Sequence[str], *, detail: str = "") -> KirejiError:
    """The sentence that names libraries and the command that brings them.

    Args:
        lost: At least one library's name.
        detail: What the loader said.
    """
    command = install_command(lost, _os_release())
    if len(lost) == 1:
        return KirejiError(f"The library {lost[0]} is missing.", f"Install it with: {command}", detail=detail)
    return KirejiError(f"The libraries {', '.join(lost)} are missing.", f"Install them with: {command}", detail=detail)


def install_command(lost: Sequence[str], release: Mapping[str, str]) -> str:
    """What installs these libraries here.

    Args:
        lost: Their names.
        release: The fields of os-release(5).
    """
    kin = {release.get("ID", ""), *release.get("ID_LIKE", "").split()}
    known = {library.name: library for library in libraries()}
    if kin & {"fedora", "rhel", "centos"}:
        return f"sudo dnf install {_provided(lost)}"
    if kin & {"suse", "opensuse"}:
        return f"sudo zypper install {_provided(lost)}"
    if "arch" in kin:
        return f"sudo pacman -S {_once(known[name].arch if name in known else name for name in lost)}"
    packages = _once(known[name].debian[0] if name in known else name for name in lost)
    if kin & {"debian", "ubuntu"}:
        return f"sudo apt-get install {packages}"
    return f"your system's package manager (on Debian it is {packages})"


def _once(names: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(names))


def _provided(lost: Sequence[str]) -> str:
    """RPM knows each package by the libraries in it."""
    return " ".join(f"'{name}()(64bit)'" for name in lost)


def _os_release() -> Mapping[str, str]:
    try:
        return platform.freedesktop_os_release()
    except OSError:
        return {}
