"""What a conversation is called when nobody named it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.prompts import Prompt, Variable, VariableKind
from kireji.services.titles import LONGEST, own_words, title_from_answer, title_from_reading, title_from_words

PROMPTS = (
    Prompt("explain", "Explain", "Explain what is shown. Be brief."),
    Prompt("translate", "Translate", "Translate into {{language}}, please."),
    Prompt(
        "answer",
        "Answer",
        "{{shot}} In a {{tone}} tone, answer {{text}}; be brief.",
        {
            "shot": Variable(kind=VariableKind.CAPTURE),
            "tone": Variable(kind=VariableKind.CHOICE, choices=("warm", "cold")),
            "text": Variable(kind=VariableKind.CLIPBOARD),
        },
    ),
    Prompt("free", "Free", "{{question}}", {"question": Variable()}),
)
ANSWER = PROMPTS[2].filled({"tone": "cold", "text": "Are you coming?\n\nI ask."})


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        ("# A full disk\n\nThe disk is full.", "A full disk"),
        ("Here it is.\n\n## The **cause** of `ENOSPC` ##\nMore.", "The cause of ENOSPC"),
        ("**The error**:\n\nIt says that…", "The error"),
        ("The disk is full. Delete something.", "The disk is full"),
        ("Sure! The disk is full.", "The disk is full"),
        ("Yes.", "Yes"),
        ("这是一个错误。磁盘已满。", "这是一个错误"),
        ("```python\n# not a heading\n```\n\nThat prints nothing.", "That prints nothing"),
        ("- the first *point*\n- the second", "the first point"),
        ("> quoted\n> words", "quoted words"),
        ("See [the manual](https://example.com/a_b) and ![a picture](x.png).", "See the manual and a picture"),
        ("snake_case_names stay as they are", "snake_case_names stay as they are"),
        ("---\n\nAfter a rule.", "After a rule"),
        ("2 * 3 is <b>six</b>", "2 * 3 is six"),
        ("", ""),
        ("```\nonly code", ""),
    ],
)
def test_the_title_is_the_first_heading_or_sentence_without_markdown(answer: str, title: str) -> None:
    assert title_from_answer(answer) == title


@pytest.mark.parametrize(
    ("reading", "title"),
    [
        ("*Read here.*\n\n```text\n● ● ●   shop: deploy\n$ python deploy.py\n```", "shop: deploy"),
        ("*Read here.*\n\n```text\n—\n12\n窗口管理\n```", "窗口管理"),
        ("*Read here.*\n\nThere is no text in the picture.", ""),
    ],
)
def test_what_this_computer_has_read_is_called_by_its_first_line(reading: str, title: str) -> None:
    assert title_from_reading(reading) == title


def test_a_long_sentence_is_cut_between_words() -> None:
    title = title_from_answer("word " * 40)
    assert title == "word " * 10 + "word…"
    assert len(title) <= LONGEST


@pytest.mark.parametrize("answer", ["The way it is done :", "# The way it is done :"])
def test_a_colon_after_a_space_leaves_no_space(answer: str) -> None:
    assert title_from_answer(answer) == "The way it is done"


@given(st.text())
def test_a_title_is_one_short_line_of_printable_characters(answer: str) -> None:
    for title in (title_from_answer(answer), title_from_words(answer)):
        assert len(title) <= LONGEST
        assert title == " ".join(title.split())
        assert not any(unicodedata.category(letter)[0] == "C" for letter in title)


@pytest.mark.parametrize("hostile", ["*" * 9999, "[" * 9999, "`" * 9999, "<a" * 9999, "# " * 9999, "> " * 9999])
def test_hostile_answers_take_no_time(hostile: str) -> None:
    assert len(title_from_answer(hostile)) <= LONGEST


@pytest.mark.parametrize(
    ("question", "own"),
    [
        ("Explain what is shown. Be brief.", ""),
        ("Explain what is shown. Be brief.\n\nAnd why it is red", "And why it is red"),
        ("Translate into Plain English, please.", ""),
        ("Translate into German, please. Thanks", "Translate into German, please. Thanks"),
        ("Explain what is shown.", "Explain what is shown."),
        ("  ", ""),
        (ANSWER, ""),
        (f"{ANSWER}\n\nIn French", "In French"),
        ("Any words at all", "Any words at all"),
    ],
)
def test_the_words_of_a_quick_prompt_are_not_the_persons(question: str, own: str) -> None:
    assert own_words(question, PROMPTS) == own
