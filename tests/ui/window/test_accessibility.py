"""What assistive technology and the keyboard find in the main window, state by state."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QWidget

from kireji.core.errors import Overloaded
from kireji.ui.chat.picture_dialog import PictureDialog
from kireji.ui.language import load_language, unload_language
from tests.fakes.services import FakeSurroundings
from tests.support.accessibility import reached_by_tab, tree, unnamed
from tests.support.demo import Calendar, fill
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt


@asynccontextmanager
async def conversation() -> AsyncIterator[Stand]:
    """A conversation with lists, code and a table."""
    below = FakeSurroundings().with_key()
    newest = await fill(below.conversations, Calendar())
    async with window_over(below) as stand:
        stand.window.conversation_chosen.emit(newest)
        await stand.until(lambda: "The smallest change" in said(stand))
        yield stand


def said(stand: Stand) -> str:
    return " ".join(node.name for node in tree(stand.window))


def controls(window: QWidget) -> Iterator[QWidget]:
    for kind in (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox):
        for each in window.findChildren(kind):
            if each.isVisible() and each.isEnabled() and each.window() is window:
                yield each


def by_class(widgets: set[QWidget]) -> list[str]:
    return sorted(f"{type(each).__name__} {each.accessibleName()!r}" for each in widgets)


async def test_everything_has_a_name_where_nothing_was_asked_yet() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        assert unnamed(stand.window) == []


async def test_everything_has_a_name_on_the_page_of_the_first_start() -> None:
    async with window_over(FakeSurroundings(), welcomed=False) as stand:
        await stand.until(lambda: stand.window.page() == "welcome")
        assert unnamed(stand.window) == []


async def test_everything_has_a_name_in_a_conversation() -> None:
    async with conversation() as stand:
        assert unnamed(stand.window) == []


async def test_everything_has_a_name_in_a_narrow_window_with_the_conversations_over_it() -> None:
    async with conversation() as stand:
        stand.window.resize(500, 700)
        stand.window.chat.header.menu.click()
        assert unnamed(stand.window) == []


async def test_everything_has_a_name_beside_an_answer_that_failed() -> None:
    below = FakeSurroundings().with_key()
    below.provider.enqueue([Overloaded("The service has no capacity.", "Ask again.", detail="HTTP 529")])
    async with window_over(below) as stand:
        stand.window.chat.composer.set_text("Why?")
        field = stand.window.chat.composer.focusProxy()
        assert field is not None
        QTest.keyClick(field, Qt.Key.Key_Return)
        await stand.until(lambda: "no capacity" in said(stand))
        assert unnamed(stand.window) == []


async def test_everything_has_a_name_on_the_pages_of_the_settings() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.presenter.show_settings()
        pane = stand.presenter._settings.pane  # type: ignore[union-attr]
        for title, page in pane._pages:
            pane.show_widget(page)
            assert unnamed(stand.window) == [], title


async def test_everything_has_a_name_in_the_list_of_models() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.window.model_clicked.emit()
        await stand.until(lambda: "Search models" in said(stand))
        assert unnamed(stand.window) == []


async def test_a_large_picture_is_named() -> None:
    async with window_over(FakeSurroundings()) as stand:
        dialog = PictureDialog(stand.theme, QImage(40, 30, QImage.Format.Format_RGB32), stand.window)
        dialog.show()
        assert tree(dialog)[0].name
        dialog.close()


async def test_tab_reaches_every_control_of_a_conversation() -> None:
    async with conversation() as stand:
        reached = reached_by_tab(stand.window)
        deaf = {each for each in controls(stand.window) if not each.focusPolicy() & Qt.FocusPolicy.TabFocus}
        assert by_class(set(controls(stand.window)) - reached) == []
        assert by_class(deaf) == []


async def test_names_are_in_the_persons_language() -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    load_language(app, "de")
    try:
        async with window_over(FakeSurroundings().with_key()) as stand:
            assert "Einstellungen" in said(stand)
            assert unnamed(stand.window) == []
    finally:
        unload_language(app)
