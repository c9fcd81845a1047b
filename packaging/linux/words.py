"""What Linux desktops are told of the program, in the languages it speaks.

The words are the interface's own: their translations stand in resources/translations and nowhere else.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "app"))

from kireji.core.identity import APP_ID  # noqa: E402

NAME = "Kireji"
SUMMARY = "Cut out a piece of the screen and ask about it"
SENTENCE = "Cut out a piece of the screen, ask, and read the answer as it streams."
LANGUAGES = ("ar", "de", "zh_CN")


class Action(NamedTuple):
    """What the menu of the program's icon offers.

    Args:
        name: Of the action in the desktop file.
        text: What is read.
        arguments: Of the command.
    """

    name: str
    text: str
    arguments: str


ACTIONS = (
    Action("capture", "Capture and ask", "capture"),
    Action("window", "Capture a window", "capture --window"),
    Action("clipboard", "Ask about the clipboard", "capture --clipboard"),
    Action("selection", "Ask about the selected text", "capture --selection"),
)

__all__ = ["ACTIONS", "APP_ID", "LANGUAGES", "NAME", "SENTENCE", "SUMMARY", "Action", "translations"]


def translations(text: str) -> dict[str, str]:
    """A text of the interface by language.

    Raises:
        KeyError: One of them has no translation of it.
    """
    found = {}
    for language in LANGUAGES:
        tree = ET.parse(ROOT / "resources" / "translations" / f"kireji_{language}.ts")
        words = {
            message.findtext("source"): message.findtext("translation")
            for message in tree.iter("message")
            if message.get("numerus") != "yes"
        }
        found[language] = words.get(text) or ""
        if not found[language]:
            raise KeyError(f"{text!r} has no translation in {language}")
    return found
