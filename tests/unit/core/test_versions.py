from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version as Reference

from kireji.core.versions import Version

numbers = st.integers(0, 999999)
parts = st.tuples(
    st.lists(numbers, min_size=1, max_size=5),
    st.none() | st.tuples(st.sampled_from(("a", "b", "rc")), numbers),
    st.none() | numbers,
    st.none() | numbers,
)


def written(made: tuple[list[int], tuple[str, int] | None, int | None, int | None]) -> str:
    release, before, post, dev = made
    text = ".".join(map(str, release)) + (f"{before[0]}{before[1]}" if before else "")
    return text + ("" if post is None else f".post{post}") + ("" if dev is None else f".dev{dev}")


versions = parts.map(written)


@given(versions, versions)
def test_the_order_is_that_of_pep_440(one: str, other: str) -> None:
    ours, theirs = Version(one), Version(other)
    reference, second = Reference(one), Reference(other)
    assert (ours < theirs, ours == theirs, ours > theirs) == (
        reference < second,
        reference == second,
        reference > second,
    )


def test_zeros_at_the_end_say_nothing() -> None:
    assert Version("1.2") == Version("1.2.0")
    assert hash(Version("1.2")) == hash(Version("1.2.0"))


@pytest.mark.parametrize(
    "text", ["", "1.", ".1", "v1.0", "1.0+local", "1!1.0", "1.0-1", "1.0rc", "1.2.3.4.5.6", "١.٢", "1.0\n", "9999999"]
)
def test_what_is_no_such_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a version"):
        Version(text)


@given(st.text())
def test_any_text_is_a_version_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        Version(text)


@pytest.mark.parametrize(
    ("text", "final"), [("1.0", True), ("1.0.post1", True), ("1.0rc1", False), ("1.0.dev1", False)]
)
def test_trials_are_told_from_releases(text: str, final: bool) -> None:
    assert Version(text).final is final
