"""Backups that are checked, and restoring them without overwriting."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from kireji.core.errors import StoreCorrupt, StoreError, StoreTooNew, TransferError
from kireji.core.messages import Message, Role, TextPart
from kireji.core.permissions import Decision, Grant, Pattern, Reason
from kireji.core.settings import BackupSettings
from kireji.core.transfer import ImportReport
from kireji.services.backup import BackupService
from kireji.storage import backups as backups_module
from kireji.storage.backups import FileBackupStore
from kireji.storage.permissions import SqlitePermissionStore
from kireji.storage.tool_descriptions import SqliteDescriptionStore
from kireji.storage.tool_offers import SqliteOfferStore
from tests.integration.transfer.conftest import Home, open_home
from tests.integration.transfer.test_round_trip import filled
from tests.support.exports import CLAUDE, zip_of
from tests.support.whole import NOON


def files(folder: Path) -> list[str]:
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


async def ask(home: Home, words: str) -> int:
    summary, _ = await home.conversations.create(words, Message(Role.USER, (TextPart(words),)))
    return summary.id


@pytest.mark.parametrize("name", ["backup.zip", "backup"])
async def test_a_backup_brings_everything_back_on_an_empty_computer(
    home: Home, other: Home, tmp_path: Path, name: str
) -> None:
    await filled(home)
    backup = await home.backups.make(tmp_path / name)
    content = backup.content
    assert (content.conversations, content.messages, content.blobs, content.lost) == (3, 11, 4, 0)
    report = await other.backups.restore(backup.path)
    assert (report.conversations, report.pictures, report.problems) == (3, 4, ())
    assert await other.everything() == await home.everything()
    for conversation in (await home.everything()).values():
        for blob in conversation.blobs:
            assert await other.captures.get(blob) == await home.captures.get(blob)


async def test_restoring_twice_adds_nothing(home: Home, other: Home, tmp_path: Path) -> None:
    await filled(home)
    path = (await home.backups.make(tmp_path / "backup.zip")).path
    await other.backups.restore(path)
    before = await other.everything()
    assert await other.backups.restore(path) == ImportReport(present=3)
    assert await home.backups.restore(path) == ImportReport(present=3)
    assert await other.everything() == before


async def test_lost_pictures_come_back(home: Home, tmp_path: Path) -> None:
    await filled(home)
    path = (await home.backups.make(tmp_path / "backup.zip")).path
    before = files(home.folder / "captures")
    first, second, *_ = [home.folder / "captures" / name for name in before]
    first.unlink()
    second.write_bytes(b"damaged")
    assert await home.backups.preview(path) == ImportReport(pictures=2, present=3, only_looked=True)
    assert await home.backups.restore(path) == ImportReport(pictures=2, present=3)
    assert files(home.folder / "captures") == before
    assert await home.backups.restore(path) == ImportReport(present=3)


async def test_a_picture_or_document_that_was_changed_in_a_backup_does_not_come(
    home: Home, other: Home, tmp_path: Path
) -> None:
    await filled(home)
    path = (await home.backups.make(tmp_path / "backup")).path
    one, another = sorted((path / "captures").rglob("*.png"))[:2]
    one.write_bytes(another.read_bytes())
    next((path / "captures").rglob("*.txt")).write_text("Pay him a million.")
    report = await other.backups.restore(path)
    assert {problem.why for problem in report.problems} == {"A picture or document was changed or damaged."}
    assert (report.conversations, report.pictures, len(report.problems)) == (3, 2, 2)


async def test_bytes_in_place_of_text_cost_one_conversation(home: Home, other: Home, tmp_path: Path) -> None:
    await filled(home)
    path = (await home.backups.make(tmp_path / "backup")).path
    with closing(sqlite3.connect(path / "kireji.db")) as connection, connection:
        connection.execute("UPDATE conversations SET title = x'ff00' WHERE id = 1")
    report = await other.backups.restore(path)
    assert (report.conversations, len(report.problems)) == (2, 1)


async def test_restoring_merges_and_never_overwrites(home: Home, tmp_path: Path) -> None:
    kept, removed = await ask(home, "Kept"), await ask(home, "Removed")
    path = (await home.backups.make(tmp_path / "backup")).path
    await home.conversations.append(kept, 1, Message(Role.ASSISTANT, (TextPart("Said since."),)))
    await home.conversations.rename(kept, "Named since")
    await home.conversations.remove(removed)
    await ask(home, "New since")
    before = await home.everything()
    report = await home.backups.restore(path)
    assert (report.conversations, report.messages, report.removed, report.present) == (0, 0, 1, 1)
    assert await home.everything() == before
    back = await home.backups.restore(path, removed_too=True)
    assert (back.conversations, back.messages) == (1, 0)
    assert sorted(one.title for one in await home.conversations.recent()) == ["Named since", "New since", "Removed"]


async def test_what_was_deleted_for_good_comes_back_only_if_asked_for(home: Home, tmp_path: Path) -> None:
    await filled(home)
    path = (await home.backups.make(tmp_path / "backup")).path
    before = await home.everything()
    for summary in await home.conversations.recent():
        await home.conversations.remove(summary.id)
    assert await home.conversations.purge(home.clock.now() + timedelta(days=36500)) == 3
    shutil.rmtree(home.folder / "captures")  # purging leaves those that this process has stored itself
    assert (await home.backups.restore(path)).removed == 3
    back = await home.backups.restore(path, removed_too=True)
    assert (back.conversations, back.pictures) == (3, 4)
    assert await home.everything() == before


async def test_a_preview_says_what_would_come_and_changes_nothing(home: Home, other: Home, tmp_path: Path) -> None:
    await filled(home)
    path = (await home.backups.make(tmp_path / "backup.zip")).path
    looked = await other.backups.preview(path)
    assert (looked.only_looked, looked.conversations, looked.messages) == (True, 3, 11)
    assert await other.everything() == {}
    assert not (other.folder / "backups").exists()
    assert other.leftovers() == []


async def test_a_copy_of_the_history_is_made_before_a_restore(home: Home, other: Home, tmp_path: Path) -> None:
    await filled(home)
    await ask(other, "Mine")
    await other.backups.restore((await home.backups.make(tmp_path / "backup")).path)
    (copy,) = await other.backups.found()
    assert copy.path.name.startswith("kireji-before-restore-")
    assert copy.content.conversations == 1


async def test_a_backup_of_a_newer_version_is_refused(home: Home, other: Home, tmp_path: Path) -> None:
    await filled(home)
    path = (await home.backups.make(tmp_path / "backup")).path
    with closing(sqlite3.connect(path / "kireji.db")) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreTooNew, match="newer version") as caught:
        await other.backups.restore(path)
    assert "nothing was changed" in caught.value.sentence
    assert (await other.everything(), other.leftovers()) == ({}, [])


@pytest.mark.parametrize("version", [1, 2, 3, 4])
async def test_a_history_of_an_older_version_is_brought_up_to_date_in_a_copy(
    home: Home, tmp_path: Path, version: int
) -> None:
    formats = Path(__file__).parents[2] / "data" / "db"
    old = tmp_path / "old.db"
    with closing(sqlite3.connect(old)) as connection:
        connection.executescript((formats / f"version-{version}.sql").read_text("utf-8"))
    before = old.read_bytes()
    report = await home.backups.restore(old)
    assert report.conversations >= 2
    assert old.read_bytes() == before
    assert (await home.backups.restore(old)).conversations == 0
    assert home.leftovers() == []


async def test_what_tools_are_allowed_is_never_brought_by_a_backup(home: Home, other: Home, tmp_path: Path) -> None:
    """Whoever can change a file of a backup could allow themselves anything with it."""
    await filled(home)
    there, here = SqlitePermissionStore(home.database), SqlitePermissionStore(other.database)
    await there.grant(Grant(0, "run_command", "built-in", "built-in", True, Pattern(), None, None, NOON))
    await there.set_trusted("mcp:mail", "print")
    await there.log(Decision(0, NOON, 1, "c", "mcp:mail", "send", "print", "{}", True, "person", Reason.NEW))
    digest = await SqliteOfferStore(home.database).keep_offer([])
    await SqliteDescriptionStore(home.database).keep_description("mcp:mail", "print", [])
    report = await other.backups.restore((await home.backups.make(tmp_path / "a.zip")).path)
    assert report.conversations > 0
    assert (await here.grants(), await here.trusted(), await here.decisions()) == ([], {}, [])
    assert await SqliteOfferStore(other.database).offer(digest) is None
    assert await SqliteDescriptionStore(other.database).described("mcp:mail", "print") is None


async def test_a_copy_that_was_put_aside_is_known_as_the_same_history(tmp_path: Path) -> None:
    formats = Path(__file__).parents[2] / "data" / "db"
    (tmp_path / "home").mkdir()
    with closing(sqlite3.connect(tmp_path / "home" / "kireji.db")) as connection:
        connection.executescript((formats / "version-2.sql").read_text("utf-8"))
    async with open_home(tmp_path / "home") as home:
        report = await home.backups.restore(tmp_path / "home" / "kireji.db.before-3")
        assert (report.conversations, report.messages) == (0, 0)


@pytest.mark.parametrize("what", ["empty", "text", "export", "other database", "cut", "damaged"])
async def test_what_is_no_backup_changes_nothing(home: Home, other: Home, tmp_path: Path, what: str) -> None:
    path = tmp_path / "backup.zip"
    await filled(home)
    whole = (await home.backups.make(tmp_path / "whole")).path
    database = bytearray((whole / "kireji.db").read_bytes())
    match what:
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("hello")
        case "export":
            path = CLAUDE
        case "other database":
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("CREATE TABLE a (b)")
        case "cut":
            shutil.make_archive(str(tmp_path / "backup"), "zip", whole)
            path.write_bytes(path.read_bytes()[:-3000])
        case "damaged":
            database[5000:9000] = os.urandom(4000)
            zip_of(path, backup__json=(whole / "backup.json").read_bytes(), kireji__db=bytes(database))
    with pytest.raises(TransferError):
        await other.backups.restore(path)
    assert (await other.everything(), other.leftovers()) == ({}, [])


async def test_a_copy_that_does_not_pass_its_check_is_thrown_away_and_told(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_database = backups_module.copy_database

    def copy_badly(source: Path, target: Path) -> None:
        copy_database(source, target)
        with target.open("r+b") as file:
            file.seek(4096 * 3)
            file.write(os.urandom(4096))

    await filled(home)
    monkeypatch.setattr(backups_module, "copy_database", copy_badly)
    with pytest.raises(StoreCorrupt, match="check"):
        await home.backups.make(tmp_path / "backup")
    assert not (tmp_path / "backup").exists()
    assert home.leftovers() == []
    state = await home.backups.state()
    assert (state.last, state.failed) == (None, home.clock.now())
    assert "does not pass its check" in state.sentence


async def test_a_damaged_picture_is_left_out_and_counted(home: Home, tmp_path: Path) -> None:
    await filled(home)
    next((home.folder / "captures").rglob("*.png")).write_bytes(b"damaged")
    next((home.folder / "captures").rglob("*.txt")).unlink()
    content = (await home.backups.make(tmp_path / "backup")).content
    assert (content.blobs, content.lost) == (2, 2)


async def test_automatic_backups_share_pictures_and_others_do_not(home: Home, tmp_path: Path) -> None:
    await filled(home)
    automatic = await home.backups.make_if_due()
    assert automatic is not None
    links = [os.stat(file).st_nlink for file in (home.folder / "captures").rglob("*.png")]
    assert set(links) == {2}
    await home.backups.make(tmp_path / "backup")
    assert [os.stat(file).st_nlink for file in (tmp_path / "backup").rglob("*.png")] == [1] * len(links)


async def test_an_automatic_backup_outlives_the_pictures_of_the_history(home: Home, other: Home) -> None:
    await filled(home)
    expected = await home.everything()
    automatic = await home.backups.make_if_due()
    assert automatic is not None
    shutil.rmtree(home.folder / "captures")
    await other.backups.restore(automatic.path)
    assert await other.everything() == expected
    assert all([await other.captures.get(blob) for one in expected.values() for blob in one.blobs])


async def test_backups_are_private(home: Home, tmp_path: Path) -> None:
    await filled(home)
    for name in ("backup", "backup.zip"):
        path = (await home.backups.make(tmp_path / name)).path
        for file in (path, *path.rglob("*")):
            assert os.stat(file).st_mode & 0o077 == 0, file


async def test_an_existing_file_is_not_replaced(home: Home, tmp_path: Path) -> None:
    (tmp_path / "backup.zip").write_text("mine")
    with pytest.raises(TransferError, match="exists already"):
        await home.backups.make(tmp_path / "backup.zip")
    assert (tmp_path / "backup.zip").read_text() == "mine"
    assert (await home.backups.state()).failed is None


async def test_a_backup_that_mostly_holds_free_space_can_be_opened(home: Home, other: Home, tmp_path: Path) -> None:
    await filled(home)
    await home.database.write(lambda connection: connection.execute("CREATE TABLE room (a)").rowcount)
    numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 24)"
    fill = f"{numbers} INSERT INTO room SELECT zeroblob(1000000) FROM n"
    await home.database.write(lambda connection: connection.execute(fill).rowcount)
    await home.database.write(lambda connection: connection.execute("DROP TABLE room").rowcount)
    path = (await home.backups.make(tmp_path / "backup.zip")).path
    assert (await other.backups.restore(path)).conversations == 3


async def test_a_backup_larger_than_the_disk_is_not_opened(
    home: Home, other: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(home)
    path = (await home.backups.make(tmp_path / "backup.zip")).path
    monkeypatch.setattr("kireji.storage.transfer.backup_source._LEFT_FREE", 2**60)
    with pytest.raises(TransferError, match="no room to open"):
        await other.backups.restore(path)


async def test_a_place_that_cannot_be_is_told(home: Home, tmp_path: Path) -> None:
    for place in (tmp_path / ("n" * 300), tmp_path / ("n" * 300) / "backup.zip"):
        with pytest.raises(StoreError, match="File name too long"):
            await home.backups.make(place)
    home.backups = BackupService(
        FileBackupStore(home.folder / "kireji.db", home.folder / "captures"),
        home.transfer,
        lambda: BackupSettings(folder=str(tmp_path / ("n" * 300))),
        home.folder,
        home.clock,
    )
    await ask(home, "Anything")
    with pytest.raises(StoreError, match="File name too long"):
        await home.backups.make_if_due()
