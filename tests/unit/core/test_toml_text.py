"""TOML of others: read, or told why not, whatever it is."""

from __future__ import annotations

import pytest

from kireji.core.toml_text import TomlProblem, deep_key, toml_table


def test_what_is_toml_is_read() -> None:
    assert toml_table("a.b = 1\n[c]\nd = [1, 2]\n") == {"a": {"b": 1}, "c": {"d": [1, 2]}}


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("a = 1\na = 2\n", "cannot overwrite a value", 2),
        ("a = \n", "invalid value", 1),
        ('a = """\n\nb', "unterminated string", 3),
        ("x = 1\n" + "a." * 30 + "a = 1", "it is nested too deeply", 2),
        ("x = " + "[" * 5000, "it is nested too deeply", 1),
        ("x = " + "9" * 5000, "exceeds the limit (4300 digits) for integer string conversion", 1),
    ],
)
def test_what_is_none_is_told_with_its_line(text: str, reason: str, line: int) -> None:
    with pytest.raises(TomlProblem) as told:
        toml_table(text)
    assert (told.value.reason, told.value.line) == (reason, line)


@pytest.mark.parametrize("text", ["[" + "a . " * 30 + "a]", "x = {" + '"a".' * 30 + "a = 1}", "[[" + "a." * 30 + "a]]"])
def test_keys_with_very_many_dots_are_seen_wherever_they_stand(text: str) -> None:
    assert deep_key(text) == 1


def test_dots_in_values_are_no_keys() -> None:
    assert deep_key('version = "' + "1." * 40 + '"') == 0
