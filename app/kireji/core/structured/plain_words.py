"""Words of others within Markdown of ours: they are shown as they are, whatever signs stand in them."""

from __future__ import annotations

import re

from kireji.core.extraction.markdown import escaped

_BLOCK = re.compile(r"(?:[#>+=|-]|~~~|(\d{1,9})(?=[.)]))")
"""What would make a heading, a quote, a list, a rule or a block of code of a line that begins with it."""


def paragraph(text: str) -> str:
    """A text as one paragraph."""
    line = escaped(text)
    if (found := _BLOCK.match(line)) is None:
        return line
    at = found.end() if found[1] else 0
    return f"{line[:at]}\\{line[at:]}"
