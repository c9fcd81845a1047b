"""Units: what people write, and a sentence for what cannot be converted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.plugins import ToolError
from kireji.tools.builtin.measures import convert


@pytest.mark.parametrize(
    ("value", "unit", "to", "said"),
    [
        (5, "miles", "km", "8.04672"),
        (6, "feet", "cm", "182.88"),
        (20, "°C", "F", "68"),
        (68, "Fahrenheit", "degrees Celsius", "20"),
        (0, "C", "K", "273.15"),
        (5, "GiB", "MB", "5368.70912"),
        (100, "Mbps", "MB/s", "12.5"),
        (100, "km/h", "mph", "62.1371192237"),
        (100, "kilometers per hour", "m/s", "27.7777777778"),
        (1, "square mile", "hectares", "258.998811034"),
        (3, "cubic feet", "litres", "84.950539776"),
        (10, "nautical miles", "km", "18.52"),
        (1, "W/(m^2 K)", "BTU/(hour ft^2 °F)", "0.176110159082"),
        (1, "kg m / s²", "newton", "1"),
        (1, "N m", "J", "1"),
        (1, "J/(kg °C)", "J/(kg K)", "1"),
        (1, "m³", "l", "1000"),
        (2, "weeks", "hours", "336"),
        (90, "degrees", "rad", "1.57079632679"),
        (500, "nm", "um", "0.5"),
    ],
)
def test_conversions(value: float, unit: str, to: str, said: str) -> None:
    assert convert(value, unit, to) == f"{value} {unit} = {said} {to}"


def test_fuel_is_turned_around() -> None:
    assert convert(30, "mpg", "L/100km").startswith("30 mpg = 7.84048611111 L/100km (US measures")


@pytest.mark.parametrize(
    ("value", "unit", "to", "sentence"),
    [
        (1, "USD", "EUR", "Currencies are not converted"),
        (1, "dollars", "km", "Currencies are not converted"),
        (1, "metrs", "km", "Did you mean metre?"),
        (1, "metre", "kg", "measures length, kg measures mass"),
        (-500, "C", "K", "below absolute zero"),
        (1, "", "km", "A unit is missing"),
        (1, "m/", "km", "missing beside a sign"),
        (1, "(m", "km", "not closed"),
        (0, "mpg", "L/100km", "zero in the one unit"),
        (1e308, "km", "nm", "too large"),
        (float("inf"), "m", "km", "too large"),
    ],
)
def test_each_mistake_has_a_sentence(value: float, unit: str, to: str, sentence: str) -> None:
    with pytest.raises(ToolError, match=sentence.replace("?", r"\?")):
        convert(value, unit, to)


@pytest.mark.parametrize(
    "hostile",
    ["9**9**9 m", "m^9^9^9", "m**99", "m.__class__", "__class__", "eval('1')", "m" * 81, "(" * 79, "m;s"],
)
def test_units_are_never_computed_by_the_library(hostile: str) -> None:
    with pytest.raises(ToolError):
        convert(1, hostile, "km")


def value_or_sentence(value: float, unit: str, to: str) -> str:
    try:
        return convert(value, unit, to)
    except ToolError as error:
        return str(error)


@given(st.floats(), st.text(max_size=40), st.text(alphabet="kmgs^*/() 0123456789°CFbpert-²", max_size=30))
def test_any_text_has_a_value_or_a_sentence(value: float, unit: str, to: str) -> None:
    for pair in ((unit, to), (to, "km"), (to, to)):
        assert value_or_sentence(value, *pair)
