from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kireji.ui.settings.presenter import SettingsPresenter
from tests.fakes.services import FakeSurroundings
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt


async def opened(stand: Stand) -> SettingsPresenter:
    stand.presenter.show_settings()
    settings = stand.presenter._settings
    assert settings is not None
    await stand.until(lambda: not settings.keys_page.answers.now.isHidden())
    return settings


def models(stand: Stand) -> object:
    return stand.below.settings.tables.get("models", {})


async def test_it_says_who_would_answer_now() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        answers = (await opened(stand)).keys_page.answers
        assert answers.now.text() == "Now that is Fake model (Anthropic)."


async def test_without_any_key_it_says_why_this_computer_answers() -> None:
    async with window_over(FakeSurroundings()) as stand:
        answers = (await opened(stand)).keys_page.answers
        assert answers.now.text() == "Now that is This computer. No key is stored."


async def test_somebody_who_cannot_work_is_said_at_once() -> None:
    async with window_over(FakeSurroundings()) as stand:
        answers = (await opened(stand)).keys_page.answers
        answers.provider.choose("local")
        await stand.until(lambda: answers.now.text().startswith("No model server answers"))


async def test_the_order_is_changed_with_the_keyboard() -> None:
    async with window_over(FakeSurroundings()) as stand:
        fallback = (await opened(stand)).keys_page.answers.fallback
        fallback.show_order(("openrouter", "local", "device"))
        QTest.keyClick(fallback.row("device").remove, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
        await stand.until(lambda: models(stand) == {"fallback": ["openrouter", "device", "local"]})
        assert fallback.window().focusWidget() is fallback.row("device").up


async def test_one_is_added_and_removed() -> None:
    async with window_over(FakeSurroundings()) as stand:
        fallback = (await opened(stand)).keys_page.answers.fallback
        fallback.more.activated.emit(fallback.more.findData("openrouter"))
        await stand.until(lambda: models(stand) == {"fallback": ["device", "openrouter"]})
        fallback.row("device").remove.click()
        await stand.until(lambda: models(stand) == {"fallback": ["openrouter"]})


async def test_an_empty_order_says_what_then_happens() -> None:
    async with window_over(FakeSurroundings()) as stand:
        fallback = (await opened(stand)).keys_page.answers.fallback
        fallback.row("device").remove.click()
        assert "nobody else is asked" in fallback.sentence.text()


async def test_who_stands_in_the_order_is_not_offered_again() -> None:
    async with window_over(FakeSurroundings()) as stand:
        fallback = (await opened(stand)).keys_page.answers.fallback
        assert fallback.more.findData("device") == -1


async def test_a_number_out_of_range_is_refused_and_the_old_one_stays() -> None:
    async with window_over(FakeSurroundings()) as stand:
        longest = (await opened(stand)).keys_page.answers.longest
        longest.field.selectAll()
        QTest.keyClicks(longest.field, "3")
        QTest.keyClick(longest.field, Qt.Key.Key_Return)
        assert longest.field.text() == "8192"
        assert "between 16 and 128,000" in longest.problem.text()
        assert models(stand) == {}


async def test_a_number_may_be_written_with_thousands_apart() -> None:
    async with window_over(FakeSurroundings()) as stand:
        longest = (await opened(stand)).keys_page.answers.longest
        longest.field.selectAll()
        QTest.keyClicks(longest.field, "16,000")
        QTest.keyClick(longest.field, Qt.Key.Key_Return)
        await stand.until(lambda: models(stand) == {"max_tokens": 16000})


async def test_instructions_are_kept_when_the_settings_are_left() -> None:
    async with window_over(FakeSurroundings()) as stand:
        settings = await opened(stand)
        settings.keys_page.answers.instructions.field.setPlainText("Answer briefly.\n")
        settings.leave()
        await stand.until(lambda: models(stand) == {"system": "Answer briefly."})


async def test_instructions_are_kept_when_the_program_ends() -> None:
    below = FakeSurroundings()
    async with window_over(below) as stand:
        settings = await opened(stand)
        settings.keys_page.answers.instructions.field.setPlainText("Answer briefly.")
    assert below.settings.tables["models"] == {"system": "Answer briefly."}


async def test_instructions_in_arabic_begin_at_the_right() -> None:
    async with window_over(FakeSurroundings()) as stand:
        field = (await opened(stand)).keys_page.answers.instructions.field
        field.setPlainText("أجب بجملتين")
        line = field.document().firstBlock().layout().lineAt(0)
        assert line.naturalTextRect().left() > field.viewport().width() / 2
