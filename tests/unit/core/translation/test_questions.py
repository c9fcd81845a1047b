"""What a model is asked to translate, what it is not bothered with, and what is made of its answer."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.structured.translation import Alignment, TextBlock, TranslatedBlock, Translation
from kireji.core.translation import answers, languages
from kireji.core.translation.questions import MOST_TOKENS, SCHEMA, question, stays, tokens
from kireji.core.translation.words import arranged, markdown


def block(text: str, x: int = 0, y: int = 0, *, lines: int = 1, unsure: bool = False) -> TextBlock:
    box = (x, y, x + 10 * max(1, len(text)), y + 20 * lines)
    boxes = tuple((x, y + 20 * at, box[2], y + 20 * at + 20) for at in range(lines))
    return TextBlock(text, box, boxes, Alignment.LEFT, unsure=unsure)


@pytest.mark.parametrize(
    "text",
    [
        "12,50 €", "$1,204.00", "17:30", "2026-11-29", "100 %", "3.5 GB", "12 kg", "1,204.00 EUR", "v2.1.0", "#42",
        "https://example.org/a?b=c", "www.example.org", "accounts@example.org", "~/shop/deploy.py", "/etc/hosts",
        "C:\\Users\\Public", "os.environ['X']", "read_all(x)", "snake_case", "Ctrl+Shift+N", "F12", "—", "• • •",
        "…",
    ],
)  # fmt: skip
def test_numbers_addresses_and_code_stay_as_they_are(text: str) -> None:
    assert stays(text)


@pytest.mark.parametrize(
    "text",
    [
        "Datei",
        "3 Stück",
        "Seite 4",
        "um 17:30 Uhr",
        "in 3 Tagen",
        "Siehe https://example.org",
        "文件",
        "A",
        "Alt",
        "Strg+N",
    ],
)
def test_words_are_translated(text: str) -> None:
    assert not stays(text)


def test_blocks_are_numbered_with_their_places() -> None:
    asked = question(
        [(2, block("Datei", 10, 5)), (7, block("", 3, 90, unsure=True))], " Brazilian\nPortuguese ", 90, 60
    )
    assert asked.splitlines() == [
        "Translate into: Brazilian Portuguese",
        "The picture has 90 x 60 pixels; behind each number stands where the block begins.",
        "",
        "[2] (10,5) Datei",
        "[7] (3,90) 10 x 20 (could not be read: read it on the picture)",
    ]


def test_the_answer_may_be_as_long_as_the_words_need_and_no_longer_than_models_write() -> None:
    assert tokens([(1, block("Datei"))]) < 10_000
    assert tokens([(number, block("word " * 200)) for number in range(500)]) == MOST_TOKENS


def test_the_schema_is_closed() -> None:
    schema = msgspec.json.decode(SCHEMA)
    assert schema["additionalProperties"] is False
    assert schema["properties"]["blocks"]["items"]["additionalProperties"] is False


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("de", "German"), ("DE", "German"), ("de_AT.UTF-8", "German"), ("pt-BR", "Brazilian Portuguese"),
        ("zh_TW", "Chinese (Traditional)"), ("zh", "Chinese"), ("plain  German", "plain German"), ("xx", "xx"),
        ("Deutsch", "Deutsch"),
    ],
)  # fmt: skip
def test_codes_become_names(typed: str, name: str) -> None:
    assert languages.named(typed) == name


NONSENSE = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["blocks", "id", "text", "source_language", "x"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(data=NONSENSE, whole=st.booleans())
def test_whatever_comes_every_block_that_was_read_is_there_once(data: Any, *, whole: bool) -> None:
    blocks = [block("Datei"), block("12"), block("", unsure=True), block("Hilfe")]
    made = answers.translated(blocks, {1, 3, 4}, answers.translations(data), whole=whole)
    assert [each.block.text for each in made if not each.block.unsure] == ["Datei", "12", "Hilfe"]
    assert all(each.missing == (whole and not each.text) for each in made)
    assert isinstance(answers.source_language(data), str)
    answers.lacking(data, {1, 3, 4})


def test_what_could_not_be_read_and_was_not_translated_were_no_words() -> None:
    blocks = [block("Datei"), block("", unsure=True)]
    assert len(answers.translated(blocks, {1, 2}, {1: "File"}, whole=False)) == 2
    assert len(answers.translated(blocks, {1, 2}, {1: "File"}, whole=True)) == 1


def test_only_when_most_are_missing_something_is_wrong() -> None:
    data = {"blocks": [{"id": 1, "text": "File"}, {"id": 2, "text": " "}, {"id": 3, "text": "x"}]}
    assert answers.lacking(data, {1, 2, 3, 4}) == ""
    assert "2, 4, 5, 6" in answers.lacking(data, {1, 2, 3, 4, 5, 6})
    assert answers.lacking({"blocks": []}, ()) == ""


def translation(*blocks: TranslatedBlock) -> Translation:
    return Translation("English", blocks, "German", 800, 600)


def test_what_stands_beside_each_other_is_one_line_of_the_text() -> None:
    made = translation(
        TranslatedBlock(block("Datei", 10, 5), "File"),
        TranslatedBlock(block("Hilfe", 90, 7), "Help"),
        TranslatedBlock(block("Absatz", 10, 60, lines=2), "A paragraph."),
        TranslatedBlock(block("Noch", 10, 104), "More"),
        TranslatedBlock(block("Fehlt", 10, 130), "", missing=True),
    )
    assert arranged(made) == "File    Help\n\nA paragraph.\nMore\nFehlt"
    assert markdown(made) == "File · Help\n\nA paragraph.\n\nMore\n\nFehlt\n\n*Not translated: 1.*"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# One", "\\# One"), ("1. One", "1\\. One"), ("- One", "\\- One"), ("> One", "\\> One"), ("***", "\\*\\*\\*"),
        ("<b>One</b>", "\\<b>One\\</b>"), ("[One](two)", "\\[One](two)"), ("1.50 a", "1\\.50 a"),
        ("One 1.", "One 1."), ("a_b", "a_b"), ("~~~", "\\~\\~~"),
    ],
)  # fmt: skip
def test_signs_in_a_translation_mean_nothing_in_the_history(text: str, shown: str) -> None:
    assert markdown(translation(TranslatedBlock(block("Datei"), text))) == shown
