"""What this computer does by itself when nothing else is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from kireji.bootstrap.stores import Stores
    from kireji.core.ports import Clock, Reader
    from kireji.core.prompt_ports import PromptStore
    from kireji.services.chat import ChatService
    from kireji.services.preferences import Preferences
    from kireji.services.tools.toolbox import Toolbox
    from kireji.services.upkeep import Upkeep


def upkeep(
    stack: AsyncExitStack,
    stores: Stores,
    preferences: Preferences,
    clock: Clock,
    prompts: PromptStore,
    chat: ChatService,
    toolbox: Toolbox,
    instead: Reader | None,
) -> Upkeep:
    """Wire it.

    Args:
        stack: Unwires it.
        stores: What is kept.
        preferences: The settings.
        clock: The time.
        prompts: The quick prompts.
        chat: Tells whether somebody waits for an answer.
        toolbox: The tools.
        instead: A reader in the place of its own, for tests.
    """
    from kireji.reader.client import ReaderProcess
    from kireji.services.upkeep import Upkeep

    # One of its own: nobody's question waits behind it, and its memory is free again as soon as it has read.
    reader = instead or ReaderProcess(idle_seconds=1.0)
    stack.push_async_callback(reader.aclose)
    return Upkeep(
        stores.conversations,
        stores.captures,
        reader,
        prompts,
        chat.live,
        preferences,
        stores.tools.permissions,
        toolbox,
        clock,
        sent=stores.sent,
    )
