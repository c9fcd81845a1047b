from __future__ import annotations

import re
from pathlib import Path

import pytest

import kireji.ui
from kireji.ui.stylesheet import stylesheet
from kireji.ui.tokens import DARK, DARK_STRONG, LIGHT, LIGHT_STRONG, Colours

TEXT_ON = [
    *[(text, ground) for text in ("ink", "muted") for ground in ("background", "surface", "raised", "code")],
    *[(text, ground) for text in ("ok", "warn", "error") for ground in ("background", "surface", "raised")],
    *[(text, "code") for text in ("ok", "info", "accent", "error")],
    *[(text, ground) for text in ("ink", "muted") for ground in ("pointed", "accent_soft")],
    *[("accent", ground) for ground in ("background", "surface")],
    ("on_accent", "accent"),
]
"""Every pair of words and ground that the windows use."""
EVERY = [LIGHT, DARK, LIGHT_STRONG, DARK_STRONG]
NAMES = ["light", "dark", "light and strong", "dark and strong"]


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", EVERY, ids=NAMES)
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_words_can_be_read(colours: Colours, text: str, ground: str) -> None:
    assert contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT_STRONG, DARK_STRONG], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_words_stand_out_in_high_contrast(colours: Colours, text: str, ground: str) -> None:
    assert contrast(getattr(colours, text), getattr(colours, ground)) >= 7


@pytest.mark.parametrize("colours", [LIGHT_STRONG, DARK_STRONG], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["background", "surface", "raised"])
def test_lines_stand_out_in_high_contrast(colours: Colours, ground: str) -> None:
    assert contrast(colours.line, getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("colours", EVERY, ids=NAMES)
@pytest.mark.parametrize("ground", ["background", "surface", "raised"])
def test_the_ring_of_the_focused_control_can_be_seen(colours: Colours, ground: str) -> None:
    assert contrast(colours.accent, getattr(colours, ground)) >= 3


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_words_on_a_pressed_button_can_be_read(colours: Colours) -> None:
    assert contrast(colours.ink, colours.line) >= 4.5


@pytest.mark.parametrize("colours", EVERY, ids=NAMES)
def test_words_in_the_balloon_of_the_tray_can_be_read(colours: Colours) -> None:
    found = re.search(r"QBalloonTip QLabel {\s*color: (#\w+)", stylesheet(colours, 1.0))
    assert found is not None
    assert contrast(found[1], "#ffffe1") >= 4.5  # the ground as Qt has it (qsystemtrayicon.cpp)


def test_words_are_never_faint() -> None:
    assert not re.search(rf"(?<![-\w])color: {LIGHT.faint}", stylesheet(LIGHT, 1.0))


def test_text_grows_with_the_scale() -> None:
    sizes = [int(size) for size in re.findall(r"font-size: (\d+)px", stylesheet(LIGHT, 2.0))]
    assert min(sizes) >= 24


def test_no_other_module_holds_a_colour() -> None:
    folder = Path(kireji.ui.__file__).parent
    found = [
        path.name
        for path in folder.rglob("*.py")
        if path.name != "tokens.py" and re.search(r"[\"']#[0-9A-Fa-f]{6}[\"']", path.read_text("utf-8"))
    ]
    assert found == []
