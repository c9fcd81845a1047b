"""Built-in tools through the whole of the services: who is asked, what is opened, what comes back."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kireji.core.desktop_ports import ClipboardContent
from kireji.core.messages import DocumentPart, ImagePart
from kireji.core.permissions import Approval, Reason, Scope
from kireji.core.tools import Outside
from kireji.tools.children import child_processes
from kireji.tools.command_runner import CommandRunner
from kireji.tools.commands import Commands
from tests.integration.tools.desk import Desk, whole, with_tools, words

NO = Approval(False)


async def test_what_only_computes_asks_nobody_whatever_stands_in_the_conversation() -> None:
    desk = Desk(outside=frozenset(Outside))
    assert await desk.call("calculate", expression="0.1 + 0.2") == "0.3"
    assert await desk.call("convert_units", value=1, unit="mile", to="km") == "1 mile = 1.609344 km"
    assert "Unix time" in await desk.call("time", zone="UTC")
    assert desk.cards == []


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("calculate", {"expression": "9**9**9"}, "more than 4,000 digits"),
        ("calculate", {"expression": "import os"}, "cannot be read"),
        ("convert_units", {"value": 1, "unit": "usd", "to": "eur"}, "Currencies"),
        ("time", {"zone": "Mars/Phobos"}, "no time zone"),
        ("calculate", {"expression": 3}, "do not fit"),
        ("calculate", {}, "do not fit"),
        ("time", {"place": "here"}, "do not fit"),
    ],
)
async def test_what_cannot_be_computed_is_an_error_with_a_sentence(
    name: str, arguments: dict[str, object], sentence: str
) -> None:
    result = await Desk().result(name, **arguments)
    assert result.is_error
    assert sentence in words(result)


async def test_a_fault_of_ours_is_an_error_of_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    from kireji.tools.builtin import arithmetic

    def broken(expression: str) -> str:
        raise KeyError(expression)

    monkeypatch.setattr(arithmetic, "calculate", broken)
    result = await Desk().result("calculate", expression="1")
    assert result.is_error
    assert "the log says more" in words(result)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path.resolve() / "notes"
    (made / "inner").mkdir(parents=True)
    (made / "a.txt").write_text("first\nsecond\nthird\n")
    (tmp_path / "secret.txt").write_text("nobody has allowed this")
    return made


async def test_files_in_a_folder_of_the_settings_are_read_without_asking(folder: Path) -> None:
    desk = Desk(with_tools(folders=[str(folder)]))
    assert await desk.call("read_file", path=str(folder / "a.txt")) == f"{folder / 'a.txt'}\n\nfirst\nsecond\nthird"
    assert "inner/" in await desk.call("list_folder", path=str(folder))
    assert "a.txt:2: second" in await desk.call("search_files", folder=str(folder), text="SECOND")
    assert desk.cards == []


async def test_a_folder_of_the_settings_stays_open_with_words_from_outside_because_reading_sends_nothing(
    folder: Path,
) -> None:
    desk = Desk(with_tools(folders=[str(folder)]), outside=frozenset((Outside.WEB,)))
    assert "first" in await desk.call("read_file", path=str(folder / "a.txt"))
    assert desk.cards == []


async def test_a_file_elsewhere_is_asked_about_with_its_real_place(folder: Path, tmp_path: Path) -> None:
    desk = Desk(with_tools(folders=[str(folder)]), person=NO)
    for path in (tmp_path / "secret.txt", folder / ".." / "secret.txt"):
        result = await desk.result("read_file", path=str(path))
        assert result.refused
        assert "nobody" not in words(result)
    assert [card.change for card in desk.cards] == [whole(tmp_path / "secret.txt")] * 2


@pytest.mark.skipif(sys.platform == "win32", reason="links take rights there")
async def test_a_link_out_of_a_folder_is_asked_about(folder: Path, tmp_path: Path) -> None:
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "way").symlink_to(tmp_path)
    desk = Desk(with_tools(folders=[str(folder)]), person=NO)
    for path in (folder / "link.txt", folder / "way" / "secret.txt"):
        assert (await desk.result("read_file", path=str(path))).refused
    assert "nobody" not in await desk.call("search_files", folder=str(folder), text="nobody has")
    assert len(desk.cards) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="links take rights there")
async def test_what_is_exchanged_while_the_person_reads_the_card_is_not_read(folder: Path, tmp_path: Path) -> None:
    desk = Desk()

    def exchange(_: int | None) -> None:
        if (folder / "a.txt").is_file() and not (folder / "a.txt").is_symlink():
            (folder / "a.txt").unlink()
            (folder / "a.txt").symlink_to(tmp_path / "secret.txt")

    desk.approvals.changed.subscribe(exchange)
    result = await desk.result("read_file", path=str(folder / "a.txt"))
    assert result.is_error
    assert "leads to another place" in words(result)


async def test_a_permission_for_a_folder_holds_for_that_tool_there(folder: Path) -> None:
    desk = Desk(person=Approval(True, Scope.FOLDER, str(folder)))
    for _ in range(2):
        await desk.call("read_file", path=str(folder / "a.txt"))
    assert len(desk.cards) == 1
    await desk.call("list_folder", path=str(folder))
    assert len(desk.cards) == 2


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("{}/none.txt", "There is no "),
        ("{}/inner", "is a folder: list_folder"),
        ("{}/empty", "is empty"),
        ("{}/data.bin", "holds no text"),
        ("{}/archive.zip", "archive"),
        ("{}/a.txt/b", "There is no|is no folder"),
        ("relative.txt", "Write the whole path"),
    ],
)
async def test_what_cannot_be_read_has_a_sentence(folder: Path, path: str, sentence: str) -> None:
    (folder / "empty").touch()
    (folder / "data.bin").write_bytes(bytes(range(256)) * 4)
    (folder / "archive.zip").write_bytes(b"PK\x03\x04\0\0\0\0\0\0\0\0\0\0")
    result = await Desk().result("read_file", path=path.format(folder))
    assert result.is_error
    assert any(part in words(result) for part in sentence.split("|"))


async def test_long_text_comes_in_parts(folder: Path) -> None:
    (folder / "long.txt").write_text("".join(f"line {number}\n" for number in range(1, 5001)))
    desk = Desk()
    first = await desk.call("read_file", path=str(folder / "long.txt"))
    assert "lines 1 to 2,000 of 5,000, go on with first_line=2001" in first
    part = await desk.call("read_file", path=str(folder / "long.txt"), first_line=4999)
    assert part.endswith("lines 4,999 to 5,000 of 5,000\n\nline 4999\nline 5000")
    assert "only 5,000 lines" in await desk.call("read_file", path=str(folder / "long.txt"), first_line=5001)


async def test_a_long_line_is_cut_and_says_so(folder: Path) -> None:
    (folder / "min.js").write_text("x" * 100_000)
    assert "98,000 characters left out" in await Desk().call("read_file", path=str(folder / "min.js"))


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-8-sig", "cp1252"])
async def test_text_in_any_usual_coding_is_read(folder: Path, coding: str) -> None:
    (folder / "a.txt").write_text("Größe der Tür", encoding=coding)
    assert "Größe der Tür" in await Desk().call("read_file", path=str(folder / "a.txt"))


async def test_pictures_and_documents_are_given_as_such(folder: Path) -> None:
    (folder / "picture").write_bytes(b"\x89PNG\r\n\x1a\n...")
    (folder / "paper.pdf").write_bytes(b"%PDF-1.7 ...")
    desk = Desk()
    assert isinstance((await desk.result("read_file", path=str(folder / "picture"))).content[0], ImagePart)
    assert isinstance((await desk.result("read_file", path=str(folder / "paper.pdf"))).content[0], DocumentPart)


async def test_the_clipboard_is_asked_about_and_read() -> None:
    desk = Desk()
    assert await desk.call("read_clipboard") == "copied"
    desk.clipboard.content = ClipboardContent(picture=b"\x89PNG")
    assert isinstance((await desk.result("read_clipboard")).content[0], ImagePart)
    desk.clipboard.content = ClipboardContent(files=("file:///a", "file:///b"))
    assert await desk.call("read_clipboard") == "file:///a\nfile:///b"
    desk.clipboard.content = ClipboardContent()
    assert (await desk.result("read_clipboard")).is_error
    assert [card.tool.own_name for card in desk.cards] == ["read_clipboard"] * 4


async def test_the_screen_is_asked_about_and_taken_without_our_windows() -> None:
    desk = Desk()
    seen: list[str] = []

    class Curtain:
        async def hide(self) -> None:
            seen.append(f"hidden before {desk.screen.grabs}")

        def restore(self) -> None:
            seen.append(f"shown after {desk.screen.grabs}")

    desk.capture.set_curtain(Curtain())
    assert isinstance((await desk.result("capture_screen")).content[0], ImagePart)
    assert seen == ["hidden before 0", "shown after 1"]
    desk.person = NO
    assert (await desk.result("capture_screen")).refused
    assert desk.screen.grabs == 1


async def test_a_page_is_asked_about_and_stands_in_the_ledger_of_the_conversation() -> None:
    desk = Desk()
    assert (await desk.call("fetch_page", url="https://example.org/a")).endswith("a page")
    assert [card.tool.own_name for card in desk.cards] == ["fetch_page"]
    assert [(sent.purpose, sent.conversation) for sent in await desk.ledger.recent()] == [("page", 1)]


async def test_a_host_of_the_settings_is_fetched_without_asking_until_words_from_outside_are_there() -> None:
    desk = Desk(with_tools(hosts=["example.org"]))
    await desk.call("fetch_page", url="https://example.org/a")
    assert desk.cards == []
    desk.outside = frozenset((Outside.WEB,))
    await desk.call("fetch_page", url="https://example.org/?leak=all")
    assert [card.reason for card in desk.cards] == [Reason.OUTSIDE]
    await desk.call("fetch_page", url="https://example.org.evil.example/")
    assert len(desk.cards) == 2


async def test_machines_nearby_are_open_to_those_who_were_named() -> None:
    desk = Desk(with_tools(hosts=["wiki.corp.example"]))
    await desk.call("fetch_page", url="http://wiki.corp.example/")
    await desk.call("fetch_page", url="http://127.0.0.1:8080/")
    desk.person = Approval(True, Scope.CONVERSATION)
    await desk.call("fetch_page", url="https://example.org/")
    await desk.call("fetch_page", url="http://127.0.0.1:8080/")
    assert [(near, anywhere) for _, near, anywhere in desk.pages.asked] == [
        (True, True),  # named in the settings
        (True, False),  # the person has read this very address
        (True, False),
        (False, False),  # all pages were allowed, which says nothing of machines nearby
    ]


async def test_where_a_page_leads_is_told() -> None:
    desk = Desk()
    desk.pages.page = desk.pages.page._replace(status=301, location="https://other.example/")
    result = await desk.result("fetch_page", url="https://example.org/")
    assert result.is_error
    assert "leads to another place, https://other.example/, which was not followed" in words(result)
    desk.pages.page = desk.pages.page._replace(status=404, location="")
    assert "status 404" in await desk.call("fetch_page", url="https://example.org/")


@pytest.fixture
async def running() -> AsyncIterator[CommandRunner]:
    children = child_processes()
    environ = {"PATH": "/usr/bin:/bin", "ANTHROPIC_API_KEY": "sk-ant-secret"}
    yield CommandRunner(children, Commands(children, environ), environ)
    await children.aclose()


async def test_commands_are_off_by_default() -> None:
    desk = Desk()
    assert "run_command" not in [tool.name for tool in await desk.toolbox.offered()]
    desk = Desk(with_tools(commands=True))
    assert "run_command" in [tool.name for tool in await desk.toolbox.offered()]


@pytest.mark.skipif(sys.platform == "win32", reason="words of a shell")
async def test_a_command_runs_after_a_card_with_its_very_words(running: CommandRunner, folder: Path) -> None:
    desk = Desk(with_tools(commands=True, folders=[str(folder)]), commands=running)
    line = 'pwd; echo "[$ANTHROPIC_API_KEY]"; echo oops >&2; exit 3'
    for _ in range(2):
        assert await desk.call("run_command", command=line, folder=str(folder)) == f"{folder}\n[]\noops\n\nExit code 3."
    assert [card.change for card in desk.cards] == [f"{line}\nin the folder {folder}"] * 2
    assert [card.reason for card in desk.cards] == [Reason.ALWAYS_ASKS] * 2
    assert desk.cards[0].offers == ()


@pytest.mark.skipif(sys.platform == "win32", reason="words of a shell")
async def test_a_command_that_does_not_end_is_ended(running: CommandRunner, folder: Path) -> None:
    desk = Desk(with_tools(commands=True), commands=running)
    told = await desk.call("run_command", command="echo begun; sleep 60", folder=str(folder), seconds=1)
    assert told == "begun\n\nIt did not end within 1 seconds and was ended."
    assert "There is no folder" in await desk.call("run_command", command="ls", folder=str(folder / "none"))


async def test_a_refused_command_never_runs(folder: Path) -> None:
    desk = Desk(with_tools(commands=True), person=NO)
    assert (await desk.result("run_command", command=f"touch {folder}/made", folder=str(folder))).refused
    assert not (folder / "made").exists()
