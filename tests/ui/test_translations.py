"""The translations that travel with the program."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QTranslator

from tests.unit.test_translate import FOLDER, LANGUAGES, tool


def compiled(language: str) -> QTranslator:
    translator = QTranslator()
    assert translator.load(str(FOLDER / f"kireji_{language}.qm"))
    return translator


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_file_says_what_the_source_says(language: str) -> None:
    translator = compiled(language)
    numbers = {"de": (1, 2), "zh_CN": (2,), "ar": (0, 1, 2, 3, 11, 100)}[language]
    for entry in tool.read(FOLDER / f"kireji_{language}.ts").values():
        if not entry.done or entry.vanished:
            continue
        if entry.text.one:
            found = [translator.translate("Kireji", entry.text.source, "", n) for n in numbers]
        else:
            found = [translator.translate("Kireji", entry.text.source)]
        assert found == entry.forms, entry.text.source


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_loses_a_value(language: str) -> None:
    assert list(tool.complaints(tool.read(FOLDER / f"kireji_{language}.ts").values())) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_shouts(language: str) -> None:
    entries = tool.read(FOLDER / f"kireji_{language}.ts").values()
    assert [form for entry in entries for form in entry.forms if "!" in form or "！" in form] == []


def test_the_file_of_each_language_is_there_twice() -> None:
    wanted = {f"kireji_{language}.{kind}" for language in LANGUAGES for kind in ("ts", "qm")}
    assert {path.name for path in Path(FOLDER).iterdir()} == wanted


def test_every_text_of_the_program_is_translated_everywhere(capsys: pytest.CaptureFixture[str]) -> None:
    """`packaging/translate` brings the files up to date, and says what has no translation yet."""
    assert tool.update(tool.collect(tool.sources()), "de", write_files=False) == 0, capsys.readouterr().out
