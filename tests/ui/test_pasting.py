"""Pasting into small fields, whatever the clipboard's owner does."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit

from kireji.core.desktop_ports import ClipboardContent
from kireji.core.errors import ClipboardError
from kireji.ui.aio import TaskScope
from kireji.ui.pasting import Pasting
from tests.fakes.desktop import FakeClipboard

pytestmark = pytest.mark.qt


async def paste(field: QLineEdit | QPlainTextEdit, clipboard: FakeClipboard) -> list[str]:
    """Press Ctrl+V and wait until the clipboard was read; what was said about it."""
    said: list[str] = []

    def failed(error: BaseException) -> None:
        raise error

    scope = TaskScope("test", failed)
    pasting = Pasting(clipboard, scope, said.append)
    pasting.serve(field)
    press = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier, "\x16")
    QApplication.sendEvent(field, press)
    for _ in range(5):  # the fake needs no time, only turns of the loop
        await asyncio.sleep(0)
    assert not scope.running("paste")
    await scope.aclose()
    return said


def holding(text: str) -> FakeClipboard:
    clipboard = FakeClipboard()
    clipboard.content = ClipboardContent(text=text)
    return clipboard


async def test_words_come_to_the_caret() -> None:
    field = QPlainTextEdit("before  after")
    cursor = field.textCursor()
    cursor.setPosition(7)
    field.setTextCursor(cursor)
    await paste(field, holding("pasted"))
    assert field.toPlainText() == "before pasted after"


async def test_white_space_around_a_pasted_key_is_left_out() -> None:
    field = QLineEdit()
    await paste(field, holding("  sk-ant-key\n"))
    assert field.text() == "sk-ant-key"


async def test_a_program_that_hangs_is_said() -> None:
    clipboard = FakeClipboard()
    clipboard.failure = ClipboardError("The program that holds the clipboard does not answer.", "Copy it again.")
    field = QPlainTextEdit()
    assert await paste(field, clipboard) == ["The program that holds the clipboard does not answer. Copy it again."]
    assert field.toPlainText() == ""


async def test_a_field_that_only_shows_stays_as_it_is() -> None:
    field = QLineEdit("address", readOnly=True)
    await paste(field, holding("pasted"))
    assert field.text() == "address"


async def test_endless_words_are_cut() -> None:
    field = QPlainTextEdit()
    await paste(field, holding("word\n" * 10_000))
    assert len(field.toPlainText()) == 20_000
