"""Meets a full disk or a folder that cannot be written, for real, and prints as JSON what the stores said.

Arguments: the scenario, the mechanism, an empty folder. A full disk is a small file system in memory where mounting is
allowed, else a limit on the size of files. A folder that cannot be written is mounted so where that is allowed, else
its mode says so, which holds for everyone but root. The caller runs this in a mount namespace of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from kireji.core.errors import KirejiError
from kireji.core.messages import Message, Role, TextPart
from kireji.core.ports import EncodedPicture
from kireji.desktop.processes import origin_alive
from kireji.storage.captures import FileCaptureStore
from kireji.storage.conversations import SqliteConversationStore
from kireji.storage.database import Database
from kireji.storage.migrations import STEPS, Step, statements
from kireji.storage.settings_file import TomlSettingsFile

sys.path.insert(0, str(Path(__file__).parents[4]))  # for the tests' own modules

from tests.support.queues import in_file, result

LIMIT = 1280 * 1024
BIG = Message(Role.USER, (TextPart("x" * 200_000),))
SMALL = Message(Role.USER, (TextPart("question"),))
PICTURE = EncodedPicture(os.urandom(LIMIT * 2), "image/png", 1, 1)


def mounted(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0


class Disk:
    """A folder in which there is little room, or none."""

    def __init__(self, folder: Path, mechanism: str) -> None:
        self.folder = folder
        wanted = mechanism == "mount"
        self.by_mount = wanted and mounted("-t", "tmpfs", "-o", f"size={LIMIT}", "none", str(folder))
        self.mechanism = "mount" if self.by_mount else "limit"
        self.free()

    def fill(self) -> None:
        if not self.by_mount:
            sizes = [file.stat().st_size for file in self.folder.rglob("*") if file.is_file()]
            resource.setrlimit(resource.RLIMIT_FSIZE, (max([1, *sizes]), resource.RLIM_INFINITY))
            return
        number = os.open(self.folder / "ballast", os.O_CREAT | os.O_WRONLY)
        try:
            while os.write(number, b"x" * 4096):
                pass
        except OSError:
            pass
        finally:
            os.close(number)

    def free(self) -> None:
        if self.by_mount:
            (self.folder / "ballast").unlink(missing_ok=True)
        else:
            limit = LIMIT if self.mechanism == "limit" else resource.RLIM_INFINITY
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


async def said(call: Callable[[], Awaitable[Any]]) -> list[str]:
    """The kind of failure and its sentence; empty when it worked."""
    try:
        await call()
    except KirejiError as error:
        return [type(error).__name__, error.sentence]
    return []


def said_now(call: Callable[[], Any]) -> list[str]:
    try:
        call()
    except KirejiError as error:
        return [type(error).__name__, error.sentence]
    return []


async def full_while_running(disk: Disk) -> dict[str, Any]:
    database = await Database.open(disk.folder / "kireji.db")
    store = SqliteConversationStore(database, origin_alive)
    summary, _ = await store.create("Before", SMALL)
    disk.fill()
    report: dict[str, Any] = {"write": await said(lambda: store.create("Too much", BIG))}
    report["again"] = await said(lambda: store.append(summary.id, None, BIG))
    report["readable"] = [one.title for one in await store.recent()]
    disk.free()
    report["after"] = await said(lambda: store.create("After", SMALL))
    report["titles"] = [one.title for one in await store.recent()]
    report["check"] = await database.run(lambda connection: connection.execute("PRAGMA integrity_check").fetchone()[0])
    await database.close()
    return report


async def full_while_opening(disk: Disk) -> dict[str, Any]:
    disk.fill()
    report: dict[str, Any] = {"open": await said(lambda: Database.open(disk.folder / "data" / "kireji.db"))}
    disk.free()
    database = await Database.open(disk.folder / "data" / "kireji.db")
    report["after"] = await said(lambda: SqliteConversationStore(database, origin_alive).create("After", SMALL))
    await database.close()
    return report


async def full_when_opened_again(disk: Disk) -> dict[str, Any]:
    path = disk.folder / "kireji.db"
    database = await Database.open(path)
    await SqliteConversationStore(database, origin_alive).create("Before", SMALL)
    await database.close()
    before = path.read_bytes()
    if disk.by_mount:
        disk.fill()
    else:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    report: dict[str, Any] = {"open": await said(lambda: Database.open(path))}
    report["unchanged"] = path.read_bytes() == before
    disk.free()
    database = await Database.open(path)
    report["titles"] = [one.title for one in await SqliteConversationStore(database, origin_alive).recent()]
    await database.close()
    return report


async def full_while_upgrading(disk: Disk) -> dict[str, Any]:
    path = disk.folder / "kireji.db"
    database = await Database.open(path)
    await SqliteConversationStore(database, origin_alive).create("Before", BIG)
    await database.close()
    steps = (*STEPS, Step("notes", statements("CREATE TABLE notes (id INTEGER PRIMARY KEY)")))
    before = path.read_bytes()
    if disk.by_mount:
        disk.fill()
        ballast = disk.folder / "ballast"
        os.truncate(ballast, ballast.stat().st_size - 100_000)  # room for SQLite's own files, not for the copy
    else:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
    report: dict[str, Any] = {"open": await said(lambda: Database.open(path, steps=steps))}
    report["unchanged"] = path.read_bytes() == before
    disk.free()
    report["files"] = sorted(file.name for file in disk.folder.iterdir())
    database = await Database.open(path, steps=steps)
    report["titles"] = [one.title for one in await SqliteConversationStore(database, origin_alive).recent()]
    await database.close()
    return report


async def full_while_recording(disk: Disk) -> dict[str, Any]:
    path = disk.folder / "jobs.db"
    queue, database = await in_file(path)
    job = await queue.made(30)
    batch = await queue.submitted(job)
    long = b'"' + b"x" * 15_000 + b'"'
    await queue.store.record(batch.id, [result(number) for number in range(1, 11)])
    disk.fill()
    rest = [result(number, payload=long) for number in range(11, 21)]
    report: dict[str, Any] = {"record": await said(lambda: queue.store.record(batch.id, rest))}
    report["again"] = await said(lambda: queue.store.record(batch.id, rest))
    counts = (await queue.job(job)).counts
    report["counts"] = [counts.succeeded, counts.taken]
    report["answers"] = sum(one.result is not None for one in await queue.store.joined(job))
    disk.free()
    report["new"] = await queue.store.record(batch.id, [result(1), *rest, *(result(one) for one in range(21, 31))])
    counts = (await queue.job(job)).counts
    report["counts after"] = [counts.succeeded, counts.taken]
    report["check"] = await database.run(lambda connection: connection.execute("PRAGMA integrity_check").fetchone()[0])
    await database.close()
    return report


async def full_for_files(disk: Disk) -> dict[str, Any]:
    captures, settings = FileCaptureStore(disk.folder / "captures"), TomlSettingsFile(disk.folder / "settings.toml")
    settings.write("models.anthropic", "before")
    (disk.folder / "captures").mkdir()
    disk.fill()
    report: dict[str, Any] = {"picture": await said(lambda: captures.put(PICTURE))}
    report["settings"] = said_now(lambda: settings.write("models.system", "x" * 100_000))
    report["kept"] = settings.read()["models"]
    disk.free()
    report["files"] = sorted(file.name for file in disk.folder.rglob("*") if file.is_file())
    return report


async def read_only(disk: Disk) -> dict[str, Any]:
    folder = disk.folder / "data"
    path = folder / "kireji.db"
    database = await Database.open(path)
    await SqliteConversationStore(database, origin_alive).create("Before", SMALL)
    await database.close()
    captures, settings = FileCaptureStore(folder / "captures"), TomlSettingsFile(folder / "settings.toml")
    picture = await captures.put(EncodedPicture(b"before", "image/png", 1, 1))
    settings.write("models.anthropic", "before")
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    if not (mounted("--bind", str(folder), str(folder)) and mounted("-o", "remount,ro,bind", str(folder))):
        for one in [*folder.rglob("*"), folder]:
            one.chmod(0o500 if one.is_dir() else 0o400)
    report: dict[str, Any] = {"writable": os.access(folder, os.W_OK)}
    report["open"] = await said(lambda: Database.open(path))
    report["open new"] = await said(lambda: Database.open(folder / "new.db"))
    report["open below"] = await said(lambda: Database.open(folder / "below" / "new.db"))
    report["picture"] = await said(lambda: captures.put(PICTURE))
    report["settings"] = said_now(lambda: settings.write("models.anthropic", "after"))
    report["kept"] = [(await captures.get(picture.blob)).decode(), settings.read()["models"]]
    report["unchanged"] = before == {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    return report


async def main(scenario: str, mechanism: str, folder: Path) -> None:
    scenarios = (
        full_while_running,
        full_while_opening,
        full_when_opened_again,
        full_while_upgrading,
        full_while_recording,
        full_for_files,
        read_only,
    )
    disk = Disk(folder, mechanism)
    report = await {one.__name__: one for one in scenarios}[scenario](disk)
    print(json.dumps(report | {"mechanism": disk.mechanism}))


asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
