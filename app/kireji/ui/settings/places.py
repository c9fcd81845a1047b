"""Where this installation keeps things and how it is called; apart from its page, because the start-up makes one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class Places(NamedTuple):
    """Folders, files and the command to show.

    Args:
        data: Conversations and captures.
        settings: The settings file.
        logs: The log files.
        program: Tells what calls this installation from a shell; arguments can follow.
    """

    data: Path
    settings: Path
    logs: Path
    program: Callable[[], str] = lambda: "kireji"

    @property
    def prompts(self) -> Path:
        """The folder of the person's own prompts."""
        return self.data / "prompts"

    @property
    def policies(self) -> Path:
        """The folder of the person's own moderation policies."""
        return self.data / "policies"

    @property
    def plugins(self) -> Path:
        """The folder of plugins."""
        return self.data / "plugins"
