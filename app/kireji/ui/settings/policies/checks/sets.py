"""Where labelled sets lie: those that came with the program, and files of the person's own."""

from __future__ import annotations

from pathlib import Path

from kireji.resources import resource

ENDING = ".jsonl"


def shipped_sets() -> tuple[str, ...]:
    """Names of those that came with the program; each is called as the policy that it is for."""
    return tuple(sorted(path.stem for path in _folder().glob(f"*{ENDING}")))


def place(chosen: str) -> Path:
    """The file of a set.

    Args:
        chosen: Name of a shipped one, or the path of a file.
    """
    return _folder() / f"{chosen}{ENDING}" if chosen in shipped_sets() else Path(chosen)


def _folder() -> Path:
    return resource("policies") / "sets"
