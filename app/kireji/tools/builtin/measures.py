"""Converts between units of measurement; importing it takes half a second, so that happens in a thread.

Names of units are read by a grammar of our own, because the library computes whatever numbers stand between them.
"""

from __future__ import annotations

import difflib
import functools
import math
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pint

from kireji.plugins import ToolError

_LONGEST = 80
_MOST_FACTORS = 12
_LARGEST_POWER = 9
_MOST_WORDS = 3

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d{1,6})|(?P<power>\^-?\d|[⁻]?[¹²³⁴⁵⁶⁷⁸⁹])|(?P<sign>[*/·⋅×()])"
    r"|(?P<name>[°'\"%A-Za-zÀ-žµμΩΩÅ_]+(?:\d[A-Za-z]+)*)(?P<digit>-?[1-9](?!\d))?)"
)
_SUPERSCRIPTS = str.maketrans("⁻¹²³⁴⁵⁶⁷⁸⁹", "-123456789")
_TEMPERATURES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("c", "°c", "degc", "celsius", "centigrade"), "degree_Celsius"),
        **dict.fromkeys(("f", "°f", "degf", "fahrenheit"), "degree_Fahrenheit"),
        **dict.fromkeys(("k", "°k", "degk", "kelvin", "kelvins"), "kelvin"),
        **dict.fromkeys(("r", "°r", "degr", "rankine"), "degree_Rankine"),
        **dict.fromkeys(("°re", "reaumur", "réaumur"), "degree_Reaumur"),
    }
)
_MEANT: Mapping[str, str] = MappingProxyType(
    {
        "mpg": "mile/gallon", "kmh": "km/hour", "kmph": "km/hour", "fps": "foot/second", "mps": "meter/second",
        "sqft": "foot^2", "sqm": "meter^2", "sqmi": "mile^2", "sqkm": "km^2", "sqin": "inch^2", "cc": "cm^3",
        "cuft": "foot^3", "cbm": "meter^3", "floz": "fluid_ounce", "fl_oz": "fluid_ounce", "kbps": "kilobit/second",
        "mbps": "megabit/second", "gbps": "gigabit/second", "mbit/s": "megabit/second", "kb": "kilobyte",
        "mb": "megabyte", "gb": "gigabyte", "tb": "terabyte", "pb": "petabyte", "kib": "kibibyte", "mib": "mebibyte",
        "gib": "gibibyte", "tib": "tebibyte", "kgs": "kilogram", "gms": "gram", "lbm": "pound", "hrs": "hour",
        "mins": "minute", "secs": "second", "yrs": "year", "wk": "week", "mo": "month", "cals": "calorie",
        "'": "foot", '"': "inch", "°": "degree", "tonnes": "metric_ton", "hz": "hertz", "khz": "kilohertz",
        "mhz": "megahertz", "ghz": "gigahertz", "btu": "british_thermal_unit", "hp": "horsepower", "nm": "nanometer",
        "metre": "meter", "metres": "meter", "kwh": "kilowatt_hour", "mwh": "megawatt_hour",
        "Nm": "newton*meter", "NM": "nautical_mile",
    }
)  # fmt: skip
_AMERICAN = "US measures; British ones are written imperial_gallon and so on"
_AMBIGUOUS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("gallon", "quart", "pint", "cup", "fluid_ounce", "gill"), _AMERICAN),
        "ton": "a ton of 2,000 pounds; metric ones are written tonne",
        "calorie": "small calories; those on food are kcal",
        "month": "a twelfth of a year",
    }
)
_MONEY = frozenset(
    {
        "dollar", "dollars", "usd", "eur", "euro", "euros", "gbp", "sterling", "yen", "jpy", "chf", "franc", "francs",
        "cny", "yuan", "rmb", "inr", "rupee", "rupees", "cad", "aud", "sek", "nok", "dkk", "krona", "kronor", "pln",
        "zloty", "rub", "ruble", "rubles", "krw", "won", "btc", "bitcoin", "bitcoins", "eth", "cent", "cents",
        "money", "currency", "brl", "mxn", "peso", "pesos", "try", "lira", "zar", "rand", "nzd", "sgd", "hkd", "czk",
        "huf", "forint", "ils", "shekel",
    }
)  # fmt: skip


class Unconvertible(ToolError):
    """A conversion that cannot be done; the text says why, for the model."""


class _Measure(NamedTuple):
    """A product of units.

    Args:
        scale: A number in front of them, as in litres per 100 km.
        powers: Names of units, as the library has them, with their powers.
    """

    scale: float
    powers: Mapping[str, int]

    def times(self, other: _Measure, sign: int = 1) -> _Measure:
        powers = dict(self.powers)
        for name, power in other.powers.items():
            powers[name] = powers.get(name, 0) + sign * power
        return _Measure(self.scale * other.scale**sign, powers)


_ONE = _Measure(1.0, {})


def convert(value: float, unit: str, to: str) -> str:
    """A value in another unit, as a sentence.

    Args:
        value: How many.
        unit: Of these.
        to: Wanted.

    Raises:
        Unconvertible: A unit is not known, or they measure different things.
    """
    if not math.isfinite(value):
        raise Unconvertible("The number is too large.")
    temperatures = _temperature(unit), _temperature(to)
    if all(temperatures):
        source, target = (_Measure(1.0, {name: 1}) for name in temperatures)
    else:
        source, target = _differences(_read(unit)), _differences(_read(to))
    said = f"{value:.12g} {unit.strip()} = {_converted(value, source, target, unit, to):.12g} {to.strip()}"
    notes = sorted({note for name, note in _AMBIGUOUS.items() if name in {*source.powers, *target.powers}})
    return f"{said} ({'; '.join(notes)})" if notes else said


def _converted(value: float, source: _Measure, target: _Measure, unit: str, to: str) -> float:
    registry = _registry()
    container = registry.UnitsContainer
    try:
        quantity = registry.Quantity(value * source.scale, container(source.powers))
        wanted = container(target.powers)
        if quantity.dimensionality == registry.get_dimensionality(wanted) ** -1 and quantity.dimensionality:
            quantity = 1 / quantity
        if source.powers in _temperatures() and quantity.to("kelvin").magnitude < -1e-9:
            raise Unconvertible("There is no temperature below absolute zero.")
        result = float(quantity.to(wanted).magnitude) / target.scale
    except pint.DimensionalityError as error:
        first, second = error.dim1 or _dimension(source), error.dim2 or _dimension(target)
        raise Unconvertible(f"{unit} measures {_plain(first)}, {to} measures {_plain(second)}.") from None
    except ZeroDivisionError:
        raise Unconvertible("Nothing is zero in the one unit and a number in the other.") from None
    except OverflowError:
        raise Unconvertible("The number is too large.") from None
    if not math.isfinite(result):
        raise Unconvertible("The number is too large.")
    return result


def _dimension(measure: _Measure) -> str:
    return str(_registry().get_dimensionality(_registry().UnitsContainer(measure.powers)))


def _plain(dimension: object) -> str:
    text = re.sub(r"[][()]", "", str(dimension)).strip()
    return "a plain number" if text in ("", "dimensionless") else text


@functools.cache
def _registry() -> Any:
    return pint.UnitRegistry()


def _temperatures() -> list[Mapping[str, int]]:
    return [{name: 1} for name in set(_TEMPERATURES.values())]


def _differences(measure: _Measure) -> _Measure:
    """Degrees beside other units are differences: a watt per degree knows no zero point."""
    if len(measure.powers) < 2 and not any(abs(power) > 1 or power < 0 for power in measure.powers.values()):
        return measure
    offset = frozenset(_TEMPERATURES.values()) - {"kelvin", "degree_Rankine"}
    return _Measure(measure.scale, {f"delta_{n}" if n in offset else n: power for n, power in measure.powers.items()})


def _temperature(unit: str) -> str:
    text = unit.strip().lower()
    for word in ("degrees ", "degree ", "deg "):
        text = text.removeprefix(word)
    return _TEMPERATURES.get(text.replace("° ", "°"), "")


def _read(unit: str) -> _Measure:
    """The units that a text names.

    Raises:
        Unconvertible: One of them is not known, or the text cannot be read.
    """
    if len(unit) > _LONGEST:
        raise Unconvertible(f"A unit is written with at most {_LONGEST} characters.")
    tokens = list(_tokens(_worded(unit)))
    if not tokens:
        raise Unconvertible("A unit is missing.")
    if len(tokens) > 4 * _MOST_FACTORS:
        raise Unconvertible("The unit has too many parts.")
    reader = _Reader(tokens)
    found = reader.product()
    if reader.left():
        raise Unconvertible(f"The unit {unit!r} cannot be read; write it like kg*m/s^2.")
    if any(abs(power) > _LARGEST_POWER for power in found.powers.values()):
        raise Unconvertible(f"Powers of units go up to {_LARGEST_POWER}.")
    return found


def _worded(unit: str) -> str:
    """Square metres and miles per hour in signs."""
    text = re.sub(r"\bper\b", "/", unit, flags=re.IGNORECASE).replace("**", "^").replace("−", "-")
    text = re.sub(r"\b(square|sq\.?)\s+([A-Za-z]+)", r"\2^2", text, flags=re.IGNORECASE)
    text = re.sub(r"\b(cubic|cu\.?)\s+([A-Za-z]+)", r"\2^3", text, flags=re.IGNORECASE)
    text = re.sub(r"\s+squared\b", "^2", text, flags=re.IGNORECASE)
    return re.sub(r"\s+cubed\b", "^3", text, flags=re.IGNORECASE)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Kind and text of each part."""
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise Unconvertible(f"The unit {text!r} cannot be read; write it like kg*m/s^2.")
        kind = found.lastgroup or ""
        if found["name"]:
            yield "name", found["name"]
            if found["digit"]:
                yield "power", found["digit"]
        elif kind == "power":
            yield "power", found["power"].removeprefix("^").translate(_SUPERSCRIPTS)
        else:
            yield kind, found[kind]
        at = found.end()


class _Reader:
    """Reads products and quotients of units; its depth is bounded by the length of the text."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    def left(self) -> bool:
        """Whether something was not read."""
        return self._at < len(self._tokens)

    def product(self) -> _Measure:
        found = self._factor()
        while self.left() and self._peek() != ("sign", ")"):
            kind, text = self._peek()
            sign = -1 if (kind, text) == ("sign", "/") else 1
            if kind == "sign" and text != "(":
                self._at += 1
            found = found.times(self._factor(), sign)
        return found

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self.left() else ("", "")

    def _factor(self) -> _Measure:
        kind, text = self._peek()
        self._at += 1
        if kind == "number":
            scale = _Measure(float(text), {})
            if not float(text):
                raise Unconvertible("A unit is not zero times something.")
            return scale.times(self._factor()) if self._peek()[0] == "name" else scale
        if (kind, text) == ("sign", "("):
            inner = self.product()
            if self._peek() != ("sign", ")"):
                raise Unconvertible("A bracket of a unit is not closed.")
            self._at += 1
            return self._raised(inner)
        if kind != "name":
            raise Unconvertible("A unit is missing beside a sign.")
        return self._raised(self._named(text))

    def _named(self, first: str) -> _Measure:
        """The longest run of words that is the name of a unit, such as nautical miles."""
        words = [first]
        while len(words) < _MOST_WORDS and self._tokens[self._at + len(words) - 1 :][:1]:
            kind, text = self._tokens[self._at + len(words) - 1]
            if kind != "name":
                break
            words.append(text)
        for count in range(len(words), 1, -1):
            if (found := _unit("_".join(words[:count]))) is not None:
                self._at += count - 1
                return found
        found = _unit(first)
        if found is None:
            raise _unknown(first)
        return found

    def _raised(self, measure: _Measure) -> _Measure:
        kind, text = self._peek()
        if kind != "power":
            return measure
        self._at += 1
        power = int(text)
        return _Measure(measure.scale**power, {name: each * power for name, each in measure.powers.items()})


def _unit(name: str) -> _Measure | None:
    """What a name stands for, in the first of its readings that is known; None for none."""
    if name.lower() in _MONEY:
        raise Unconvertible("Currencies are not converted: their rates change. Ask for a page that tells today's rate.")
    registry = _registry()
    exact = name.strip("_")
    if exact not in _MEANT and (found := _known(registry, exact)):
        return _Measure(1.0, {found: 1})
    if (meant := _MEANT.get(exact) or _MEANT.get(exact.lower())) is not None:
        return _read(meant)
    if (temperature := _TEMPERATURES.get(exact.lower())) is not None and len(exact) > 1:
        return _Measure(1.0, {temperature: 1})
    for other in (exact.lower(), exact.lower().removesuffix("s"), exact.capitalize(), exact.upper()):
        if found := _known(registry, other):
            return _Measure(1.0, {found: 1})
    return None


def _known(registry: Any, name: str) -> str:
    try:
        return str(registry.get_name(name))
    except (pint.UndefinedUnitError, pint.OffsetUnitCalculusError, AttributeError, ValueError, KeyError):
        return ""


def _unknown(name: str) -> Unconvertible:
    words = [each for each in dir(_registry()) if not each.startswith("_") and len(each) > 2]
    close = difflib.get_close_matches(name.lower(), words, n=1, cutoff=0.7)
    hint = f" Did you mean {close[0]}?" if close else ""
    return Unconvertible(f"There is no unit {name!r} here.{hint}")
