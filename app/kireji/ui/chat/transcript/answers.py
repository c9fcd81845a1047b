"""An answer in the reading column."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtWidgets import QWidget

from kireji.core.errors import KirejiError
from kireji.core.history import MessageOutline, StoredMessage
from kireji.core.messages import MessageState, TextPart, ThinkingPart, ToolCallPart, ToolResultPart
from kireji.core.window import NOTHING_LEFT_OUT, LeftOut
from kireji.ui.chat.endings import Ending, Waiting, details_of, ending_of, wants_settings
from kireji.ui.chat.transcript.around import Actions, HiddenNote, Sentence, WaitingLine, hidden_part
from kireji.ui.chat.transcript.foot import AnswerFoot
from kireji.ui.chat.transcript.parts import Part, Thinking, Words
from kireji.ui.chat.transcript.rows import Item, Row, WidgetRow
from kireji.ui.chat.transcript.tools import Tool
from kireji.ui.chat.words import provider_name
from kireji.ui.theme import Theme
from kireji.ui.tokens import LINE_HEIGHT, SPACE, TYPE_BODY
from kireji.ui.translation import tr

if TYPE_CHECKING:
    from kireji.ui.chat.transcript.transcript import Transcript

PartT = TypeVar("PartT", Words, Thinking, Tool)
BETWEEN = SPACE[3]
"""Between two messages, in logical pixels."""
_NO_PARTS: list[Part] = []
"""Shared by all answers whose words are not there; nobody adds to it."""
_UNFINISHED = (MessageState.FAILED, MessageState.STOPPED, MessageState.INTERRUPTED)


class AnswerItem(Item):
    """An answer with what says how it came about and ended, and what can be done with it.

    Args:
        column: Shows it.
        theme: Colours and text size.
    """

    __slots__ = (
        "_actions_row",
        "_column",
        "_ending",
        "_error",
        "_foot_row",
        "_hidden_row",
        "_last",
        "_lead",
        "_lead_row",
        "_note_row",
        "_open_parts",
        "_result_row",
        "_theme",
        "_waiting",
        "_waiting_row",
        "id",
        "lead_settings",
        "model",
        "outline",
        "parent",
        "parts",
        "provider",
        "result",
        "stored",
    )  # fmt: skip

    def __init__(self, column: Transcript, theme: Theme) -> None:
        super().__init__()
        self._column, self._theme = column, theme
        self.id: int | None = None
        self.parent: int | None = None
        self.outline: MessageOutline | None = None
        self.stored: StoredMessage | None = None
        self.parts: list[Part] = _NO_PARTS
        self.provider = self.model = ""
        self.lead_settings = False
        self.result = ""
        self._lead = ""
        self._waiting: Waiting | None = None
        self._ending: Ending | None = None
        self._error: KirejiError | None = None
        self._last = False
        self._open_parts: frozenset[int] = frozenset()
        self._lead_row: WidgetRow | None = None
        self._hidden_row: WidgetRow | None = None
        self._waiting_row: WidgetRow | None = None
        self._note_row: WidgetRow | None = None
        self._actions_row: WidgetRow | None = None
        self._foot_row: WidgetRow | None = None
        self._result_row: WidgetRow | None = None

    # What it is.

    @property
    def text(self) -> str:
        """Its Markdown."""
        return "\n\n".join(part.body.text for part in self.parts if isinstance(part, Words) and not part.body.empty)

    @property
    def lead(self) -> str:
        """The sentence above it."""
        return self._lead

    @property
    def ending(self) -> Ending | None:
        """How it ended."""
        return self._ending

    @property
    def waiting(self) -> Waiting | None:
        """What is waited for."""
        return self._waiting

    def name(self) -> str:
        return tr("Answer by {model}", model=self.model) if self.model else tr("Answer")

    def set_model(self, provider: str, model: str) -> None:
        """Who answers, the model by the name that people know."""
        self.provider, self.model = provider, model
        if self.box is not None:
            self.box.setAccessibleName(self.name())

    # What is shown of it.

    def open(self, width: int) -> bool:
        del width
        if self.stored is None and not self.rows:
            return self.id is None
        if not self.rows:
            self.take(self.stored)  # type: ignore[arg-type]
            self.put(self.arrange(), self._column.column_width())
        return True

    def let_go(self) -> None:
        """Have no words any more; they can be taken again."""
        self.stored, self.parts, self._ending = None, _NO_PARTS, None
        self._lead_row = self._hidden_row = self._note_row = self._actions_row = self._foot_row = None
        self._result_row = None

    def take(self, stored: StoredMessage, error: KirejiError | None = None) -> None:
        """Have the words of a stored answer; those that stand here already stay."""
        self.stored, self.id, self.parent = stored, stored.id or self.id, stored.parent
        self._error = error or self._error
        self.set_model(stored.provider, self._column.name_of(stored.provider, stored.model))
        self._waiting = None
        self._take_parts(stored)
        ending = ending_of(stored, self._lead)
        self._ending = ending
        device = stored.provider == "device" and bool(ending.lead or ending.sentence)
        self.set_lead(ending.lead, settings=device or wants_settings(self._error, ending.sentence))
        self._note_row = self._actions_row = self._foot_row = None

    def _take_parts(self, stored: StoredMessage) -> None:
        had: dict[type, list[Part]] = {}
        for one in self.parts:
            had.setdefault(type(one), []).append(one)
        self.parts = []
        unanswered: dict[str, list[Tool]] = {}
        for part in stored.message.parts:
            match part:
                case TextPart(text) if text.strip():
                    words = self._again(had, Words) or self.new_words()
                    words.body.finish(text)
                    words.body.refresh()
                    self.parts.append(words)
                case ThinkingPart():
                    thinking = self._again(had, Thinking) or self.new_thinking(len(self.parts))
                    thinking.place(len(self.parts))
                    thinking.end(part)
                    thinking.body.refresh()
                    self.parts.append(thinking)
                case ToolCallPart():
                    tool = self._again(had, Tool) or self.new_tool(len(self.parts), part.name)
                    tool.place(len(self.parts))
                    tool.show_call(part)
                    self.parts.append(tool)
                    unanswered.setdefault(part.call_id, []).append(tool)
                case ToolResultPart():
                    self._take_result(part, unanswered.get(part.call_id, []))
        for index, folded in enumerate(self.parts):
            if isinstance(folded, Tool):
                folded.is_open = folded.is_open or index in self._open_parts
                folded.end(stored.state)
            elif isinstance(folded, Thinking) and index in self._open_parts:
                folded.is_open = True

    def _take_result(self, part: ToolResultPart, unanswered: list[Tool]) -> None:
        """What a tool gave back belongs to its call: the first with its id that has no result yet."""
        if unanswered:
            unanswered.pop(0).show_result(part)
        else:
            self.take_result(part)

    def take_result(self, part: ToolResultPart) -> None:
        """A result whose call is not here."""
        tool = self.new_tool(len(self.parts))
        tool.show_result(part)
        self.parts = [*self.parts, tool]

    def _again(self, had: dict[type, list[Part]], kind: type[PartT]) -> PartT | None:
        found = had.get(kind)
        part = found.pop(0) if found else None
        return part if isinstance(part, kind) else None

    def new_words(self) -> Words:
        """Words of this answer."""
        return Words(self, self._column, self._theme)

    def new_thinking(self, index: int) -> Thinking:
        """The model's reasoning."""
        return Thinking(self, index, self._column, self._theme)

    def new_tool(self, index: int, offered: str = "") -> Tool:
        """A call of a tool, by the name it was offered under."""
        return Tool(self, index, self._column, self._theme, offered)

    def set_lead(self, sentence: str, *, settings: bool) -> None:
        """The sentence above the words; empty takes it away."""
        if sentence != self._lead:
            self._lead, self._lead_row, self._hidden_row = sentence, None, None
        if settings != self.lead_settings:
            self.lead_settings, self._actions_row = settings, None

    def set_waiting(self, waiting: Waiting | None) -> None:
        """What is waited for; None when nothing is."""
        self._waiting = waiting
        if waiting is None:
            self._waiting_row = None
        elif self._waiting_row is not None and isinstance(line := self._waiting_row.widget, WaitingLine):
            line.show_waiting(waiting)

    def set_last(self, *, last: bool) -> bool:
        """Whether nothing follows it: only then more is offered, since asking again would put away what follows.

        Returns:
            Whether that makes a difference to its rows.
        """
        changed, self._last = last != self._last, last
        if changed:
            self._actions_row = None
        return changed and self._ending is not None

    def set_result(self, form: str) -> bool:
        """What came of it besides words, as `ResultStore.among` tells it; True when its rows are different for that."""
        changed, self.result = form != self.result, form
        if changed:
            self._result_row = None
        return changed and bool(self.rows)

    def set_outline(self, outline: MessageOutline, _gap: LeftOut = NOTHING_LEFT_OUT) -> bool:
        """What the history says of it; True when its rows are different for that."""
        changed = self.outline is None or self.outline.alternatives != outline.alternatives
        self.outline, self.id, self.parent = outline, outline.id, outline.parent
        if changed:
            self._foot_row = None
        return changed

    def toggle(self, index: int) -> Sequence[Row]:
        """Open or close one of its parts; the rows it has then."""
        part = self.parts[index]
        if isinstance(part, Thinking | Tool):
            part.is_open = not part.is_open
            self._open_parts ^= {index}
            part.renew()
        return self.arrange()

    def grows_at(self, index: int) -> bool:
        return self.stored is None and index == len(self.parts) - 1

    def renew_tools(self) -> bool:
        """Tools may be called differently now; False when there are none."""
        tools = [part for part in self.parts if isinstance(part, Tool)]
        for tool in tools:
            tool.rename()
        return bool(tools)

    def renew_model(self) -> None:
        """The model's name may be known better now."""
        if self.stored is not None:
            self.set_model(self.stored.provider, self._column.name_of(self.stored.provider, self.stored.model))
            self._foot_row = None

    def line_of(self, index: int) -> Row | None:
        part = self.parts[index]
        return part.line if isinstance(part, Thinking | Tool) else None

    def arrange(self) -> list[Row]:
        """Its rows as they are to be shown now."""
        rows: list[Row] = []
        note, hidden = hidden_part(self._lead)
        if note:
            self._lead_row = self._lead_row or WidgetRow(self, self._make_lead, self._line())
            rows.append(self._lead_row)
        if hidden:
            self._hidden_row = self._hidden_row or WidgetRow(self, self._make_hidden, self._line())
            rows.append(self._hidden_row)
        begins: set[int] = set()
        for part in self.parts:
            shown = part.rows()
            begins.update(id(row) for row in shown[:1])
            rows += shown
        if self._waiting is not None:
            self._waiting_row = self._waiting_row or WidgetRow(self, self._make_waiting, self._line())
            rows.append(self._waiting_row)
        rows += self._end_rows()
        for index, row in enumerate(rows):
            apart = id(row) in begins or isinstance(row, WidgetRow)
            self._set_gap(row, BETWEEN if index == 0 else SPACE[1] if apart else 0)
        return rows

    def _set_gap(self, row: Row, gap: int) -> None:
        if row.gap != gap:
            row.height += gap - row.gap if row.height else 0
            row.gap = gap

    def _end_rows(self) -> list[Row]:
        ending = self._ending
        rows: list[Row] = []
        if ending is not None and ending.sentence:
            self._note_row = self._note_row or WidgetRow(self, self._make_note, self._line())
            rows.append(self._note_row)
        if ending is not None and self.result:
            self._result_row = self._result_row or WidgetRow(self, self._make_result, self._line() + SPACE[2])
            rows.append(self._result_row)
        if self._offered():
            self._actions_row = self._actions_row or WidgetRow(self, self._make_actions, self._line() * 2)
            rows.append(self._actions_row)
        if ending is not None and self.text:
            self._foot_row = self._foot_row or WidgetRow(self, self._make_foot, self._line() + SPACE[1])
            rows.append(self._foot_row)
        return rows

    def _line(self) -> int:
        return round(self._theme.px(TYPE_BODY) * LINE_HEIGHT)

    # Its widgets.

    def _offered(self) -> dict[str, bool]:
        """What the person can do about how it ended; empty when there is nothing."""
        stored, ending = self.stored, self._ending
        again = stored is not None and stored.state in _UNFINISHED and stored.parent is not None
        offered = {
            "go_on": ending is not None and ending.continues and self._last,
            "retry": again and self._last,
            "settings": self.lead_settings,
        }
        return offered if any(offered.values()) or details_of(self._error) else {}

    def _make_lead(self) -> QWidget:
        return Sentence(hidden_part(self._lead)[0])

    def _make_hidden(self) -> QWidget:
        note = HiddenNote(self._theme, hidden_part(self._lead)[1], self.parent)
        note.receipt_clicked.connect(self._column.receipt_clicked)
        return note

    def _make_waiting(self) -> QWidget:
        assert self._waiting is not None
        return WaitingLine(self._theme, self._waiting)

    def _make_note(self) -> QWidget:
        assert self._ending is not None
        return Sentence(self._ending.sentence, self._ending.role)

    def _make_actions(self) -> QWidget:
        actions = Actions(self._theme, self, details_of(self._error))
        actions.offer(**self._offered())
        self._column.connect_actions(actions)
        return actions

    def _make_result(self) -> QWidget:
        from kireji.ui.chat.transcript.result_row import ResultRow

        row = ResultRow(self._theme, self.result)
        row.clicked.connect(partial(self._column.want_result, self))
        return row

    def _make_foot(self) -> QWidget:
        foot = AnswerFoot(self._theme, self)
        foot.offer_again(on=self.parent is not None)
        if self.outline is not None and self.id is not None:
            foot.add_branches(self.outline.alternatives, self.id)
        named = dict.fromkeys((self.model, provider_name(self.provider)))  # this computer is its own only model
        foot.add_model(" · ".join(part for part in named if part))
        self._column.connect_foot(foot)
        return foot
