"""What a capture is to do, as a value: command line, tray, shortcuts and windows all ask for one in this form.

Standard library only: the tray needs it before anything else is loaded.
"""

from __future__ import annotations

import enum
from typing import NamedTuple, TypeAlias

from kireji.core.words import mark, say

MOST_DELAY = 3600.0
"""Seconds a capture may be put off."""

BIND_BY_HAND = mark(
    "Bind the command 'kireji capture' to a key in your desktop's own keyboard settings; "
    "Settings, Shortcuts has it in full."
)
"""What to do where no chord can be held: the next step of several failures."""


class CaptureMode(enum.Enum):
    """What is selected when the frozen screens appear."""

    REGION = "region"
    """Nothing: the person drags, or picks by keys."""
    WINDOW = "window"
    """The window under the pointer is offered; a click or Enter takes it."""
    SCREEN = "screen"
    """The whole screen under the pointer."""
    ALL = "all"
    """All screens as one picture."""
    LAST = "last"
    """The region of the capture before."""


class CaptureRequest(NamedTuple):
    """One capture.

    Args:
        mode: What is selected to begin with.
        delay: Seconds to wait before the screens are frozen, so that a menu can be opened.
        add: The region joins those that were kept for the next question, instead of beginning afresh.
        prompt: Name of the quick prompt that is asked as soon as something is selected; empty asks nothing by itself.
    """

    mode: CaptureMode = CaptureMode.REGION
    delay: float = 0.0
    add: bool = False
    prompt: str = ""


class Action(enum.Enum):
    """What a shortcut, the tray or another start can ask of the running program; the value names its setting."""

    CAPTURE = "capture"
    WINDOW = "window"
    SCREEN = "screen"
    ALL_SCREENS = "all_screens"
    DELAYED = "delayed"
    LAST = "last"
    ADD = "add"
    CLIPBOARD = "clipboard"
    SELECTION = "selection"
    OPEN = "open"

    @property
    def title(self) -> str:
        """What menus and settings call it."""
        return say(_TITLES[self])


class PromptKey:
    """A quick prompt, asked by a shortcut or the tray; the same by its name alone.

    A plain class: whoever hands a capture over to the running program must not wait for `dataclasses`.

    Args:
        name: As of the prompt.
        title: What menus call it; the same prompt may come with another.
    """

    __slots__ = ("name", "title")

    def __init__(self, name: str, title: str = "") -> None:
        self.name = name
        self.title = title

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PromptKey) and self.name == other.name

    def __hash__(self) -> int:
        return hash((PromptKey, self.name))

    def __repr__(self) -> str:
        return f"PromptKey({self.name!r}, {self.title!r})"

    @property
    def value(self) -> str:
        """How the desktop's own lists of shortcuts know it."""
        return f"prompt_{self.name}"


Target: TypeAlias = Action | PromptKey
"""What a shortcut can ask for."""

_TITLES = {
    Action.CAPTURE: mark("Capture and ask"),
    Action.WINDOW: mark("Capture a window"),
    Action.SCREEN: mark("Capture this screen"),
    Action.ALL_SCREENS: mark("Capture all screens"),
    Action.DELAYED: mark("Capture after a delay"),
    Action.LAST: mark("Capture the same region again"),
    Action.ADD: mark("Add a region to the question"),
    Action.CLIPBOARD: mark("Ask about the clipboard"),
    Action.SELECTION: mark("Ask about the selected text"),
    Action.OPEN: mark("Open Kireji"),
}

_MODES = {
    Action.CAPTURE: CaptureMode.REGION,
    Action.WINDOW: CaptureMode.WINDOW,
    Action.SCREEN: CaptureMode.SCREEN,
    Action.ALL_SCREENS: CaptureMode.ALL,
    Action.DELAYED: CaptureMode.REGION,
    Action.LAST: CaptureMode.LAST,
    Action.ADD: CaptureMode.REGION,
}


def capture_of(action: Action, delay: float) -> CaptureRequest | None:
    """The capture that an action asks for; None for actions that capture nothing.

    Args:
        action: What was chosen.
        delay: The setting for captures after a delay, in seconds.
    """
    mode = _MODES.get(action)
    if mode is None:
        return None
    return CaptureRequest(mode, delay if action is Action.DELAYED else 0.0, add=action is Action.ADD)
