"""Formulas in TeX to MathML, which browsers draw themselves; nothing of it is active. No Qt."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from kireji.ui.chat.markdown.characters import clean, clean_code

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_LONGEST = 2000
"""Characters."""
MACROS = re.compile(r"\\(?:re)?(?:new|provide)command|\\[egx]?def\b|\\let\b|\\DeclareMathOperator|\\newenvironment")
"""A few of them can stand for more words than there is memory."""
_ELEMENTS = frozenset((
    "math", "menclose", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom", "mprescripts",
    "mroot", "mrow", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr",
    "munder", "munderover", "none",
))  # fmt: skip
_ATTRIBUTES = frozenset((
    "accent", "accentunder", "columnalign", "columnlines", "columnspacing", "depth", "display", "displaystyle",
    "fence", "form", "height", "linebreak", "linethickness", "lspace", "mathbackground", "mathcolor", "mathsize",
    "mathvariant", "maxsize", "minsize", "movablelimits", "notation", "rowlines", "rowspacing", "rspace",
    "scriptlevel", "separator", "stretchy", "symmetric", "voffset", "width", "xmlns",
))  # fmt: skip


def mathml(tex: str, *, display: bool) -> str:
    """A formula as MathML; nothing where it cannot be made or would be more than a formula.

    Args:
        tex: Hostile input.
        display: Whether it is set large.
    """
    if len(tex) > _LONGEST or MACROS.search(tex) or clean_code(tex) != tex:
        return ""
    from xml.etree.ElementTree import tostring

    from latex2mathml.converter import convert_to_element

    try:
        made = convert_to_element(tex, display="block" if display else "inline")
        return tostring(made, encoding="unicode") if _is_plain(made) else ""
    except Exception:  # noqa: BLE001 - it raises whatever it stumbles over; the source is shown then
        return ""


def _is_plain(made: Element) -> bool:
    """Whether there is nothing but what shows formulas; its words are made plain, so that they are escaped once."""
    for element in made.iter():
        if element.tag not in _ELEMENTS or not _ATTRIBUTES.issuperset(element.attrib):
            return False
        # The library's own writing takes every escape back, so that words could be elements.
        element.text = clean(unescape(element.text or ""))
        element.tail = clean(unescape(element.tail or ""))
    return True
