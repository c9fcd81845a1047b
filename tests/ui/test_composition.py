"""Event scripts as input methods send them: what Enter does in the fields that a person writes in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from kireji.ui.chat.field import PromptField
from kireji.ui.composition import Composition
from kireji.ui.overlay.field import QuestionField
from kireji.ui.sidebar.search_field import SearchField
from kireji.ui.theme import Theme

pytestmark = pytest.mark.qt

LATER = 0.5
"""Seconds after which a press is one of its own."""


class Line(QLineEdit):
    """A field of one line, guarded as any field can be."""

    def __init__(self) -> None:
        super().__init__()
        self.composition = Composition(self).watch()


class Script:
    """Plays what an input method and the keyboard send to a field."""

    def __init__(self, field: PromptField | QuestionField | SearchField | Line) -> None:
        self.field = field
        self.asked: list[str] = []
        self.time = 100.0
        self.composition._now = self._clock
        if isinstance(field, QuestionField):
            field.asked.connect(self._ask)
        elif isinstance(field, SearchField):
            field.confirmed.connect(self._ask)
        elif isinstance(field, PromptField):
            field.submitted.connect(self._ask)
        else:
            field.returnPressed.connect(self._ask)

    @property
    def composition(self) -> Composition:
        inner = self.field
        return inner._composition if isinstance(inner, QuestionField | SearchField) else inner.composition

    def _clock(self) -> float:
        return self.time

    def _ask(self) -> None:
        self.asked.append(self.text)

    @property
    def text(self) -> str:
        return self.field.text() if isinstance(self.field, QLineEdit | QuestionField) else self.field.toPlainText()

    def compose(self, *preedits: str) -> None:
        """The method shows unfinished words, one after the other."""
        for words in preedits:
            QApplication.sendEvent(self.field, QInputMethodEvent(words, []))
            self.time += LATER

    def commit(self, words: str, then: str = "") -> None:
        """The method hands words over, and goes on with others."""
        event = QInputMethodEvent(then, [])
        event.setCommitString(words)
        QApplication.sendEvent(self.field, event)

    def enter(self, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """A press of Enter arrives at the field."""
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(self.field, QKeyEvent(kind, Qt.Key.Key_Return, modifiers, "\r"))

    async def settle(self) -> None:
        """What was posted arrives."""
        for _ in range(3):
            await asyncio.sleep(0)


@pytest.fixture(params=["composer", "overlay", "search", "line"])
async def script(request: pytest.FixtureRequest) -> AsyncIterator[Script]:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme = Theme(app)
    field: PromptField | QuestionField | SearchField | Line
    if request.param == "composer":
        field = PromptField(theme)
    elif request.param == "overlay":
        field = QuestionField(("Ask",), "Question")
    elif request.param == "search":
        field = SearchField(theme)
    else:
        field = Line()
    yield Script(field)
    field.deleteLater()
    theme.deleteLater()


async def test_pinyin_enter_that_takes_the_letters_over_does_not_ask(script: Script) -> None:
    script.compose("n", "ni", "nihao")
    script.enter()
    script.commit("nihao")
    await script.settle()
    assert (script.asked, script.text) == ([], "nihao")


async def test_pinyin_enter_that_comes_right_behind_the_word_does_not_ask_and_the_next_does(script: Script) -> None:
    script.compose("ni", "你好")
    script.commit("你好")
    script.enter()
    await script.settle()
    assert script.asked == []
    script.time += LATER
    script.enter()
    assert script.asked == ["你好"]


async def test_pinyin_a_word_taken_over_by_space_is_asked_by_the_next_enter(script: Script) -> None:
    script.compose("nihao")
    script.commit("你好")
    script.time += LATER
    script.enter()
    assert script.asked == ["你好"]


async def test_kana_enter_that_takes_the_word_over_is_not_the_one_that_asks(script: Script) -> None:
    script.compose("に", "にほん", "日本")
    script.enter()
    script.commit("日本")
    assert script.asked == []
    script.enter()
    assert script.asked == ["日本"]


async def test_kana_a_word_that_is_given_up_leaves_nothing_behind(script: Script) -> None:
    script.compose("にほん", "")
    script.enter()
    assert script.asked == [""]


async def test_hangul_enter_behind_the_syllable_asks_at_once(script: Script) -> None:
    script.compose("ㅎ", "하", "한")
    script.commit("한", then="ㄱ")
    script.compose("그", "글")
    script.commit("글")
    script.enter()
    assert script.asked == ["한글"]


async def test_hangul_enter_before_the_syllable_is_handed_over_asks_once_it_is(script: Script) -> None:
    script.compose("ㅎ", "하", "한")
    script.enter()
    assert script.asked == []
    script.commit("한")
    await script.settle()
    assert script.asked == ["한"]


async def test_dead_keys_do_not_hold_enter_up(script: Script) -> None:
    script.commit("é")
    script.enter()
    assert script.asked == ["é"]


async def test_a_word_that_was_left_behind_does_not_hold_enter_up(script: Script) -> None:
    script.compose("にほん")
    script.composition._focus_moved(script.field, None)
    script.enter()
    assert script.asked == [""]


async def test_shift_and_enter_in_a_word_begin_no_line(script: Script) -> None:
    script.compose("にほん")
    script.enter(Qt.KeyboardModifier.ShiftModifier)
    script.commit("日本")
    assert (script.asked, script.text) == ([], "日本")


async def test_a_watched_field_needs_no_code_of_its_own() -> None:
    field = QLineEdit()
    composition = Composition(field).watch()
    QApplication.sendEvent(field, QInputMethodEvent("に", []))
    assert composition.active
    assert isinstance(composition.parent(), QWidget)
