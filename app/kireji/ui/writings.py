"""Whether a font here has the letters that a language is written in. Without one, people see boxes."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QLocale
from PySide6.QtGui import QFont, QTextLayout

from kireji.ui.translation import tr

log = logging.getLogger(__name__)


class Letters(NamedTuple):
    """Letters of a writing.

    Args:
        name: Of the writing.
        sample: Some different ones of it.
        package: What brings a font with them, on Debian.
    """

    name: str
    sample: str
    package: str


LATIN = Letters("Latin", "Kireji äéß", "fonts-dejavu-core")
CHINESE = Letters("Chinese", "简体中文", "fonts-noto-cjk")
JAPANESE = Letters("Japanese", "日本語かな", "fonts-noto-cjk")
KOREAN = Letters("Korean", "한국어", "fonts-noto-cjk")
ARABIC = Letters("Arabic", "العربية", "fonts-noto-core")
EMOJI = Letters("emoji", "🙂🔑", "fonts-noto-color-emoji")

_OF_LANGUAGES = {"zh": CHINESE, "ja": JAPANESE, "ko": KOREAN, "ar": ARABIC}


def letters_of(locale: QLocale) -> Letters:
    """What its language is written in."""
    if known := _OF_LANGUAGES.get(locale.name().partition("_")[0]):
        return known
    if locale.script() in (QLocale.Script.LatinScript, QLocale.Script.AnyScript):
        return LATIN
    name = QLocale.languageToString(locale.language())
    return Letters(name, locale.nativeLanguageName() or LATIN.sample, "fonts-noto-core")


def can_be_shown(letters: Letters) -> bool:
    """Whether some font has all of them.

    A letter that no font has is glyph 0 of the first one; and where there is no font at all, Qt draws boxes, which are
    all glyph 1.
    """
    layout = QTextLayout(letters.sample, QFont())
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    glyphs = [glyph for run in layout.glyphRuns() for glyph in run.glyphIndexes()]
    return len(set(glyphs)) > 1 and 0 not in glyphs


def tell_of_missing(setting: str, tell: Callable[[str], None]) -> None:
    """Say which letters of the person's own no font here has; nothing where all can be read.

    Args:
        setting: The language of the interface that the person has chosen; empty follows the system.
        tell: Says a sentence in the window.
    """
    own = [letters_of(QLocale.system()), *([letters_of(QLocale(setting))] if setting else [])]
    for letters in dict.fromkeys([LATIN, *own]):
        if can_be_shown(letters):
            continue
        log.warning("no font has these letters: %s", letters.name)
        if letters is LATIN:  # then a window can say nothing either
            sentence = "There is no font here, so no text can be shown. "
            sentence += f"Install one; on Debian and Ubuntu: sudo apt-get install {LATIN.package}"
            if sys.stderr is not None:
                sys.stderr.write(f"kireji: {sentence}\n")
            return
        tell(
            tr(
                "No font here has the letters of your language ({language}), so they show as boxes. Install one; on "
                "Debian and Ubuntu: sudo apt-get install {package}",
                language=letters.name,
                package=letters.package,
            )
        )
