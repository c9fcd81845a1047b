"""Regular expressions of others, as far as they can be searched for in no time.

Python holds the whole program while it searches, and some expressions take it years: `(a+)+$`. Schemas come from
plugins and servers, so only expressions of a form that cannot do this are used here; what the others demand is left to
the plugin or the server itself, which has its own process to hang in.
"""

from __future__ import annotations

import re

_LONGEST_PATTERN = 300
_LONGEST_TEXT = 2_000
"""Characters; the search takes at most the square of their number in steps, some hundredths of a second."""
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_CLASS = re.compile(r"\[\^?\]?[^\]]*\]")
_FIXED = re.compile(r"\{\d+\}")
_VARIABLE = re.compile(r"[*+?{]")
_NUMBERED = re.compile(r"\\[1-9]")


def is_cheap(pattern: str) -> bool:
    """Whether an expression can be searched for in a short text without any risk.

    Without a group there may be one variable repetition, or two behind `^`; with groups there may be none.
    """
    if len(pattern) > _LONGEST_PATTERN or "(?" in pattern or _NUMBERED.search(pattern):
        return False
    bare = _FIXED.sub("", _CLASS.sub("x", _ESCAPED.sub("x", pattern)))
    repetitions = len(_VARIABLE.findall(bare))
    if repetitions > (0 if "(" in bare else 2 if bare.startswith("^") and "|" not in bare else 1):
        return False
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def misses(pattern: str, text: str) -> bool:
    """Whether an expression is not found in a text; False where that cannot be told in no time."""
    return len(text) <= _LONGEST_TEXT and is_cheap(pattern) and re.search(pattern, text) is None
