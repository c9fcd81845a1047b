"""Pictures on the clipboard and in files."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from kireji.core.errors import KirejiError
from kireji.ui.overlay.export import copy_picture, save_dialog, save_picture, write_picture

pytestmark = pytest.mark.qt

NOW = datetime(2026, 3, 4, 5, 6, 7)


def picture() -> QImage:
    made = QImage(30, 20, QImage.Format.Format_RGB32)
    made.fill(QColor(10, 200, 30))
    return made


def test_a_copied_picture_is_on_the_clipboard(qapp: object) -> None:
    copy_picture(picture())
    assert QGuiApplication.clipboard().image().convertToFormat(QImage.Format.Format_RGB32) == picture()


async def test_saving_asks_nothing_and_takes_a_free_name(qapp: object, tmp_path: Path) -> None:
    files = [await save_picture(picture(), tmp_path / "new", NOW) for _ in range(2)]
    assert [each.name for each in files] == ["Kireji 2026-03-04 05.06.07.png", "Kireji 2026-03-04 05.06.07 (2).png"]
    with Image.open(files[0]) as image:
        assert image.size == (30, 20)


@pytest.mark.parametrize(("name", "kind"), [("a.png", "PNG"), ("a.JPG", "JPEG"), ("a.jpeg", "JPEG"), ("a", "PNG")])
async def test_the_name_says_the_kind_of_file(qapp: object, tmp_path: Path, name: str, kind: str) -> None:
    await write_picture(picture(), tmp_path / name)
    with Image.open(tmp_path / name) as image:
        assert image.format == kind
        assert image.size == (30, 20)


async def test_writing_replaces_what_was_there_and_leaves_nothing_else(qapp: object, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"old")
    await write_picture(picture(), tmp_path / "a.png")
    assert os.listdir(tmp_path) == ["a.png"]
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


async def test_a_saved_picture_has_the_rights_of_any_new_file(qapp: object, tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    await write_picture(picture(), tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_mode == (tmp_path / "other").stat().st_mode


async def test_a_folder_that_is_not_there_is_said_in_a_sentence(qapp: object, tmp_path: Path) -> None:
    with pytest.raises(KirejiError, match="could not be saved"):
        await write_picture(picture(), tmp_path / "gone" / "a.png")


async def test_an_empty_picture_replaces_nothing(qapp: object, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"old")
    with pytest.raises(KirejiError):
        await write_picture(QImage(), tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.png"]


def test_the_dialog_proposes_a_name_and_blocks_nothing(qapp: object, tmp_path: Path) -> None:
    dialog = save_dialog(None, tmp_path, NOW)
    chosen: list[str] = []
    dialog.fileSelected.connect(chosen.append)
    dialog.open()
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    assert dialog.testAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.accept()
    assert [Path(each) for each in chosen] == [tmp_path / "Kireji 2026-03-04 05.06.07.png"]
