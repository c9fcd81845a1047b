"""Killed in the middle: nothing that was there is lost, nothing half is there, and the next run brings the rest."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from kireji.core.messages import Message, Role, TextPart
from kireji.core.transfer import WholeConversation
from tests.integration.transfer.conftest import open_home
from tests.integration.transfer.test_round_trip import filled
from tests.support.exports import CHATGPT

CHILD = Path(__file__).parent / "children" / "ending.py"
ROOT = Path(__file__).parents[3]


def killed(folder: Path, what: str, path: Path, point: str, passes: int) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT / "app"), str(ROOT)))}
    arguments = [sys.executable, str(CHILD), str(folder), what, str(path), point, str(passes)]
    done = subprocess.run(arguments, env=environment, capture_output=True, timeout=60, check=False)
    assert done.returncode == 9, done.stderr.decode()


def sound(folder: Path) -> bool:
    with closing(sqlite3.connect(folder / "kireji.db")) as connection:
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        return broken == [] and connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


async def held(folder: Path) -> dict[str, WholeConversation]:
    async with open_home(folder) as home:
        return await home.everything()


async def begun(folder: Path) -> dict[str, WholeConversation]:
    """A history with something in it."""
    async with open_home(folder) as home:
        await home.conversations.create("Mine", Message(Role.USER, (TextPart("Mine."),)))
        return await home.everything()


@pytest.mark.parametrize(
    ("what", "point", "passes"),
    [("import", "message", 3), ("import", "picture", 1), ("restore", "settled", 1), ("restore", "taken", 1)],
)
async def test_an_import_or_restore_goes_on_where_it_was_killed(
    tmp_path: Path, what: str, point: str, passes: int
) -> None:
    mine = await begun(tmp_path / "home")
    source = CHATGPT
    async with open_home(tmp_path / "whole") as whole:
        if what == "restore":
            await filled(whole)
            source = (await whole.backups.make(tmp_path / "backup.zip")).path
        else:
            await whole.transfer.bring_in(CHATGPT)
        complete = await whole.everything()
    killed(tmp_path / "home", what, source, point, passes)
    assert sound(tmp_path / "home")
    after = await held(tmp_path / "home")
    assert {key: after[key] for key in mine} == mine
    assert all(after[key] == complete[key] for key in after.keys() - mine.keys()), "whole conversations only"
    async with open_home(tmp_path / "home") as home:
        report = await (home.backups.restore(source) if what == "restore" else home.transfer.bring_in(source))
        assert report.problems == ()
        assert await home.everything() == mine | complete
        for conversation in complete.values():
            for blob in conversation.blobs:
                assert await home.captures.get(blob)


@pytest.mark.parametrize(("point", "name"), [("checked", "b"), ("folder", "b"), ("zip", "b.zip")])
async def test_a_backup_that_was_killed_is_not_there_and_the_next_one_is_whole(
    tmp_path: Path, point: str, name: str
) -> None:
    async with open_home(tmp_path / "home") as home:
        before = await (await filled(home)).everything()
    target = tmp_path / "home" / "backups" / name
    killed(tmp_path / "home", "backup", target, point, 0)
    async with open_home(tmp_path / "home") as home:
        assert not await home.backups.found()
        backup = await home.backups.make(target)
        assert await home.everything() == before
        assert await home.backups.found() == [backup]
    async with open_home(tmp_path / "other") as other:
        await other.backups.restore(backup.path)
        assert await other.everything() == before


async def test_an_export_that_was_killed_has_no_name(tmp_path: Path) -> None:
    async with open_home(tmp_path / "home") as home:
        await filled(home)
    killed(tmp_path / "home", "export", tmp_path / "export.zip", "commit", 0)
    assert not (tmp_path / "export.zip").exists()
