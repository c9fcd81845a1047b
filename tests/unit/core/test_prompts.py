"""Quick prompts as they stand in files."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kireji.core.errors import KirejiError
from kireji.core.prompts import LONGEST_FILE, Prompt, PromptProblem, Variable, parse

WHOLE = b"""+++
title = "Translate"
order = 40
[variables.language]
description = "Language of the translation"
default = "English"
+++
Translate into {{language}}.

+++ stays in the words.
"""


def problem(data: bytes, name: str = "mine") -> tuple[str, int]:
    with pytest.raises(PromptProblem) as caught:
        parse(name, data, own=True)
    return caught.value.reason, caught.value.line


def test_a_whole_file_is_read() -> None:
    prompt, remarks = parse("translate", WHOLE, own=False)
    assert remarks == ()
    assert prompt == Prompt(
        "translate",
        "Translate",
        "Translate into {{language}}.\n\n+++ stays in the words.",
        {"language": Variable("Language of the translation", "English")},
        40,
    )


def test_a_file_of_words_alone_is_a_prompt() -> None:
    prompt, _ = parse("find-the-bug", b"Find the bug.\n", own=True)
    assert (prompt.title, prompt.text, prompt.own) == ("Find the bug", "Find the bug.", True)


@pytest.mark.parametrize(
    "data", [WHOLE.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + WHOLE, WHOLE.replace(b"+++\n", b"+++  \n")]
)
def test_editors_of_every_system_may_write_it(data: bytes) -> None:
    assert parse("translate", data, own=True).prompt.title == "Translate"


@pytest.mark.parametrize(
    ("data", "words", "line"),
    [
        (b"+++\ntitle = 1\n+++\nx", "title must be a text", 0),
        (b"+++\ntitle = \"\"\n+++\nx", "title must be a text", 0),
        (b"+++\ntitle = \"" + b"x" * 61 + b"\"\n+++\nx", "title is longer than 60", 0),
        (b"+++\ntitle = \"a\\u0007\"\n+++\nx", "title holds control characters", 0),
        (b"+++\norder = 1.5\n+++\nx", "order must be a whole number", 0),
        (b"+++\norder = true\n+++\nx", "order must be a whole number", 0),
        (b"+++\ntitle = \"a\"\norder = \n+++\nx", "its head is not TOML (invalid value)", 3),
        (b"+++\ntitle = \"\"\"a\n+++\nx", "its head is not TOML", 2),
        (b"+++\ntitle = \"a\"\n", "its head has no end", 1),
        (b"+++\na = " + b"[" * 5000 + b"\n+++\nx", "its head is nested too deeply", 0),
        (b"+++\ntitle = \"a\"\n+++\n \n", "it has no words to ask", 0),
        (b"", "it has no words to ask", 0),
        (b"one\ntwo \xff\n", "it is not UTF-8 text", 2),
        (b"one\ntwo \x1b[2J\n", "it holds control characters", 2),
        (b"x" * (LONGEST_FILE + 1), "it is longer than 64 KB", 0),
        (b"+++\nvariables = 3\n+++\nx", "variables must be tables", 0),
        (b"+++\n[variables]\nlanguage = \"x\"\n+++\nx", "the variable language must be a table", 0),
        (b"+++\n[variables.\"A b\"]\n+++\nx", "may only have small letters", 0),
        (b"+++\n[variables.a]\ndefault = 3\n+++\nx", "description and default of the variable a", 0),
        (b"+++\n[variables.a]\ndefault = \"\\u0000\"\n+++\nx", "the variable a holds control characters", 0),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_with_its_line(data: bytes, words: str, line: int) -> None:
    reason, at = problem(data)
    assert (words in reason, at) == (True, line), reason


@pytest.mark.parametrize("name", ["Mine", "my prompt", "../x", "", "-a", "a--b", "x" * 65, "ä", "a.b"])
def test_a_name_that_cannot_be_typed_is_refused(name: str) -> None:
    assert "its name may only have" in problem(b"x", name)[0]


@pytest.mark.parametrize(
    ("data", "remark"),
    [
        (b"+++\ntitel = \"a\"\n+++\nx", "titel means nothing there; did you mean title?"),
        (b"+++\n[variables.a]\ndefualt = \"b\"\n+++\n{{a}}",
         "variables.a.defualt means nothing there; did you mean default?"),
        (b"Into {{language}}.", "{{language}} has no [variables.language], so it is asked as it stands"),
        (b"+++\n[variables.a]\n+++\nx", "the variable a stands nowhere in its words"),
    ],
)  # fmt: skip
def test_what_was_probably_meant_otherwise_is_remarked_and_used(data: bytes, remark: str) -> None:
    assert parse("mine", data, own=True).remarks == (remark,)


_LINES = st.sampled_from(
    ["+++", 'title = "a"', "order = 3", "[variables.a]", 'default = "b"', "[variables.a.b]", "{{a}}", "= ", "a.b.c = 1"]
)
_FILES = st.binary(max_size=300) | st.lists(_LINES, max_size=8).map(lambda lines: "\n".join(lines).encode())


@given(_FILES)
@example(b"+++\n+++\n{{")
@example(b"+++")
def test_no_bytes_make_it_fail_otherwise_than_by_saying_why(data: bytes) -> None:
    try:
        prompt, remarks = parse("mine", data, own=True)
    except PromptProblem:
        return
    assert prompt.text
    assert prompt.title
    assert all(remarks)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=80))
def test_words_are_asked_as_they_were_written(words: str) -> None:
    data = b'+++\ntitle = "a"\n+++\n' + words.encode()
    if words.strip():
        assert parse("mine", data, own=True).prompt.text == words.strip()


PROMPT = Prompt("p", "P", "{{ a }} and {{b}} and {{c}}", {"a": Variable(default="x"), "b": Variable()})


def test_places_are_filled_with_what_is_given_or_their_default() -> None:
    assert PROMPT.filled({"b": "y"}) == "x and y and {{c}}"


def test_what_a_value_holds_is_no_place() -> None:
    assert PROMPT.filled({"a": "{{b}}", "b": r"\1"}) == r"{{b}} and \1 and {{c}}"


def test_a_value_that_is_missing_or_belongs_nowhere_is_told() -> None:
    with pytest.raises(KirejiError, match="needs a value for b"):
        PROMPT.filled({})
    with pytest.raises(KirejiError, match="has no variable q") as caught:
        PROMPT.filled({"q": ""})
    assert caught.value.hint == "It has: a, b."
