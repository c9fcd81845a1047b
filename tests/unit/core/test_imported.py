"""What is made sound before it enters the history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.imported import in_order, is_sound, sound
from kireji.core.messages import DocumentPart, ImagePart
from kireji.core.transfer import WholeMessage
from tests.support.whole import NOON, said, talk

NAME = "ab" * 32


def test_what_is_sound_stays_as_it_is() -> None:
    one = talk(said("q", None, "?"), said("a", "q", "!"), head="a")
    assert sound(one) == one


def test_a_name_that_comes_twice_is_one_message() -> None:
    messages = sound(talk(said("q", None, "first"), said("q", None, "second"), said("a", "q", "!"))).messages
    assert [(one.key, one.message.text) for one in messages] == [("q", "first"), ("a", "!")]


def test_a_message_that_stands_before_the_one_it_follows_keeps_its_place_in_the_tree() -> None:
    messages = in_order((said("a", "q", "!"), said("q", None, "?")))
    assert [(one.key, one.parent) for one in messages] == [("q", None), ("a", "q")]


@given(st.lists(st.tuples(st.integers(0, 8), st.one_of(st.none(), st.integers(0, 10))), max_size=12))
def test_no_message_is_lost_and_each_follows_one_that_stands_before_it(links: list[tuple[int, int | None]]) -> None:
    given = [said(str(key), None if parent is None else str(parent), "") for key, parent in links]
    ordered: tuple[WholeMessage, ...] = in_order(given)
    assert sorted(one.key for one in ordered) == sorted({one.key for one in given})
    before: set[str] = set()
    for one in ordered:
        assert one.parent is None or one.parent in before
        before.add(one.key)


def test_a_name_with_a_lone_surrogate_can_be_found_again() -> None:
    conversation = sound(talk(said("\ud800", None, "x"), said("?", "\ud800", "y"), key="k\udfff", head="\ud800"))
    assert [one.key for one in conversation.messages] == ["\\ud800", "?"]
    assert (conversation.messages[1].parent, conversation.key, conversation.head) == (
        "\\ud800",
        "k\\udfff",
        "\\ud800",
    )


@pytest.mark.parametrize("year", [1, 9999])
def test_times_have_a_date_in_every_zone(year: int) -> None:
    edge = datetime(1, 1, 1, tzinfo=UTC) if year == 1 else datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    one = msgspec.structs.replace(said("q", None, "?"), created=edge)
    conversation = sound(msgspec.structs.replace(talk(one), created=edge, updated=edge))
    for time in (conversation.created, conversation.updated, conversation.messages[0].created):
        for hours in (-14, 14):
            assert time.astimezone(timezone(timedelta(hours=hours))).year == year


def test_a_time_without_a_zone_is_utc() -> None:
    one = msgspec.structs.replace(talk(said("q", None, "?")), created=NOON.replace(tzinfo=None))
    assert sound(one).created == NOON


def test_a_title_has_an_end() -> None:
    assert len(sound(msgspec.structs.replace(talk(said("q", None, "?")), title="x" * 10**6)).title) == 1000


@pytest.mark.parametrize(
    ("part", "sounds"),
    [
        (ImagePart(NAME, "image/png", 4, 3), True),
        (ImagePart("source:a.png", "", 0, 0), True),
        (ImagePart("../../etc/passwd", "image/png", 4, 3), False),
        (ImagePart(NAME, "text/html", 4, 3), False),
        (ImagePart(NAME, "image/png", 10**30, 3), False),
        (ImagePart(NAME, "image/png", 4, -3), False),
        (DocumentPart(NAME, "application/pdf", "a"), True),
        (DocumentPart(NAME, "text/html", "a"), False),
    ],
)
def test_pictures_and_documents_are_what_they_can_be(part: ImagePart | DocumentPart, sounds: bool) -> None:
    assert is_sound(part) is sounds
