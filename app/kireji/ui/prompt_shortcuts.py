"""Keys that ask a prompt, beside the keys of actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from kireji.core.capturing import Action, PromptKey, Target
from kireji.core.shortcuts import Shortcut
from kireji.ui.shortcut import ShortcutState
from kireji.ui.translation import tr

if TYPE_CHECKING:  # the tray does not wait for what prompts are
    from kireji.core.prompts import Prompt
    from kireji.services.application import Services


class HoldsPrompts(Protocol):
    """What is needed of whoever holds the keys; `ui.shortcut.GlobalShortcuts` satisfies it."""

    def state(self, action: Target = Action.CAPTURE) -> ShortcutState: ...
    def hold_prompts(self, chords: Mapping[PromptKey, str]) -> None: ...
    def user_of(self, chord: str, but: Target | None = None) -> Target | None: ...


async def hold_prompts(services: Services, shortcuts: HoldsPrompts) -> None:
    """Hold the keys of the prompts as they stand in their files now, and no others."""
    prompts = await services.prompts.prompts()
    shortcuts.hold_prompts({PromptKey(each.name, each.title): each.shortcut for each in prompts if each.shortcut})


def refusal(shortcuts: HoldsPrompts, prompt: Prompt, before: str) -> str:
    """Why a prompt cannot have its keys: something else of ours has them. Empty when nothing has.

    Args:
        shortcuts: Holds the keys.
        prompt: As it is to be saved.
        before: The name that it has now.
    """
    if Shortcut.parse(prompt.shortcut) is None:
        return ""
    user = shortcuts.user_of(prompt.shortcut, PromptKey(before or prompt.name, prompt.title))
    if user is None:
        return ""
    return tr("{chord} is already used for “{title}”. Choose other keys.", chord=prompt.shortcut, title=user.title)
