"""Values that are written otherwise than usual, as pages, logs and addresses do."""

from __future__ import annotations

import random
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.secrets.detection import Detection
from kireji.core.secrets.kinds import Kind
from kireji.core.secrets.spelling import as_read
from tests.support import known_secrets as made

DETECTION = Detection(own=["Heron", "Müller"])
WAYS: dict[str, Callable[[str], str]] = {
    **{
        f"with U+{ord(sign):04X} inside": lambda value, sign=sign: f"{value[:7]}{sign}{value[7:]}"  # type: ignore[misc]
        for sign in "\u00ad\u200b\u200e\u202c\u2060\ufeff"
    },
    "wide": lambda value: "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in value),
    "blanks that do not break": lambda value: value.replace(" ", "\u202f"),
    "dashes that do not break": lambda value: value.replace("-", "\u2011"),
    "escaped in Markdown": lambda value: value.replace("_", "\\_").replace("-", "\\-").replace("@", "\\@"),
    "in an address": lambda value: "".join(f"%{ord(sign):02X}" for sign in value),
    "in a query": lambda value: f"https://example.org/?x={quote(value, safe='')}&y=1",
    "with entities": lambda value: value.replace("@", "&#64;").replace("-", "&#x2d;").replace("_", "&lowbar;"),
    "between Chinese words": lambda value: f"密码是{value}吗",
    "coloured": lambda value: f"\x1b[31m{value}\x1b[0m",
    "coloured in part": lambda value: f"\x1b[31m{value[:5]}\x1b[0m{value[5:]}",
    "behind an escaped end of a line": lambda value: f"a\\n{value}\\nb",
    "in a line of a table": lambda value: f"17,{value},3",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("make", [*made.KEYS.values(), made.card, made.iban, made.mail, made.person])
def test_values_are_found_however_they_are_written(make: Callable[[random.Random], str], way: str) -> None:
    text = WAYS[way](make(random.Random(5)))
    (one,) = DETECTION.find(text)
    assert len(text) - (one.end - one.start) <= len(WAYS[way](""))


@pytest.mark.parametrize("word", ["He\u200bron", "Ｈｅｒｏｎ", "Mu\u0308ller", "M%C3%BCller", "\x1b[1mHeron\x1b[0m"])
def test_own_words_are_found_however_they_are_written(word: str) -> None:
    assert [one.kind for one in DETECTION.find(f"for {word}, too")] == [Kind.OWN]


def test_what_is_found_stands_where_it_is_written() -> None:
    text = "Ruf an: \u202a+49\u202f30\u00ad1234\u200b567\u202c, Müller"
    assert [text[one.start : one.end] for one in DETECTION.find(text)] == ["+49\u202f30\u00ad1234\u200b567", "Müller"]


@pytest.mark.parametrize("text", ["plain words, 12 of them", "C:\\data\\list", "50 % of it", "a & b", "schön – ja"])
def test_ordinary_text_is_read_as_it_is_written(text: str) -> None:
    assert DETECTION.find(text) == ()


@given(st.text(st.sampled_from("a4 %\\n&#;6\u200b－密\x1b[m\u0308u0041"), max_size=60))
def test_every_place_has_its_place_in_the_original(text: str) -> None:
    assert all(0 <= one.start < one.end <= len(text) for one in DETECTION.find(text))
    read = as_read(text)
    assert read is None or len(read.text) <= len(text)
