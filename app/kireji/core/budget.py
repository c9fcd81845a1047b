"""The section of the settings that bounds what questions may cost."""

from __future__ import annotations

import msgspec


class BudgetSettings(msgspec.Struct, frozen=True):
    """[budget]: US dollars that questions may cost at most; 0 sets no bound.

    Args:
        day: From midnight on.
        month: From the first of the month on.
        conversation: In one conversation.
    """

    day: float = 0.0
    month: float = 0.0
    conversation: float = 0.0
