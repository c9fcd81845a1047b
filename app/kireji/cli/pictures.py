"""Pictures on the command line: files, folders of them, addresses, and regions of the screen."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from kireji.cli.sources import PictureFile, whole_file
from kireji.core.errors import KirejiError, PictureError
from kireji.core.geometry import Rect
from kireji.core.messages import ImagePart, Sha256
from kireji.core.pictures import PICTURE_ENDINGS, name_in_address, natural_order
from kireji.core.ports import EncodedPicture
from kireji.services.application import Services
from kireji.services.credentials import without_password

_CHECK = "Check the name after -i."
_SMALLER = "Use a smaller picture."


class InFolder(NamedTuple):
    """A picture that was found in a folder; it is read when it is its turn.

    Args:
        path: Where it is.
        name: What people call it: its place in the folder that was named.
    """

    path: Path
    name: str


Named: TypeAlias = PictureFile | InFolder | str
"""What was named as a picture; an address stays as it is."""


class Opened(NamedTuple):
    """Pictures that are stored.

    Args:
        images: In order.
        at_hand: Their bytes.
        names: What people call them.
        failed: Those of folders that cannot be used, with why.
    """

    images: tuple[ImagePart, ...]
    at_hand: dict[Sha256, bytes]
    names: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]


def named_pictures(names: Sequence[str], most: int) -> Sequence[Named]:
    """What was named with -i; addresses stay as they are.

    Args:
        names: As typed.
        most: So many pictures at most.

    Raises:
        WrongUsage: A name is empty.
        KirejiError: Something is not there, cannot be read, holds no pictures, or there are too many.
    """
    found: list[Named] = []
    for name in names:
        if name.lower().startswith(("http://", "https://")):
            found.append(name)
        elif name and Path(name).is_dir():
            found += _of_folder(Path(name), most)
        else:
            found.append(PictureFile(name, whole_file(name, _CHECK, _SMALLER)))
    if len(found) > most:
        raise KirejiError(
            f"At most {most} pictures are taken at once.", "For more make a job: kireji batch add FOLDER --prompt TEXT"
        )
    return found


def _of_folder(folder: Path, most: int) -> Sequence[InFolder]:
    pictures: list[InFolder] = []
    for path in _files_below(folder):
        if path.suffix.lower() in PICTURE_ENDINGS:
            pictures.append(InFolder(path, str(path.relative_to(folder))))
            if len(pictures) > most:
                break
    if not pictures:
        raise KirejiError(f"There are no pictures in {folder}.", "PNG, JPEG, WebP and GIF files are read.")
    return pictures


def _files_below(folder: Path) -> Iterator[Path]:
    """Files in a folder and those below, as people count; what is hidden and links to folders are passed over."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: natural_order(entry.name))
    except OSError as error:
        raise KirejiError(f"{folder} cannot be read: {error.strerror}.", _CHECK) from error
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files_below(Path(entry.path))
        elif not entry.is_dir():
            yield Path(entry.path)


async def opened(services: Services, named: Sequence[Named], screen: Rect | None) -> Opened:
    """Encode and store pictures, and a region of the screen.

    Raises:
        KirejiError: One that was named by itself cannot be used, or all of a folder.
        CaptureError: The screen cannot be captured.
    """
    images: list[ImagePart] = []
    at_hand: dict[Sha256, bytes] = {}
    names: list[str] = []
    failed: list[tuple[str, str]] = []

    async def take(picture: EncodedPicture, name: str, place: Rect | None = None) -> None:
        image = await services.capture.store(picture, place)
        images.append(image)
        at_hand[image.blob] = picture.data
        names.append(name)

    for one in named:
        try:
            await take(await encoded(services, one), _name_of(one))
        except KirejiError as error:
            if not isinstance(one, InFolder):
                raise
            failed.append((one.name, error.sentence))
    if screen is not None:
        region = await services.capture.region_of_desktop(screen)
        await take(await services.capture.encode(region), "screen", region.place)
    if not images and failed:
        raise KirejiError(f"{failed[0][0]}: {failed[0][1]}", "" if len(failed) == 1 else "The others are no better.")
    return Opened(tuple(images), at_hand, tuple(names), tuple(failed))


def _name_of(one: Named) -> str:
    if isinstance(one, str):
        return name_in_address(one)
    return one.name if isinstance(one, InFolder) else os.path.basename(one.name) or one.name


async def encoded(services: Services, one: Named) -> EncodedPicture:
    """A picture in the pipeline's limits, not stored yet.

    Args:
        services: Fetch and encode.
        one: Which.

    Raises:
        KirejiError: It cannot be had or used; where it was named by itself with that name.
    """
    try:
        if isinstance(one, str):
            return await services.pictures_by_url.fetch(one)
        data = whole_file(str(one.path), _CHECK, _SMALLER) if isinstance(one, InFolder) else one.data
        return await services.capture.encode_file(data)
    except PictureError as error:
        if isinstance(one, InFolder):
            raise
        name = without_password(one) if isinstance(one, str) else one.name
        raise PictureError(f"{name}: {error.message}", error.hint) from error
