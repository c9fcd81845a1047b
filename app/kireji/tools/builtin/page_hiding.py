"""What a page holds and does not show: attributes and styles by which text is hidden from people, not from models.

Such text is where instructions to models are put. What style sheets of other addresses hide is not seen here, so this
narrows a way in and does not close it; that is what marking and asking are for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_CLASSES = frozenset(
    {
        "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screen-reader-only", "hidden", "d-none",
        "is-hidden", "invisible", "offscreen", "off-screen", "hide", "display-none", "a11y-hidden", "u-hidden",
    }
)  # fmt: skip
"""Names that the usual style libraries give to hidden parts."""
_SHOWN_ELSEWHERE = re.compile(r":(?:block|flex|grid|inline|table|visible|contents)|d-\w+-(?:block|flex|inline|grid)")
"""Hidden on small screens only."""
_NUMBER = re.compile(r"\s*([-+]?\d*\.?\d+)\s*(px|pt|em|rem|ex|ch|cm|mm|in|pc|vw|vh|%)?\s*\Z")
_SIMPLE = re.compile(r"[a-z][a-z0-9]*\Z|[a-z0-9]*(?P<sign>[.#])(?P<name>[\w-]+)\Z", re.IGNORECASE)
_LARGEST_SHEET = 300_000
_MOST_RULES = 5_000
_FAR = -300.0
_SMALL = 2.0
_FAINT = 0.1
_PIXELS: Mapping[str, float] = {"pt": 1.33, "em": 16, "rem": 16, "ex": 8, "ch": 8, "in": 96, "cm": 38, "mm": 3.8}


class HidingRules:
    """The rules of a page's own style sheets that hide by class or id."""

    def __init__(self) -> None:
        self._classes: set[str] = set()
        self._ids: set[str] = set()
        self._left = _LARGEST_SHEET

    def learn(self, sheet: str) -> None:
        """Read a style sheet, as far as it is simple; rules for some screens or for print are passed over."""
        sheet, self._left = sheet[: self._left], max(0, self._left - len(sheet))
        depth, selector = 0, ""
        for part in re.split(r"([{}])", _without_comments(sheet))[: 4 * _MOST_RULES]:
            if part == "{":
                depth += 1
            elif part == "}":
                depth, selector = max(0, depth - 1), ""
            elif depth == 0:
                selector = part.rpartition(";")[2]
            elif depth == 1 and not selector.lstrip().startswith("@") and hides(part):
                self._add(selector)

    def hide(self, attributes: Mapping[str, str]) -> bool:
        """Whether a rule hides an element with these attributes."""
        if attributes.get("id", "") in self._ids:
            return True
        return bool(self._classes) and not self._classes.isdisjoint(attributes.get("class", "").split())

    def _add(self, selectors: str) -> None:
        for each in selectors.split(","):
            found = _SIMPLE.match(each.strip())
            if found is not None and found["name"]:
                (self._ids if found["sign"] == "#" else self._classes).add(found["name"])


def hidden(attributes: Mapping[str, str]) -> bool:
    """Whether an element's own attributes hide it.

    Args:
        attributes: By name in lower case.
    """
    if "hidden" in attributes or attributes.get("aria-hidden", "").strip().lower() == "true":
        return True
    if attributes.get("width", "").strip() == "0" or attributes.get("height", "").strip() == "0":
        return True
    names = attributes.get("class", "").lower()
    if names and not _CLASSES.isdisjoint(names.split()) and not _SHOWN_ELSEWHERE.search(names):
        return True
    return hides(attributes.get("style", ""))


def hides(style: str) -> bool:
    """Whether declarations make text invisible: not shown, without size, without colour, or far outside.

    Args:
        style: As in a style attribute.
    """
    if not style:
        return False
    said: dict[str, str] = {}
    for declaration in _without_comments(style).lower().split(";")[:100]:
        name, _, value = declaration.partition(":")
        said[name.strip()] = value.replace("!important", "").strip()[:200]
    return _not_shown(said) or _without_size(said) or _without_colour(said) or _outside(said)


def _without_comments(text: str) -> str:
    parts = text.split("/*")
    return parts[0] + "".join(part.partition("*/")[2] for part in parts[1:])


def _not_shown(said: Mapping[str, str]) -> bool:
    return (
        said.get("display") == "none"
        or said.get("visibility") in ("hidden", "collapse")
        or said.get("content-visibility") == "hidden"
        or _size(said.get("opacity"), 1.0) <= _FAINT
        or re.search(r"opacity\(\s*0?\.?0*%?\s*\)", said.get("filter", "")) is not None
    )


def _without_size(said: Mapping[str, str]) -> bool:
    if _size(said.get("font-size"), 16.0) <= _SMALL or re.match(r"0(?:\D|\Z)", said.get("font", "x")):
        return True
    if re.search(r"scale\w*\(\s*0(?:\.0*\d)?\s*[,)]", said.get("transform", "")):
        return True
    sizes = [_size(said.get(name), 100.0) for name in ("width", "height", "max-width", "max-height")]
    clipped = any(said.get(name) in ("hidden", "clip") for name in ("overflow", "overflow-x", "overflow-y"))
    return min(sizes) <= _SMALL and (clipped or said.get("position") in ("absolute", "fixed"))


def _without_colour(said: Mapping[str, str]) -> bool:
    colour = _colour(said.get("color", "")) or _colour(said.get("-webkit-text-fill-color", ""))
    if colour == "transparent":
        return True
    ground = _colour(said.get("background-color", "") or said.get("background", ""))
    return bool(colour) and colour == ground


def _outside(said: Mapping[str, str]) -> bool:
    if any(
        _size(said.get(name), 0.0) <= _FAR
        for name in ("left", "top", "right", "bottom", "text-indent", "margin-left", "margin-top", "inset")
    ):
        return True
    if re.match(r"rect\(\s*(?:0|1px)", said.get("clip", "")):
        return True
    if re.match(
        r"(?:inset\(\s*(?:[5-9]\d|100)%|circle\(\s*0|polygon\(\s*0(?:px)? 0(?:px)?\s*\))", said.get("clip-path", "")
    ):
        return True
    found = re.search(r"translate\w*\(\s*(-\d+)(px|%|em|rem|vw|vh)?", said.get("transform", ""))
    return found is not None and (int(found[1]) <= _FAR or (found[2] in ("%", "vw", "vh") and int(found[1]) <= -100))


def _size(value: str | None, usual: float) -> float:
    """In pixels, roughly; a share of something as if of a usual size."""
    found = _NUMBER.match(value or "")
    if found is None:
        return usual
    number = float(found[1])
    if found[2] in ("%", "vw", "vh"):
        return number * 16 / 100 if usual == 16.0 else number * 10
    return number * _PIXELS.get(found[2] or "px", 1.0)


def _colour(value: str) -> str:
    value = re.sub(r"\s+", "", value)
    without_alpha = re.fullmatch(r"(?:rgb|hsl)a?\(.*[,/]0?\.?0*%?\)", value) is not None and value.count(",") != 2
    if value == "transparent" or without_alpha:
        return "transparent"
    if re.fullmatch(r"#[0-9a-f]{3}", value):
        value = "#" + "".join(sign * 2 for sign in value[1:])
    names = {"white": "#ffffff", "black": "#000000", "rgb(255,255,255)": "#ffffff", "rgb(0,0,0)": "#000000"}
    return names.get(value, value)
