"""What the card's answer is doing, and what the card needs to be quick."""

from __future__ import annotations

import enum

_QUESTION_LINES = 3
_LONGEST_QUESTION = 400


class CardState(enum.Enum):
    """What the answer is doing."""

    WAITING = "waiting"
    STREAMING = "streaming"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


def load_renderer() -> None:
    """Load what renders answers; it takes some 30 ms, in any thread, so that the first answer does not wait for it."""
    from kireji.ui.chat.markdown import load

    load()


def load_forms() -> None:
    """Load what answers otherwise than in words; some 100 ms, in any thread, so that the first does not wait for it."""
    import kireji.services.habits
    import kireji.ui.overlay.forms.making  # noqa: F401 # loaded, not used


def shortened(question: str) -> str:
    """A question as it stands in the card's header."""
    lines = [line for line in question.splitlines() if line.strip()]
    text = "\n".join(lines[:_QUESTION_LINES])
    cut = len(lines) > _QUESTION_LINES or len(text) > _LONGEST_QUESTION
    return text[:_LONGEST_QUESTION].rstrip() + "…" if cut else text
