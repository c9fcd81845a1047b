"""Examples to begin with, in the folder of plugins."""

from __future__ import annotations

import shutil
from pathlib import Path

from kireji.resources import resource

_EXAMPLE = "word_count.py"


def put_example(folder: Path, *, wanted: bool) -> None:
    """Make the folder of plugins; with an example in it when that is wanted and nothing is there.

    Args:
        folder: Of plugins.
        wanted: Whether an example shall be there.

    Raises:
        OSError: The folder cannot be made or written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not wanted or any(folder.glob("*.py")):
        return
    shutil.copyfile(resource(f"examples/plugins/{_EXAMPLE}"), folder / _EXAMPLE)
