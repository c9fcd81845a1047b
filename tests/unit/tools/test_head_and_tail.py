"""What is kept of a command's output."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kireji.tools.command_runner import HeadAndTail


def kept(pieces: list[bytes], limit: int) -> HeadAndTail:
    found = HeadAndTail(limit)
    for piece in pieces:
        found.feed(piece)
    return found


@given(pieces=st.lists(st.binary(max_size=50).map(lambda data: data.hex().encode()), max_size=20))
def test_what_has_room_is_kept_whole(pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    found = kept(pieces, max(1, len(whole)))
    assert (found.text(), found.left_out) == (whole.decode(), 0)


@given(
    pieces=st.lists(st.binary(min_size=1, max_size=30).map(lambda data: data.hex().encode()), min_size=1, max_size=30),
    limit=st.integers(min_value=2, max_value=200),
)
def test_what_has_none_keeps_both_ends_and_says_how_much_is_left_out(pieces: list[bytes], limit: int) -> None:
    whole = b"".join(pieces).decode()
    found = kept(pieces, limit)
    if len(whole) > limit:
        head, gap, tail = found.text().split("\n")
        assert (len(head), len(tail)) == (limit - limit // 2, limit // 2)
        assert whole.startswith(head)
        assert whole.endswith(tail)
        assert gap == f"[… {len(whole) - limit:,} bytes left out …]"
        assert found.left_out == len(whole) - limit


def test_lines_are_not_cut_where_that_costs_little() -> None:
    lines = b"".join(b"line %02d\n" % number for number in range(100))
    assert (
        kept([lines], 62).text() == "line 00\nline 01\nline 02\n[… 738 bytes left out …]\nline 97\nline 98\nline 99\n"
    )


def test_signs_that_are_cut_in_two_pieces_are_whole() -> None:
    assert kept(["ä".encode()[:1], "ä".encode()[1:]], 100).text() == "ä"
