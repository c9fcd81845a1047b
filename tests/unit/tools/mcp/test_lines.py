"""Lines of a server's standard output."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.tools.mcp.stdio import Lines


@given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=6))
def test_lines_do_not_depend_on_how_the_bytes_arrive(data: bytes, cuts: list[int]) -> None:
    marks = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    lines = Lines()
    found = [line for start, end in itertools.pairwise(marks) for line in lines.feed(data[start:end])]
    assert found == [line.removesuffix(b"\r") for line in data.split(b"\n")[:-1]]


def test_only_a_line_feed_ends_a_line() -> None:
    data = '{"a": "\u2028\x0b\x0c\x85"}'.encode()
    assert Lines().feed(data + b"\n") == [data]


def test_a_line_that_is_too_long_is_refused_before_it_ends() -> None:
    lines = Lines(longest=10)
    assert lines.feed(b"1234567890\n12345") == [b"1234567890"]
    with pytest.raises(OverflowError):
        lines.feed(b"678901")
