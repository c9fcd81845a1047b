"""From what was found in the words of a picture to boxes."""

from __future__ import annotations

import random

from kireji.core.covering import Cover, covers
from kireji.core.geometry import Rect
from kireji.core.reading import Reading, ReadLine
from kireji.core.secrets.detection import Detection
from kireji.core.secrets.kinds import Found, Kind
from tests.support import known_secrets

SIZE = (400, 300)


def line(text: str, top: int = 100, score: float = 0.95, *, known: bool = True) -> ReadLine:
    """A line of letters ten pixels wide, twenty high."""
    columns = tuple(10 * place + 5 for place in range(len(text))) if known else ()
    return ReadLine(text, score, (0, top, 10 * len(text), top + 20), columns)


def boxes(found: list[Found], *lines: ReadLine) -> list[Rect]:
    return [cover.rect for cover in covers(Reading(lines), found, *SIZE)]


def test_a_box_reaches_to_the_middle_of_the_letters_beside_it() -> None:
    (rect,) = boxes([Found(4, 8, Kind.MAIL)], line("aaaxbbbbxaaaaaa"))
    assert rect.x <= 35
    assert rect.right >= 85
    assert rect.right <= 95
    assert (rect.y, rect.bottom) == (97, 123)


def test_a_box_reaches_over_a_wide_gap_only_a_little() -> None:
    (rect,) = boxes([Found(5, 7, Kind.MAIL)], line("a    bb    aaaaaaa"))
    assert 20 <= rect.x <= 45
    assert 75 <= rect.right <= 100


def test_a_line_of_unknown_places_goes_as_a_whole() -> None:
    (rect,) = boxes([Found(2, 4, Kind.PHONE)], line("aabbaaaa", known=False))
    assert rect == Rect(0, 97, 85, 26)


def test_a_line_that_was_hardly_read_goes_as_a_whole() -> None:
    (rect,) = boxes([Found(2, 4, Kind.PHONE)], line("aabbaaaa", score=0.6))
    assert rect.right == 85


def test_a_line_that_is_nearly_all_secret_goes_as_a_whole() -> None:
    (rect,) = boxes([Found(2, 10, Kind.KEY)], line("k=bbbbbbbb"))
    assert rect == Rect(0, 97, 120, 26)


def test_what_stands_behind_a_key_without_a_blank_goes_too() -> None:
    (rect,) = boxes([Found(4, 8, Kind.KEY)], line("aaa bbbbxx aaaaaaaaaa"))
    assert rect.right >= 105


def test_what_spans_lines_has_a_box_in_each() -> None:
    rects = boxes([Found(5, 14, Kind.KEY)], line("aaaa bbbbb", 100), line("bbb aaaaaaaaaaa", 130))
    assert [(rect.y, rect.bottom) for rect in rects] == [(97, 123), (127, 153)]


def test_a_key_at_the_end_of_the_page_takes_the_beginning_of_the_next_line() -> None:
    first, second = line("aaaaaaaaaaa bbbbbbbbb", 100), line("xyz aaaaaaaaaaa", 125)
    rects = boxes([Found(12, 21, Kind.KEY)], first, second)
    assert len(rects) == 2
    assert rects[1].right >= 35


def test_a_key_in_the_middle_of_the_page_does_not() -> None:
    longest = line("a" * 30, 60)
    assert len(boxes([Found(43, 52, Kind.KEY)], longest, line("aaaaaaaaaaa bbbbbbbbb", 100), line("xyz", 125))) == 1


def test_boxes_stay_in_the_picture() -> None:
    (rect,) = boxes([Found(0, 40, Kind.PRIVATE_KEY)], line("b" * 40, 0))
    assert rect == Rect(0, 0, 400, 23)


def test_a_box_says_what_is_under_it() -> None:
    reading = Reading((line("write to a@example.org now"),))
    (cover,) = covers(reading, Detection().find_read(reading.text), *SIZE)
    assert cover == Cover(cover.rect, Kind.MAIL, "mail address")


def cell(text: str, left: int, top: int) -> ReadLine:
    """A line that begins further right, ten pixels a letter."""
    return ReadLine(
        text, 0.95, (left, top, left + 10 * len(text), top + 20), tuple(left + 10 * p for p in range(len(text)))
    )


def test_a_key_that_is_broken_in_the_cell_of_a_table_goes_on_below() -> None:
    first = line("1004 Chen ghp_aB3dE6gH9jK 85.21", 100)
    rects = boxes([Found(10, 24, Kind.KEY)], first, cell("k2L5nO8qR1tU4", 100, 125), cell("w7X0", 100, 150))
    assert [rect.y for rect in rects] == [97, 122, 147]


def test_the_next_row_of_a_table_is_no_part_of_a_key() -> None:
    first = line("1004 Chen ghp_aB3dE6gH9jK 85.21", 100)
    assert len(boxes([Found(10, 24, Kind.KEY)], first, line("1005 Chen open          12.30", 125))) == 1


def test_below_a_key_that_has_all_its_signs_nothing_of_it_stands() -> None:
    key = "ghp_" + "aB3dE6gH9" * 4
    assert len(boxes([Found(0, 40, Kind.KEY)], line(key, 100), line("x7Y", 125))) == 1


def test_a_word_below_a_key_stays() -> None:
    assert len(boxes([Found(0, 20, Kind.KEY)], line("sk-proj-aB3dE6gH9jKm", 100), line("Amount    12.30", 125))) == 1


def test_below_a_key_in_a_list_of_assignments_the_others_stay() -> None:
    key = known_secrets.KEYS["stripe"](random.Random(3))  # nobody knows how long these are
    texts = [f"TOKEN={key}", "SUPPORT_NAME=anna.meier", "REGION=eu-west-1", "$ python deploy.py --stage test"]
    reading = Reading(tuple(line(text, 100 + 30 * place) for place, text in enumerate(texts)))
    found = Detection(list(Kind), ()).find_read(reading.text)
    assert [cover.rect.y for cover in covers(reading, found, 900, 300)] == [97]


def test_below_a_key_that_was_shortened_the_other_lines_stay() -> None:
    texts = ["API_KEY=sk-ant-api03-Ab3dEf6hIj9lMn2pQr5tUv8x", "REGION=eu-west-1", "$ python deploy.py --stage test"]
    reading = Reading(tuple(line(text, 100 + 30 * place) for place, text in enumerate(texts)))
    found = Detection(list(Kind), ()).find_read(reading.text)
    assert [cover.rect.y for cover in covers(reading, found, 900, 300)] == [97]


def test_a_key_that_is_given_to_a_name_has_all_its_signs() -> None:
    given = f"TOKEN={known_secrets.KEYS['github'](random.Random(3))}"
    lines = (line(given, 100), line("Q7rX2vB9", 130))
    assert len(covers(Reading(lines), [Found(0, len(given), Kind.KEY)], 900, 300)) == 1


def test_before_the_second_line_of_a_key_a_low_line_is_covered_that_was_not_read() -> None:
    second = cell("A6P_iLjKbweX", 30, 125)
    rects = boxes([Found(5, 27, Kind.KEY)], line("aaaa hvs.4WFf2", 100), second)
    assert rects[1].x <= 10
