"""How much of what goes along is told, and addresses that are typed."""

from __future__ import annotations

import pytest

from kireji.core.sources import Entry, LeftOut, Listing, Packed, Source, SourceKind, Why
from kireji.ui.chat.context.addresses import addresses_in, page_address, short_address
from kireji.ui.chat.context.lines import Shown, line_of, top_line
from kireji.ui.chat.context.table import Node, Sum, Table
from kireji.ui.chat.context.words import fact, progress, short, stays_out

pytestmark = pytest.mark.qt

FOLDER, PAGE, TALK, FILE = SourceKind.FOLDER, SourceKind.PAGE, SourceKind.CONVERSATION, SourceKind.FILE
SOURCE = Source(FOLDER, "/home/you/shop", "shop")


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0"), (850, "850"), (2_140, "2.1k"), (9_960, "10k"), (58_213, "58k"), (999_600, "1.0M"), (1_240_000, "1.2M")],
)
def test_tokens_are_told_in_the_room_of_a_chip(number: int, words: str) -> None:
    assert short(number) == words


@pytest.mark.parametrize(
    ("kind", "found", "words"),
    [
        (FOLDER, Sum(3_201, 214, 58_213), "58k tokens · 214 of 3,201 files"),
        (FOLDER, Sum(1, 1, 1), "1 token · 1 file"),
        (FOLDER, Sum(1, 0, 0), "0 tokens · 0 of 1 file"),
        (PAGE, Sum(1, 1, 2_140), "2.1k tokens"),
        (TALK, Sum(20, 8, 900), "900 tokens · 8 of 20 turns"),
        (FILE, Sum(12, 12, 900), "900 tokens · 12 pages"),
        (FILE, Sum(1, 1, 900), "900 tokens"),
    ],
)
def test_a_source_says_what_it_costs_and_how_much_of_it_goes_along(kind: SourceKind, found: Sum, words: str) -> None:
    assert fact(kind, found, reckoned=True) == words


def test_before_it_was_reckoned_a_source_says_what_is_in_it() -> None:
    assert fact(FOLDER, Sum(3_201, 0, 4_100_000), reckoned=False) == "4.1M tokens · 3,201 files"


def test_progress_is_told_by_what_was_found() -> None:
    entries = tuple(Entry(str(number), 1) for number in range(1_234))
    assert progress(None, FOLDER) == "Being looked through…"
    assert progress(Listing(SOURCE, entries, complete=False), FOLDER) == "1,234 files so far…"
    assert progress(None, PAGE) == "Being read…"


def test_what_stays_here_is_told_in_one_line_with_the_reasons() -> None:
    reasons = [Why.ROOM] * 2_987 + [Why.OFF] * 12 + [Why.PROBLEM] * 3
    packed = Packed(left_out=tuple(LeftOut(SOURCE, str(place), 1, why) for place, why in enumerate(reasons)))
    told = "Stays here: 2,987 for lack of room · 12 switched off · 3 that cannot be read · 7 that git ignores"
    assert stays_out(packed, 7).replace("\N{NO-BREAK SPACE}", " ") == told
    assert stays_out(Packed(), 0) == ""
    assert stays_out(Packed(), 0, ["The disk was taken out."]) == "The disk was taken out."


def test_a_line_that_has_no_room_says_so_and_is_greyed() -> None:
    table = Table([Entry("big.csv", 9, tokens=248_000)])
    table.take(table.reckoning({}, {"big.csv": LeftOut(SOURCE, "big.csv", 248_000, Why.ROOM)}))
    line = line_of(Shown("shop", "folder", source=SOURCE, table=table), Node("big.csv", 0, 1))
    assert (line.note, line.goes, line.on) == ("248k, no room", False, True)
    assert line.spoken == "big.csv, 248k, no room, does not go along"


def test_a_line_with_a_problem_says_why_and_has_no_switch() -> None:
    table = Table([Entry("logo.png", 9, problem="This is a picture.")])
    line = line_of(Shown("shop", "folder", source=SOURCE, table=table), Node("logo.png", 0, 1))
    assert (line.note, line.on, line.pinned, line.trouble) == ("This is a picture.", None, None, True)


def test_a_source_that_is_gone_says_so() -> None:
    line = top_line(Shown("shop", "folder", source=SOURCE, problem="shop is not there any more."))
    assert (line.note, line.trouble, line.goes) == ("shop is not there any more.", True, False)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://example.com/a?b=1#c", "https://example.com/a?b=1#c"),
        (" example.com/docs ", "https://example.com/docs"),
        ("localhost:8000", "https://localhost:8000"),
        ("HTTP://example.com", "HTTP://example.com"),
        ("", ""),
        ("nothing at all", ""),
        ("readme", ""),
        ("file:///etc/passwd", ""),
        ("javascript://example.com/%0aalert(1)", ""),
        ("https://you:secret@example.com/", ""),
        ("https://example.com:port/", ""),
        ("https://[::1", ""),
    ],
)
def test_only_addresses_of_pages_are_taken(typed: str, address: str) -> None:
    assert page_address(typed) == address


def test_addresses_in_a_text_are_found_once_and_without_what_stands_around_them() -> None:
    text = "See https://example.com/a, (https://example.org/b) and https://example.com/a. Not ftp://example.net."
    assert addresses_in(text) == ("https://example.com/a", "https://example.org/b")
    assert short_address("https://www.example.com/docs/") == "example.com/docs"
