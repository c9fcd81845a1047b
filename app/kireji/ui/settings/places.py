"""Where this installation keeps things; apart from the page that shows it, because the start-up makes one."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Places(NamedTuple):
    """Folders and files to show.

    Args:
        data: Conversations and captures.
        settings: The settings file.
        logs: The log files.
    """

    data: Path
    settings: Path
    logs: Path
