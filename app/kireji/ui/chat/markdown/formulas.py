r"""Formulas in Markdown: `$x$`, `\(x\)`, and set large `$$x$$`, `\[x\]` and LaTeX's environments for equations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kireji.ui.chat.markdown import starts

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

_LONGEST_INLINE = 1000
"""Characters between the marks of a formula among words."""
_WORDS = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}")
_MATHS = re.compile(r"[\\^_={}<>+*/|]")


def add_to(parser: MarkdownIt) -> None:
    """Add the rules to a parser."""
    parser.block.ruler.before("fence", "formula", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    parser.inline.ruler.before("escape", "formula", _inline)
    parser.inline.add_terminator_char("$")


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if state.is_code_block(start):
        return False
    text = _line(state, start)
    if not text.startswith(("$$", "\\[", "\\begin{")):
        return False
    if starts.is_formula_line(text):
        if not silent:
            _push(state, start, start + 1)
        return True
    closer = starts.formula_end(text)
    if not closer:
        return False
    if not silent:
        _several(state, start, end, closer)
    return True


def _several(state: StateBlock, start: int, end: int, closer: str) -> None:
    """A formula of several lines, or the paragraph that it turns out to be."""
    line = start + 1
    letters = 0
    while line < end and not state.isEmpty(line) and state.sCount[line] >= state.blkIndent:
        text = _line(state, line)
        if not state.is_code_block(line) and starts.FENCE.match(text):
            break
        ends = starts.ends_formula(text, closer)
        if ends:
            _push(state, start, line + 1)
            return
        letters += starts.letters(text)
        if ends is None or line - start > starts.LONGEST_FORMULA or letters > starts.LARGEST_FORMULA:
            line = _paragraph_end(state, line, end)
            break
        line += 1
    state.line = line
    state.push("paragraph_open", "p", 1).map = [start, line]
    token = state.push("inline", "", 0)
    token.content = state.getLines(start, line, state.blkIndent, False).strip()
    token.map = [start, line]
    token.children = []
    state.push("paragraph_close", "p", -1)


def _paragraph_end(state: StateBlock, line: int, end: int) -> int:
    """Where the paragraph ends that a line belongs to."""
    rules = state.md.block.ruler.getRules("paragraph")
    parent, state.parentType = state.parentType, "paragraph"
    while line < end and not state.isEmpty(line):
        inside = 0 <= state.sCount[line] - state.blkIndent <= 3
        if inside and any(rule(state, line, end, True) for rule in rules):
            break
        line += 1
    state.parentType = parent
    return line


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip(" \t")


def _push(state: StateBlock, start: int, end: int) -> None:
    source = "\n".join(_line(state, line) for line in range(start, end)).rstrip(" .,;")
    token = state.push("formula_block", "", 0)
    token.map = [start, end]
    token.markup = source
    token.content = source if source.startswith("\\begin") else source[2:-2].strip()
    state.line = end


def _inline(state: StateInline, silent: bool) -> bool:
    source, pos = state.src, state.pos
    if source[pos] == "$":
        display = source.startswith("$$", pos)
        begin, closer = pos + 1 + display, "$$" if display else "$"
        if pos and (source[pos - 1] == "$" or (not display and source[pos - 1].isalnum())):
            return False
    elif source.startswith(("\\(", "\\["), pos):
        display = source[pos + 1] == "["
        begin, closer = pos + 2, "\\]" if display else "\\)"
    else:
        return False
    end = _end(source, begin, min(state.posMax, begin + _LONGEST_INLINE), closer)
    if end < 0 or not source[begin:end].strip():
        return False
    if closer == "$" and not _is_formula(source, begin, end):
        return False
    if not silent:
        token = state.push("formula_display" if display else "formula_inline", "", 0)
        token.content = source[begin:end].strip()
        token.markup = source[pos : end + len(closer)]
    state.pos = end + len(closer)
    return True


def _end(source: str, begin: int, limit: int, closer: str) -> int:
    at = source.find(closer, begin, limit)
    while at > 0 and closer[0] == "$" and source[at - 1] == "\\":
        at = source.find(closer, at + 1, limit)
    return at


def _is_formula(source: str, begin: int, end: int) -> bool:
    """Whether what stands between two dollar signs is no price and no variable of a shell."""
    inside = source[begin:end]
    behind = source[end + 1 : end + 2]
    if inside[0].isspace() or inside[-1].isspace() or behind.isalnum() or behind == "$":
        return False
    if inside[0].isdigit() or inside[0] in ".,-":
        # "$5, or 10$" is two prices
        return bool(_MATHS.search(inside)) or not (" " in inside or _WORDS.search(inside))
    return True
