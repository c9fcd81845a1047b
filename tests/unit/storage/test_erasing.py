"""Deleting everything: what is ours goes, whatever it lies among, and nothing else."""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path

import pytest

from kireji.core.errors import StoreError
from kireji.core.personal_data import ErasePlan, Roots
from kireji.storage.backups import FileBackupStore
from kireji.storage.personal.erasing import erase, mark, marked
from kireji.storage.personal.looking import own_files
from kireji.storage.personal.store import FilePersonalData

BLOB = "ab" + "0" * 62
OURS = (
    f"captures/ab/{BLOB}.png",
    f"captures/ab/.{'x' * 8}.part",
    f"sent/ab/{BLOB}",
    "kireji.db.before-31",
    f"jobs/ab/{BLOB}.jpg",
    "jobs/outgoing/12-6162-key.json",
    "backups/kireji-auto-2026-03-01-120000/kireji.db",
    "backups/kireji-auto-2026-03-01-120000/backup.json",
    f"backups/kireji-auto-2026-03-01-120000/captures/ab/{BLOB}.png",
    "backups/kireji-2026-03-01-120000.zip",
    "backups/kireji-before-version-0.2.0-2026-03-01-120000/jobs.db",
    "backups/kireji-before-version-0.2.0-2026-03-01-120000/prompts/mine.md",
    "backups/kireji-before-version-0.2.0-2026-03-01-120000/plugins/weather.py",
    ".backup-abcdefgh/kireji.db",
    "prompts/mine.md",
    "policies/mine.toml",
    "plugins/weather.py",
    "plugins/maps/__init__.py",
    "plugins/maps/data/world.json",
    "plugins/__pycache__/weather.cpython-311.pyc",
    "plugins-work/weather/cache.bin",
    "settings.toml",
    "mcp.json",
    "log/kireji.log",
    "log/kireji.log.1",
    "log/mcp-git.log",
    "log/plugins/weather.log",
    "ledger",
    "window",
    "region",
    "version",
    "updates.json",
    "instance.lock",
    "cache/search-path.json",
    "cache/certificates.pem",
    "deleting",
)
FOREIGN = (
    "notes.txt",
    "kireji.db.mine",
    "captures/holiday.png",
    "backups/photos-2026.zip",
    "backups/kireji-auto-2026-03-01-120000/diary.txt",
    "jobs/cv.pdf",
    "log/diary.txt",
    "cache/firefox/entry",
    "plugins/readme.txt",
    "plugins/.git/config",
    "prompts/sub/other.md",
    "settings.toml.old",
)


def roots(home: Path) -> Roots:
    return Roots(home, home, home, home / "cache", home / "run")


def fill(home: Path, *names: str) -> None:
    for name in names:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("x")


def names(home: Path) -> set[str]:
    return {path.relative_to(home).as_posix() for path in home.rglob("*") if not path.is_dir()}


def test_all_of_ours_goes_with_its_folders(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fill(home, *OURS)
    erased = erase(roots(home), ErasePlan())
    assert erased.left == ()
    assert not home.exists()
    assert erased.files == len(OURS) - 2  # the lock and the note are no content


def test_what_is_not_ours_stays(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fill(home, *OURS, *FOREIGN)
    erased = erase(roots(home), ErasePlan())
    assert names(home) == set(FOREIGN)
    assert erased.foreign > 0


def test_settings_can_be_kept(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fill(home, *OURS)
    erase(roots(home), ErasePlan(keep_settings=True))
    assert names(home) == {"settings.toml", "mcp.json"}


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_of_a_data_folder_that_is_a_link_only_ours_goes(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    fill(disk, *OURS, *FOREIGN)
    home = tmp_path / "home"
    home.symlink_to(disk)
    erase(roots(home), ErasePlan())
    assert names(disk) == set(FOREIGN)
    assert home.is_symlink()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_what_a_link_leads_to_stays(tmp_path: Path) -> None:
    home, dots = tmp_path / "home", tmp_path / "dots"
    fill(dots, "settings.toml", "deep/prompt.md")
    fill(home, *OURS)
    (home / "settings.toml").unlink()
    (home / "settings.toml").symlink_to(dots / "settings.toml")
    (home / "plugins" / "maps" / "data" / "away").symlink_to(dots / "deep")
    erased = erase(roots(home), ErasePlan())
    assert names(dots) == {"settings.toml", "deep/prompt.md"}
    assert not home.exists()
    assert any("settings.toml was a link" in each for each in erased.left)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
@pytest.mark.parametrize("folder", ["prompts", "policies", "plugins", "plugins-work"])
def test_of_what_people_write_nothing_goes_behind_a_linked_folder(tmp_path: Path, folder: str) -> None:
    home, own = tmp_path / "home", tmp_path / "own"
    written = {"notes.md", "mine.toml", "tool.py", "maps/__init__.py", "thesis/chapter.txt"}
    fill(own, *written)
    (own / "empty").mkdir()
    home.mkdir()
    (home / folder).symlink_to(own)
    erased = erase(roots(home), ErasePlan())
    assert names(own) == written
    assert (own / "empty").is_dir()
    assert not home.exists()
    assert erased.left == (f"{home / folder} was a link; what it led to stays.",)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_pictures_on_another_disk_go(tmp_path: Path) -> None:
    home, disk = tmp_path / "home", tmp_path / "disk"
    fill(disk, f"ab/{BLOB}.png", "holiday.png")
    home.mkdir()
    (home / "captures").symlink_to(disk)
    erase(roots(home), ErasePlan())
    assert names(disk) == {"holiday.png"}


def test_separate_folders_go_each(tmp_path: Path) -> None:
    found = Roots(*(tmp_path / name / "kireji" for name in ("share", "config", "state", "cache", "run")))
    fill(found.data, "kireji.db.before-3", "prompts/a.md")
    fill(found.config, "settings.toml")
    fill(found.state, "ledger", "log/kireji.log", "instance.lock")
    fill(found.cache, "search-path.json")
    fill(found.runtime, "instance.sock")
    erase(found, ErasePlan())
    assert [path for path in found if path.exists()] == []


def test_nothing_goes_while_somebody_has_the_history_open(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fill(home, *OURS)
    other = sqlite3.connect(home / "kireji.db", isolation_level=None)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("CREATE TABLE t (x)")
    before = names(home)
    try:
        with pytest.raises(StoreError, match="Another Kireji still uses"):
            FilePersonalData(roots(home)).erase(ErasePlan())
        assert names(home) == before
    finally:
        other.close()


def test_the_log_of_writes_goes_with_the_history(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    # Left by a process that was killed: the log still holds what was said.
    writer = sqlite3.connect(home / "kireji.db", isolation_level=None)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("CREATE TABLE t (x)")
    for name in ("kireji.db", "kireji.db-wal", "kireji.db-shm"):
        (home / f"copy-{name}").write_bytes((home / name).read_bytes())
    writer.close()
    for name in ("kireji.db", "kireji.db-wal", "kireji.db-shm"):
        os.replace(home / f"copy-{name}", home / name)
    FilePersonalData(roots(home)).erase(ErasePlan())
    assert not home.exists()


def test_a_damaged_history_goes_too(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fill(home, "kireji.db", "jobs.db")
    FilePersonalData(roots(home)).erase(ErasePlan())
    assert not home.exists()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the superuser may delete everything")
def test_what_cannot_be_deleted_is_told_and_does_not_keep_the_note(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fill(home, *OURS)
    (home / "captures" / "ab").chmod(0o500)
    erased = erase(roots(home), ErasePlan())
    (home / "captures" / "ab").chmod(0o700)
    assert len(erased.left) == 2
    assert marked(roots(home)) is None


def test_backups_in_a_folder_of_the_persons_own_go_only_when_asked(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "disk"
    fill(home, "prompts/a.md")
    fill(elsewhere, "kireji-2026/kireji.db", "photos.zip")
    (elsewhere / "kireji-2026" / "backup.json").write_text(
        '{"made":"2026-03-01T12:00:00Z","version":"0.1.0","schema":1,"conversations":1,"messages":2,"blobs":0}'
    )
    FilePersonalData(roots(home)).erase(ErasePlan())
    assert names(elsewhere) == {"kireji-2026/kireji.db", "kireji-2026/backup.json", "photos.zip"}
    FilePersonalData(roots(home)).erase(ErasePlan(backups=str(elsewhere)))
    assert names(elsewhere) == {"photos.zip"}


def test_a_backup_that_could_not_be_deleted_is_told_and_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "disk"
    backup = elsewhere / "kireji-2026"
    fill(home, "prompts/a.md")
    fill(elsewhere, "kireji-2026/kireji.db")
    (backup / "backup.json").write_text(
        '{"made":"2026-03-01T12:00:00Z","version":"0.1.0","schema":1,"conversations":1,"messages":2,"blobs":0}'
    )
    monkeypatch.setattr(FileBackupStore, "remove", lambda self, backup: None)  # as on a disk that is read-only
    erased = FilePersonalData(roots(home)).erase(ErasePlan(backups=str(elsewhere)))
    assert erased.left == (f"{backup} could not be deleted.",)
    assert erased.files == 1


def test_a_note_that_is_damaged_keeps_the_settings(tmp_path: Path) -> None:
    fill(tmp_path, "deleting")
    assert marked(roots(tmp_path)) == ErasePlan(keep_settings=True)


def test_the_note_is_readable_by_the_person_alone(tmp_path: Path) -> None:
    mark(roots(tmp_path), ErasePlan())
    if os.name == "posix":
        assert (tmp_path / "deleting").stat().st_mode & 0o077 == 0


def test_an_end_in_the_middle_is_taken_up(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fill(home, *OURS)
    for file in list(own_files(roots(home)))[:7]:
        file.path.unlink()
    plan = marked(roots(home))
    assert plan is not None
    erase(roots(home), plan)
    assert names(home) <= {"settings.toml", "mcp.json"}
