"""`${VAR}`, `${VAR:-default}` and `${keychain:NAME}`."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.errors import ToolSourceError
from kireji.tools.mcp.expansion import expand, keychain_names

ENVIRON = {"A": "one", "EMPTY": "", "TRICK": "${A}"}
SECRETS = {"files/TOKEN": "s3cret", "odd": "${A}"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("x${A}y${A}", "xoneyone"),
        ("${env:A}", "one"),
        ("${EMPTY}", ""),
        ("${EMPTY:-default}", "default"),
        ("${NONE:-}", ""),
        ("${NONE:-a:-b}", "a:-b"),
        ("${A:-default}", "one"),
        ("Bearer ${keychain:files/TOKEN}", "Bearer s3cret"),
        ("$A {A} $", "$A {A} $"),
    ],
)
def test_what_stands_in_the_place(text: str, expected: str) -> None:
    assert expand(text, ENVIRON, SECRETS.__getitem__) == expected


@pytest.mark.parametrize("text", ["${TRICK}", "${keychain:odd}"])
def test_what_was_put_in_is_not_looked_at_again(text: str) -> None:
    assert expand(text, ENVIRON, SECRETS.__getitem__) == "${A}"


def test_a_variable_that_is_not_set_is_named() -> None:
    with pytest.raises(ToolSourceError, match="The variable NONE is not set") as caught:
        expand("${NONE}", ENVIRON, SECRETS.__getitem__)
    assert "${NONE:-default}" in caught.value.hint


@pytest.mark.parametrize("text", ["${input:token}", "${workspaceFolder:x}", "${command:run}"])
def test_references_of_other_programs_are_refused(text: str) -> None:
    with pytest.raises(ToolSourceError, match="cannot be filled in here"):
        expand(text, ENVIRON, SECRETS.__getitem__)


def test_the_secrets_that_are_needed() -> None:
    assert keychain_names(("${keychain:b} ${A}", "${keychain:a}${keychain:b}")) == ("b", "a")


@given(st.text())
def test_a_text_without_braces_stays_as_it_is(text: str) -> None:
    if "${" not in text:
        assert expand(text, {}, SECRETS.__getitem__) == text


@given(st.text("${}:-kAen", max_size=20))
def test_nothing_but_a_sentence_is_raised(text: str) -> None:
    with contextlib.suppress(ToolSourceError):
        expand(text, ENVIRON, lambda name: "x")
