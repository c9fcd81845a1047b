"""The page "Privacy": the person's own words and rules."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from kireji.ui.settings.privacy.text_list import TextList
from tests.ui.settings.privacy_support import page_over, surroundings

pytestmark = pytest.mark.qt


def type_into(field: QWidget, text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, key)


def texts(shown: TextList) -> list[str]:
    return [row.field.text() for row in shown.rows]


async def test_words_are_added_one_after_the_other() -> None:
    async with page_over(surroundings()) as shown:
        words = shown.page.words.words
        for number, word in enumerate(("Ada", "Projekt Nachtigall")):
            type_into(words.field, word)
            await shown.until(lambda number=number: len(words.rows) == number + 1)
            assert words.field.text() == ""
        await shown.until(lambda: shown.written == {"words": ["Ada", "Projekt Nachtigall"]})


async def test_a_word_is_changed_where_it_stands() -> None:
    async with page_over(surroundings(words=["Ada", "Byron"])) as shown:
        type_into(shown.page.words.words.rows[0].field, "Ada L.")
        await shown.until(lambda: shown.written == {"words": ["Ada L.", "Byron"]})
        assert texts(shown.page.words.words) == ["Ada L.", "Byron"]


async def test_a_word_is_removed_and_the_keyboard_stays_in_the_list() -> None:
    async with page_over(surroundings(words=["Ada", "Byron"])) as shown:
        words = shown.page.words.words
        words.rows[1].remove.setFocus()
        QTest.keyClick(words.rows[1].remove, Qt.Key.Key_Return)
        await shown.until(lambda: shown.written == {"words": ["Ada"]})
        assert shown.page.focusWidget() is words.rows[0].remove


async def test_a_word_that_is_emptied_is_removed() -> None:
    async with page_over(surroundings(words=["Ada", "Byron"])) as shown:
        type_into(shown.page.words.words.rows[0].field, "")
        await shown.until(lambda: shown.written == {"words": ["Byron"]})
        assert texts(shown.page.words.words) == ["Byron"]


async def test_escape_puts_back_what_was_there() -> None:
    async with page_over(surroundings(words=["Ada"])) as shown:
        type_into(shown.page.words.words.rows[0].field, "Eve", Qt.Key.Key_Escape)
        assert texts(shown.page.words.words) == ["Ada"]
        assert shown.written == {"words": ["Ada"]}


async def test_the_same_word_twice_is_said() -> None:
    async with page_over(surroundings(words=["Ada", "Byron"])) as shown:
        words = shown.page.words.words
        type_into(words.field, "Ada")
        assert words.problem.text() == "That is in the list already."
        type_into(words.rows[1].field, "Ada")
        assert words.rows[1].problem.text() == "That is in the list already."
        assert shown.written == {"words": ["Ada", "Byron"]}


async def test_a_word_of_one_letter_is_not_taken() -> None:
    async with page_over(surroundings()) as shown:
        type_into(shown.page.words.words.field, "x")
        await shown.until(lambda: "at least 2 characters" in shown.page.words.words.problem.text())
        assert shown.page.words.words.field.text() == "x"


async def test_a_long_list_is_shown_a_piece_at_a_time() -> None:
    async with page_over(surroundings(words=[f"word {number}" for number in range(15)])) as shown:
        words = shown.page.words.words
        assert (len(words.rows), words.more.text()) == (12, "Show 3 more")
        words.more.click()
        assert (len(words.rows), words.more.isVisible()) == (15, False)
        assert shown.page.focusWidget() is words.rows[12].field


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("/(a/", "This pattern has an opening bracket without its closing one."),
        ("/(?=a)/", "This pattern uses (?…), which is not offered here; only (?:…) is."),
        ("/a{9000}/", "This pattern repeats too much; at most 600 characters can be counted."),
        ("/.{500}~/", "This pattern needs too much work while an answer comes. Let it count less, or look for less."),
        ("x" * 501, "This must have between 1 and 500 characters."),
    ],
)
async def test_a_rule_that_cannot_hold_says_why_and_stays_to_be_corrected(rule: str, sentence: str) -> None:
    async with page_over(surroundings()) as shown:
        masks = shown.page.answers.masks
        masks.field.setText(rule)
        masks.add.click()
        await shown.until(masks.problem.text)
        assert (masks.problem.text(), masks.field.text()) == (sentence, rule)
        assert shown.written == {}
        QTest.keyClicks(masks.field, "x")
        assert masks.problem.text() == ""


async def test_a_wrong_rule_of_the_file_stands_in_the_list_and_stays_there_through_an_edit() -> None:
    async with page_over(surroundings(masks=["secret", "/(a/"])) as shown:
        masks = shown.page.answers.masks
        assert texts(masks) == ["/(a/", "secret"]
        assert masks.rows[0].problem.text() == "This pattern has an opening bracket without its closing one."
        type_into(masks.field, "more")
        await shown.until(lambda: shown.written == {"masks": ["secret", "more", "/(a/"]})
        assert texts(masks) == ["/(a/", "secret", "more"]
        assert shown.preferences.settings.privacy.masks == ("secret", "more")


async def test_a_wrong_rule_of_the_file_is_corrected_where_it_stands() -> None:
    async with page_over(surroundings(masks=["secret", "/(a/", "/[/"])) as shown:
        masks = shown.page.answers.masks
        type_into(masks.rows[0].field, "/(a)/")
        await shown.until(lambda: shown.written == {"masks": ["/(a)/", "secret", "/[/"]})
        assert texts(masks) == ["/[/", "/(a)/", "secret"]
        assert [bool(row.problem.text()) for row in masks.rows] == [True, False, False]
        assert len(shown.preferences.problems) == 1


async def test_a_wrong_rule_of_the_file_can_be_taken_out() -> None:
    async with page_over(surroundings(stops=["/(a/"])) as shown:
        stops = shown.page.answers.stops
        stops.rows[0].remove.click()
        await shown.until(lambda: shown.written == {"stops": []})
        assert (texts(stops), shown.preferences.problems) == ([], ())


async def test_rules_that_are_too_much_together_are_refused_as_such() -> None:
    async with page_over(surroundings(masks=["/.{300}~/"])) as shown:
        masks = shown.page.answers.masks
        type_into(masks.field, "/.{301}~/")
        await shown.until(lambda: masks.problem.text().startswith("Together with your other rules"))


async def test_a_rule_that_is_changed_into_a_bad_one_keeps_the_old_one() -> None:
    async with page_over(surroundings(stops=["Fin"])) as shown:
        row = shown.page.answers.stops.rows[0]
        type_into(row.field, "/[/")
        await shown.until(row.problem.text)
        assert row.field.text() == "/[/"
        assert shown.written == {"stops": ["Fin"]}


async def test_a_mask_that_leaves_nothing_holds_and_is_remarked_upon() -> None:
    async with page_over(surroundings()) as shown:
        masks = shown.page.answers.masks
        type_into(masks.field, "/(?s)./")
        await shown.until(masks.note.text)
        assert masks.note.text() == "Nothing is left of any answer: /(?s)./ is found everywhere."
        await shown.until(lambda: shown.written == {"masks": ["/(?s)./"]})
        masks.rows[0].remove.click()
        await shown.until(lambda: not masks.note.text())


async def test_rules_can_be_tried() -> None:
    async with page_over(surroundings(masks=["secret", r"/\d+/"], stops=["END HERE"])) as shown:
        trial = shown.page.answers.trial
        trial.field.setPlainText("a Secret 42 end here and more")
        await shown.until(trial.result.toPlainText)
        assert trial.result.toPlainText() == "a ▇▇▇ ▇▇▇ "
        assert trial.sentence.text() == "Masked: 2. The answer ends at END HERE."


async def test_a_text_that_no_rule_meets_says_so() -> None:
    async with page_over(surroundings(masks=["secret"])) as shown:
        trial = shown.page.answers.trial
        trial.field.setPlainText("nothing")
        await shown.until(lambda: trial.sentence.text() == "No rule is met.")


async def test_what_is_being_typed_is_not_lost_to_a_change_elsewhere() -> None:
    async with page_over(surroundings(words=["Ada"])) as shown:
        words = shown.page.words.words
        words.rows[0].field.setFocus()
        QTest.keyClicks(words.rows[0].field, "!")
        QTest.keyClicks(words.field, "By")
        shown.page.hiding.policies["local"].choose("ask")
        await shown.until(lambda: "local" in shown.written)
        assert (words.rows[0].field.text(), words.field.text()) == ("!Ada", "By")


async def test_every_field_of_a_list_is_reached_by_tab_in_the_order_of_reading() -> None:
    async with page_over(surroundings(words=["Ada", "Byron"])) as shown:
        words = shown.page.words.words
        expected = [words.rows[0].field, words.rows[0].remove, words.rows[1].field, words.rows[1].remove, words.field]
        await shown.until(lambda: _following(shown.page.words.enabled.switch, 5) == expected)


def _following(widget: QWidget, count: int) -> list[QWidget]:
    found: list[QWidget] = []
    while len(found) < count:
        widget = widget.nextInFocusChain()
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            found.append(widget)
    return found
