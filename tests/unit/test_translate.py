"""The tool that keeps the translations: what it collects, keeps, refuses and reports."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "resources" / "translations"
LANGUAGES = {"de": 2, "zh_CN": 1, "ar": 6}


def loaded() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("translate", str(ROOT / "packaging" / "translate"))
    spec = importlib.util.spec_from_loader("translate", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["translate"] = module  # dataclasses look their module up
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    loader.exec_module(module)
    sys.dont_write_bytecode = before
    return module


tool = loaded()


def sources(code: str) -> list[str]:
    return [text.source for text in tool.texts_of(code)]


def refused(code: str) -> str:
    with pytest.raises(tool.Unusable) as caught:
        list(tool.texts_of(code, "place.py"))
    return str(caught.value)


def test_the_literals_of_all_functions_are_collected() -> None:
    code = 'tr("One"); mark("Two"); say("Three {x}", x=1); plural(n, "1 file", "{n} files")'
    assert sources(code) == ["One", "Two", "Three {x}", "{n} files"]


def test_a_number_keeps_its_form_for_one_thing() -> None:
    (text,) = tool.texts_of('plural(n, "1 file", "{n} files")')
    assert text.one == "1 file"


def test_both_sides_of_a_choice_are_collected() -> None:
    assert sources('tr("Show" if on else "Hide")') == ["Show", "Hide"]


def test_a_name_stands_for_what_was_marked() -> None:
    assert sources("tr(TITLES[kind]); say(_HINT)") == []


@pytest.mark.parametrize("code", ['tr(f"Hello {name}")', 'tr("Hello " + name)', "mark(text)", "plural(n, one, many)"])
def test_what_no_file_could_hold_is_refused_with_its_place(code: str) -> None:
    assert refused(code).startswith("place.py:1 ")


def test_a_value_without_a_place_and_a_place_without_a_value_are_refused() -> None:
    assert "no value for name" in refused('tr("Hello {name}", who=1)')
    assert "no place for who" in refused('say("Hello", who=1)')


def test_quick_prompts_are_collected_with_what_their_variables_hold() -> None:
    head = 'title = "Translate"\n[variables.language]\ndescription = "Language"\ndefault = "English"'
    prompt = f"+++\n{head}\n+++\nInto {{{{language}}}}.\n"
    assert [text.source for text in tool.prompt_texts(prompt)] == [
        "Translate",
        "Into {{language}}.",
        "Language",
        "English",
    ]


def test_a_text_with_two_forms_for_one_thing_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text('plural(n, "1 file", "{n} files"); plural(n, "a file", "{n} files")', encoding="utf-8")
    with pytest.raises(tool.Unusable):
        tool.collect([file])


def test_translations_are_kept_and_what_is_gone_stays_as_vanished() -> None:
    known = {"Old": tool.Entry(tool.Text("Old"), ["Alt"]), "Kept": tool.Entry(tool.Text("Kept"), ["Bleibt"])}
    entries = tool.merged(known, {"Kept": tool.Text("Kept"), "New": tool.Text("New")}, 2)
    assert {source: (entry.forms, entry.vanished) for source, entry in entries.items()} == {
        "Kept": (["Bleibt"], False),
        "New": ([""], False),
        "Old": (["Alt"], True),
    }


@pytest.mark.parametrize(("language", "forms"), LANGUAGES.items())
def test_every_language_gets_as_many_forms_as_it_has(language: str, forms: int) -> None:
    assert tool.FORMS[language] == forms
    entries = tool.merged({}, {"{n} files": tool.Text("{n} files", "1 file")}, forms)
    assert entries["{n} files"].forms == [""] * forms


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    entries = {
        "A & <b>": tool.Entry(tool.Text("A & <b>"), ["„ä“"]),
        "{n} files": tool.Entry(tool.Text("{n} files", "1 file"), ["{n} Datei", "{n} Dateien"]),
        "Gone": tool.Entry(tool.Text("Gone"), ["Weg"], vanished=True),
        "Todo": tool.Entry(tool.Text("Todo"), [""]),
    }
    tool.write(tmp_path / "x.ts", "de", entries)
    assert tool.read(tmp_path / "x.ts") == entries


@pytest.mark.parametrize("form", ["Hallo", "Hallo {Name}", "{name} {other}"])
def test_other_values_in_braces_than_the_texts_are_complained_of(form: str) -> None:
    assert list(tool.complaints([tool.Entry(tool.Text("Hello {name}"), [form])]))


def test_a_form_may_leave_its_number_out() -> None:
    entry = tool.Entry(tool.Text("{n} files", "1 file"), ["Eine Datei", "{n} Dateien"])
    assert list(tool.complaints([entry])) == []


def test_files_that_lag_behind_fail_the_check(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tool, "FOLDER", tmp_path)
    assert tool.update({"New": tool.Text("New")}, "de", write_files=False) == 1
    assert "de: 1 texts, 1 untranslated" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
