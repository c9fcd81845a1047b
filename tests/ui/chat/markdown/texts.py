"""Markdown of every kind, put together at random."""

from __future__ import annotations

from hypothesis import strategies as st

LINES = [
    "# a", "a", "b c", "- a", "  - b", "    - c", "* d", "1. a", "2. b", "7) z", "> q", "> > r", ">", "> - s", ">   t",
    "- > u", "```py", "```", "~~~", "    code", "  two", "   three", "|a|b|", "|-|-|", "| 1 | 2 |", "a | b", "-|-",
    "***", "---", "===", "", "", "", "**b** `c`", "[x](https://a.b)", "\t", "\tx", "مرحبا", "日本語", "\\*", "-",
    "[a]", "[a]: https://a.b", "[b]: <x> 'y'", "$$", "$$x$$", "\\[", "\\]", "x $$", "$x$", "- [x] t", "+", "10. j",
    "\\begin{align}", "\\end{align}", "- - n", "1. - m", "#", "-\ta", "> \ta",
]  # fmt: skip

TAME = [line for line in LINES if "\t" not in line and line != "    - c"]
"""Without what the parser itself reads against the standard: tabs behind quotes, and markers of lists that are code."""

MARKDOWN = st.lists(st.sampled_from(LINES), max_size=16).map("\n".join)
TAME_MARKDOWN = st.lists(st.sampled_from(TAME), max_size=16).map("\n".join)
