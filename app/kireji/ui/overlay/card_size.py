"""How much room parts of the card take."""

from __future__ import annotations

from kireji.ui.flow import FlowLayout
from kireji.ui.overlay.prompt_row import PromptRow
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE

_FIELD = 100
"""Room for the field below which the quick prompts give way, in logical pixels at the usual text size."""


def make_room(prompts: PromptRow, buttons: FlowLayout, theme: Theme, width: int) -> None:
    """Let the quick prompts stand beside the field only where enough of it is left; their keys work all the same.

    Args:
        prompts: The first of the buttons.
        buttons: All that stands beside the field.
        theme: Text size.
        width: Of field and buttons together, in logical pixels.
    """
    others = [buttons.itemAt(at) for at in range(1, buttons.count())]
    shown = [item.sizeHint().width() + SPACE[0] for item in others if item is not None and not item.isEmpty()]
    around = 2 * SPACE[2] + SPACE[1] + theme.px(_FIELD)
    prompts.setVisible(bool(prompts.chips) and around + sum(shown) + prompts.one_row() <= width)
