"""What leaves the overlay without a question: to the clipboard and to a file."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QGuiApplication, QImage

from kireji.core.errors import KirejiError
from kireji.core.words import say
from kireji.ui.encoding import encoded
from kireji.ui.file_dialog import FileDialog
from kireji.ui.translation import mark, tr

if TYPE_CHECKING:  # loaded when a dialog is first wanted: the overlay opens without it
    from PySide6.QtWidgets import QFileDialog, QWidget

_MOST_NAMES = 100
_JPEG_QUALITY = 92
_FILTERS = (mark("PNG picture (*.png)"), mark("JPEG picture (*.jpg *.jpeg)"))


def copy_text(text: str) -> None:
    """Put words on the clipboard."""
    QGuiApplication.clipboard().setText(text)


def copy_picture(picture: QImage) -> None:
    """Put a picture on the clipboard."""
    QGuiApplication.clipboard().setImage(picture)


def pictures_folder() -> Path:
    """Where this person keeps pictures."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation))


async def save_picture(picture: QImage, folder: Path, time: datetime) -> Path:
    """Write a picture as PNG, named by the time, never over another file.

    Args:
        picture: In full resolution.
        folder: Made if it is not there.
        time: Local time.

    Raises:
        KirejiError: It could not be written.
    """
    try:
        return await asyncio.to_thread(_save, picture, folder, _name(time))
    except OSError as error:
        raise KirejiError(
            say("The picture could not be saved in {folder}.", folder=folder),
            say("Copy it instead."),
            detail=str(error),
        ) from error


def _save(picture: QImage, folder: Path, name: str) -> Path:
    data = _bytes_of(picture)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, _MOST_NAMES):
        file = folder / (f"{name}.png" if number == 1 else f"{name} ({number}).png")
        try:
            target = file.open("xb")
        except FileExistsError:
            continue
        try:
            with target:
                target.write(data)
        except OSError:
            file.unlink(missing_ok=True)
            raise
        return file
    raise OSError("too many pictures of the same second")


def _bytes_of(picture: QImage, kind: str = "PNG", quality: int = -1) -> bytes:
    data = encoded(picture, kind, quality)
    if not data:
        raise OSError("the picture cannot be encoded")
    return data


def save_dialog(parent: QWidget | None, folder: Path, time: datetime) -> QFileDialog:
    """A dialog that asks where a picture shall go; `open()` shows it and its `fileSelected` says the answer.

    It deletes itself when it is closed. Our own dialog rather than the desktop's, which would lie below the overlay.

    Args:
        parent: The window it belongs to.
        folder: Where it begins.
        time: Local time, for the name that it proposes.
    """
    from PySide6.QtWidgets import QFileDialog

    dialog = FileDialog(parent, tr("Save the picture"), str(folder))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters([tr(each) for each in _FILTERS])
    dialog.setDefaultSuffix("png")
    dialog.selectFile(f"{_name(time)}.png")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog


async def write_picture(picture: QImage, file: Path) -> None:
    """Write a picture where the person said, over what was there; the old file stays whole when that fails.

    Args:
        picture: In full resolution.
        file: JPEG by the endings .jpg and .jpeg, otherwise PNG.

    Raises:
        KirejiError: It could not be written.
    """
    try:
        await asyncio.to_thread(_write, picture, file)
    except OSError as error:
        raise KirejiError(
            say("The picture could not be saved as {file}.", file=file),
            say("Choose another folder."),
            detail=str(error),
        ) from error


def _name(time: datetime) -> str:
    return f"Kireji {time:%Y-%m-%d %H.%M.%S}"


def _write(picture: QImage, file: Path) -> None:
    jpeg = file.suffix.lower() in (".jpg", ".jpeg")
    data = _bytes_of(picture, "JPEG", _JPEG_QUALITY) if jpeg else _bytes_of(picture)
    part = file.with_name(f".kireji-{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as target:
            target.write(data)
        part.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
