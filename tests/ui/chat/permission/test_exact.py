from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.ui.chat.permission.exact import exact_arguments, exact_line, exact_text, is_unseen

HIDDEN = "\u202e\u200b\u2066\u200d\ufeff\u00ad\u2028\x07\x7f\u3164\u2800\ufe0f\U000e0041\u00a0\ud800"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def shown(arguments: object, *, whole: bool = False) -> str:
    return exact_arguments(json.dumps(arguments, ensure_ascii=False), whole=whole).text


def test_short_arguments_stand_on_one_line() -> None:
    assert shown({"path": "~/src/shop/deploy.py", "lines": 30}) == 'path: "~/src/shop/deploy.py"   lines: 30'


def test_long_arguments_have_a_line_each() -> None:
    assert shown({"path": "a" * 50, "text": "b" * 20}) == f'path: "{"a" * 50}"\ntext: "{"b" * 20}"'


def test_no_value_looks_like_another_argument() -> None:
    one = shown({"path": 'a"   lines: "b'})
    assert one == r'path: "a\"   lines: \"b"'
    two = shown({"command": 'ls"\npath: "b'})
    assert two == 'command: "ls\\"\\n\n  path: \\"b"'


def test_a_backslash_is_no_escape() -> None:
    assert shown({"a": r"\u202e\n"}) == r'a: "\\u202e\\n"'


@pytest.mark.parametrize("sign", HIDDEN)
def test_what_cannot_be_seen_is_a_number(sign: str) -> None:
    for text in (
        exact_arguments(json.dumps({"a": f"x{sign}y", f"k{sign}": 1})).text,
        exact_arguments(json.dumps({"a": f"x{sign}y"}, ensure_ascii=sign == "\ud800")).text,
        exact_text(f"x{sign}y").text,
        exact_line(f"x{sign}y", 40),
    ):
        assert not any(is_unseen(one) for one in text)
        assert "xy" not in text


def test_other_scripts_are_left_alone() -> None:
    assert shown({"message": "إصلاح 日本語 naïve"}) == 'message: "إصلاح 日本語 naïve"'


@given(st.dictionaries(st.text(max_size=10), JSON, max_size=4))
def test_all_of_it_is_there(arguments: dict[str, object]) -> None:
    """What is shown can be read back as what the call gets."""
    text = shown(arguments, whole=True)
    assert not any(is_unseen(sign) for sign in text)
    for value in arguments.values():
        if isinstance(value, str):
            lines = json.dumps(value, ensure_ascii=True)[1:-1]
            seen = "".join(json.dumps(sign)[1:-1] if not sign.isascii() else sign for sign in text)
            joined = re.sub(r"\\n\n  ", r"\\n", seen)
            assert lines in joined


@given(st.text())
def test_what_is_no_json_is_shown_as_it_is(text: str) -> None:
    assert not any(is_unseen(sign) for sign in exact_arguments(text).text)


def test_a_very_long_value_is_folded_and_says_so() -> None:
    exact = exact_arguments(json.dumps({"text": "a" * 5000 + "END", "path": "p"}))
    assert exact.left_out == 5005 - 1200
    assert "3,805 more characters" in exact.text
    assert 'END"\npath: "p"' in exact.text
    assert "END" in exact_arguments(json.dumps({"text": "a" * 5000 + "END"}), whole=True).text
    assert exact_arguments(json.dumps({"text": "a" * 5000}), whole=True).left_out == 0


def test_an_unfolded_line_is_broken_where_laying_it_out_would_take_long() -> None:
    text = exact_arguments(json.dumps({"text": "a" * 90_000}), whole=True).text
    assert max(map(len, text.split("\n"))) <= 2_010
    assert text.count("a") == 90_000


def test_arguments_that_nest_too_deep_are_shown_as_text() -> None:
    deep = "[" * 100_000
    assert exact_arguments(deep).text.startswith("[[[")


def test_a_name_is_one_line() -> None:
    assert exact_line("Read\n a   file", 40) == "Read a file"
    assert exact_line("x" * 100, 10) == "x" * 9 + "…"
