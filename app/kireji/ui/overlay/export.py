"""What leaves the overlay without a question: to the clipboard and to a file."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtGui import QGuiApplication, QImage

from kireji.core.errors import KirejiError

_MOST_NAMES = 100


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
        return await asyncio.to_thread(_save, picture, folder, f"Kireji {time:%Y-%m-%d %H.%M.%S}")
    except OSError as error:
        raise KirejiError(
            f"The picture could not be saved in {folder}.", "Copy it instead.", detail=str(error)
        ) from error


def _save(picture: QImage, folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, _MOST_NAMES):
        file = folder / (f"{name}.png" if number == 1 else f"{name} ({number}).png")
        try:
            file.open("xb").close()
        except FileExistsError:
            continue
        if picture.save(str(file), "PNG"):  # type: ignore[call-overload] # the stub wants bytes, the program takes str
            return file
        file.unlink()
        raise OSError("no picture was written")
    raise OSError("too many pictures of the same second")
