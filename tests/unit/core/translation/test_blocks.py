"""Which words belong together: paragraphs do, menus, buttons, lists and cells of tables do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.reading import Reading, ReadLine, ReadPiece
from kireji.core.structured.translation import Alignment, TextBlock
from kireji.core.translation.blocks import MOST_SEGMENTS, blocks_of

LETTER = 8
HEIGHT = 20


def line(*pieces: tuple[str, int], y: int, height: int = HEIGHT, letter: int = LETTER, score: float = 0.95) -> ReadLine:
    """A row whose pieces begin at the given places."""
    text = ""
    columns: list[int] = []
    found = []
    for words, x in pieces:
        gap = 4 if text else 0
        columns += [x] * gap
        text += " " * gap
        found.append(ReadPiece(len(text), len(text) + len(words), (x, y, x + letter * len(words), y + height)))
        columns += [x + letter * at + letter // 2 for at in range(len(words))]
        text += words
    box = (found[0].box[0], y, max(piece.box[2] for piece in found), y + height)
    return ReadLine(text, score, box, tuple(columns), tuple(found))


def texts(*lines: ReadLine, unread: Sequence[tuple[int, int, int, int]] = ()) -> list[str]:
    return [block.text for block in blocks(*lines, unread=unread)]


def blocks(*lines: ReadLine, unread: Sequence[tuple[int, int, int, int]] = ()) -> tuple[TextBlock, ...]:
    return blocks_of(Reading(lines, tuple(unread)))


PROSE = ("The tenant pays the rent in advance,", "at the latest on the third day of", "each month.")


def test_a_paragraph_is_one_block() -> None:
    [block] = blocks(*(line((text, 40), y=50 + 24 * number) for number, text in enumerate(PROSE)))
    assert block.text == " ".join(PROSE)
    assert block.box == (40, 50, 328, 118)
    assert block.lines == ((40, 50, 328, 70), (40, 74, 304, 94), (40, 98, 128, 118))
    assert block.alignment is Alignment.LEFT


def test_paragraphs_below_each_other_stay_apart() -> None:
    lines = [line((text, 40), y=50 + 24 * number) for number, text in enumerate((*PROSE, *PROSE))]
    assert texts(*lines) == [" ".join(PROSE)] * 2


def test_a_heading_of_another_size_stays_apart() -> None:
    heading = line(("Tenancy agreement of this flat here", 40), y=10, height=36)
    assert texts(heading, line((PROSE[0], 40), y=50)) == ["Tenancy agreement of this flat here", PROSE[0]]


def test_the_entries_of_a_menu_stay_apart() -> None:
    entries = ("New Window", "New Private Window", "Open File…", "Save Page As…", "Print…", "Exit")
    assert texts(*(line((entry, 20), y=24 * number) for number, entry in enumerate(entries))) == list(entries)


def test_a_menu_bar_is_split_at_its_gaps() -> None:
    assert texts(line(("File", 10), ("Edit", 80), ("View", 150), y=5)) == ["File", "Edit", "View"]


def test_words_that_the_reader_put_into_one_piece_are_split_where_the_gap_is_wide() -> None:
    row = ReadLine("Save as   Cancel", 0.9, (10, 0, 200, 20), tuple(15 + 12 * at for at in range(16)))
    assert texts(row) == ["Save as", "Cancel"]


def test_cells_of_a_table_stay_apart_though_they_stand_close_below_each_other() -> None:
    rows = (("galvanised screws", "two hundred", "at once"), ("waterproof wood glue", "three", "in three days"))
    lines = [
        line((first, 20), (second, 300), (third, 480), y=22 * number)
        for number, (first, second, third) in enumerate(rows)
    ]
    assert texts(*lines) == [cell for row in rows for cell in row]


def test_a_button_below_a_sentence_stays_apart() -> None:
    sentence = "Please pay the amount within fourteen days."
    assert texts(line((sentence, 20), y=0), line(("Save", 28), y=25)) == [sentence, "Save"]


def test_the_short_end_of_a_paragraph_of_several_sentences_belongs_to_it() -> None:
    words = ("The rent is paid in advance each year.", "So it is.")
    assert texts(*(line((text, 20), y=24 * number) for number, text in enumerate(words))) == [" ".join(words)]


def test_two_columns_of_prose_are_two_blocks() -> None:
    left, right = PROSE, ("Questions are answered by our service,", "from Monday until Friday between ten", "and five.")
    lines = [line((a, 20), (b, 460), y=24 * number) for number, (a, b) in enumerate(zip(left, right, strict=True))]
    assert texts(*lines) == [" ".join(left), " ".join(right)]


def test_the_items_of_a_list_stay_apart() -> None:
    items = (
        "• The keys are handed over at the door,",
        "• The rent is paid in advance each year.",
        "1. And so on for ever",
    )
    assert texts(*(line((item, 20), y=24 * number) for number, item in enumerate(items))) == list(items)


def test_a_word_that_was_divided_is_put_together() -> None:
    assert texts(line(("The committee met to review the bud-", 20), y=0), line(("get of the year", 20), y=24)) == [
        "The committee met to review the budget of the year"
    ]


def test_centred_lines_are_one_block_and_say_so() -> None:
    words = ("Please read all of this page with care", "and keep it where you will find it", "again")
    lines = [line((text, 400 - LETTER * len(text) // 2), y=24 * number) for number, text in enumerate(words)]
    [block] = blocks(*lines)
    assert block.text == " ".join(words)
    assert block.alignment is Alignment.CENTRE


def test_chinese_lines_are_put_together_without_a_space() -> None:
    words = ("请在使用本产品之前仔细阅读本说明书", "，并将其妥善保管。")
    [block] = blocks(*(line((text, 20), y=28 * number, letter=20) for number, text in enumerate(words)))
    assert block.text == "".join(words)


def test_hebrew_begins_at_the_right() -> None:
    words = ("יש לקרוא את ההוראות האלה בעיון לפני", "השימוש במכשיר")
    lines = [line((text, 500 - LETTER * len(text)), y=24 * number) for number, text in enumerate(words)]
    [block] = blocks(*lines)
    assert block.text == " ".join(words)
    assert block.alignment is Alignment.RIGHT


def test_columns_of_japanese_follow_each_other_from_the_right() -> None:
    columns = ("吾輩は猫である。名前は", "まだ無い。どこで生れた", "か頓と")
    lines = [
        ReadLine(text, 0.99, (400 - 48 * number, 40, 430 - 48 * number, 40 + 34 * len(text)))
        for number, text in enumerate(columns)
    ]
    [block] = blocks(*lines)
    assert block.text == "".join(columns)
    assert block.upright
    assert block.box == (304, 40, 430, 414)


def test_what_could_not_be_read_is_a_block_without_words() -> None:
    unread = [(200, 24, 560, 44), (260, 50, 560, 70)]
    first, second, third = blocks(line(("File", 20), y=0), line(("Edit", 20), y=90), unread=unread)
    assert (first.text, third.text) == ("File", "Edit")
    assert second == TextBlock("", (200, 24, 560, 70), tuple(unread), Alignment.RIGHT, unsure=True)


def test_words_that_were_hardly_read_are_marked() -> None:
    assert [block.unsure for block in blocks(line(("77 0070", 0), y=0, score=0.7), line(("Edit", 0), y=50))] == [
        True,
        False,
    ]


def test_an_empty_reading_has_no_blocks() -> None:
    assert blocks() == ()


def test_numbers_below_each_other_stay_apart() -> None:
    numbers = ("1,204.50 EUR 2026", "99.10 EUR 2026 12", "17:30 2026-01-02")
    assert texts(*(line((number, 20), y=22 * at) for at, number in enumerate(numbers))) == list(numbers)


WORDS = st.text(alphabet="abcXYZ12•-.。你好שלα", min_size=1, max_size=12)


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """Rows as the reader gives them, with and without columns and pieces, in odd places."""
    lines = []
    for _ in range(draw(st.integers(0, 12))):
        pieces = draw(st.lists(st.lists(WORDS, min_size=1, max_size=5).map(" ".join), min_size=1, max_size=4))
        x, y = draw(st.integers(0, 900)), draw(st.integers(0, 900))
        height = draw(st.integers(1, 60))
        placed = []
        for words in pieces:
            placed.append((words, x))
            x += LETTER * len(words) + draw(st.integers(0, 200))
        made = line(*placed, y=y, height=height, score=draw(st.floats(0, 1)))
        match draw(st.integers(0, 3)):
            case 0:
                made = ReadLine(made.text, made.score, made.box)
            case 1:
                made = ReadLine(made.text, made.score, made.box, made.columns)
            case 2:
                made = ReadLine(made.text, made.score, (made.box[0], y, made.box[0] + height, y + 300))
        lines.append(made)
    corners = st.tuples(*(st.integers(0, 900),) * 2)
    unread = draw(st.lists(corners.map(lambda corner: (*corner, corner[0] + 90, corner[1] + 20)), max_size=4))
    return Reading(tuple(lines), tuple(unread))


@given(readings())
def test_every_word_stands_in_exactly_one_block(reading: Reading) -> None:
    found = Counter("".join("".join(block.text.split()) for block in blocks_of(reading)).replace("-", ""))
    assert found == Counter("".join("".join(each.text.split()) for each in reading.lines).replace("-", ""))


@given(readings())
def test_every_box_lies_within_what_was_read(reading: Reading) -> None:
    boxes = [*(each.box for each in reading.lines), *reading.unread]
    for block in blocks_of(reading):
        assert len(block.lines) >= 1
        for left, top, right, bottom in (block.box, *block.lines):
            assert left < right
            assert top < bottom
            assert min(box[0] for box in boxes) <= left
            assert max(box[2] for box in boxes) >= right
            assert min(box[1] for box in boxes) <= top
            assert max(box[3] for box in boxes) >= bottom


@pytest.mark.parametrize("count", [MOST_SEGMENTS + 50])
def test_a_picture_full_of_specks_is_bounded(count: int) -> None:
    lines = [line(("ab cd", 20 + 90 * (at % 20)), y=30 * (at // 20)) for at in range(count)]
    assert len(blocks(*lines)) <= MOST_SEGMENTS


def inked(text: str, x: int, y: int, box: tuple[int, int, int, int], score: float = 0.95) -> ReadLine:
    """A row with the ink of each letter, in a box that may be wider."""
    edges = [edge for at in range(len(text)) for edge in (x + LETTER * at + 1, x + LETTER * (at + 1) - 1)]
    columns = tuple(x + LETTER * at + LETTER // 2 for at in range(len(text)))
    ink = (y + 3, y + HEIGHT - 3)
    return ReadLine(text, score, box, columns, (ReadPiece(0, len(text), box),), tuple(edges), ink)


def test_a_box_to_tick_in_the_box_of_its_words_is_none_of_them() -> None:
    [left] = blocks(inked("Connect", 60, 50, (30, 50, 118, 70)))
    assert left.box == (58, 50, 118, 70)
    [right] = blocks(inked("Connect", 60, 50, (57, 50, 150, 70)))
    assert right.box == (57, 50, 118, 70)


def test_the_usual_air_around_words_stays() -> None:
    assert blocks(inked("Connect", 60, 50, (57, 50, 119, 70)))[0].box == (57, 50, 119, 70)


def test_of_words_that_could_hardly_be_read_all_of_the_box_is_taken() -> None:
    assert blocks(inked("Connect", 60, 50, (30, 50, 118, 70), score=0.5))[0].box == (30, 50, 118, 70)
