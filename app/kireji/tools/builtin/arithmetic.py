"""Arithmetic on text: exact where people expect it, and over in milliseconds whatever the text says.

Numbers are fractions (0.1 + 0.2 is 0.3) until a function leaves them; then they are floats with fifteen digits. What is
written is read by a grammar of our own first, so that only numbers, operators and our names ever reach Python's parser.
"""

from __future__ import annotations

import ast
import difflib
import operator
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any, TypeAlias

import simpleeval

from kireji.tools.builtin import arithmetic_functions as functions
from kireji.tools.builtin.arithmetic_functions import MOST_DIGITS, Unsolvable, bounded, exact_power

Number: TypeAlias = Fraction | float

LONGEST = 1000
"""Characters of an expression."""
_DEEPEST = 60
_MOST_PARTS = 600
_SHOWN_DIGITS = 1000
_SIGNIFICANT = 15
_LONGEST_DECIMAL = 30
_NAMEABLE = 1_000_000
"""Denominator up to which a fraction is shown as one, too."""

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(?P<glued>[A-Za-z_]\w*)?"
    r"|(?P<name>[A-Za-z_]\w*)|(?P<sign>\*\*|//|==|!=|<=|>=|[-+*/%^()<>,!]))"
)
_WRITTEN: Mapping[str, str] = MappingProxyType(
    {"×": "*", "·": "*", "⋅": "*", "÷": "/", "−": "-", "–": "-", "√": " sqrt", "π": " pi ", "τ": " tau ", "²": "**2",
     "³": "**3", "≤": "<=", "≥": ">=", "≠": "!=", "[": "(", "]": ")", "\u00a0": " ", "\u202f": " "}
)  # fmt: skip
_AFTER_PERCENT = frozenset({"+", "-", "*", "/", "//", "**", "^", ")", ",", "<", ">", "<=", ">=", "==", "!=", "of", ""})
"""What stands after a percent sign; before anything else it is the remainder of a division."""


def calculate(expression: str) -> str:
    """The value of an expression.

    Args:
        expression: At most 1,000 characters.

    Raises:
        Unsolvable: It cannot be read, or its value cannot be computed; the sentence says why.
    """
    text = _rewritten(expression)
    tree = _parsed(text)
    try:
        value = _Evaluator(text).eval(text, tree)
        return shown(value)
    except simpleeval.FunctionNotDefined as error:
        raise _unknown(error.func_name, "function") from None
    except simpleeval.NameNotDefined as error:
        raise _unknown(error.name, "name") from None
    except ZeroDivisionError:
        raise Unsolvable("This divides by zero.") from None
    except OverflowError:
        raise Unsolvable("A number in between is too large to compute with.") from None
    except TypeError:
        raise Unsolvable("A function has too few, too many, or the wrong kind of values.") from None
    except ValueError:
        raise Unsolvable("A function has no value there, such as the root of a negative number.") from None
    except (simpleeval.InvalidExpression, RecursionError):
        raise Unsolvable("Only numbers, operators and mathematical functions can be used.") from None


def shown(value: Number | bool) -> str:
    """A number as it is told: whole where that is short enough, otherwise with fifteen digits."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(bounded(value))
    whole, divisor = value.numerator, value.denominator
    if divisor == 1:
        return str(whole) if abs(whole) < 10**_SHOWN_DIGITS else f"about {_scientific(value)}"
    decimal = _terminating(value)
    if decimal:
        return decimal
    about = _rounded(value)
    return f"{whole}/{divisor} (about {about})" if max(abs(whole), divisor) <= _NAMEABLE else f"about {about}"


def _float(value: float) -> str:
    text = f"{value:.{_SIGNIFICANT}g}"
    return text if "e" in text or not text.endswith(".0") else text[:-2]


def _rounded(value: Fraction) -> str:
    try:
        near = float(value)
    except OverflowError:
        return _scientific(value)
    return _float(near) if near else _scientific(value)


def _scientific(value: Fraction) -> str:
    """Fifteen digits and a power of ten, for what no float holds."""
    size = abs(value)
    power = len(str(size.numerator)) - len(str(size.denominator))
    if size < Fraction(10) ** power:
        power -= 1
    digits = str(round(size / Fraction(10) ** power * 10 ** (_SIGNIFICANT - 1)))
    power += len(digits) - _SIGNIFICANT
    mantissa = f"{digits[0]}.{digits[1:]}".rstrip("0").rstrip(".")
    return f"{'-' if value < 0 else ''}{mantissa}e{power:+d}"


def _terminating(value: Fraction) -> str:
    """All decimal places, if there are at most thirty; empty otherwise."""
    for places in range(1, _LONGEST_DECIMAL + 1):
        scaled = value * 10**places
        if scaled.denominator == 1:
            digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
            if len(digits) > _SHOWN_DIGITS:
                return ""
            return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"
    return ""


def _rewritten(expression: str) -> str:
    """The expression in Python's signs.

    Percent and factorial come after their number, which Python knows only of attributes: `5!` is `5 .factorial`.
    """
    if len(expression) > LONGEST:
        raise Unsolvable(f"The expression is longer than {LONGEST} characters.")
    for sign, written in _WRITTEN.items():
        expression = expression.replace(sign, written)
    expression = expression.strip().removesuffix("=").rstrip()
    if not expression:
        raise Unsolvable("There is nothing to calculate.")
    tokens = _tokens(expression)
    out: list[str] = []
    for index, part in enumerate(tokens):
        after = tokens[index + 1] if index + 1 < len(tokens) else ""
        if part == "%":
            out.append(".percent" if after in _AFTER_PERCENT else "%")
        else:
            out.append({"^": "**", "!": ".factorial", "of": "*"}.get(part, part))
    return " ".join(out)


def _tokens(expression: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    while at < len(expression):
        found = _TOKEN.match(expression, at)
        if found is None:
            sign = expression[at:].lstrip()[:1]
            raise Unsolvable(f"{sign!r} is no sign of arithmetic.")
        if found["glued"]:
            raise Unsolvable(f"Write the sign between {found['number']} and {found['glued'][:20]}, such as *.")
        if found["number"]:
            _check_number(found["number"])
        tokens.append(found["number"] or found["name"] or found["sign"])
        at = found.end()
    return tokens


def _check_number(text: str) -> None:
    mantissa, _, power = text.lower().partition("e")
    if len(power) > 6 or abs(int(power or 0)) + len(mantissa) > MOST_DIGITS:
        raise Unsolvable(f"A number has more than {MOST_DIGITS:,} digits.")
    if mantissa[:1] == "0" and mantissa[1:2].isdigit() and "." not in mantissa:
        raise Unsolvable("Write numbers without commas between their digits, and without a zero in front.")
    if "__" in mantissa or mantissa.rstrip(".").endswith("_") or "_." in mantissa:
        raise Unsolvable("A number cannot be read.")


def _parsed(text: str) -> ast.expr:
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Unsolvable("The expression cannot be read: a sign, a number or a bracket is missing.") from None
    if isinstance(tree, ast.Tuple):
        raise Unsolvable("Write numbers without commas between their digits, and one expression at a time.")
    parts, level = 0, [tree]
    for _ in range(_DEEPEST):
        parts += len(level)
        level = [child for node in level for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        if not level:
            break
    if level or parts > _MOST_PARTS:
        raise Unsolvable("The expression is nested too deeply; calculate it in parts.")
    return tree


def _unknown(name: str, kind: str) -> Unsolvable:
    known = [*functions.FUNCTIONS, *functions.CONSTANTS]
    close = difflib.get_close_matches(name.lower()[:40], known, n=1)
    hint = f" Did you mean {close[0]}?" if close else f" There are {', '.join(known)}."
    return Unsolvable(f"There is no {kind} {name[:40]!r} here.{hint}")


def _joined(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """An operation that holds its result to the size that numbers may have."""
    return lambda left, right: bounded(operation(left, right))


class _Evaluator(simpleeval.SimpleEval):  # type: ignore[misc]
    """Knows numbers, operators and our functions, and nothing else of Python.

    Args:
        text: The expression; literals are read from it, because Python has rounded them already.
    """

    def __init__(self, text: str) -> None:
        super().__init__(operators=dict(_OPERATORS), functions=dict(functions.FUNCTIONS), names=functions.CONSTANTS)
        self._text = text
        self.nodes = {
            ast.Constant: self._number,
            ast.UnaryOp: self._eval_unaryop,
            ast.BinOp: self._binary,
            ast.Compare: self._eval_compare,
            ast.Call: self._call,
            ast.Name: self._name,
            ast.Attribute: self._after,
        }

    def _number(self, node: ast.Constant) -> Number:
        if type(node.value) not in (int, float):
            raise simpleeval.NameNotDefined(str(node.value), self._text)
        return Fraction(self._text[node.col_offset : node.end_col_offset].rstrip("."))

    def _name(self, node: ast.Name) -> Number:
        if node.id in functions.FUNCTIONS:
            raise Unsolvable(f"{node.id} needs its values in brackets.")
        if node.id not in functions.CONSTANTS:
            raise simpleeval.NameNotDefined(node.id, self._text)
        return functions.CONSTANTS[node.id]

    def _call(self, node: ast.Call) -> Number:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise Unsolvable("A sign is missing in front of a bracket, such as *.")
        value: Number = bounded(self._eval_call(node))
        return value

    def _after(self, node: ast.Attribute) -> Number:
        value: Number = self._eval(node.value)
        if node.attr == "percent":
            return value / 100
        result: Number = functions.FUNCTIONS[node.attr](value)
        return result

    def _binary(self, node: ast.BinOp) -> Number:
        """As on a pocket calculator, 80 + 10% is 88."""
        if isinstance(node.op, ast.Add | ast.Sub) and _is_percent(node.right):
            left, share = self._eval(node.left), self._eval(node.right)
            share = share if isinstance(node.op, ast.Add) else -share
            value: Number = bounded(left * (1 + share))
        else:
            value = self._eval_binop(node)
        return value


def _is_percent(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "percent"


_OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = MappingProxyType(
    {
        ast.Add: _joined(operator.add),
        ast.Sub: _joined(operator.sub),
        ast.Mult: _joined(operator.mul),
        ast.Div: _joined(operator.truediv),
        ast.FloorDiv: _joined(lambda left, right: Fraction(left // right)),
        ast.Mod: _joined(operator.mod),
        ast.Pow: exact_power,
        ast.UAdd: operator.pos,
        ast.USub: operator.neg,
        ast.Eq: operator.eq,
        ast.NotEq: operator.ne,
        ast.Lt: operator.lt,
        ast.LtE: operator.le,
        ast.Gt: operator.gt,
        ast.GtE: operator.ge,
    }
)
