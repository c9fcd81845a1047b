"""What is done with the selection beside asking: marks, files, pins."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton

from kireji.core.annotation import Redaction, Tool
from kireji.core.geometry import Rect
from kireji.ui.overlay.annotate.tools import Tools
from tests.fakes.provider import answer
from tests.ui.overlay.support import Overlay, until

pytestmark = pytest.mark.qt
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


async def selected(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))


async def tools(stand: Overlay) -> Tools:
    await until(lambda: stand.presenter._tools, "the tools")
    made = stand.presenter._tools
    assert made is not None
    return made


def pressed(made: Tools, tool: Tool) -> None:
    QTest.mouseClick(made._tools[tool], Qt.MouseButton.LeftButton)


async def test_the_tools_are_not_made_before_the_screens_are_painted(stand: Overlay) -> None:
    await stand.capture()
    assert stand.presenter._tools is None
    await tools(stand)


async def test_what_is_blacked_out_never_leaves(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("A."))
    await selected(stand)
    pressed(await tools(stand), Tool.REDACT)
    stand.drag((150, 120), (200, 150))
    sketch = stand.presenter.stage.sketch
    assert sketch is not None
    assert isinstance(sketch.marks[0], Redaction)
    pressed(await tools(stand), Tool.REDACT)
    region = stand.presenter.stage.region
    assert region is not None
    stand.key(Qt.Key.Key_Return)
    await stand.answer_is("A.")
    assert stand.codec.encoded[-1] == Rect(0, 0, 200, 100), "the burnt picture is encoded, not the frozen screen"
    assert stand.presenter.stage.region is region


async def test_a_tool_is_put_away_by_a_second_press_and_the_row_shows_it(stand: Overlay) -> None:
    await selected(stand)
    made = await tools(stand)
    pressed(made, Tool.BOX)
    assert made._tools[Tool.BOX].isChecked()
    pressed(made, Tool.BOX)
    assert not made._tools[Tool.BOX].isChecked()
    stand.drag((150, 120), (200, 150))
    assert not stand.presenter.stage.sketch or not stand.presenter.stage.sketch.marks


async def test_who_puts_a_tool_away_types_the_question_next(stand: Overlay) -> None:
    await selected(stand)
    made = await tools(stand)
    pressed(made, Tool.BOX)
    stand.drag((150, 120), (200, 150))
    stand.key(Qt.Key.Key_Escape)
    assert stand.shown
    stand.type("why")
    assert stand.presenter.stage.bar.field.text() == "why"


async def test_undo_takes_the_last_mark_back(stand: Overlay) -> None:
    await selected(stand)
    made = await tools(stand)
    pressed(made, Tool.BOX)
    stand.drag((150, 120), (200, 150))
    assert made._undo.isEnabled()
    made.undo_clicked.emit()
    sketch = stand.presenter.stage.sketch
    assert sketch is not None
    assert sketch.marks == ()
    assert made._redo.isEnabled()


async def test_a_new_capture_begins_without_a_tool(stand: Overlay) -> None:
    await selected(stand)
    made = await tools(stand)
    pressed(made, Tool.BOX)
    stand.presenter.close()
    await selected(stand)
    await until(lambda: not made._tools[Tool.BOX].isChecked(), "the tool to be put away")


async def test_a_pinned_picture_stays_where_it_was_cut_out(stand: Overlay) -> None:
    await selected(stand)
    stand.presenter.stage.bar.command.emit("pin")
    assert not stand.shown
    assert stand.presenter._commands is not None
    (pin,) = stand.presenter._commands.pins.pinned
    assert (pin.picture.width(), pin.picture.height()) == (200, 100)
    assert pin.isVisible()
    assert abs(pin.pos().x() - 100) <= 1
    assert abs(pin.pos().y() - 100) <= 1
    QGuiApplication.clipboard().clear()
    pin.copied.emit(pin.picture)
    assert QGuiApplication.clipboard().image().size() == pin.picture.size()
    pin.close()
    assert not stand.presenter._commands.pins.pinned


async def test_a_pinned_picture_can_be_saved(tmp_path: Path, stand: Overlay) -> None:
    await selected(stand)
    stand.presenter.stage.bar.command.emit("pin")
    assert stand.presenter._commands is not None
    (pin,) = stand.presenter._commands.pins.pinned
    pin.save_clicked.emit(pin.picture)
    await until(lambda: list(tmp_path.glob("*.png")), "the file")
    await until(lambda: not stand.presenter._scope.running("pin 1"), "the task to end")


async def test_save_as_writes_where_the_person_says(tmp_path: Path, stand: Overlay) -> None:
    await selected(stand)
    stand.key(Qt.Key.Key_S, CONTROL | SHIFT)
    dialog = next(each for each in QApplication.topLevelWidgets() if isinstance(each, QFileDialog))
    target = tmp_path / "mine.png"
    dialog.fileSelected.emit(str(target))
    dialog.close()
    await until(lambda: str(target) in stand.presenter.stage.bar.sentence, "the sentence")
    assert QImage(str(target)).width() == 200
    assert stand.shown


async def test_save_as_asks_where_also_with_the_keys_on_the_picture(stand: Overlay) -> None:
    await selected(stand)
    QTest.keyClick(stand.window, Qt.Key.Key_S, CONTROL | SHIFT)
    assert any(isinstance(each, QFileDialog) for each in QApplication.topLevelWidgets())
    stand.presenter.close()


async def test_closing_the_overlay_closes_the_dialog_too(stand: Overlay) -> None:
    await selected(stand)
    stand.presenter.stage.bar.command.emit("save as")
    stand.presenter.close()
    assert not any(isinstance(each, QFileDialog) and each.isVisible() for each in QApplication.topLevelWidgets())


async def test_every_button_of_the_bar_has_a_name(stand: Overlay) -> None:
    await selected(stand)
    await tools(stand)
    buttons = stand.presenter.stage.bar.findChildren(QPushButton)
    assert all(each.accessibleName() for each in buttons)
