"""The interface in other languages than English: which one, and what comes with it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox

from kireji.core.words import say
from kireji.ui.chat import words
from kireji.ui.chat.context.words import tokens
from kireji.ui.language import chosen_language, load_language, unload_language
from kireji.ui.translation import locale, plural, tr
from tests.support.fonts import DEJAVU, with_fonts_of

pytestmark = pytest.mark.qt


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    yield qapp
    unload_language(qapp)


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ([], "en"),
        (["de-AT", "de"], "de"),
        (["fr-FR", "de-DE"], "de"),
        (["en-GB", "de-DE"], "en"),
        (["zh-Hans-CN"], "zh_CN"),
        (["zh-CN"], "zh_CN"),
        (["zh-Hant-TW", "ar-EG"], "ar"),
        (["zh-TW"], "en"),
        (["ja-JP"], "en"),
    ],
)
def test_the_first_language_of_the_system_that_there_is_shows(wanted: list[str], language: str) -> None:
    assert chosen_language("", wanted) == language


def test_what_the_person_chose_goes_before_the_system() -> None:
    assert chosen_language("ar", ["de-DE"]) == "ar"
    assert chosen_language("en", ["de-DE"]) == "en"


def test_a_language_that_there_is_not_shows_english() -> None:
    assert chosen_language("tlh", ["de-DE"]) == "en"


def test_the_start_in_english_does_without_the_names_in_qt() -> None:
    """Making them takes 10 ms of the time to the tray icon."""
    code = (
        "from PySide6.QtWidgets import QApplication\n"
        "import PySide6.QtCore\n"
        "from kireji.ui.language import load_language\n"
        "assert load_language(QApplication(['kireji']), '') == 'en'\n"
        "assert 'Qt' not in vars(PySide6.QtCore)\n"
    )
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "en_GB.UTF-8", "LANGUAGE": ""}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environ)
    assert result.returncode == 0, result.stderr


def test_the_environment_of_a_german_desktop_shows_german() -> None:
    code = (
        "from PySide6.QtWidgets import QApplication\n"
        "from kireji.ui.language import load_language\n"
        "assert load_language(QApplication(['kireji']), '') == 'de'\n"
    )
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "", "LANG": "de_AT.UTF-8", "LANGUAGE": "de"}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environ)
    assert result.returncode == 0, result.stderr


@pytest.mark.skipif(not os.path.isdir(DEJAVU), reason="these fonts are not installed")
@pytest.mark.parametrize(("font", "language"), [("DejaVuSans.ttf", "ar"), ("DejaVuSerif.ttf", "en")])
def test_arabic_shows_where_a_font_has_its_letters(tmp_path: Path, font: str, language: str) -> None:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / font).symlink_to(f"{DEJAVU}/{font}")
    code = (
        "from PySide6.QtWidgets import QApplication\n"
        "from kireji.ui.language import load_language\n"
        f"assert load_language(QApplication(['kireji']), 'ar') == {language!r}\n"
    )
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen", **with_fonts_of(tmp_path, str(tmp_path / "fonts"))}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environ)
    assert result.returncode == 0, result.stderr


def test_english_loads_nothing(app: QApplication) -> None:
    before = len(app.children())
    assert load_language(app, "en") == "en"
    assert (len(app.children()), locale()) == (before, None)


def test_thousands_of_tokens_take_the_word_of_a_round_number(app: QApplication) -> None:
    load_language(app, "ar")
    assert tokens(58_003) == "58 ألف رمز"
    assert tokens(3) == "3 رموز"


def test_windows_and_what_the_core_says_are_in_the_language(app: QApplication) -> None:
    load_language(app, "de")
    assert tr("Settings") == "Einstellungen"
    assert say("Settings") == "Einstellungen"


def test_a_text_without_a_translation_is_english_in_every_language(app: QApplication) -> None:
    load_language(app, "de")
    assert tr("A text that is in no file") == "A text that is in no file"
    assert plural(1, "1 such text", "{n} such texts") == "1 such texts"


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("de", ["1 Modell", "2 Modelle"]),
        ("zh_CN", ["1 个模型", "2 个模型"]),
        ("ar", ["نموذج واحد", "نموذجان", "3 نماذج", "11 نموذجًا", "100 نموذج"]),
    ],
)
def test_every_language_has_its_own_plurals(app: QApplication, language: str, texts: list[str]) -> None:
    load_language(app, language)
    numbers = [1, 2, 3, 11, 100]
    assert [plural(n, "1 model", "{n} models") for n in numbers[: len(texts)]] == texts


def test_arabic_windows_begin_at_the_right(app: QApplication) -> None:
    load_language(app, "ar")
    assert app.layoutDirection() is Qt.LayoutDirection.RightToLeft


def test_the_buttons_of_qts_own_dialogs_follow(app: QApplication) -> None:
    load_language(app, "de")
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    assert box.button(QDialogButtonBox.StandardButton.Cancel).text() == "Abbrechen"


def test_numbers_and_days_are_written_as_people_there_write_them(app: QApplication) -> None:
    load_language(app, "de")
    now = datetime(2026, 12, 24, 12)
    assert words.count(12_345) == "12.345"
    assert words.dollars(0.0123) == "0,0123 $"
    assert words.day_group(datetime(2026, 3, 5), now) == "März 2026"
    assert words.row_time(datetime(2026, 12, 19), now) == "Sa."
    assert words.row_time(datetime(2026, 3, 5), now) == "5. März"


def test_arabic_numbers_have_the_same_digits_everywhere(app: QApplication) -> None:
    load_language(app, "ar")
    assert words.count(12_345) == "12,345"


def test_english_is_back_where_a_language_was_taken_away(app: QApplication) -> None:
    load_language(app, "ar")
    unload_language(app)
    assert (tr("Settings"), say("Settings"), locale()) == ("Settings", "Settings", None)
    assert app.layoutDirection() is Qt.LayoutDirection.LeftToRight
    assert QLocale().language() is QLocale.Language.English
