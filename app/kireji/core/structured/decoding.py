"""Reads JSON out of what a model has written."""

from __future__ import annotations

import re
from typing import Any

import msgspec

_FENCED = re.compile(r"\A\s*```[a-zA-Z]*[ \t]*\n(.*?)\n?[ \t]*```\s*\Z", re.DOTALL)
LONGEST = 4 * 1024 * 1024
"""Characters of an answer."""


def decoded(text: str) -> Any:
    """The JSON values of an answer; models without structured output put them into a block of code.

    Args:
        text: The answer.

    Raises:
        ValueError: It is no JSON; the words say why, for the model.
    """
    if len(text) > LONGEST:
        raise ValueError("The answer is longer than it may be.")
    inner = _FENCED.match(text)
    try:
        return msgspec.json.decode(inner.group(1) if inner else text)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise ValueError(f"The answer is not valid JSON: {error}.") from error
    except RecursionError as error:
        raise ValueError("The answer is nested too deeply.") from error
