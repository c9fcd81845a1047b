"""Rows to look at, without a history below them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Qt

from kireji.core.history import ConversationSummary
from kireji.ui.sidebar.list_model import ENTRY, ConversationModel

NOON = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)


def row(number: int, title: str = "", *, pinned: bool = False, **before: float) -> ConversationSummary:
    """A conversation that changed so long before noon."""
    time = NOON - timedelta(**before)
    return ConversationSummary(number, title or f"Conversation {number}", time, time, pinned=pinned)


def titles(model: ConversationModel) -> list[str]:
    """The conversations from above, without headings."""
    return [text for text in said(model) if not text.startswith("[")]


def said(model: ConversationModel) -> list[str]:
    """All rows from above: headings in brackets, titles as they are."""
    found = []
    for number in range(model.rowCount()):
        index = model.index(number, 0)
        entry = index.data(ENTRY)
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        found.append(text if isinstance(entry, ConversationSummary) else f"[{text}]")
    return found
