"""The bar's menu: ways of being answered, and what is done with the picture."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from kireji.core.structured.forms import AnswerForm
from kireji.ui.overlay.forms.languages import in_force, languages
from kireji.ui.overlay.more_menu import MoreMenu

pytestmark = pytest.mark.qt


@pytest_asyncio.fixture
async def menu() -> AsyncIterator[MoreMenu]:
    parent = QWidget()
    yield MoreMenu(parent)
    parent.deleteLater()


def entry(menu: MoreMenu, words: str) -> QAction:
    (found,) = [each for each in menu.actions() if each.text().startswith(words)]
    return found


async def test_an_entry_tells_its_form_or_its_command(menu: MoreMenu) -> None:
    told: list[object] = []
    menu.form_wanted.connect(told.append)
    menu.command.connect(told.append)
    for words in ("As a table", "As fields", "Translate in place", "Check before sharing", "Compare", "Copy picture"):
        entry(menu, words).trigger()
    forms = [AnswerForm.TABLE, AnswerForm.FIELDS, AnswerForm.TRANSLATION, AnswerForm.VERDICT, AnswerForm.COMPARISON]
    assert told == [*forms, "copy"]


async def test_a_language_is_told_alone(menu: MoreMenu) -> None:
    told: list[object] = []
    for signal in (menu.form_wanted, menu.command, menu.language_wanted):
        signal.connect(told.append)
    inner = menu._languages
    inner.show_languages("German")
    (german,) = [each for each in inner.actions() if each.text() == "Deutsch"]
    assert german.isChecked()
    german.trigger()
    assert told == ["German"]


def test_a_language_that_only_the_settings_know_is_offered_as_it_is_named() -> None:
    names = [language.name for language in languages("Plattdüütsch")]
    assert "Plattdüütsch" in names
    assert len(names) == len(set(names))
    assert len(in_force("x" * 500)) == 60
