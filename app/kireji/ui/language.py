"""Chooses the interface's language at the start, and loads it where it is not English.

English costs nothing: nothing is loaded, not even the names in `Qt`, which take some 10 ms of a start. Another language
takes effect at the next start, because every text is made once.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale

from kireji.core import words
from kireji.resources import resource
from kireji.ui.translation import set_locale, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QApplication

log = logging.getLogger(__name__)

ENGLISH = "en"
_LOCALES = {"de": "de_DE", "zh_CN": "zh_CN", "ar": "ar_AE"}
"""How dates and numbers are written. Arabic with the digits that stand in all other texts too."""
_NAMES = {ENGLISH: "English", "de": "Deutsch", "zh_CN": "简体中文", "ar": "العربية"}
LANGUAGES = tuple(_NAMES)


def language_name(language: str) -> str:
    """A language as those who speak it call it."""
    return _NAMES[language]


def chosen_language(setting: str, wanted: Sequence[str]) -> str:
    """Which of our languages is shown.

    Args:
        setting: What the person chose; empty follows the system.
        wanted: The system's languages, first to last, as BCP 47 names or as locales: de-AT, zh-Hans-CN, zh_CN.
    """
    if setting:
        return setting if setting in _NAMES else ENGLISH
    for name in wanted:
        language, _, rest = name.replace("_", "-").partition("-")
        if language == "zh" and not {"Hant", "TW", "HK", "MO"} & set(rest.split("-")):
            return "zh_CN"
        if language in _NAMES:
            return language
    return ENGLISH


def load_language(app: QApplication, setting: str) -> str:
    """Show the person's language from now on; call it before the first text is made.

    Args:
        app: The application object, which owns what is loaded.
        setting: What the person chose; empty follows the system.

    Returns:
        The language that shows: English where no font has the letters of the person's own.
    """
    language = chosen_language(setting, QLocale.system().uiLanguages() if not setting else ())
    if language == ENGLISH:
        return language
    from PySide6.QtCore import QLibraryInfo, QTranslator

    from kireji.ui import writings

    letters = writings.letters_of(QLocale(language))
    if letters is not writings.LATIN and not writings.can_be_shown(letters):
        return ENGLISH  # said when there is a window (`writings.tell_of_missing`)
    ours = QTranslator(app)
    if not ours.load(str(resource(f"translations/kireji_{language}.qm"))):
        log.warning("the translation to %s is missing", language)
        return ENGLISH
    app.installTranslator(ours)
    dialogs = QTranslator(app)
    # Qt's own: buttons and standard dialogs.
    if dialogs.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(dialogs)
    place = QLocale(_LOCALES[language])
    QLocale.setDefault(place)
    set_locale(place)
    words.speak(tr)
    app.setLayoutDirection(place.textDirection())
    return language


def unload_language(app: QApplication) -> None:
    """Back to English, as at the start; for tests, which share one application object."""
    from PySide6.QtCore import QCoreApplication, Qt, QTranslator

    for each in app.findChildren(QTranslator, options=Qt.FindChildOption.FindDirectChildrenOnly):
        QCoreApplication.removeTranslator(each)
        each.deleteLater()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    set_locale(None)
    words.speak(None)
    app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
