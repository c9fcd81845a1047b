"""Every colour, distance and type size of the windows; no other module holds a colour literal."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colours:
    """One theme's colours, as #RRGGBB.

    `faint` is for decoration only: its contrast is too low for words. `pointed` lies below a row of a list that the
    pointer or the keyboard is at.

    Args:
        dark: Whether they are those of a dark theme.
        strong: Whether they are those for high contrast: words at 7:1, lines and the ring of the focus to match.
    """

    background: str
    surface: str
    raised: str
    pointed: str
    line: str
    ink: str
    muted: str
    faint: str
    accent: str
    on_accent: str
    accent_soft: str
    ok: str
    warn: str
    error: str
    info: str
    code: str
    dark: bool = False
    strong: bool = False


LIGHT = Colours(
    background="#FBFAF7",
    surface="#FFFFFF",
    raised="#F3F0EA",
    pointed="#EAE6DD",
    line="#E4DFD5",
    ink="#1F1D1A",
    muted="#6A645A",
    faint="#A39D92",
    accent="#BF3A1F",
    on_accent="#FFFFFF",
    accent_soft="#FBE9E3",
    ok="#47703E",
    warn="#8A5A12",
    error="#B3261E",
    info="#2F5D8C",
    code="#F6F3EC",
)
DARK = Colours(
    background="#161513",
    surface="#1E1C1A",
    raised="#272421",
    pointed="#35312C",
    line="#35312C",
    ink="#ECE8E1",
    muted="#A39D92",
    faint="#766F65",
    accent="#FF7A5C",
    on_accent="#1A0E0A",
    accent_soft="#3A221B",
    ok="#8DB87F",
    warn="#E0B260",
    error="#FF8A80",
    info="#8FB8E3",
    code="#121110",
    dark=True,
)
LIGHT_STRONG = Colours(
    background="#FFFFFF",
    surface="#FFFFFF",
    raised="#F2F1EE",
    pointed="#DEDCD6",
    line="#6A645A",
    ink="#000000",
    muted="#3D3932",
    faint="#6A645A",
    accent="#8F2410",
    on_accent="#FFFFFF",
    accent_soft="#FBE9E3",
    ok="#274A1F",
    warn="#5E3B05",
    error="#8C120C",
    info="#15406B",
    code="#F6F5F2",
    strong=True,
)
DARK_STRONG = Colours(
    background="#000000",
    surface="#000000",
    raised="#1C1A18",
    pointed="#332E2A",
    line="#A39D92",
    ink="#FFFFFF",
    muted="#D6D1C8",
    faint="#A39D92",
    accent="#FF9C85",
    on_accent="#000000",
    accent_soft="#4A2118",
    ok="#A8D69A",
    warn="#F0C878",
    error="#FFB3AB",
    info="#B0D2F5",
    code="#0E0D0C",
    dark=True,
    strong=True,
)
THEMES = (LIGHT, DARK, LIGHT_STRONG, DARK_STRONG)

SPACE = (4, 8, 12, 16, 24, 32)
"""Distances in logical pixels; everything stands on a grid of 4."""

RADIUS_CONTROL = 8
RADIUS_CARD = 12
MEASURE = 720
"""Widest line of text, in logical pixels."""

TYPE_SMALL, TYPE_LABEL, TYPE_BODY, TYPE_LEAD, TYPE_TITLE, TYPE_DISPLAY = 12, 13, 14, 15, 18, 24
LINE_HEIGHT = 1.5

INKS = {"red": "#E5432A", "amber": "#F2B01E", "green": "#2E9E5B", "blue": "#2C7BE5"}
"""Marks upon a picture. They lie on anything, whatever the theme, so each is drawn with an outline of its opposite."""
ON_INKS = {"red": "#FFFFFF", "amber": "#1A0E0A", "green": "#FFFFFF", "blue": "#FFFFFF"}
"""That outline, and letters upon a plate of the colour."""
REDACTION = "#000000"
"""What stands where pixels were taken away."""
