"""The copy before the first start of a new version: what is in it, when it is made, and what may go wrong."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import NamedTuple

import pytest

import kireji
from kireji.bootstrap import first_start
from kireji.bootstrap.stores import open_stores
from kireji.core.errors import StoreCorrupt, StoreFull, StoreTooNew
from kireji.core.transfer import Backup
from kireji.desktop.paths import Paths
from kireji.storage.jobs.tables import open_jobs
from kireji.storage.last_version import LastVersionFile
from kireji.storage.migrations import STEPS

FORMATS = Path(__file__).parents[2] / "data" / "db"
PICTURE = "5" * 64


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setattr(kireji, "__version__", "9.0.0")
    return Paths.find({"KIREJI_HOME": str(tmp_path / "home")})


async def start(paths: Paths) -> str:
    """Open what is kept and close it again, as a start does; the sentence that is told."""
    async with AsyncExitStack() as stack:
        return (await open_stores(stack, paths)).told_at_start


async def old_data(paths: Paths, version: int = 4) -> None:
    """What version 0.1.0 has left."""
    paths.data.mkdir(mode=0o700, parents=True)
    with closing(sqlite3.connect(paths.database)) as connection:
        connection.executescript((FORMATS / f"version-{version}.sql").read_text("utf-8"))
    await (await open_jobs(paths.jobs_database)).close()
    paths.settings.write_text('[models]\neffort = "high"\n')
    (paths.config / "mcp.json").write_text("{}")
    for folder, name in ((paths.prompts, "mine.md"), (paths.policies, "ours.toml"), (paths.plugins, "tool.py")):
        folder.mkdir()
        (folder / name).write_text("# mine")
    LastVersionFile(paths.state / "version").write("0.1.0")


def copies(paths: Paths) -> list[Backup]:
    return first_start.version_copies(paths).found()


def last(paths: Paths) -> str:
    return LastVersionFile(paths.state / "version").read()


def format_of(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


async def test_the_first_start_of_all_copies_nothing_and_notes_the_version(paths: Paths) -> None:
    assert await start(paths) == ""
    assert (copies(paths), last(paths)) == ([], "9.0.0")


async def test_a_new_version_copies_everything_before_it_changes_anything(paths: Paths) -> None:
    await old_data(paths)
    assert await start(paths) == ""
    (copy,) = copies(paths)
    assert sorted(file.relative_to(copy.path).as_posix() for file in copy.path.rglob("*") if file.is_file()) == [
        "backup.json",
        "jobs.db",
        "kireji.db",
        "mcp.json",
        "plugins/tool.py",
        "policies/ours.toml",
        "prompts/mine.md",
        "settings.toml",
    ]
    assert (format_of(copy.path / "kireji.db"), format_of(paths.database)) == (4, len(STEPS))
    assert (copy.path / "settings.toml").read_text() == '[models]\neffort = "high"\n'
    assert copy.content.conversations >= 2
    assert last(paths) == "9.0.0"


async def test_nobody_else_can_read_it(paths: Paths) -> None:
    await old_data(paths)
    await start(paths)
    (copy,) = copies(paths)
    for each in (copy.path, *copy.path.rglob("*")):
        assert stat.S_IMODE(each.stat().st_mode) == (0o700 if each.is_dir() else 0o600), each


async def test_one_copy_is_enough(paths: Paths) -> None:
    await old_data(paths)
    await start(paths)
    assert list(paths.data.glob("kireji.db.before-*")) == []


async def test_the_same_version_copies_nothing(paths: Paths) -> None:
    await old_data(paths)
    await start(paths)
    await start(paths)
    assert len(copies(paths)) == 1


@pytest.mark.parametrize("version", range(1, len(STEPS) + 1))
async def test_every_format_can_be_copied(paths: Paths, version: int) -> None:
    await old_data(paths, version)
    assert await start(paths) == ""
    (copy,) = copies(paths)
    assert copy.content.schema == version


async def test_the_last_three_are_kept(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    await old_data(paths)
    for number in range(5):
        monkeypatch.setattr(kireji, "__version__", f"9.{number}.0")
        await start(paths)
    assert [copy.path.name.split("-")[3] for copy in copies(paths)] == ["9.4.0", "9.3.0", "9.2.0"]


async def test_what_is_not_small_or_not_ours_is_left_out(paths: Paths) -> None:
    await old_data(paths)
    (paths.prompts / "large.md").write_bytes(b"x" * 2_000_000)
    (paths.prompts / "note.txt").write_text("not a prompt")
    (paths.plugins / "gone.py").symlink_to(paths.data / "nowhere")
    await start(paths)
    (copy,) = copies(paths)
    assert [file.name for file in (copy.path / "prompts").iterdir()] == ["mine.md"]
    assert [file.name for file in (copy.path / "plugins").iterdir()] == ["tool.py"]


def no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9 - 1000, 1000))


async def test_without_room_nothing_is_changed_where_the_data_would_be(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    await old_data(paths)
    no_room(monkeypatch)
    with pytest.raises(StoreFull) as caught:
        await start(paths)
    assert caught.value.sentence.startswith(
        "Your data could not be copied before version 9.0.0 uses it. There is no room for a copy of your data. Free "
    )
    assert (format_of(paths.database), last(paths), copies(paths)) == (4, "0.1.0", [])


async def test_without_room_the_start_goes_on_where_nothing_changes_and_it_is_tried_again(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    await start(paths)
    monkeypatch.setattr(kireji, "__version__", "9.0.1")
    with monkeypatch.context() as full:
        no_room(full)
        assert (await start(paths)).startswith("Your data could not be copied before version 9.0.1 uses it.")
    assert last(paths) == "9.0.0"
    assert await start(paths) == ""
    assert (len(copies(paths)), last(paths)) == (1, "9.0.1")


async def test_a_damaged_queue_of_jobs_does_not_keep_the_rest_from_being_copied(paths: Paths) -> None:
    await old_data(paths)
    paths.jobs_database.write_bytes(b"SQLite format 3\0" + b"nonsense" * 1000)
    assert await start(paths) == ""
    (copy,) = copies(paths)
    assert (copy.path / "jobs.db").read_bytes() == paths.jobs_database.read_bytes()


async def test_a_damaged_history_is_told_as_that(paths: Paths) -> None:
    await old_data(paths)
    paths.database.write_bytes(b"nonsense" * 1000)
    with pytest.raises(StoreCorrupt):
        await start(paths)
    assert copies(paths) == []


async def test_an_older_version_names_the_copy_that_it_can_go_on_with(paths: Paths) -> None:
    await old_data(paths, len(STEPS))
    await start(paths)
    (copy,) = copies(paths)
    with closing(sqlite3.connect(paths.database)) as connection:
        connection.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    with pytest.raises(StoreTooNew) as caught:
        await start(paths)
    assert f"move kireji.db away and put {copy.path / 'kireji.db'} in its place" in caught.value.hint
    paths.database.unlink()
    shutil.copy(copy.path / "kireji.db", paths.database)
    assert await start(paths) == ""


async def test_what_another_process_writes_meanwhile_is_there_before_or_after(paths: Paths) -> None:
    """The copy is of one moment, also while the log of the database is open in another process."""
    await old_data(paths)
    with closing(sqlite3.connect(paths.database)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("UPDATE conversations SET title = 'in the log'")
        other.commit()
        await start(paths)
    (copy,) = copies(paths)
    with closing(sqlite3.connect(copy.path / "kireji.db")) as connection:
        assert connection.execute("SELECT DISTINCT title FROM conversations").fetchall() == [("in the log",)]


DYING = """
import asyncio, os, signal, sys
from contextlib import AsyncExitStack
import kireji
kireji.__version__ = "9.0.0"
from kireji.bootstrap.stores import open_stores
from kireji.desktop.paths import Paths
from kireji.storage import backups, last_version, migrations, version_copies
owner, name = sys.argv[1].rsplit(".", 1)
owner = eval(owner)
whole = getattr(owner, name)
def dies(*arguments, **named):
    if sys.argv[2] == "after":
        whole(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(owner, name, dies)
async def main():
    async with AsyncExitStack() as stack:
        await open_stores(stack, Paths.find(os.environ))
asyncio.run(main())
"""

POINTS = [
    ("backups.copy_database", "before", 0),
    ("backups.copy_database", "after", 0),
    ("backups._check", "after", 0),
    ("version_copies._copy_jobs", "after", 0),
    ("version_copies.shutil.copyfile", "after", 0),
    ("backups._sync", "before", 0),
    ("backups._deliver_folder", "before", 0),
    ("backups._deliver_folder", "after", 1),
    ("last_version.LastVersionFile.write", "before", 1),
]


def ended_at(paths: Paths, point: str, when: str) -> subprocess.CompletedProcess[bytes]:
    """A start that is killed there."""
    variables = {**os.environ, "KIREJI_HOME": str(paths.data)}
    return subprocess.run([sys.executable, "-c", DYING, point, when], env=variables, capture_output=True, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize(("point", "when", "counting"), POINTS)
async def test_an_end_at_any_moment_leaves_no_copy_that_is_half(
    paths: Paths, point: str, when: str, counting: int
) -> None:
    await old_data(paths)
    died = ended_at(paths, point, when)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert len(copies(paths)) == counting
    assert await start(paths) == ""
    found = copies(paths)
    assert len(found) == counting + 1
    for copy in found:
        with closing(sqlite3.connect(copy.path / "kireji.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("SELECT count(*) > 1 FROM conversations").fetchone() == (1,)
    assert (format_of(paths.database), last(paths)) == (len(STEPS), "9.0.0")
    assert any(copy.content.schema == 4 for copy in found)


async def test_of_two_processes_that_start_at_once_one_copy_stays(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    await old_data(paths)
    slower = LastVersionFile(paths.state / "version")
    whole = first_start.version_copies(paths).make

    def make(self: object, version: str) -> Backup:
        made = whole(version)
        LastVersionFile(paths.state / "version").write("9.0.0")  # the other one has finished meanwhile
        return made

    monkeypatch.setattr("kireji.storage.version_copies.VersionCopies.make", make)
    assert first_start.prepare(paths, slower, "9.0.0").copied
    assert copies(paths) == []


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"x" * 1000, b"0.0.9\n"])
def test_any_record_of_the_last_version_can_be_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "version"
    path.write_bytes(content)
    assert LastVersionFile(path).read() != "9.0.0"


def test_a_record_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    LastVersionFile(tmp_path / "file" / "version").write("9.0.0")
    assert LastVersionFile(tmp_path / "file" / "version").read() == ""


LOADED = """
import asyncio, os, sys
from contextlib import AsyncExitStack
from kireji.bootstrap.stores import open_stores
from kireji.desktop.paths import Paths
async def main():
    async with AsyncExitStack() as stack:
        await open_stores(stack, Paths.find(os.environ))
asyncio.run(main())
print(*(name for name in sys.modules if name.endswith(("first_start", "version_copies", "storage.backups"))))
"""


def test_a_start_of_the_same_version_loads_nothing_for_it(tmp_path: Path) -> None:
    variables = {**os.environ, "KIREJI_HOME": str(tmp_path / "home")}
    for _ in range(2):  # the first start of all has nothing to copy either
        done = subprocess.run([sys.executable, "-c", LOADED], env=variables, capture_output=True, text=True, check=True)
        assert done.stdout == "\n"
