"""The one setting that is needed before anything else is loaded: the chord, which is held before the tray shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kireji.core.shortcuts import DEFAULT_CAPTURE

if TYPE_CHECKING:
    from pathlib import Path


def early_shortcut(path: Path) -> tuple[str, bool]:
    """The capture chord and whether shortcuts are paused, straight from the file.

    What cannot be read counts as not written: `core.settings.parse`, which comes a moment later, reports it.

    Args:
        path: The settings file.
    """
    try:
        data = path.read_bytes()
    except OSError:
        return DEFAULT_CAPTURE, False
    import tomllib

    try:
        section = tomllib.loads(data.decode("utf-8-sig")).get("shortcuts", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return DEFAULT_CAPTURE, False
    chord = section.get("capture", DEFAULT_CAPTURE) if isinstance(section, dict) else DEFAULT_CAPTURE
    paused = section.get("paused", False) if isinstance(section, dict) else False
    return chord if isinstance(chord, str) else DEFAULT_CAPTURE, paused is True
