"""Bytes into lines, whatever the blocks they come in."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from kireji.core.jobs.splitting import LineSplitter


def split(blocks: list[bytes], largest: int = 100) -> list[bytes | None]:
    splitter = LineSplitter(largest)
    return [line for block in blocks for line in splitter.feed(block)] + splitter.finish()


def test_lines_end_with_a_newline_and_the_last_needs_none() -> None:
    assert split([b"one\ntwo\nthree"]) == [b"one", b"two", b"three"]
    assert split([b"one\ntwo\n"]) == [b"one", b"two"]


def test_a_line_may_come_in_many_blocks() -> None:
    assert split([b"o", b"", b"n", b"e\ntw", b"o\n"]) == [b"one", b"two"]


def test_a_line_over_the_limit_is_given_as_none() -> None:
    assert split([b"12345\n123456\n1\n"], largest=5) == [b"12345", None, b"1"]
    assert split([b"123", b"456", b"789\n1\n"], largest=5) == [None, b"1"]


def test_a_line_over_the_limit_is_never_held_whole() -> None:
    splitter = LineSplitter(10)
    for _ in range(100):
        splitter.feed(b"x" * 5)
        assert sum(map(len, splitter._begun)) <= 10
    assert splitter.feed(b"\nend") == [None]
    assert splitter.finish() == [b"end"]


@given(st.binary(max_size=200), st.lists(st.integers(0, 200)), st.integers(0, 20))
@example(b"\n", [1], 0)
def test_where_blocks_end_does_not_matter(data: bytes, ends: list[int], largest: int) -> None:
    places = [0, *sorted(ends), len(data)]
    blocks = [data[begin:end] for begin, end in pairwise(places)]
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    assert split(blocks, largest) == [line if len(line) <= largest else None for line in lines]
