"""What an answer is."""

from __future__ import annotations

import enum


class AnswerForm(enum.Enum):
    """What an answer is."""

    TEXT = "text"
    """Words, as they stream."""
    TABLE = "table"
    FIELDS = "fields"
    VERDICT = "verdict"
    TRANSLATION = "translation"
    COMPARISON = "comparison"
