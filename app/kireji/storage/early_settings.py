"""What is needed before anything else is loaded: the chord, held before the tray shows, and the language of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from kireji.core.shortcuts import DEFAULT_CAPTURE

if TYPE_CHECKING:
    from pathlib import Path

_T = TypeVar("_T")


class EarlySettings(NamedTuple):
    """What of the settings cannot wait.

    Args:
        capture: The capture chord; empty holds none.
        paused: Whether shortcuts are paused.
        language: Of the interface; empty follows the system.
    """

    capture: str = DEFAULT_CAPTURE
    paused: bool = False
    language: str = ""


def early_settings(path: Path) -> EarlySettings:
    """Read them straight from the file.

    What cannot be read counts as not written: `core.settings.parse`, which comes a moment later, reports it.

    Args:
        path: The settings file.
    """
    try:
        data = path.read_bytes()
    except OSError:
        return EarlySettings()
    import tomllib

    try:
        tree = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return EarlySettings()
    return EarlySettings(
        _option(tree, "shortcuts", "capture", DEFAULT_CAPTURE),
        _option(tree, "shortcuts", "paused", False),
        _option(tree, "appearance", "language", ""),
    )


def _option(tree: dict[str, object], section: str, name: str, default: _T) -> _T:
    table = tree.get(section)
    value = table.get(name, default) if isinstance(table, dict) else default
    return value if type(value) is type(default) else default
