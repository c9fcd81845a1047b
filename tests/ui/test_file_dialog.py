"""A dialog for files looks into none of them."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileSystemModel

from kireji.ui.file_dialog import FileDialog
from tests.support.waiting import until_true

pytestmark = pytest.mark.qt

OPEN_AND_CLOSE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT * FROM rows").fetchall()
connection.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="locks there do not go with a file that is closed")
async def test_a_database_that_it_shows_stays_locked(tmp_path: Path) -> None:
    file = tmp_path / "jobs.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE rows (number)")
        dialog = FileDialog(None, "Choose", str(tmp_path))
        shown: list[bool] = []
        dialog.open()
        model = dialog.findChild(QFileSystemModel)
        assert model is not None
        await until_true(lambda: model.rowCount(model.index(str(tmp_path))))
        QTimer.singleShot(300, lambda: shown.append(True))  # kinds are found out by a thread, which nobody can await
        await until_true(lambda: shown)
        dialog.close()
        dialog.deleteLater()
        command = [sys.executable, "-P", "-c", OPEN_AND_CLOSE, str(file)]
        await asyncio.to_thread(subprocess.run, command, check=True)
        assert (tmp_path / "jobs.db-wal").exists()


async def test_files_and_folders_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").touch()
    (tmp_path / "older").mkdir()
    dialog = FileDialog(None, "Choose", str(tmp_path))
    dialog.open()
    model = dialog.findChild(QFileSystemModel)
    assert model is not None
    await until_true(lambda: model.rowCount(model.index(str(tmp_path))) == 2)
    kinds = {name: model.type(model.index(str(tmp_path / name))) for name in ("answers.csv", "older")}
    assert kinds == {"answers.csv": "CSV", "older": "Folder"}
    dialog.close()
    dialog.deleteLater()
