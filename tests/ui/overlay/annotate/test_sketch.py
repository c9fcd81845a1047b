"""What mouse and keys do to the marks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QKeyEvent, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QWidget

from kireji.core.annotation import Arrow, Box, Ink, Number, Pen, Redaction, Text, Tool
from kireji.core.geometry import Rect
from kireji.ui.overlay.annotate.sketch import Sketch

pytestmark = pytest.mark.qt

BOUNDS = Rect(100, 100, 400, 300)
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
PLAIN = Qt.KeyboardModifier.NoModifier


class Stand:
    """A window at half the picture's size, and a note of what the sketch says."""

    def __init__(self) -> None:
        self.window = QWidget()
        self.window.resize(600, 500)
        self.window.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.sketch = Sketch(self.window)
        self.sketch.attach(self.window, lambda point: QPointF(point[0] / 2, point[1] / 2))
        self.sketch.set_bounds(BOUNDS)
        self.steps = 0
        self.dirty: list[Rect] = []
        self.tools: list[object] = []
        self.sketch.edited.connect(self._count)
        self.sketch.changed.connect(self._note)
        self.sketch.chosen.connect(self.tools.append)

    def _count(self) -> None:
        self.steps += 1

    def _note(self, rect: object) -> None:
        assert isinstance(rect, Rect)
        self.dirty.append(rect)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = PLAIN, text: str = "") -> bool:
        return self.sketch.key(QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text))

    def drag(self, start: tuple[float, float], *way: tuple[float, float], constrain: bool = False) -> bool:
        taken = self.sketch.press(start, BOUNDS)
        if taken:
            for point in way:
                self.sketch.move(point, constrain)
            self.sketch.release((way or (start,))[-1])
        return taken

    def draw(self, tool: Tool, start: tuple[float, float], *way: tuple[float, float]) -> None:
        self.sketch.choose(tool)
        assert self.drag(start, *way)

    @property
    def field(self) -> QPlainTextEdit:
        return next(each for each in self.window.findChildren(QPlainTextEdit) if not each.isHidden())

    def type(self, text: str, at: tuple[float, float] = (200.0, 200.0)) -> None:
        self.draw(Tool.TEXT, at)
        self.field.setPlainText(text)

    def shown(self) -> bytes:
        image = QImage(600, 500, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.gray)
        painter = QPainter(image)
        self.sketch.paint(painter, Rect(0, 0, 600, 500))
        painter.end()
        return bytes(image.constBits())


@pytest.fixture
def stand(qapp: object) -> Iterator[Stand]:
    made = Stand()
    yield made
    made.window.close()
    made.window.deleteLater()


# The mouse.


def test_without_a_tool_the_mouse_is_for_the_selection(stand: Stand) -> None:
    assert not stand.drag((200, 200), (300, 300))
    assert stand.sketch.marks == ()


def test_outside_the_selection_the_mouse_is_for_the_selection(stand: Stand) -> None:
    stand.sketch.choose(Tool.ARROW)
    assert not stand.drag((50, 200), (300, 300))


def test_a_drag_with_a_tool_draws_its_mark(stand: Stand) -> None:
    stand.draw(Tool.ARROW, (200, 200), (250, 260), (300, 280))
    stand.draw(Tool.BOX, (200, 200), (300, 280))
    stand.draw(Tool.REDACT, (200.4, 200.4), (299.2, 280))
    stand.draw(Tool.NUMBER, (150, 150), (160, 160))
    stand.draw(Tool.NUMBER, (400, 150))
    stand.draw(Tool.PEN, (300, 300), (320, 340), (360, 310))
    assert stand.sketch.marks == (
        Arrow((200, 200), (300, 280), width=6.0),
        Box((200, 200), (300, 280), width=6.0),
        Redaction(Rect(200, 200, 100, 80)),
        Number((160, 160), 1, size=52),
        Number((400, 150), 2, size=52),
        Pen(((300, 300), (320, 340), (360, 310)), width=6.0),
    )
    assert stand.steps == 6


def test_a_click_with_a_drawing_tool_makes_no_step(stand: Stand) -> None:
    stand.draw(Tool.BOX, (200, 200))
    assert (stand.sketch.marks, stand.steps) == ((), 0)


def test_shift_draws_a_square(stand: Stand) -> None:
    stand.sketch.choose(Tool.BOX)
    stand.drag((200, 200), (300, 240), constrain=True)
    assert stand.sketch.marks == (Box((200, 200), (300, 300), width=6.0),)


def test_a_mark_is_dragged_with_its_own_tool(stand: Stand) -> None:
    stand.draw(Tool.REDACT, (200, 200), (300, 250))
    stand.drag((220, 220), (260, 240), (250, 230))
    assert stand.sketch.marks == (Redaction(Rect(230, 210, 100, 50)),)
    assert stand.sketch.selected == 0
    assert stand.steps == 2


def test_with_another_tool_a_mark_is_drawn_over(stand: Stand) -> None:
    stand.draw(Tool.REDACT, (200, 200), (300, 250))
    stand.draw(Tool.BOX, (220, 220), (280, 240))
    assert len(stand.sketch.marks) == 2


def test_every_painted_pixel_is_announced(stand: Stand) -> None:
    def rest(picture: bytes) -> bytes:
        outside = bytearray(picture)
        for rect in stand.dirty:
            for y in range(max(0, rect.y), min(500, rect.bottom)):
                left, right = max(0, rect.x), min(600, rect.right)
                outside[(y * 600 + left) * 4 : (y * 600 + right) * 4] = bytes(max(0, right - left) * 4)
        return bytes(outside)

    for tool in (Tool.ARROW, Tool.BOX, Tool.PEN, Tool.NUMBER, Tool.REDACT):
        stand.sketch.choose(tool)
        stand.sketch.press((200, 200), BOUNDS)
        way = [(200.0 + 9 * step, 200.0 + (step % 4) * 20) for step in range(12)]
        for point in way:
            before = stand.shown()
            stand.dirty.clear()
            stand.sketch.move(point, False)
            assert rest(before) == rest(stand.shown())
        before = stand.shown()
        stand.dirty.clear()
        stand.sketch.release(way[-1])
        assert rest(before) == rest(stand.shown())
        stand.sketch.set_marks(())
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_Tab, Qt.Key.Key_Left):
        before = stand.shown()
        stand.dirty.clear()
        stand.key(key)
        assert rest(before) == rest(stand.shown())


def test_marks_are_shown_within_the_selection_only(stand: Stand) -> None:
    stand.sketch.set_marks((Redaction(Rect(50, 50, 100, 100)),))
    image = QImage(600, 500, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.gray)
    painter = QPainter(image)
    stand.sketch.paint(painter, Rect(0, 0, 600, 500))
    painter.end()
    assert image.pixelColor(80, 80).name() == "#a0a0a4"
    assert image.pixelColor(120, 120).name() == "#000000"


# The keys.


def test_letters_choose_tools_and_put_them_away(stand: Stand) -> None:
    for tool in Tool:
        assert stand.key(Qt.Key(ord(tool.letter)), text=tool.letter.lower())
        assert stand.sketch.tool is tool
    assert stand.key(Qt.Key.Key_R, ALT)
    assert stand.sketch.tool is None
    assert stand.tools == [*Tool, None]


def test_letters_with_control_are_for_others(stand: Stand) -> None:
    assert not stand.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)


@pytest.mark.parametrize(
    "key", [Qt.Key.Key_Left, Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Tab, Qt.Key.Key_Escape]
)
def test_without_a_tool_all_other_keys_are_for_the_selection(stand: Stand, key: Qt.Key) -> None:
    assert not stand.key(key)


def test_a_box_is_drawn_by_keys_alone(stand: Stand) -> None:
    stand.key(Qt.Key.Key_B)
    stand.key(Qt.Key.Key_Left, SHIFT)
    stand.key(Qt.Key.Key_Space)
    for _ in range(5):
        stand.key(Qt.Key.Key_Right, SHIFT)
        stand.key(Qt.Key.Key_Down, SHIFT)
    stand.key(Qt.Key.Key_Up)
    assert stand.key(Qt.Key.Key_Return)
    assert stand.sketch.marks == (Box((290, 250), (340, 299), width=6.0),)
    assert stand.steps == 1


def test_a_number_needs_one_key(stand: Stand) -> None:
    stand.key(Qt.Key.Key_N)
    stand.key(Qt.Key.Key_Space)
    assert stand.sketch.marks == (Number((300, 250), 1, size=52),)


def test_a_line_by_hand_is_drawn_by_keys(stand: Stand) -> None:
    stand.key(Qt.Key.Key_P)
    stand.key(Qt.Key.Key_Space)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down):
        for _ in range(3):
            stand.key(key, SHIFT)
    stand.key(Qt.Key.Key_Space)
    assert stand.sketch.marks == (Pen(((300, 250), (330, 250), (330, 280)), width=6.0),)


def test_the_crosshair_stays_in_the_selection(stand: Stand) -> None:
    stand.key(Qt.Key.Key_N)
    for _ in range(60):
        stand.key(Qt.Key.Key_Right, SHIFT)
    stand.key(Qt.Key.Key_Space)
    assert stand.sketch.marks == (Number((500, 250), 1, size=52),)


def test_enter_without_anything_begun_is_for_the_question(stand: Stand) -> None:
    stand.key(Qt.Key.Key_B)
    assert not stand.key(Qt.Key.Key_Return)


def test_tab_goes_through_the_marks_and_then_on(stand: Stand) -> None:
    stand.draw(Tool.ARROW, (200, 200), (300, 280))
    stand.draw(Tool.BOX, (200, 200), (300, 280))
    seen = []
    for _ in range(2):
        assert stand.key(Qt.Key.Key_Tab)
        seen.append(stand.sketch.selected)
    assert seen == [0, 1]
    assert not stand.key(Qt.Key.Key_Tab)
    assert stand.sketch.selected is None
    assert stand.key(Qt.Key.Key_Backtab, SHIFT)
    assert stand.sketch.selected == 1


def test_the_selected_mark_is_moved_and_removed(stand: Stand) -> None:
    stand.draw(Tool.NUMBER, (200, 200))
    stand.draw(Tool.NUMBER, (250, 200))
    stand.key(Qt.Key.Key_Tab)
    stand.key(Qt.Key.Key_Down)
    stand.key(Qt.Key.Key_Left, SHIFT)
    assert stand.sketch.marks[0] == Number((190, 201), 1, size=52)
    assert stand.key(Qt.Key.Key_Delete)
    assert stand.sketch.marks == (Number((250, 200), 1, size=52),)
    assert stand.steps == 5
    assert not stand.key(Qt.Key.Key_Delete)


def test_esc_leaves_the_drawing_then_the_mark_then_the_tool(stand: Stand) -> None:
    stand.draw(Tool.BOX, (200, 200), (300, 280))
    stand.key(Qt.Key.Key_Tab)
    assert stand.key(Qt.Key.Key_Escape)
    assert (stand.sketch.selected, stand.sketch.tool) == (None, Tool.BOX)
    stand.key(Qt.Key.Key_Space)
    assert stand.key(Qt.Key.Key_Escape)
    assert (stand.key(Qt.Key.Key_Return), stand.sketch.tool) == (False, Tool.BOX)
    assert stand.key(Qt.Key.Key_Escape)
    assert stand.sketch.tool is None
    assert not stand.key(Qt.Key.Key_Escape)
    assert len(stand.sketch.marks) == 1


def test_esc_during_a_drag_puts_the_mark_back(stand: Stand) -> None:
    stand.draw(Tool.REDACT, (200, 200), (300, 250))
    stand.sketch.press((220, 220), BOUNDS)
    stand.sketch.move((300, 300), False)
    stand.key(Qt.Key.Key_Escape)
    stand.sketch.release((300, 300))
    assert stand.sketch.marks == (Redaction(Rect(200, 200, 100, 50)),)
    assert stand.steps == 1


# Undo, and other pictures.


def test_marks_that_are_put_back_make_no_step(stand: Stand) -> None:
    stand.draw(Tool.BOX, (200, 200), (300, 280))
    stand.sketch.set_marks(())
    assert (stand.sketch.marks, stand.steps) == ((), 1)
    assert stand.dirty


def test_a_screen_of_another_scale_gives_other_widths(stand: Stand) -> None:
    stand.sketch.attach(stand.window, lambda point: QPointF(*point))
    stand.draw(Tool.BOX, (200, 200), (300, 280))
    assert stand.sketch.marks == (Box((200, 200), (300, 280), width=3.0),)


# Colour.


def test_the_next_mark_has_the_chosen_ink_and_width(stand: Stand) -> None:
    stand.sketch.set_style(Ink.BLUE, 5.0)
    stand.draw(Tool.BOX, (200, 200), (300, 280))
    assert stand.sketch.marks == (Box((200, 200), (300, 280), Ink.BLUE, 10.0),)


def test_a_selected_mark_takes_another_ink(stand: Stand) -> None:
    stand.draw(Tool.NUMBER, (200, 200))
    stand.key(Qt.Key.Key_Tab)
    stand.sketch.set_style(Ink.GREEN)
    assert stand.sketch.marks == (Number((200, 200), 1, Ink.GREEN, 52),)
    assert stand.steps == 2


# Typing.


def test_words_are_typed_in_place(stand: Stand) -> None:
    stand.window.show()
    stand.draw(Tool.TEXT, (200, 200))
    assert stand.sketch.typing
    QTest.keyClicks(stand.field, "why here")
    QTest.keyClick(stand.field, Qt.Key.Key_Return)
    (mark,) = stand.sketch.marks
    assert isinstance(mark, Text)
    assert mark.text == "why here"
    assert stand.steps == 1
    assert not stand.sketch.typing


def test_words_that_are_being_typed_leave_with_the_picture(stand: Stand) -> None:
    stand.type("seen")
    (mark,) = stand.sketch.marks
    assert isinstance(mark, Text)
    assert mark.text == "seen"


def test_nothing_typed_is_no_mark(stand: Stand) -> None:
    stand.type("  \n ")
    stand.sketch.finish()
    assert (stand.sketch.marks, stand.steps) == ((), 0)


def test_esc_keeps_what_was_typed(stand: Stand) -> None:
    stand.type("kept")
    QTest.keyClick(stand.field, Qt.Key.Key_Escape)
    assert len(stand.sketch.marks) == 1


def test_shift_enter_begins_a_line(stand: Stand) -> None:
    stand.type("one")
    stand.field.moveCursor(stand.field.textCursor().MoveOperation.End)
    height = stand.field.height()
    QTest.keyClick(stand.field, Qt.Key.Key_Return, SHIFT)
    assert stand.sketch.typing
    assert stand.field.height() > height


def test_the_field_grows_with_the_words_and_stays_in_the_selection(stand: Stand) -> None:
    stand.type("a", at=(480.0, 390.0))
    narrow = stand.field.width()
    stand.field.setPlainText("a good deal more than that")
    assert stand.field.width() > narrow
    place = stand.field.geometry()
    assert BOUNDS.x / 2 <= place.x()
    assert place.right() <= BOUNDS.right / 2 + 2
    assert place.bottom() <= BOUNDS.bottom / 2 + 2


def test_a_click_on_words_changes_them(stand: Stand) -> None:
    stand.type("first")
    stand.sketch.finish()
    (mark,) = stand.sketch.marks
    x, y = mark.bounds().x + 10.0, mark.bounds().y + 10.0
    stand.drag((x, y))
    assert stand.sketch.typing
    assert stand.field.toPlainText() == "first"
    stand.field.setPlainText("second")
    stand.sketch.finish()
    (changed,) = stand.sketch.marks
    assert isinstance(changed, Text)
    assert changed.text == "second"


def test_words_that_are_emptied_go(stand: Stand) -> None:
    stand.type("first")
    stand.sketch.finish()
    stand.key(Qt.Key.Key_Tab)
    stand.key(Qt.Key.Key_Return)
    stand.field.setPlainText("")
    stand.sketch.finish()
    assert (stand.sketch.marks, stand.steps) == ((), 2)


def test_a_press_on_a_button_takes_the_words_over_first(stand: Stand) -> None:
    button = QPushButton("Ask", stand.window)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    stand.window.show()
    stand.type("before")
    steps: list[int] = []
    button.pressed.connect(lambda: steps.append(stand.steps))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert steps == [1]


def test_a_press_elsewhere_ends_typing_without_beginning_anew(stand: Stand) -> None:
    stand.type("done")
    stand.drag((400, 350))
    assert not stand.sketch.typing
    assert len(stand.sketch.marks) == 1


def test_marks_that_are_put_back_end_typing(stand: Stand) -> None:
    stand.type("gone")
    stand.sketch.set_marks(())
    assert (stand.sketch.typing, stand.sketch.marks, stand.steps) == (False, (), 0)
