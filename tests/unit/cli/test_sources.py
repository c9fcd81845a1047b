"""`kireji ask` and `count` with context."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kireji.core.messages import ImagePart
from kireji.core.models import ModelInfo
from tests.fakes.provider import FakeProvider, answer
from tests.fakes.world import World
from tests.support.pdf import pdf_of
from tests.unit.cli.conftest import Kireji


@pytest.fixture
def repository(tmp_path: Path, world: World) -> Path:
    """A folder, of which the fake reader tells what is in it."""
    folder = tmp_path / "kireji"
    folder.mkdir()
    world.sources.texts[str(folder)] = {"a.py": "x = 1\n", "b.py": "y = 2\n", "c.log": "line\n" * 100_000}
    world.sources.problems["b.py"] = "This cannot be read."
    return folder


def test_a_folder_goes_along_and_one_line_says_what_did_and_what_did_not(
    kireji: Kireji, world: World, repository: Path
) -> None:
    world.remote.enqueue(answer("It is 1."))
    outcome = kireji("ask", "-f", str(repository), "--room", "400", "what is x?")
    assert (outcome.code, outcome.out) == (0, "It is 1.\n")
    document = world.remote.encoded[0].messages[0].documents[0]
    assert document.title == "kireji · 1 of 3 files"
    assert outcome.err.startswith("kireji: 1 of 3 files, about ")
    assert outcome.err.endswith(
        " tokens; 1 did not fit (--room allows more); 1 cannot go along (kireji count says why)\n"
    )


def test_json_tells_all_of_it(kireji: Kireji, world: World, repository: Path) -> None:
    world.remote.enqueue(answer("a"))
    outcome = kireji("ask", "--json", "-f", str(repository), "--room", "400", "q")
    context = json.loads(outcome.out.splitlines()[0])
    assert (context["type"], context["room"]) == ("context", 400)
    assert [(one["name"], one["whole"]) for one in context["took"]] == [("a.py", True)]
    assert [(one["name"], one["why"]) for one in context["left_out"]] == [("b.py", "problem"), ("c.log", "room")]


def test_the_whole_answer_as_json_holds_the_context(kireji: Kireji, world: World, repository: Path) -> None:
    world.remote.enqueue(answer("a"))
    outcome = kireji("ask", "--json", "--no-stream", "-f", str(repository), "q")
    assert json.loads(outcome.out)["context"]["documents"] == ["kireji · 2 of 3 files"]


def test_a_page_and_an_earlier_conversation_go_along(kireji: Kireji, world: World) -> None:
    world.sources.texts["https://example.org/"] = {"Example": "Words."}
    world.sources.texts["7"] = {"0001 question": "Why?"}
    world.remote.enqueue(answer("a"))
    kireji("ask", "--page", "https://example.org/", "--conversation", "7", "q")
    titles = [document.title for document in world.remote.encoded[0].messages[0].documents]
    assert titles == ["https://example.org/", "conversation 7"]


def test_a_page_is_an_address(kireji: Kireji) -> None:
    outcome = kireji("ask", "--page", "example.org", "q")
    assert outcome.code == 2
    assert "example.org is not an address" in outcome.err


def test_a_text_file_goes_along_as_far_as_there_is_room(kireji: Kireji, world: World, tmp_path: Path) -> None:
    (tmp_path / "n.txt").write_text("Some notes.")
    world.sources.texts[str(tmp_path / "n.txt")] = {"n.txt": "Some notes."}
    world.remote.enqueue(answer("a"))
    assert kireji("ask", "-f", str(tmp_path / "n.txt"), "q").code == 0
    assert [one.title for one in world.remote.encoded[0].messages[0].documents] == ["n.txt"]


def test_a_pdf_goes_along_as_it_is(kireji: Kireji, world: World, tmp_path: Path) -> None:
    world.remote = FakeProvider(models=(ModelInfo("anthropic", "claude-fake-5-5", "Reads", reads_documents=True),))
    (tmp_path / "bill.pdf").write_bytes(pdf_of("To pay"))
    world.remote.enqueue(answer("a"))
    kireji("ask", "-f", str(tmp_path / "bill.pdf"), "q")
    document = world.remote.encoded[0].messages[0].documents[0]
    assert (document.media_type, document.title) == ("application/pdf", "bill.pdf")


def test_a_picture_is_a_picture(kireji: Kireji, world: World, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n0000")
    world.remote.enqueue(answer("a"))
    kireji("ask", "-f", str(tmp_path / "a.png"), "q")
    assert isinstance(world.remote.encoded[0].messages[0].parts[0], ImagePart)


def test_what_is_not_there_is_told_and_nothing_is_asked(kireji: Kireji, world: World) -> None:
    outcome = kireji("ask", "-f", "/nowhere/at/all", "q")
    assert (outcome.code, world.remote.encoded) == (1, [])
    assert (
        outcome.err == "kireji: /nowhere/at/all cannot be read: No such file or directory. Check the name after -f.\n"
    )


def test_count_tells_each_source_and_what_would_be_left_out(kireji: Kireji, world: World, repository: Path) -> None:
    outcome = kireji("count", str(repository), "--room", "400")
    lines = outcome.out.splitlines()
    assert lines[1].startswith("kireji · 1 of 3 files  ")
    assert [line.split()[0] for line in lines[-3:]] == ["LEFT", "c.log", "b.py"]
    assert "kireji: 1 of 3 files" in outcome.err
    assert world.captures.pictures == {}


def test_count_as_json_tells_it_too(kireji: Kireji, repository: Path) -> None:
    found = json.loads(kireji("count", "-f", str(repository), "--json").out)
    assert [one["file"] for one in found["files"]] == ["kireji · 2 of 3 files"]
    assert [one["name"] for one in found["context"]["took"]] == ["a.py", "c.log"]


@pytest.mark.parametrize("command", [("ask", "q", "-f"), ("ask", "q", "-i"), ("count",), ("count", "-f")])
def test_an_empty_name_is_not_the_folder_one_is_in(kireji: Kireji, world: World, command: tuple[str, ...]) -> None:
    outcome = kireji(*command, "")
    assert (outcome.code, world.remote.encoded) == (2, [])
    assert outcome.err == f"kireji {command[0]}: a file name is empty; name a file, or leave it out\n"


def test_a_file_that_cannot_go_along_is_told_and_nothing_is_asked(kireji: Kireji, world: World, tmp_path: Path) -> None:
    (tmp_path / "n.txt").write_text("Some notes.")
    world.sources.texts[str(tmp_path / "n.txt")] = {"n.txt": "Some notes."}
    world.sources.problems["n.txt"] = "You may not read this."
    outcome = kireji("ask", "-f", str(tmp_path / "n.txt"), "q")
    assert (outcome.code, outcome.err) == (1, "kireji: n.txt: You may not read this. Take it out and ask again.\n")
    assert world.remote.encoded == []


def test_count_says_why_something_cannot_go_along(kireji: Kireji, repository: Path) -> None:
    outcome = kireji("count", str(repository))
    assert outcome.out.splitlines()[-1].endswith("  This cannot be read.")
    assert outcome.err.endswith("; 1 cannot go along\n")
    found = json.loads(kireji("count", "-f", str(repository), "--json").out)
    assert [one["problem"] for one in found["context"]["left_out"]] == ["This cannot be read."]


def test_a_folder_that_was_not_looked_through_to_its_end_is_told(
    kireji: Kireji, world: World, repository: Path
) -> None:
    world.sources.unfinished = "It takes too long to look through it; choose a smaller folder."
    world.remote.enqueue(answer("a"))
    outcome = kireji("ask", "-f", str(repository), "q")
    assert outcome.err.endswith(" kireji: It takes too long to look through it; choose a smaller folder.\n")
