"""The quick prompts; read when they are first wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kireji.bootstrap.waiting import WaitingPrompts

if TYPE_CHECKING:
    from kireji.core.prompt_ports import PromptStore
    from kireji.desktop.paths import Paths


def late_prompts(paths: Paths) -> WaitingPrompts:
    """Those that came with the program and the person's own; nothing of it is loaded yet."""

    def made() -> PromptStore:
        from kireji.resources import resource
        from kireji.storage.prompts import FilePromptStore

        return FilePromptStore(resource("prompts"), paths.prompts)

    return WaitingPrompts(made)
