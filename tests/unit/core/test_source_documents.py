"""A source as one document."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from kireji.core.source_documents import Left, Piece, cut, document, plain_name
from kireji.core.sources import Source, SourceKind, Why

REPOSITORY = Source(SourceKind.FOLDER, "/home/me/kireji", "kireji")


def test_a_document_says_what_is_in_it_and_what_is_not_and_then_each_file_below_its_name() -> None:
    pieces = [Piece("src/b.py", "two\n", whole=False), Piece("README.md", "one\n"), Piece("src/a.py", "three\n")]
    left = Left({Why.ROOM: 1, Why.PROBLEM: 1, Why.OFF: 1}, ["data.csv"])
    assert document(REPOSITORY, pieces, left, 6) == (
        "Folder kireji: 3 of 6 files follow.\n"
        "Each begins after a line with its name between =====[ and ]=====; no such line stands in any of them.\n"
        "\n"
        ".: README.md\n"
        "src/: a.py, b.py\n"
        "\n"
        "Left out: 3 files (1 did not fit, 1 switched off, 1 cannot go along); the biggest: data.csv.\n"
        "\n"
        "=====[ README.md ]=====\none\n"
        "\n"
        "=====[ src/a.py ]=====\nthree\n"
        "\n"
        "=====[ src/b.py ]=====\ntwo\n(Cut here: only the beginning of this text goes along.)\n"
    )


def test_where_on_this_computer_a_folder_lies_is_not_told() -> None:
    assert "/home/me" not in document(REPOSITORY, [Piece("a", "b")], Left({}), 1)


@given(st.lists(st.text("=[] ab\n\r\u2028", max_size=40), min_size=1, max_size=5))
def test_no_file_can_pretend_to_be_another(texts: Sequence[str]) -> None:
    pieces = [Piece(f"{number}.txt", text) for number, text in enumerate(texts)]
    told = document(REPOSITORY, pieces, Left({}), len(pieces))
    signs = re.search(r"between (=+)\[", told)
    assert signs is not None
    heads = [line for line in told.splitlines() if line.lstrip().startswith(f"{signs[1]}[")]
    assert heads == [f"{signs[1]}[ {piece.name} ]{signs[1]}" for piece in pieces]


def test_a_name_stays_on_its_line_and_shows_what_nobody_sees() -> None:
    assert plain_name("a\n=====[ b\u202egnp.exe") == "a\\u000a=====[ b\\u202egnp.exe"


def test_the_same_entries_are_the_same_bytes_in_whatever_order_they_were_chosen() -> None:
    one, two = Piece("b", "2"), Piece("a", "1")
    assert document(REPOSITORY, [one, two], Left({}), 2) == document(REPOSITORY, [two, one], Left({}), 2)


@given(st.text("ab \n", max_size=60), st.integers(0, 40))
def test_a_piece_is_whole_lines_from_the_beginning_as_many_as_fit(text: str, room: int) -> None:
    piece = cut(text, room, len)
    assert text.startswith(piece)
    assert len(piece) <= room
    assert piece in ("", text) or piece.endswith("\n")
    following = text[len(piece) :].partition("\n")
    assert not following[0] + following[1] or len(piece) + len(following[0] + following[1]) > room
