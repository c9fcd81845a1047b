"""What a text is found by, and what a query means: judged by SQLite's own index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from kireji.core.messages import ImagePart, TextPart, ThinkingPart, ToolResultPart
from kireji.core.search import _CJK as CJK_CLASS
from kireji.core.search import Term, fold, index_text, match_expression, parse_query, plain, searchable
from kireji.core.snippets import Finder

TOKENIZER = "unicode61 remove_diacritics 2"
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
CJK = st.one_of(HAN, st.characters(min_codepoint=0x3041, max_codepoint=0x3096), st.sampled_from("가각안녕カー々〇"))
NATURAL = st.text(st.one_of(st.sampled_from("abz éÅ-.'\"🥳"), CJK), max_size=40)
OPERATORS = st.lists(
    st.one_of(
        st.sampled_from(["AND", "OR", "NOT", "NEAR(", ")", "(", '"', "*", "^", ":", "-", "+", "{", "}", ","]), NATURAL
    )
).map(" ".join)


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute(
            "CREATE VIRTUAL TABLE search USING fts5 "
            f"(words, cjk, content = '', columnsize = 0, tokenize = '{TOKENIZER}')"
        )
        yield connection


def found_in(index: sqlite3.Connection, text: str, query: str) -> bool:
    """Whether SQLite finds the text by the query."""
    entry, terms = index_text((text,)), parse_query(query)
    if not terms:
        return False
    index.execute("INSERT INTO search (search) VALUES ('delete-all')")
    index.execute("INSERT INTO search (rowid, words, cjk) VALUES (1, ?, ?)", (entry.words, entry.cjk))
    return index.execute("SELECT 1 FROM search WHERE search MATCH ?", (match_expression(terms),)).fetchone() is not None


@given(st.one_of(st.text(), OPERATORS, NATURAL))
@example("\0")
@example('a" OR "b')
@example('"' * 9)
def test_no_query_is_an_error(index: sqlite3.Connection, query: str) -> None:
    found_in(index, "some text", query)


@given(NATURAL, st.text(CJK, min_size=1, max_size=6), NATURAL)
def test_every_run_of_characters_is_found_inside_a_longer_text(
    index: sqlite3.Connection, before: str, run: str, after: str
) -> None:
    assert found_in(index, f"{before}{run}{after}", run)


@given(st.from_regex(f"[{CJK_CLASS}]", fullmatch=True))
def test_sqlite_takes_every_character_of_these_scripts_for_a_letter(index: sqlite3.Connection, character: str) -> None:
    assert found_in(index, f"窗{character}", character)


@given(st.lists(st.text(HAN, min_size=1, max_size=4), min_size=1, max_size=4), st.text(HAN, min_size=1, max_size=5))
def test_a_run_that_does_not_stand_there_is_not_found(index: sqlite3.Connection, runs: list[str], query: str) -> None:
    text = " ".join(runs)
    assert found_in(index, text, query) == (query in text)


@given(st.text(st.sampled_from("abé🥳 -窗口"), max_size=20), st.text(st.sampled_from('abé 窗口"'), max_size=8))
@example("great🥳", "great")
@example("窗ab口", "ab")
@example("a a窗", "a a")
def test_python_and_sqlite_agree_on_what_matches(index: sqlite3.Connection, text: str, query: str) -> None:
    terms = parse_query(query)
    assume(terms)
    assert found_in(index, text, query) == Finder(terms).matches((text,))


@given(st.text(max_size=200))
def test_folding_keeps_every_character_in_its_place(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("two words", (Term("two"), Term("words", prefix=True))),
        ("two  words ", (Term("two"), Term("words", prefix=True))),
        ('"two words" more', (Term("two words"), Term("more", prefix=True))),
        ('"two words"', (Term("two words"),)),
        ('"not closed', (Term("not closed"),)),
        ("打开窗口", (Term("打开窗口", cjk=True),)),
        ("用Qt打开", (Term("用", cjk=True), Term("Qt"), Term("打开", cjk=True))),
        ("打开 Qt", (Term("打开", cjk=True), Term("Qt", prefix=True))),
        ("foo-bar", (Term("foo-bar", prefix=True),)),
        ("- ? …", ()),
        ("a - ", (Term("a", prefix=True),)),
        ("ＡＢＣ ｶﾞ", (Term("ABC"), Term("ガ", cjk=True))),
        ("a a a", (Term("a"), Term("a", prefix=True))),
    ],
)
def test_a_query_is_read_as_words_phrases_and_runs(query: str, terms: tuple[Term, ...]) -> None:
    assert parse_query(query) == terms


def test_a_query_of_many_words_is_bounded() -> None:
    assert len(parse_query(" ".join(f"w{number}" for number in range(1000)))) == 32


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Ein Café", "cafe"),
        ("cafe\u0301 au lait", "café"),
        ("GROẞE STRASSE", "große"),
        ("ΟΔΟΣ", "οδος"),
        ("İstanbul", "istanbul"),
        ("ｆｕｌｌ ｗｉｄｔｈ", "full width"),
        ("ﾃﾞｰﾀ", "データ"),
        ("한국어", "한국"),
        ("a_b.c", "b"),
        ("C++ and C#", "c"),
        ("don't", "don't"),
        ("x" * 100_000 + " heron", "heron"),
        ("\0heron\0", "heron"),
    ],
)
def test_texts_are_found_however_they_are_written(index: sqlite3.Connection, text: str, query: str) -> None:
    assert found_in(index, text, query)
    assert Finder(parse_query(query)).matches((text,))


def test_only_what_was_said_is_searchable() -> None:
    picture = ImagePart("a" * 64, "image/png", 1, 1)
    result = ToolResultPart("call", (TextPart("given back"), picture))
    assert searchable((TextPart("said"), ThinkingPart("thought"), TextPart("  "), result)) == ("said", "given back")


def test_plain_text_looks_the_same() -> None:
    assert plain("e\u0301") == "é"
    assert plain("ascii") == "ascii"
