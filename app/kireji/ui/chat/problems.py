"""What could not be used of what was given, said above the composer."""

from __future__ import annotations

from kireji.ui.chat.pane import ChatPane
from kireji.ui.translation import tr

_SAID_AT_ONCE = 3


class Problems:
    """Collects the sentences of one paste or drop, so that the last does not hide the first.

    Args:
        pane: Its notice says them.
    """

    def __init__(self, pane: ChatPane) -> None:
        self._pane = pane
        self._said: list[str] = []

    def begin(self) -> None:
        """What is said from now on is about something else."""
        self._said = []

    def say(self, sentence: str) -> None:
        """Say one more."""
        self._said.append(sentence)
        told = " ".join(self._said[:_SAID_AT_ONCE])
        more = len(self._said) - _SAID_AT_ONCE
        self._pane.show_notice(f"{told} {tr('And {more} more.', more=more)}" if more > 0 else told)
