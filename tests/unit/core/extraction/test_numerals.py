"""Numbers as the world writes them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.extraction.numerals import Amount, amount, decimal_sign, is_currency

FORMS = {
    "1,234.50": "1234.5",
    "1.234,50": "1234.5",
    "1 234,50": "1234.5",
    "1\u202f234,50": "1234.5",
    "1'234.50": "1234.5",
    "1’234.50": "1234.5",
    "12,34,567.89": "1234567.89",
    "1.234.567": "1234567",
    "(12.30)": "-12.3",
    "−5": "-5",
    "12-": "-12",
    "- 7": "-7",
    "+7": "7",
    ".5": "0.5",
    "0,123": "0.123",
    "007": "7",
    "-0": "0",
    "5,–": "5",
    "1.5e3": "1500",
    "2e-3": "0.002",
    "١٢٣٤٫٥": "1234.5",
    "１，２３４．５": "1234.5",
    "۱۲۳": "123",
    "12345678901234567890.10": "12345678901234567890.1",
}
UNITS = {
    "$1,234.50": Amount("1234.5", "$", True),
    "-$5.00": Amount("-5", "$", True),
    "$-5.00": Amount("-5", "$", True),
    "5,00 €": Amount("5", "€", True),
    "EUR 5,00": Amount("5", "EUR", True),
    "12.50 chf": Amount("12.5", "chf", True),
    "R$ 5,00": Amount("5", "R$", True),
    "1,200円": Amount("1200", "円", True),
    "￥1,200": Amount("1200", "¥", True),
    "€ 1.234": Amount("1234", "€", True),
    "1.234 KWD": Amount("1.234", "KWD", True),
    "3.5%": Amount("3.5", "%"),
    "1,5 %": Amount("1.5", "%"),
    "20 °C": Amount("20", "°C"),
    "50 km/h": Amount("50", "km/h"),
    "3 pcs": Amount("3", "pcs"),
}
NONE = (
    "",
    "abc",
    "1.2.3",
    "12 34",
    "+49 30 1234",
    "½",
    "5²",
    "#5",
    "--5",
    "(5",
    "(-5)",
    "1e500",
    "1,23.4,5",
    "9" * 100,
)


@pytest.mark.parametrize(("text", "value"), FORMS.items())
def test_a_number_has_one_form(text: str, value: str) -> None:
    assert amount(text) == Amount(value)


@pytest.mark.parametrize(("text", "expected"), UNITS.items())
def test_what_stands_with_a_number_is_its_unit(text: str, expected: Amount) -> None:
    assert amount(text) == expected


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_number_is_not_taken_for_one(text: str) -> None:
    assert amount(text) is None


@pytest.mark.parametrize(
    ("texts", "sign"),
    [
        (["1.234", "12,50"], ","),
        (["1,234", "12.50"], "."),
        (["1.234.567", "1.234"], ","),
        (["1.234", "5.678"], ""),
        (["12", ""], ""),
        (["1,5", "1.5"], ""),
    ],
)
def test_the_numbers_of_a_column_tell_which_sign_stands_before_the_places(texts: list[str], sign: str) -> None:
    assert decimal_sign(texts) == sign


@pytest.mark.parametrize(
    ("text", "sign", "value"),
    [
        ("1.234", ",", "1234"),
        ("1.234", ".", "1.234"),
        ("1,234", ".", "1234"),
        ("1,234", ",", "1.234"),
        ("1,234", "", "1234"),
        ("1.234", "", "1.234"),
    ],
)
def test_a_separator_that_may_be_either_follows_the_others(text: str, sign: str, value: str) -> None:
    assert amount(text, sign) == Amount(value)


def test_currencies_are_signs_and_codes() -> None:
    assert is_currency("€")
    assert is_currency("usd")
    assert not is_currency("kg")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
@pytest.mark.parametrize(("grouping", "point"), [(",", "."), (".", ","), (" ", ","), ("'", "."), ("", ".")])
def test_a_number_survives_being_written(grouping: str, point: str, number: Decimal) -> None:
    written = f"{number:,.2f}".replace(",", "G").replace(".", "P").replace("G", grouping).replace("P", point)
    found = amount(written)
    assert found is not None
    assert Decimal(found.value) == number


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_none(text: str) -> None:
    found = amount(text)
    if found is not None:
        assert str(Decimal(found.value)) != "NaN"
