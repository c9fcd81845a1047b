"""An answer for the clipboard: formatted words for programs that take them, plain ones for the others."""

from __future__ import annotations

from PySide6.QtCore import QMimeData

from kireji.ui.chat.block_html import html_of
from kireji.ui.chat.transcript.answers import AnswerItem
from kireji.ui.chat.transcript.parts import Words


def rich_text(item: AnswerItem) -> QMimeData:
    """The words of an answer as formatted and as plain text."""
    blocks = [block for part in item.parts if isinstance(part, Words) for block in part.body.all_blocks()]
    data = QMimeData()
    data.setHtml(html_of(blocks))
    data.setText(item.text)
    return data
