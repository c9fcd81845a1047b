"""Functions and constants of the calculator: exact as long as their values are, bounded in size always."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any, TypeAlias

from kireji.plugins import ToolError

Number: TypeAlias = Fraction | float

MOST_DIGITS = 4000
"""Of a number, before and after the point together; Python itself writes no more than 4,300."""
_MOST_BITS = MOST_DIGITS * 10 // 3
_LARGEST_FACTORIAL = 1400
_LARGEST_CHOICE = 5000


class Unsolvable(ToolError):
    """An expression that has no value here; the text says why, for the model."""


def bounded(value: Any) -> Any:
    """A number that may be computed with further.

    Raises:
        Unsolvable: It is too large.
    """
    if isinstance(value, Fraction) and _bits(value) > _MOST_BITS:
        raise Unsolvable(f"A number in between has more than {MOST_DIGITS:,} digits.")
    if isinstance(value, complex):
        raise Unsolvable("The value is no real number.")
    if isinstance(value, float) and not math.isfinite(value):
        raise Unsolvable("A number in between is too large, or there is none.")
    return value


def exact_power(base: Number, exponent: Number) -> Number:
    """Raises Unsolvable before anything large is computed, ZeroDivisionError for a negative power of zero."""
    if isinstance(base, Fraction) and isinstance(exponent, Fraction):
        if exponent.denominator == 1:
            if (_bits(base) - 1) * abs(exponent.numerator) > _MOST_BITS:
                raise Unsolvable(f"The power has more than {MOST_DIGITS:,} digits.")
            whole: Number = bounded(Fraction(base**exponent.numerator))
            return whole
        if exponent == Fraction(1, 2):
            return root(base)
    result: Number = bounded(float(base) ** float(exponent))
    return result


def root(value: Number) -> Number:
    """The square root; a fraction where it is one."""
    if isinstance(value, Fraction) and value >= 0:
        above, below = math.isqrt(value.numerator), math.isqrt(value.denominator)
        if above * above == value.numerator and below * below == value.denominator:
            return Fraction(above, below)
    return math.sqrt(value)


def _cube_root(value: Number) -> Number:
    size = abs(float(value)) ** (1 / 3)
    near = round(size)
    if abs(value) == near**3:
        return Fraction(near) if value >= 0 else Fraction(-near)
    return math.copysign(size, value)


def _bits(value: Fraction) -> int:
    return max(abs(value.numerator).bit_length(), value.denominator.bit_length())


def _whole(value: Number) -> int:
    if not isinstance(value, Fraction) or value.denominator != 1:
        raise Unsolvable("This function takes whole numbers.")
    return value.numerator


def _factorial(value: Number) -> Number:
    number = _whole(value)
    if number < 0:
        raise Unsolvable("The factorial of a negative number does not exist.")
    if number > _LARGEST_FACTORIAL:
        raise Unsolvable(f"The factorial is computed up to {_LARGEST_FACTORIAL:,}.")
    return Fraction(math.factorial(number))


def _choices(count: Callable[[int, int], int]) -> Callable[[Number, Number], Number]:
    def counted(of: Number, take: Number) -> Number:
        total, taken = _whole(of), _whole(take)
        if total > _LARGEST_CHOICE or taken > 2 * _LARGEST_CHOICE:
            raise Unsolvable(f"This is computed up to {_LARGEST_CHOICE:,}.")
        return Fraction(count(total, taken))

    return counted


def _rounded(value: Number, places: Number = Fraction(0)) -> Number:
    """Half goes away from zero, as people round, and not to the even neighbour."""
    digits = _whole(places)
    if abs(digits) > 300:
        raise Unsolvable("Numbers are rounded to at most 300 places.")
    scale = Fraction(10) ** digits
    exact = abs(value if isinstance(value, Fraction) else Fraction(repr(value))) * scale
    result = Fraction(math.floor(exact + Fraction(1, 2))) / scale
    return -result if value < 0 else result


def _exact(function: Callable[[Any], int]) -> Callable[[Number], Number]:
    return lambda value: Fraction(function(value))


def _logarithm(value: Number, base: Number | None = None) -> Number:
    """To a base, ten if none is said; exact where the value is a power of it."""
    base = Fraction(10) if base is None else base
    result = _log(math.log, value) / _log(math.log, base) if base != 10 else _log(math.log10, value)
    near = round(result)
    exact = isinstance(value, Fraction) and isinstance(base, Fraction) and (_bits(base) - 1) * abs(near) <= _MOST_BITS
    return Fraction(near) if exact and base**near == value else result


def _log(function: Callable[[Any], float], value: Number) -> float:
    """A logarithm, also of a fraction that no float holds."""
    try:
        return function(value)
    except (OverflowError, ValueError):
        if not isinstance(value, Fraction) or value <= 0:
            raise
        return function(value.numerator) - function(value.denominator)


def _angle(function: Callable[[float], float]) -> Callable[[Number], Number]:
    """A function of an angle; what is nothing but the rounding of pi is zero."""

    def of(value: Number) -> Number:
        result = function(float(value))
        return 0.0 if abs(result) <= 2e-16 * abs(float(value)) else result

    return of


def _tangent(value: Number) -> Number:
    if abs(math.cos(value)) <= 2e-16 * abs(float(value)):
        raise Unsolvable("The tangent has no value there.")
    return _angle(math.tan)(value)


def _cosine(value: Number) -> Number:
    result = math.cos(value)
    return 0.0 if abs(result) <= 2e-16 * max(1.0, abs(float(value))) else result


def _sum(*values: Number) -> Number:
    """Step by step, because the divisors of many fractions grow with each."""
    total: Number = Fraction(0)
    for value in values:
        total = bounded(total + value)
    return total


def _mean(*values: Number) -> Number:
    return _sum(*values) / len(values)


def _least_multiple(*values: Number) -> Number:
    found = Fraction(1)
    for value in values:
        found = bounded(Fraction(math.lcm(_whole(found), _whole(value))))
    return found


def _median(*values: Number) -> Number:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _deviation(*values: Number) -> Number:
    """Of a sample."""
    if len(values) < 2:
        raise Unsolvable("A deviation needs two values or more.")
    mean = _mean(*values)
    return root(_sum(*((value - mean) ** 2 for value in values)) / (len(values) - 1))


CONSTANTS: Mapping[str, float] = MappingProxyType({"pi": math.pi, "e": math.e, "tau": math.tau})
FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "sqrt": root,
        "cbrt": _cube_root,
        "abs": abs,
        "round": _rounded,
        "floor": _exact(math.floor),
        "ceil": _exact(math.ceil),
        "trunc": _exact(math.trunc),
        "min": min,
        "max": max,
        "sum": _sum,
        "mean": _mean,
        "median": _median,
        "stdev": _deviation,
        "exp": math.exp,
        "ln": lambda value: _log(math.log, value),
        "log": _logarithm,
        "log2": lambda value: _logarithm(value, Fraction(2)),
        "log10": _logarithm,
        "sin": _angle(math.sin),
        "cos": _cosine,
        "tan": _tangent,
        "asin": math.asin,
        "acos": math.acos,
        "atan": math.atan,
        "atan2": math.atan2,
        "sinh": math.sinh,
        "cosh": math.cosh,
        "tanh": math.tanh,
        "degrees": math.degrees,
        "radians": math.radians,
        "hypot": lambda *values: root(_sum(*(value * value for value in values))),
        "gcd": lambda *values: Fraction(math.gcd(*map(_whole, values))),
        "lcm": _least_multiple,
        "mod": lambda value, by: value % by,
        "factorial": _factorial,
        "comb": _choices(math.comb),
        "perm": _choices(math.perm),
    }
)
