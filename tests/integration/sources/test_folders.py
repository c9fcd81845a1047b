"""Folders as they are found: repositories, loops of links, devices, names that are none."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from kireji.core.errors import SourceError
from kireji.core.sources import Listing, Source, SourceKind
from kireji.sources.folders import FolderReader
from kireji.sources.pdf import PdfReader
from tests.support.pdf import locked_pdf, pdf_of

linux = pytest.mark.skipif(sys.platform != "linux", reason="names, pipes and devices as Linux has them")


@pytest.fixture
def reader() -> FolderReader:
    return FolderReader({}, PdfReader(os.environ))


def _write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, held in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(held if isinstance(held, bytes) else held.encode())
    return folder


def _folder(path: Path) -> Source:
    return Source(SourceKind.FOLDER, str(path), path.name)


async def _listed(reader: FolderReader, source: Source) -> Listing:
    return [listing async for listing in reader.listed(source)][-1]


async def _names(reader: FolderReader, path: Path) -> list[str]:
    return [entry.name for entry in (await _listed(reader, _folder(path))).entries]


async def _problems(reader: FolderReader, path: Path) -> dict[str, str]:
    return {entry.name: entry.problem for entry in (await _listed(reader, _folder(path))).entries}


async def test_a_repository_is_listed_without_what_its_rules_keep_out_at_any_level(
    reader: FolderReader, tmp_path: Path
) -> None:
    _write(
        tmp_path,
        {
            ".git/HEAD": "ref: refs/heads/main", ".git/info/exclude": "mine.txt", ".gitignore": "*.log\n/build/\n",
            "a.log": "x", "build/out.txt": "x", "mine.txt": "x", "src/.gitignore": "!keep.log\ngen/",
            "src/keep.log": "x", "src/main.py": "x", "src/gen/a.py": "x", "lib/build/b.py": "x",
        },
    )  # fmt: skip
    listing = await _listed(reader, _folder(tmp_path))
    assert [entry.name for entry in listing.entries] == [
        ".gitignore", "lib/build/b.py", "src/.gitignore", "src/keep.log", "src/main.py",
    ]  # fmt: skip
    assert (listing.complete, listing.ignored, listing.problem) == (True, 4, "")


async def test_a_folder_of_a_repository_is_under_the_rules_above_it(reader: FolderReader, tmp_path: Path) -> None:
    _write(tmp_path, {".git/HEAD": "x", ".gitignore": "/app/src/*.c\n*.log", "app/src/a.c": "x", "app/src/b.log": "x"})
    _write(tmp_path, {"app/src/c.h": "x", "app/src/deep/a.c": "x"})
    assert await _names(reader, tmp_path / "app" / "src") == ["c.h", "deep/a.c"]


async def test_a_repository_inside_has_rules_of_its_own(reader: FolderReader, tmp_path: Path) -> None:
    _write(
        tmp_path, {".git/HEAD": "x", ".gitignore": "*.txt", "a.txt": "x", "inner/.git/HEAD": "x", "inner/a.txt": "x"}
    )
    assert await _names(reader, tmp_path) == [".gitignore", "inner/a.txt"]


async def test_the_persons_own_rules_for_all_repositories_hold(tmp_path: Path) -> None:
    home = _write(tmp_path / "home", {".gitconfig": "[core]\n\texcludesFile = ~/mine\n", "mine": "*.swp"})
    repository = _write(tmp_path / "r", {".git/HEAD": "x", "a.swp": "x", "a.c": "x"})
    reader = FolderReader({"HOME": str(home)}, PdfReader(os.environ))
    assert await _names(reader, repository) == ["a.c"]


@linux
async def test_of_a_work_tree_the_rules_lie_in_the_repository_that_it_belongs_to(
    reader: FolderReader, tmp_path: Path
) -> None:
    _write(tmp_path, {"main/.git/info/exclude": "*.mine", "main/.git/worktrees/w/commondir": "../.."})
    _write(tmp_path, {"w/.git": f"gitdir: {tmp_path}/main/.git/worktrees/w\n", "w/a.mine": "x", "w/a.c": "x"})
    assert await _names(reader, tmp_path / "w") == ["a.c"]


async def test_outside_of_git_only_what_programs_put_there_is_kept_out(reader: FolderReader, tmp_path: Path) -> None:
    _write(
        tmp_path, {"a.txt": "x", ".hidden": "x", "node_modules/m/i.js": "x", "env/pyvenv.cfg": "x", "env/lib/a.py": "x"}
    )
    assert await _names(reader, tmp_path) == [".hidden", "a.txt"]


async def test_files_are_read_as_text_and_estimated_by_it(reader: FolderReader, tmp_path: Path) -> None:
    _write(tmp_path, {"a.py": "def add(a, b):\n    return a + b\n" * 50, "b.md": "Some words of prose. " * 100})
    source = _folder(tmp_path)
    listing = await _listed(reader, source)
    assert [300 < entry.tokens < 900 for entry in listing.entries] == [True, True]
    texts = await reader.read(source, listing.entries)
    assert texts["b.md"] == "Some words of prose. " * 100


@linux
async def test_what_cannot_go_along_says_why(reader: FolderReader, tmp_path: Path) -> None:
    _write(tmp_path, {"logo.png": "x", "a.zip": "x", "empty": "", "data": b"\0\1\2" * 100, "huge.txt": b""})
    os.truncate(tmp_path / "huge.txt", 50_000_000)
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "socket"))
        problems = await _problems(reader, tmp_path)
    assert problems == {
        "logo.png": "This is a picture; attach it by itself.",
        "a.zip": "This is an archive, which models cannot read.",
        "empty": "The file is empty.",
        "data": "This file holds no text that could be read.",
        "huge.txt": "The file is larger than 8 MB.",
        "pipe": "This is a device or a pipe, not a file.",
        "socket": "This is a device or a pipe, not a file.",
    }


async def test_where_keys_are_kept_nothing_goes_along_by_itself(reader: FolderReader, tmp_path: Path) -> None:
    _write(tmp_path, {".ssh/config": "x", "id_rsa": "x", ".env": "x", ".env.local": "x", ".env.example": "x"})
    problems = await _problems(reader, tmp_path)
    assert [name for name, problem in problems.items() if not problem] == [".env.example"]
    assert list(problems) == [".env", ".env.example", ".env.local", ".ssh/", "id_rsa"]
    assert problems["id_rsa"] == "Keys and passwords are kept here; add it as a file of its own if it must go along."


async def test_a_file_with_keys_that_was_named_by_itself_goes_along(reader: FolderReader, tmp_path: Path) -> None:
    _write(tmp_path, {".env": "A=1"})
    listing = await _listed(reader, Source(SourceKind.FILE, str(tmp_path / ".env"), ".env"))
    assert [entry.problem for entry in listing.entries] == [""]


@linux
async def test_a_name_that_is_no_text_is_told_by_its_numbers_and_does_not_go_along(
    reader: FolderReader, tmp_path: Path
) -> None:
    _write(tmp_path, {os.fsdecode(b"a\xff.txt"): "x"})
    assert await _problems(reader, tmp_path) == {"a\\xff.txt": "Its name is not written in UTF-8."}


@linux
async def test_links_are_not_followed_out_of_the_folder_nor_round_in_it(reader: FolderReader, tmp_path: Path) -> None:
    inside = _write(tmp_path / "in", {"a.txt": "x", "deep/b.txt": "y"})
    _write(tmp_path, {"secret.txt": "s"})
    (inside / "round").symlink_to(inside)
    (inside / "deep" / "up").symlink_to("..")
    (inside / "same.txt").symlink_to("a.txt")
    (inside / "out.txt").symlink_to(tmp_path / "secret.txt")
    (inside / "etc").symlink_to("/etc")
    (inside / "nowhere").symlink_to("gone")
    assert await _problems(reader, inside) == {
        "a.txt": "",
        "deep/b.txt": "",
        "etc": "This is a link that leads out of the folder.",
        "nowhere": "This is a link that leads nowhere.",
        "out.txt": "This is a link that leads out of the folder.",
    }


@linux
async def test_a_file_that_becomes_a_link_or_a_pipe_is_not_read(reader: FolderReader, tmp_path: Path) -> None:
    inside = _write(tmp_path / "in", {"a.txt": "x", "b.txt": "y", "c/d.txt": "z", "e.txt": "e"})
    outside = _write(tmp_path / "out", {"d.txt": "secret"})
    source = _folder(inside)
    listing = await _listed(reader, source)
    (inside / "a.txt").unlink()
    (inside / "a.txt").symlink_to(outside / "d.txt")
    (inside / "b.txt").unlink()
    os.mkfifo(inside / "b.txt")
    (inside / "c" / "d.txt").unlink()
    (inside / "c").rmdir()
    (inside / "c").symlink_to(outside)
    assert await reader.read(source, listing.entries) == {"e.txt": "e"}


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() == 0, reason="nothing is unreadable to root")
async def test_what_may_not_be_read_says_so(reader: FolderReader, tmp_path: Path) -> None:
    _write(tmp_path, {"closed/a.txt": "x"})
    (tmp_path / "closed").chmod(0)
    try:
        assert await _problems(reader, tmp_path) == {"closed/": "You may not read this."}
    finally:
        (tmp_path / "closed").chmod(0o700)


async def test_a_folder_that_vanishes_while_it_is_looked_through_is_no_failure(
    reader: FolderReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, {"a/x.txt": "x", "b/y.txt": "y"})
    scandir = os.scandir

    def vanishing(path: str) -> object:
        if path.endswith("a"):
            raise FileNotFoundError(path)
        if path.endswith("b"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", vanishing)
    assert await _problems(reader, tmp_path) == {"b/": "You may not read this."}


async def test_a_folder_that_is_not_there_says_so(reader: FolderReader, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"^gone is not there any more\.$"):
        await _listed(reader, _folder(tmp_path / "gone"))


async def test_a_file_is_no_folder_and_a_folder_no_file(reader: FolderReader, tmp_path: Path) -> None:
    _write(tmp_path, {"a": "x"})
    with pytest.raises(SourceError, match="a is not a folder"):
        await _listed(reader, _folder(tmp_path / "a"))
    with pytest.raises(SourceError, match="is a folder, not a file"):
        await _listed(reader, Source(SourceKind.FILE, str(tmp_path), "it"))


async def test_a_very_deep_folder_ends_somewhere(reader: FolderReader, tmp_path: Path) -> None:
    _write(tmp_path, {"/".join("d" * 120) + "/a.txt": "x"})
    problems = await _problems(reader, tmp_path)
    assert list(problems.values()) == ["This folder lies too deep."]


async def test_whoever_leaves_early_ends_the_looking(reader: FolderReader, tmp_path: Path) -> None:
    _write(tmp_path, {f"{number}/a.txt": "x" for number in range(50)})
    async for _ in reader.listed(_folder(tmp_path)):
        break


async def test_one_file_is_one_entry(reader: FolderReader, tmp_path: Path) -> None:
    _write(tmp_path, {"notes.txt": "some words"})
    source = Source(SourceKind.FILE, str(tmp_path / "notes.txt"), "notes.txt")
    listing = await _listed(reader, source)
    assert [entry.name for entry in listing.entries] == ["notes.txt"]
    assert await reader.read(source, listing.entries) == {"notes.txt": "some words"}


async def test_the_entries_of_a_pdf_are_its_pages(reader: FolderReader, tmp_path: Path) -> None:
    _write(tmp_path, {"bill.pdf": pdf_of("First page", "", "Third page")})
    source = Source(SourceKind.FILE, str(tmp_path / "bill.pdf"), "bill.pdf")
    listing = await _listed(reader, source)
    assert await reader.read(source, listing.entries) == {"page 0001": "First page", "page 0003": "Third page"}


async def test_a_pdf_in_a_folder_is_read_by_pages_and_one_that_cannot_be_is_left_out(
    reader: FolderReader, tmp_path: Path
) -> None:
    _write(tmp_path, {"a.pdf": pdf_of("One", "Two"), "locked.pdf": locked_pdf("x", "Three"), "broken.pdf": "%PDF-1.7"})
    source = _folder(tmp_path)
    texts = await reader.read(source, (await _listed(reader, source)).entries)
    assert texts == {"a.pdf": "(Page 1 of 2)\nOne\n\n(Page 2 of 2)\nTwo"}


async def test_a_protected_pdf_says_so(reader: FolderReader, tmp_path: Path) -> None:
    _write(tmp_path, {"locked.pdf": locked_pdf("x", "Three")})
    listing = await _listed(reader, Source(SourceKind.FILE, str(tmp_path / "locked.pdf"), "locked.pdf"))
    assert [entry.problem for entry in listing.entries] == ["The PDF is protected by a password. Save it without one."]
