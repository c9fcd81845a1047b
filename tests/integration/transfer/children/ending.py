"""Imports, restores or backs up, and ends without a farewell at a named point.

Arguments: the data folder, what to do (import, restore, backup, export), a path, the point, how often it is passed
before.
"""

from __future__ import annotations

import asyncio
import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kireji.core.transfer import Format
from kireji.services import transfer as transfer_service
from kireji.storage import backups, captures
from kireji.storage.transfer import merging, targets, writers
from tests.integration.transfer.conftest import open_home

POINTS: dict[str, tuple[Any, str]] = {
    "message": (merging._Merging, "_add_message"),
    "settled": (merging._Merging, "_settle"),
    "picture": (captures.FileCaptureStore, "_write"),
    "copied": (backups, "_copy_database"),
    "checked": (backups, "_check"),
    "folder": (backups, "_deliver_folder"),
    "zip": (backups, "_deliver_zip"),
    "taken": (transfer_service._Merging, "take"),
    "written": (writers._OwnWriter, "add"),
    "commit": (targets._PartFile, "commit"),
}


def end_at(point: str, passes: int) -> None:
    """End the process instead of the next call after so many."""
    owner, name = POINTS[point]
    original: Callable[..., Any] = getattr(owner, name)
    left = [passes]

    @functools.wraps(original)
    def counted(*arguments: Any, **named: Any) -> Any:
        if left[0] == 0:
            os._exit(9)
        left[0] -= 1
        return original(*arguments, **named)

    setattr(owner, name, counted)


async def main(folder: Path, what: str, path: Path) -> None:
    async with open_home(folder) as home:
        match what:
            case "import":
                await home.transfer.bring_in(path)
            case "restore":
                await home.backups.restore(path)
            case "backup":
                await home.backups.make(path)
            case "export":
                await home.transfer.export(None, path, Format.JSON)


end_at(sys.argv[4], int(sys.argv[5]))
asyncio.run(main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
