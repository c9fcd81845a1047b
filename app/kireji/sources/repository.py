"""Where a folder lies in a git repository, and which rules hold there beside those in the folder itself."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from kireji.sources.ignoring import Rules

RULES = ".gitignore"
_LARGEST_RULES = 1_000_000
"""Bytes of a file of rules."""
_LARGEST_CONFIG = 200_000
_MOST_ABOVE = 60


def small_text(path: str, most: int) -> str:
    """A small file's text; empty for one that is not there, is no file, or cannot be read."""
    with contextlib.suppress(OSError, ValueError):
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
        handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            if stat.S_ISREG(os.fstat(handle).st_mode):
                return file.read(most).decode("utf-8", "surrogateescape")
    return ""


def rules_of(folder: str, depth: int = 0, above: tuple[str, ...] = ()) -> Rules:
    """The rules that lie in a folder."""
    return Rules(small_text(os.path.join(folder, RULES), _LARGEST_RULES), depth, above)


def rules_around(top: str, environ: Mapping[str, str]) -> tuple[Rules, ...]:
    """The rules that hold in a folder without lying in it or below, the strongest first.

    Args:
        top: Whole path.
        environ: Where the person's own rules are.
    """
    above: list[Rules] = []
    names: tuple[str, ...] = ()
    folder = Path(top)
    for _ in range(_MOST_ABOVE):
        if os.path.lexists(folder / ".git"):
            return (*filter(None, (*above, excluded(str(folder), 0, names), personal(environ))),)
        if folder.parent == folder:
            break
        names = (folder.name, *names)
        folder = folder.parent
        above.append(rules_of(str(folder), 0, names))
    return tuple(filter(None, (personal(environ),)))


def excluded(repository: str, depth: int = 0, above: tuple[str, ...] = ()) -> Rules:
    """The rules of a repository that are not part of it: `info/exclude`."""
    inside = os.path.join(repository, ".git")
    if os.path.isfile(inside):  # of a work tree or a submodule, the file names the folder
        inside = _named(repository, small_text(inside, 10_000).strip().removeprefix("gitdir:").strip()) or inside
        inside = _named(inside, small_text(os.path.join(inside, "commondir"), 10_000).strip()) or inside
    return Rules(small_text(os.path.join(inside, "info", "exclude"), _LARGEST_RULES), depth, above)


def _named(folder: str, name: str) -> str:
    """A path that a repository names; empty for one on another computer, which would be told who asks."""
    return "" if not name or name.startswith(("//", "\\\\")) else os.path.normpath(os.path.join(folder, name))


def personal(environ: Mapping[str, str]) -> Rules:
    """The person's own rules for all their repositories."""
    home = environ.get("HOME") or environ.get("USERPROFILE", "")
    config = environ.get("XDG_CONFIG_HOME") or (os.path.join(home, ".config") if home else "")
    named = ""
    for path in (os.path.join(config, "git", "config") if config else "", os.path.join(home, ".gitconfig")):
        named = (_excludes_file(_followed(path, _LARGEST_CONFIG)) if path else "") or named
    if named.startswith("~/"):
        named = os.path.join(home, named[2:])
    if not named and config:
        named = os.path.join(config, "git", "ignore")
    return Rules(_followed(named, _LARGEST_RULES) if named else "")


def _followed(path: str, most: int) -> str:
    """The person's own files are often links to where they keep them."""
    return small_text(os.path.realpath(path), most)


def _excludes_file(config: str) -> str:
    """What a configuration of git says of `core.excludesFile`."""
    inside, named = False, ""
    for line in map(str.strip, config.splitlines()):
        if line.startswith("["):
            inside = line.partition("]")[0].strip("[ ").lower() == "core"
        elif inside and line.partition("=")[0].strip().lower() == "excludesfile":
            named = line.partition("=")[2].strip().strip('"')
    return named
