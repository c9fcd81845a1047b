"""A reading column over messages that are at hand, and what is done in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from kireji.core.history import MessageOutline, StoredMessage
from kireji.core.messages import Message, MessageState, Part, Role, TextPart
from kireji.ui.chat.transcript.piece import Piece
from kireji.ui.chat.transcript.transcript import Transcript
from kireji.ui.theme import Theme


def question(number: int, parent: int | None, text: str) -> StoredMessage:
    return message(number, parent, Role.USER, TextPart(text))


def answer(number: int, parent: int, *parts: Part | str, **more: object) -> StoredMessage:
    made = [TextPart(part) if isinstance(part, str) else part for part in parts]
    return message(number, parent, Role.ASSISTANT, *made, **more)


def message(
    number: int,
    parent: int | None,
    role: Role,
    *parts: Part,
    state: MessageState = MessageState.COMPLETE,
    error: str = "",
) -> StoredMessage:
    provider = "anthropic" if role is Role.ASSISTANT else ""
    now = datetime.now(UTC)
    return StoredMessage(number, parent, Message(role, parts), state, provider, "Model", None, None, error, now)


def conversation(count: int, text: str = "words") -> list[StoredMessage]:
    """Questions and answers that follow each other."""
    made = []
    for number in range(1, count + 1):
        parent = number - 1 or None
        one = question(number, parent, f"Question {number}")
        made.append(one if parent is None or number % 2 else answer(number, parent, f"Answer {number}\n\n{text}"))
    return made


def outline_of(stored: StoredMessage, alternatives: tuple[int, ...] = ()) -> MessageOutline:
    size = len(stored.message.text)
    beside = alternatives or (stored.id,)
    return MessageOutline(stored.id, stored.parent, stored.message.role, stored.state, size, beside, stored.cut)


WidgetT = TypeVar("WidgetT", bound=QWidget)


class Shown:
    """A column that asks for its messages here.

    Attributes:
        view: The column.
        asked: Every number that was asked for.
    """

    def __init__(self, qtbot: QtBot, *, size: tuple[int, int] = (760, 500)) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.theme = Theme(app)
        self.view = Transcript(self.theme)
        self.asked: list[int] = []
        self._stored: dict[int, StoredMessage] = {}
        self._qtbot = qtbot
        qtbot.addWidget(self.view)
        self.view.messages_wanted.connect(self._provide)
        self.view.resize(*size)
        self.view.show()

    def _provide(self, numbers: object) -> None:
        assert isinstance(numbers, tuple)
        self.asked += numbers
        self.view.provide([self._stored[number] for number in numbers])

    def show(self, messages: Sequence[StoredMessage], alternatives: dict[int, tuple[int, ...]] | None = None) -> None:
        """Show a conversation, and wait until all that is near is built."""
        self._stored |= {stored.id: stored for stored in messages}
        self.view.show_outline([outline_of(stored, (alternatives or {}).get(stored.id, ())) for stored in messages])
        self.settled()

    def settled(self) -> None:
        """Wait until nothing is left to be built."""
        self.until(lambda: self.view.is_complete() and not self.view._more.isActive())

    def until(self, condition: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=5000)

    def pieces(self) -> list[Piece]:
        """Those that are built, as they are read."""
        rows = sorted(self.view._built, key=lambda row: (row.item.index, row.index))
        return [row.piece for row in rows if row.piece is not None]

    def words(self) -> str:
        """Everything that is built."""
        return "\n".join(piece.plain_text() for piece in self.pieces())

    def find(self, kind: type[WidgetT], name: str = "") -> WidgetT:
        """A control, by what assistive programs call it."""
        found = [one for one in self.view.findChildren(kind) if not name or one.accessibleName() == name]
        return found[-1]

    def point_of(self, piece: Piece, position: int) -> QPoint:
        """Where a character stands in the viewport."""
        place = piece.place_of(position)
        return piece.mapTo(self.view.viewport(), place.center().toPoint())

    def drag(self, start: tuple[Piece, int], end: tuple[Piece, int]) -> None:
        """Select with the mouse."""
        viewport = self.view.viewport()
        first, last = self.point_of(*start), self.point_of(*end)
        QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=first)
        QTest.mouseMove(viewport, last)
        QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=last)
