"""`kireji capture` with -o: a picture of the screen into a file. Without it, the running app answers."""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

from kireji.cli.console import Console
from kireji.cli.work import DONE, Work
from kireji.core.capturing import CaptureMode
from kireji.core.errors import KirejiError, RegionInvalid
from kireji.core.geometry import Rect, Region, ScreenImage
from kireji.services.application import Services
from kireji.services.virtual_screen import virtual_screen

_SUFFIXES = {"image/png": (".png",), "image/jpeg": (".jpg", ".jpeg")}


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Nothing is read beforehand; the screen is grabbed after the delay."""

    async def work(services: Services) -> int:
        await asyncio.sleep(arguments.delay)
        region = await _region(arguments, services)
        picture = await services.capture.encode(region)
        if arguments.output == "-":
            if console.result_is_shown:
                raise KirejiError("A picture cannot be shown in a terminal.", "Use -o FILE, or pipe it on.")
            console.bytes(picture.data)
        else:
            await asyncio.to_thread(_write, Path(arguments.output), picture.data)
            console.line(arguments.output)
        size = (picture.width, picture.height)
        if size != (region.rect.width, region.rect.height):
            console.note(f"Reduced from {region.rect.width} x {region.rect.height} to {size[0]} x {size[1]}.")
        if arguments.output != "-" and not arguments.output.lower().endswith(_SUFFIXES.get(picture.media_type, "")):
            console.note(f"The file holds {picture.media_type}.")
        return DONE

    return work


async def _region(arguments: argparse.Namespace, services: Services) -> Region:
    capture = services.capture
    if arguments.region:
        return await capture.region_of_desktop(Rect(*arguments.region))
    if arguments.what == CaptureMode.WINDOW.value:
        return await capture.region_of_desktop(await capture.window_under_pointer())
    if arguments.what == CaptureMode.LAST.value:
        return await capture.region_of_desktop(await _last(services))
    if arguments.what == CaptureMode.SCREEN.value:
        return _whole(await capture.screen_under_pointer())
    screens = await capture.grab()
    if arguments.what == CaptureMode.ALL.value:
        return _whole(await asyncio.to_thread(virtual_screen, screens))
    if arguments.screen > len(screens):
        count = f"There is {len(screens)} screen" if len(screens) == 1 else f"There are {len(screens)} screens"
        raise RegionInvalid(f"There is no screen {arguments.screen}.", f"{count}; they are counted from 1.")
    return _whole(screens[arguments.screen - 1])


async def _last(services: Services) -> Rect:
    rect = await asyncio.to_thread(services.capture.last_region)
    if rect is None:
        raise RegionInvalid("Nothing was captured before.", "Cut something out first: kireji capture")
    return rect


def _whole(screen: ScreenImage) -> Region:
    return Region(screen, Rect(0, 0, screen.width, screen.height))


def _write(path: Path, data: bytes) -> None:
    """Write beside the target and move into place: a full disk leaves an earlier file as it was.

    What is there and no file (a device, a named pipe) is written to instead; moving would put a file in its place.
    """
    temporary = ""
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
            return
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise KirejiError(f"{path} cannot be written: {error.strerror}.", "Choose another place with -o.") from error
