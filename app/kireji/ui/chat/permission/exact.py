"""What a tool is called with, as text in which nothing is hidden.

The arguments are shown as JSON, one line for each, so that no value can pass for another one: quotes and backslashes
inside of it are escaped. Characters that cannot be seen, or that change the order of others, are written as numbers.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from kireji.ui.chat.words import count
from kireji.ui.translation import tr

NO_ARGUMENTS = ("", "{}", "null")
"""A call with nothing but its tool's name."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and signs, as Unicode has it, that show nothing."""
_VARIANTS = ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
_FOLDED = 1_500
"""Characters of one value from which on only its ends are shown."""
_HEAD, _TAIL = 1_000, 200
_LINE = 2_000
"""Characters after which a line is broken: laying out a longer one makes the person wait."""
_SHORT = 76
"""Characters of all arguments together that stand on one line."""
_BETWEEN = "   "
_INDENT = "  "


class Exact(NamedTuple):
    """Text as it is shown.

    Args:
        text: Its lines.
        left_out: How many characters of it are folded away.
    """

    text: str
    left_out: int = 0


def exact_arguments(arguments: str, *, whole: bool = False) -> Exact:
    """The arguments of a call, each on a line of its own.

    Args:
        arguments: JSON text; what is none is shown as it is.
        whole: Whether long values are shown whole.
    """
    try:
        found = json.loads(arguments)
    except (ValueError, RecursionError):
        return exact_text(arguments, whole=whole)
    if not isinstance(found, dict):
        return _folded(_escaped(json.dumps(found, ensure_ascii=False, indent=2), _json_number), whole=whole)
    values = [(_name(name), _folded(_value(value), whole=whole)) for name, value in found.items()]
    lines = [f"{name}: {shown.text}" for name, shown in values]
    left_out = sum(shown.left_out for _, shown in values)
    one_line = _BETWEEN.join(lines)
    if "\n" not in one_line and len(one_line) <= _SHORT:
        return Exact(one_line)
    return Exact("\n".join(lines), left_out)


def exact_text(text: str, *, whole: bool = False) -> Exact:
    """Any text, such as a command line, with what cannot be seen in it.

    Args:
        text: As it is.
        whole: Whether a long one is shown whole.
    """
    return _folded(_escaped(text, _bracketed), whole=whole)


def exact_line(text: str, most: int) -> str:
    """A name that somebody else has chosen, in one line.

    Args:
        text: As it is.
        most: Characters that are shown.
    """
    line = _escaped(" ".join(text.split()), _bracketed)
    return line if len(line) <= most else line[: most - 1] + "…"


def escaped_json(text: str) -> str:
    """JSON text, or a piece of it, with numbers for what cannot be seen."""
    return _escaped(text, _json_number)


def is_unseen(sign: str) -> bool:
    """Whether a character shows nothing, or changes how others are shown."""
    if sign in " \n\t":
        return False
    if unicodedata.category(sign) in _UNSEEN or sign in _BLANK:
        return True
    return any(first <= ord(sign) <= last for first, last in _VARIANTS)


def _name(name: str) -> str:
    return (
        name if name.isascii() and name.isidentifier() else _escaped(json.dumps(name, ensure_ascii=False), _json_number)
    )


def _value(value: Any) -> str:
    if isinstance(value, str) and "\n" in value:
        # Broken where the value breaks, and indented, so that no line of it looks like the next argument.
        lines = [json.dumps(line, ensure_ascii=False)[1:-1] for line in value.split("\n")]
        text = '"' + f"\\n\n{_INDENT}".join(lines) + '"'
    else:
        text = json.dumps(value, ensure_ascii=False, indent=2).replace("\n", f"\n{_INDENT}")
    return _escaped(text, _json_number)


def _escaped(text: str, written: Callable[[str], str]) -> str:
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return text.translate({ord(sign): written(sign) for sign in set(text) if is_unseen(sign)})


def _json_number(sign: str) -> str:
    """As JSON writes a character by its number."""
    return json.dumps(sign)[1:-1] if not "\x20" <= sign <= "\x7f" else f"\\u{ord(sign):04x}"


def _bracketed(sign: str) -> str:
    """By its number, in brackets."""
    return f"⟨U+{ord(sign):04X}⟩"


def _folded(text: str, *, whole: bool) -> Exact:
    if whole or len(text) <= _FOLDED:
        return Exact("\n".join(_broken(text)))
    left_out = len(text) - _HEAD - _TAIL
    told = tr("⟨… {count} more characters …⟩", count=count(left_out))
    return Exact("\n".join(_broken(f"{text[:_HEAD]}{told}{text[-_TAIL:]}")), left_out)


def _broken(text: str) -> Iterator[str]:
    """Its lines, those that are too long in several."""
    for line in text.split("\n"):
        yield line[:_LINE]
        for at in range(_LINE, len(line), _LINE):
            yield _INDENT + line[at : at + _LINE]
