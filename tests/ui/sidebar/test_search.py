from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QGuiApplication, QInputMethodEvent, QTextLayout, QTextOption
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kireji.core.history import ConversationSummary, SearchHit
from kireji.core.messages import Message, Role, TextPart
from kireji.ui.sidebar.result_list import from_first_mark, lay_out, one_line, utf16
from kireji.ui.sidebar.result_model import FOUND, Passage, Title, grouped, spoken
from tests.fakes.services import FakeSurroundings
from tests.ui.sidebar.support import NOON, row
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt

NOW = datetime.now(UTC)


@asynccontextmanager
async def birds() -> AsyncIterator[Stand]:
    below = FakeSurroundings().with_key()
    for title, question in (
        ("Herons", "Where do herons nest?"),
        ("网络设置", "这个屏幕是网络设置吗"),
        ("Nests of birds", "Which birds build none?"),
    ):
        await below.conversations.create(title, Message(Role.USER, (TextPart(question),)))
    async with window_over(below) as result:
        yield result


def found(stand: Stand) -> list[str]:
    """What the results show: titles, and passages behind a dash."""
    model = stand.window.sidebar.results.found
    entries = [model.index(number, 0) for number in range(model.rowCount())]
    return [f"{'- ' if isinstance(each.data(FOUND), Passage) else ''}{each.data()}" for each in entries]


def type_words(stand: Stand, words: str) -> None:
    stand.window.sidebar.focus_search()
    stand.window.sidebar.search.setText(words)


async def test_what_is_typed_is_found_titles_first() -> None:
    async with birds() as stand:
        type_words(stand, "nest")
        await stand.until(lambda: found(stand))
        assert found(stand) == ["Nests of birds", "Herons", "- Where do herons nest?"]
        assert not stand.window.sidebar.list.isVisible()


async def test_two_chinese_characters_are_found() -> None:
    async with birds() as stand:
        type_words(stand, "设置")
        await stand.until(lambda: found(stand))
        assert found(stand) == ["网络设置", "- 这个屏幕是网络设置吗"]


async def test_the_search_begins_when_the_person_pauses() -> None:
    async with birds() as stand:
        asked: list[object] = []
        stand.window.sidebar.searched.connect(asked.append)
        field = stand.window.sidebar.search
        field.setFocus()
        QTest.keyClicks(field, "nest")
        assert asked == []
        await stand.until(lambda: asked)
        assert asked == ["nest"]


async def test_an_older_search_never_shows_after_a_newer_one() -> None:
    async with birds() as stand:
        store = stand.below.conversations
        gates = {"nest": asyncio.Event(), "birds": asyncio.Event()}
        search = store.search

        async def slowly(words: str, limit: int = 50, before: int | None = None) -> Sequence[SearchHit]:
            await gates[words].wait()
            return await search(words, limit, before)

        store.search = slowly  # type: ignore[method-assign]
        for words in gates:
            type_words(stand, words)
            stand.window.sidebar.search.say()
        gates["birds"].set()
        await stand.until(lambda: found(stand))
        gates["nest"].set()
        await asyncio.sleep(0.02)
        assert "Herons" not in found(stand)


async def test_how_much_was_found_is_said_to_screen_readers() -> None:
    async with birds() as stand:
        told: list[object] = []
        stand.window.sidebar.told.connect(told.append)
        for number, words in enumerate(("nest", "walrus", "herons nest")):
            type_words(stand, words)
            stand.window.sidebar.search.say()
            await stand.until(lambda number=number: len(told) > number)  # type: ignore[misc]
        assert told == [
            "2 places found.",
            "Nothing found for “walrus”. Try fewer or shorter words.",
            "1 place found.",
        ]


async def test_nothing_found_says_so_with_the_next_step() -> None:
    async with birds() as stand:
        sidebar = stand.window.sidebar
        type_words(stand, "walrus")
        await stand.until(lambda: sidebar._sentence.text().startswith("Nothing found"))
        assert sidebar._sentence.text() == "Nothing found for “walrus”. Try fewer or shorter words."
        assert sidebar._sentence.isVisible()


async def test_escape_leads_back_to_the_list_and_then_to_the_conversation() -> None:
    async with birds() as stand:
        sidebar = stand.window.sidebar
        await stand.until(lambda: sidebar.list.rows.known == 3)
        type_words(stand, "nest")
        await stand.until(lambda: found(stand))
        QTest.keyClick(sidebar.search, Qt.Key.Key_Escape)
        assert (sidebar.search.text(), sidebar.list.isVisible(), sidebar.results.isVisible()) == ("", True, False)
        QTest.keyClick(sidebar.search, Qt.Key.Key_Escape)
        assert stand.window.focusWidget() is stand.window.chat.composer.focusProxy()


async def test_the_arrow_keys_lead_into_the_results_and_back() -> None:
    async with birds() as stand:
        sidebar = stand.window.sidebar
        chosen: list[SearchHit] = []
        stand.window.hit_chosen.connect(chosen.append)
        type_words(stand, "nest")
        await stand.until(lambda: found(stand))
        QTest.keyClick(sidebar.search, Qt.Key.Key_Down)
        assert stand.window.focusWidget() is sidebar.results
        QTest.keyClick(sidebar.results, Qt.Key.Key_Down)
        QTest.keyClick(sidebar.results, Qt.Key.Key_Return)
        assert [(hit.conversation.title, hit.message) for hit in chosen] == [("Herons", 1)]
        sidebar.results.enter()
        QTest.keyClick(sidebar.results, Qt.Key.Key_Up)
        QTest.keyClick(sidebar.results, Qt.Key.Key_Up)
        assert stand.window.focusWidget() is sidebar.search


async def test_enter_opens_the_first_hit() -> None:
    async with birds() as stand:
        chosen: list[SearchHit] = []
        stand.window.hit_chosen.connect(chosen.append)
        type_words(stand, "heron")
        await stand.until(lambda: found(stand))
        QTest.keyClick(stand.window.sidebar.search, Qt.Key.Key_Return)
        assert [(hit.conversation.title, hit.message) for hit in chosen] == [("Herons", None)]


@pytest.mark.parametrize("keys", ["K", "F"])
async def test_the_search_is_reached_from_the_question(keys: str) -> None:
    async with birds() as stand:
        stand.window.activateWindow()
        await stand.until(stand.window.isActiveWindow)
        composer = stand.window.chat.composer.focusProxy()
        assert composer is not None
        composer.setFocus()
        QTest.keyClick(composer, getattr(Qt.Key, f"Key_{keys}"), Qt.KeyboardModifier.ControlModifier)
        assert stand.window.focusWidget() is stand.window.sidebar.search


async def test_in_a_narrow_window_the_search_uncovers_the_pane() -> None:
    async with birds() as stand:
        stand.window.resize(500, 700)
        QApplication.sendPostedEvents()
        stand.window._focus_search()
        assert stand.window.sidebar.isVisible()
        assert stand.window.focusWidget() is stand.window.sidebar.search


async def test_unfinished_text_of_an_input_method_keeps_its_keys() -> None:
    async with birds() as stand:
        field = stand.window.sidebar.search
        field.setFocus()
        QApplication.sendEvent(field, QInputMethodEvent("she", []))
        QTest.keyClick(field, Qt.Key.Key_Down)
        assert stand.window.focusWidget() is field


# --- how hits are shown ---------------------------------------------------------------------------------------------


def hit(
    conversation: ConversationSummary, message: int | None, snippet: str = "x", *marks: tuple[int, int]
) -> SearchHit:
    return SearchHit(conversation, message, Role.ASSISTANT, NOON, snippet, marks)


def test_hits_of_one_conversation_stand_together() -> None:
    one, two = row(1), row(2)
    entries = grouped([hit(two, None), hit(one, 9), hit(two, 8), hit(one, 7)], NOON)
    assert [(type(each), each.hit.message if each.hit else None) for each in entries] == [
        (Title, None), (Passage, 8), (Title, None), (Passage, 9), (Passage, 7),
    ]  # fmt: skip
    assert isinstance(entries[2], Title)
    assert entries[2].hit is None


def test_a_page_goes_on_in_the_conversation_where_the_last_one_ended() -> None:
    one, two = row(1), row(2)
    entries = grouped([hit(two, 8), hit(one, 7)], NOON, last=1)
    assert [type(each) for each in entries] == [Passage, Title, Passage]
    assert entries[0].hit == hit(one, 7)


def test_a_hit_is_said_with_who_said_it_and_where() -> None:
    assert spoken(Passage(hit(row(1, "Birds"), 3, "the nest"))) == "Answer in Birds: the nest"


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=60)


@given(words, words, words)
def test_the_mark_stays_on_its_words_and_near_the_beginning(before: str, marked: str, after: str) -> None:
    snippet = before + marked + after
    text, marks = from_first_mark(*one_line(hit(row(1), 1, snippet, (len(before), len(before) + len(marked)))))
    (start, end), *_ = marks
    assert text[start:end] == one_line(hit(row(1), 1, marked))[0]
    assert start <= 17


def test_marks_outside_of_the_snippet_are_left_out() -> None:
    assert one_line(hit(row(1), 1, "short", (0, 5), (3, 99), (4, 2)))[1] == ((0, 5),)


@pytest.mark.parametrize("text", ["word " * 50, "設定" * 80, "رسالة خطأ " * 30, "👩‍👩‍👧‍👦" * 40, "x" * 300, "short"])
def test_a_long_passage_ends_in_an_ellipsis_and_fits(text: str) -> None:
    assert isinstance(QGuiApplication.instance(), QGuiApplication)
    layout = QTextLayout(text, QFont())
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    lay_out(layout, 200, 2)
    assert layout.lineCount() <= 2
    assert layout.text().endswith("…") or text == "short"
    assert all(layout.lineAt(number).naturalTextWidth() <= 201 for number in range(layout.lineCount()))


def test_qt_counts_signs_outside_the_basic_plane_as_two() -> None:
    assert [utf16(text) for text in ("", "a設", "👋", "\ud800")] == [0, 2, 2, 1]
