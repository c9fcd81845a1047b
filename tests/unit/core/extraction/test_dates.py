"""Dates as the world writes them."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.extraction.dates import DateOrder, date, date_order

SAME_DAY = (
    "2026-11-29",
    "2026/11/29",
    "2026.11.29",
    "29.11.2026",
    "29. 11. 2026",
    "29.11.26",
    "29/11/2026",
    "11/29/2026",
    "29-11-2026",
    "29 Nov 2026",
    "29-Nov-2026",
    "29NOV2026",
    "Nov 29, 2026",
    "November 29th, 2026",
    "Sunday, November 29, 2026",
    "29. November 2026",
    "So., 29.11.2026",
    "29 novembre 2026",
    "29 de noviembre de 2026",
    "2026年11月29日",
    "２０２６年１１月２９日",
    "2026年11月29日(日)",
    "令和8年11月29日",
    "2026년 11월 29일",
    "٢٩/١١/٢٠٢٦",
)
NONE = ("", "abc", "31.02.2026", "13/13/2026", "29.11.", "2:30 pm", "1.2.3", "12345678", "29 Foo 2026", "0000-00-00")


@pytest.mark.parametrize("text", SAME_DAY)
def test_a_day_has_one_form(text: str) -> None:
    assert date(text) == "2026-11-29"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("29.11.2026 14:30", "2026-11-29T14:30"),
        ("29.11.2026, 14:30 Uhr", "2026-11-29T14:30"),
        ("2026-11-29T14:30:05Z", "2026-11-29T14:30:05"),
        ("11/29/26 2:30 PM", "2026-11-29T14:30"),
        ("11/29/26 12:05 am", "2026-11-29T00:05"),
        ("Nov 2026", "2026-11"),
        ("11/2026", "2026-11"),
        ("2026年11月", "2026-11"),
    ],
)
def test_times_and_months_are_kept(text: str, expected: str) -> None:
    assert date(text) == expected


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_date_is_not_taken_for_one(text: str) -> None:
    assert date(text) == ""


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["03/04/2026", "29/11/2026"], DateOrder.DAY),
        (["03/04/2026", "11/29/2026"], DateOrder.MONTH),
        (["03.04.2026"], DateOrder.DAY),
        (["03/04/2026"], None),
        (["2026-04-03"], None),
    ],
)
def test_the_dates_of_a_column_tell_what_stands_first(texts: list[str], order: DateOrder | None) -> None:
    assert date_order(texts) is order


def test_a_date_that_may_be_either_follows_the_others() -> None:
    assert date("03/04/2026", DateOrder.MONTH) == "2026-03-04"
    assert date("03/04/2026", DateOrder.DAY) == "2026-04-03"
    assert date("03/04/2026") == "2026-04-03"


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)))
@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%B %d, %Y", "%Y年%m月%d日"])
def test_a_date_survives_being_written(form: str, day: datetime.date) -> None:
    assert date(day.strftime(form)) == day.isoformat()


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = date(text)
    assert found == "" or found[4] == "-"
