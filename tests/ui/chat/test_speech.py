"""An answer's Markdown as it is said while it streams."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.ui.chat.speech import Speech


def said(*pieces: str) -> list[str]:
    speech, found = Speech(), []
    for piece in pieces:
        speech.add(piece)
        found.append(speech.take())
    found.append(speech.take(whole=True))
    return [text for text in found if text]


def test_a_sentence_is_said_when_it_has_ended() -> None:
    assert said("The first", " sentence. The sec", "ond one.") == ["The first sentence.", "The second one."]


def test_a_line_ends_a_sentence_too() -> None:
    assert said("# Two ways\n", "- one\n- two\n") == ["Two ways", "one two"]


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("**Bold**, *slanted* and `code`", "Bold, slanted and code"),
        ("see [the page](https://example.org/a_b)", "see the page"),
        ("![a chart](kireji:1)", "a chart"),
        ("- [x] done", "done"),
        ("> > quoted", "quoted"),
        ("snake_case and 3 * 4", "snake_case and 3 4"),
        (r"a \* b", "a b"),
        ("1. first", "1. first"),
        ("---", ""),
    ],
)
def test_signs_of_markdown_are_not_said(markdown: str, words: str) -> None:
    assert " ".join(said(markdown)) == words


def test_code_is_named_and_not_read_out() -> None:
    assert said("Run this:\n```python\nimport os\nprint(1)\n```\nThen ", "look. ") == [
        "Run this: Code, python.",
        "Then look.",
    ]


def test_a_fence_that_is_not_complete_yet_is_not_said() -> None:
    assert said("``", "`sh\nls\n```\n") == ["Code, sh."]


def test_rows_of_tables_are_said_cell_by_cell() -> None:
    assert said("| Way | Changes |\n| --- | :---: |\n| script | one line |\n") == ["Way, Changes script, one line"]


def test_chinese_sentences_need_no_space_behind_them() -> None:
    assert said("这是第一句。这是", "第二句。") == ["这是第一句。", "这是第二句。"]


def test_a_text_without_ends_is_said_after_a_while() -> None:
    assert len(said(*["word "] * 200)) >= 2


@given(st.lists(st.text(alphabet="ab.!\n`*_|[]()# -。", max_size=12), max_size=12))
def test_however_it_arrives_every_letter_outside_code_is_said_once(pieces: list[str]) -> None:
    letters = [sign for text in said(*pieces) for sign in text.replace("Code", "") if sign in "ab"]
    whole = "".join(pieces)
    if "`" not in whole and "](" not in whole:
        assert letters == [sign for sign in whole if sign in "ab"]
