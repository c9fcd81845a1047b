"""A question in the reading column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from kireji.core.history import MessageOutline, StoredMessage
from kireji.core.messages import ToolResultPart
from kireji.core.window import NOTHING_LEFT_OUT, LeftOut
from kireji.ui.chat.messages import QuestionCard, shown_question
from kireji.ui.chat.transcript.answers import BETWEEN
from kireji.ui.chat.transcript.piece import Piece
from kireji.ui.chat.transcript.rows import Item, Row, WidgetRow
from kireji.ui.chat.transcript.tools import Tool
from kireji.ui.theme import Theme
from kireji.ui.tokens import LINE_HEIGHT, TYPE_BODY
from kireji.ui.translation import tr

if TYPE_CHECKING:
    from kireji.ui.chat.transcript.transcript import Transcript

_CARD = 48
"""Room around the words of a question, in logical pixels."""
_BORDER = 72
"""What the line takes above which nothing is sent."""


class CardRow(WidgetRow):
    """The card with a question; its words can be selected."""

    __slots__ = ()

    @property
    def piece(self) -> Piece | None:
        return self.widget.words if isinstance(self.widget, QuestionCard) else None

    @property
    def selectable(self) -> bool:
        return isinstance(self.item, QuestionItem) and bool(self.item.text)

    def source(self) -> str:
        return self.item.text if isinstance(self.item, QuestionItem) else ""

    def words(self, start: int, end: int) -> str:
        if (piece := self.piece) is not None:
            return piece.text_between(start, end)
        return self.item.text[start:end] if isinstance(self.item, QuestionItem) else ""

    def measure(self, width: int) -> int:
        assert isinstance(self.widget, QuestionCard)
        self.widget.set_column(width)
        return super().measure(width)


class QuestionItem(Item):
    """What the person asked, or what tools gave back.

    Args:
        column: Shows it.
        theme: Colours and text size.
    """

    __slots__ = (
        "_border_row",
        "_card_row",
        "_column",
        "_theme",
        "_tools",
        "gap",
        "id",
        "outline",
        "shows_all",
        "stored",
    )

    def __init__(self, column: Transcript, theme: Theme) -> None:
        super().__init__()
        self._column, self._theme = column, theme
        self.id: int | None = None
        self.outline: MessageOutline | None = None
        self.stored: StoredMessage | None = None
        self.shows_all = False
        self.gap = NOTHING_LEFT_OUT
        self._border_row: WidgetRow | None = None
        self._card_row: CardRow | None = None
        self._tools: list[Tool] = []

    @property
    def text(self) -> str:
        """The words of the question, as they are shown."""
        return shown_question(self.stored.message.text) if self.stored is not None else ""

    def name(self) -> str:
        return tr("Your question")

    def open(self, width: int) -> bool:
        if self.stored is None:
            return False
        if not self.rows:
            self.put(self.arrange(), width)
        return True

    def let_go(self) -> None:
        """Have no words any more; they can be taken again."""
        self.stored, self._tools, self._card_row = None, [], None

    def take(self, stored: StoredMessage) -> None:
        """Have the words."""
        self.stored, self.id = stored, stored.id
        self._card_row = None
        results = [part for part in stored.message.parts if isinstance(part, ToolResultPart)]
        self._tools = []
        for part in results:
            tool = Tool(self, len(self._tools), self._column, self._theme)
            tool.show_result(part)
            self._tools.append(tool)

    def set_outline(self, outline: MessageOutline, gap: LeftOut = NOTHING_LEFT_OUT) -> bool:
        """What the history says of it; True when its rows are different for that.

        Args:
            outline: Of it.
            gap: What of the conversation is not sent any more; the first message after that says so.
        """
        gap = gap if gap.first == outline.id else NOTHING_LEFT_OUT
        borders, self.gap = gap != self.gap, gap
        if borders:
            self._border_row = WidgetRow(self, self._make_border, _BORDER) if gap.first else None
        changed = self.outline is None or self.outline.alternatives != outline.alternatives
        self.outline, self.id = outline, outline.id
        if changed:
            self._card_row = None
        return changed or borders

    def renew_tools(self) -> bool:
        """Results that stand here have no names."""
        return False

    def line_of(self, index: int) -> Row | None:
        return self._tools[index].line

    def toggle(self, index: int) -> list[Row]:
        self._tools[index].is_open = not self._tools[index].is_open
        self._tools[index].renew()
        return self.arrange()

    def arrange(self) -> list[Row]:
        """Its rows as they are to be shown now."""
        rows: list[Row] = [row for tool in self._tools for row in tool.rows()]
        message = self.stored.message if self.stored is not None else None
        if message is not None and (message.text.strip() or message.images or message.documents or not rows):
            line = round(self._theme.px(TYPE_BODY) * LINE_HEIGHT)
            guess = _CARD + line * (1 + len(self.text) // 60)
            self._card_row = self._card_row or CardRow(self, self._make_card, guess)
            rows.append(self._card_row)
        if self._border_row is not None:
            rows.insert(0, self._border_row)
        for row in rows:
            gap = BETWEEN if row is rows[0] or rows[0] is self._border_row else 0
            row.height += gap - row.gap if row.height else 0
            row.gap = gap
        return rows

    def _make_border(self) -> QWidget:
        from kireji.ui.chat.transcript.border import Border

        border = Border(self._theme, self.gap)
        border.summary_clicked.connect(self._column.summary_clicked)
        return border

    def _make_card(self) -> QWidget:
        assert self.stored is not None
        card = QuestionCard(self._theme, self.stored, shows_all=self.shows_all)
        alternatives = self.outline.alternatives if self.outline is not None else ()
        card.add_foot(self, alternatives)
        self._column.connect_card(card)
        return card
