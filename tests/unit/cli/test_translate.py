"""`kireji translate`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kireji.core.messages import StopReason
from tests.fakes.provider import FakeProvider, answer
from tests.fakes.reader import FakeReader
from tests.fakes.world import World
from tests.unit.cli.conftest import Kireji

LINES = ("Datei", "Bearbeiten", "12,50 €", "Abbrechen")


def given(*texts: str) -> str:
    blocks = [{"id": number, "text": text} for number, text in enumerate(texts, 1) if text]
    return json.dumps({"source_language": "German", "blocks": blocks})


@pytest.fixture
def world() -> World:
    return World(remote=FakeProvider(answer(given("File", "Edit", "", "Cancel"))), reader=FakeReader(LINES))


@pytest.fixture
def picture(tmp_path: Path) -> str:
    path = tmp_path / "menu.png"
    path.write_bytes(b"\x89PNG menu")
    return str(path)


def test_the_words_of_a_picture_are_printed_in_their_order(kireji: Kireji, picture: str) -> None:
    outcome = kireji("translate", "-i", picture, "--to", "en")
    assert (outcome.code, outcome.out, outcome.err) == (0, "File\nEdit\n12,50 €\nCancel\n", "")


def test_json_has_every_block_with_its_place(kireji: Kireji, picture: str) -> None:
    found = json.loads(kireji("translate", "-i", picture, "--to", "en", "--json").out)
    assert (found["language"], found["source_language"], found["conversation"]) == ("English", "German", 1)
    assert [block["translation"] for block in found["blocks"]] == ["File", "Edit", "12,50 €", "Cancel"]
    assert found["blocks"][1] == {
        "text": "Bearbeiten",
        "translation": "Edit",
        "missing": False,
        "unsure": False,
        "box": [0, 20, 100, 36],
        "lines": [[0, 20, 100, 36]],
        "alignment": "left",
        "upright": False,
    }


def test_pieces_that_are_missing_are_told(kireji: Kireji, world: World, picture: str) -> None:
    world.remote = FakeProvider(answer(given("File", "", "", "Cancel")))
    outcome = kireji("translate", "-i", picture, "--to", "en")
    assert outcome.out == "File\nBearbeiten\n12,50 €\nCancel\n"
    assert outcome.err == "1 of 4 pieces were not translated.\n"


def test_a_text_that_was_typed(kireji: Kireji, world: World) -> None:
    world.remote = FakeProvider(answer(given("Good morning")))
    assert kireji("translate", "Guten", "Morgen", "--to", "en").out == "Good morning\n"
    assert "[1] Guten Morgen" in world.remote.encoded[-1].messages[0].text


def test_a_text_that_was_piped(kireji: Kireji, world: World) -> None:
    world.remote = FakeProvider(answer(given("One", "Two\nlines")))
    outcome = kireji("translate", "--to", "en", piped=b"Eins\n\nZwei\nZeilen\n")
    assert outcome.out == "One\n\nTwo\nlines\n"


def test_without_a_language_it_is_that_of_the_terminal_or_english(
    kireji: Kireji, world: World, picture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    for set_, language in (("fr_FR.UTF-8", "French"), ("C", "English")):
        monkeypatch.setenv("LANG", set_)
        world.remote.enqueue(answer(given("File", "Edit", "", "Cancel")))
        kireji("translate", "-i", picture)
        assert f"Translate into: {language}" in world.remote.encoded[-1].messages[0].text


def test_several_pictures_are_told_apart_and_one_that_fails_does_not_end_the_others(
    kireji: Kireji, world: World, picture: str, tmp_path: Path
) -> None:
    other = tmp_path / "other.png"
    other.write_bytes(b"\x89PNG other")
    world.remote = FakeProvider(answer(reason=StopReason.REFUSAL), answer(given("File", "Edit", "", "Cancel")))
    outcome = kireji("translate", "-i", picture, "-i", str(other), "--to", "en")
    assert outcome.code == 1
    assert outcome.out.startswith("== other.png\nFile\n")
    assert outcome.err.startswith("kireji: menu.png: The model declined to answer")


def test_several_pictures_as_json_are_an_object_each(kireji: Kireji, world: World, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"\x89PNG " + name.encode())
        world.remote.enqueue(answer(given("File", "Edit", "", "Cancel")))
    outcome = kireji("translate", "-i", str(tmp_path), "--to", "en", "--json")
    assert [json.loads(line)["picture"] for line in outcome.out.splitlines()] == ["a.png", "b.png"]


def test_a_picture_without_words_is_told(kireji: Kireji, world: World, picture: str) -> None:
    world.reader = FakeReader(())
    outcome = kireji("translate", "-i", picture, "--to", "en")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("kireji: No words were found in the picture.")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((), "There is nothing to translate"),
        (("words", "-i", "PICTURE"), "a text and a picture"),
        (("words", "--to", "12"), "No language was named"),
        (("-i", "missing.png"), "missing.png"),
    ],
)
def test_wrong_usage_is_one_line(kireji: Kireji, picture: str, arguments: tuple[str, ...], problem: str) -> None:
    outcome = kireji("translate", *(picture if each == "PICTURE" else each for each in arguments))
    assert outcome.code in (1, 2)
    assert problem in outcome.err
