"""Pictures of the screen from the desktop's portal: the way on Wayland, where programs cannot read the screen.

The portal puts a file into the person's folder of pictures. It is read once and deleted, whatever comes of it.
"""

from __future__ import annotations

import asyncio
import os
import stat
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from kireji.core.errors import CaptureError, CaptureRefused, NoCaptureBackend, PictureError
from kireji.core.geometry import Rect, ScreenImage, ScreenPlace
from kireji.core.ports import Availability
from kireji.core.words import mark, say
from kireji.desktop.dbus import text_of
from kireji.desktop.dbus_errors import BusError, BusUnavailable, CallRefused, CallUnanswered
from kireji.desktop.portal import ANSWER_SECONDS, PERSON_SECONDS, Code, Portal, Response, open_portal, why_not

_SCREENSHOT = "org.freedesktop.portal.Screenshot"
_AREA = 4
"""Of the targets that version 3 can be asked for: screen 1, window 2, area 4, active window 8."""
_MOST_BYTES = 256 * 1024 * 1024
_SLACK = 60.0
"""Seconds by which a file's time may lie before the request: the clocks of a network folder differ."""
_INTERACTIVE = 2
"""Version since which the portal has a dialog for choosing."""
_OTHER_WAY = mark("Cut out the region in the desktop's own dialog, or give Kireji a picture file.")


class PortalCapture:
    """Asks the portal for a picture of all screens, without a dialog, and cuts it into screens.

    Args:
        environ: The process's environment, for the session bus.
        decode: Turns the bytes of a picture file into one frozen screen; PictureError when it cannot.
        screens: Where the screens lie in the window system's units; None where that is not known, and then all of them
            are one picture.
        patience: Seconds to wait for the answer.
    """

    name = "screenshot portal"

    def __init__(
        self,
        environ: Mapping[str, str],
        decode: Callable[[bytes], ScreenImage],
        screens: Callable[[], Sequence[ScreenPlace]] | None = None,
        *,
        patience: float = ANSWER_SECONDS,
    ) -> None:
        self._environ = environ
        self._decode = decode
        self._screens = screens
        self._patience = patience

    async def availability(self) -> Availability:
        """Whether there is a portal that takes pictures; whether it lets us is known only when it is asked for one."""
        return await _availability(self._environ, at_least=1)

    async def grab(self) -> Sequence[ScreenImage]:
        """Copy all screens now.

        Raises:
            NoCaptureBackend: No portal here takes pictures.
            CaptureRefused: The desktop or the person said no, or no answer came.
            CaptureError: What came is no picture that can be used.
        """
        response, data = await _ask(self._environ, {"interactive": ("b", False)}, self._patience)
        if data is None:
            raise _refused(response.code)
        try:
            whole = await asyncio.to_thread(self._decode, data)
        except PictureError as problem:
            raise CaptureError(
                say("The desktop's picture of the screen cannot be read."), say(_OTHER_WAY), detail=problem.message
            ) from problem
        return split(whole, self._screens() if self._screens else ())


class PortalPicker:
    """The desktop's own dialog for cutting out a piece of the screen.

    Args:
        environ: The process's environment, for the session bus.
        patience: Seconds the person may take.
    """

    name = "the desktop's own dialog"

    def __init__(self, environ: Mapping[str, str], *, patience: float = PERSON_SECONDS) -> None:
        self._environ = environ
        self._patience = patience

    async def availability(self) -> Availability:
        """Whether there is a portal with such a dialog."""
        return await _availability(self._environ, at_least=_INTERACTIVE)

    async def pick(self) -> bytes | None:
        """Let the person choose; the bytes of a picture file, or None when they left the dialog.

        Raises:
            NoCaptureBackend: No portal here has such a dialog.
            CaptureRefused: The desktop said no, or no answer came.
            CaptureError: The file cannot be used.
        """
        response, data = await _ask(self._environ, {"interactive": ("b", True)}, self._patience)
        if data is None and response.code is not Code.CANCELLED:
            raise _refused(response.code)
        return data


def split(whole: ScreenImage, screens: Sequence[ScreenPlace]) -> tuple[ScreenImage, ...]:
    """Cut a picture of the whole desktop into its screens, without copying.

    The scale is the picture's size over that of all screens together. Edges that screens share fall on the same
    pixel, and the outermost ones on the picture's own, so nothing is lost or doubled.

    Args:
        whole: The picture.
        screens: Where they lie in the window system's units.

    Returns:
        One for each screen, in that order, with the place in `whole` as its place on the desktop; `whole` itself when
        the screens are not known or have another shape than the picture, so that any cut would be a guess.
    """
    places = [screen.logical for screen in screens if not screen.logical.empty]
    if not places or len(places) != len(screens):
        return (whole,)
    left, top = min(place.x for place in places), min(place.y for place in places)
    width, height = max(place.right for place in places) - left, max(place.bottom for place in places) - top
    across, down = whole.width / width, whole.height / height
    # Half a unit of window is what sizes of fractionally scaled screens are rounded by.
    if abs(across - down) * min(width, height) > len(places) * max(across, down):
        return (whole,)
    found = []
    for screen in screens:
        x0, x1 = (round((edge - left) * across) for edge in (screen.logical.x, screen.logical.right))
        y0, y1 = (round((edge - top) * down) for edge in (screen.logical.y, screen.logical.bottom))
        found.append(_part(whole, Rect(x0, y0, x1 - x0, y1 - y0), screen.name))
    return tuple(found)


def _part(whole: ScreenImage, rect: Rect, name: str) -> ScreenImage:
    start = rect.y * whole.stride + rect.x * 4
    end = start + (rect.height - 1) * whole.stride + rect.width * 4
    return ScreenImage(whole.pixels[start:end], rect.width, rect.height, whole.stride, rect, name)


async def _availability(environ: Mapping[str, str], *, at_least: int) -> Availability:
    try:
        async with open_portal(environ) as portal:
            version = await portal.number(_SCREENSHOT)
    except BusError as problem:
        return why_not(problem)
    if version == 0:
        reason = say("This desktop's portal cannot take pictures of the screen.")
        return Availability(False, reason, say("Install the part of xdg-desktop-portal that is made for your desktop."))
    if version < at_least:
        reason = say("This desktop's portal has no dialog for choosing a region.")
        return Availability(False, reason, say("Update xdg-desktop-portal."))
    return Availability(True, say("The desktop's screenshot portal, version {version}.", version=version))


async def _ask(environ: Mapping[str, str], options: dict[str, Any], patience: float) -> tuple[Response, bytes | None]:
    """Ask for a picture; the answer and the file's bytes, or None when there is no file."""
    since = time.time() - _SLACK
    try:
        async with open_portal(environ) as portal:
            options |= await _target(portal) if options["interactive"][1] else {}
            response = await portal.request(
                _SCREENSHOT,
                "Screenshot",
                "sa{sv}",
                ("",),
                options,
                timeout=patience,
                unwanted=lambda late: _discard(late, since),
            )
            # Nothing is awaited in between: a capture that is given up leaves no file behind.
            return response, await _take(response, since)
    except BusError as problem:
        raise _failed(problem) from problem


async def _take(response: Response, since: float) -> bytes | None:
    """Read and delete the file of an answer; None when there is none."""
    if response.code is not Code.OK:
        _discard(response, since)
        return None
    path = _local_path(text_of(response.results, "uri"))
    try:
        return await asyncio.to_thread(_read, path)
    except OSError as problem:
        raise CaptureError(
            say("The desktop's picture of the screen cannot be opened."), say(_OTHER_WAY), detail=str(problem)
        ) from problem
    finally:
        _remove(path, since)


async def _target(portal: Portal) -> dict[str, Any]:
    targets = await portal.number(_SCREENSHOT, "AvailableTargets") if await portal.number(_SCREENSHOT) >= 3 else 0
    return {"target": ("u", _AREA)} if targets & _AREA else {}


def _refused(code: Code) -> CaptureRefused:
    if code is Code.CANCELLED:
        return CaptureRefused(
            say("The desktop's question about the picture of the screen was declined."), say(_OTHER_WAY)
        )
    return CaptureRefused(
        say("The desktop does not let Kireji take pictures of the screen."),
        say("Allow screenshots for Kireji in the system's privacy settings, or use the desktop's own dialog."),
    )


def _failed(problem: BusError) -> CaptureError:
    detail = str(problem)
    match problem:
        case CallUnanswered():
            return CaptureRefused(
                say("The desktop gave no answer when asked for the screen."), say(_OTHER_WAY), detail=detail
            )
        case CallRefused() if problem.nothing_there:
            reason, hint = say("No portal here takes pictures of the screen."), why_not(problem).hint
            return NoCaptureBackend(reason, hint, detail=detail)
        case CallRefused():
            refused = _refused(Code.OTHER)
            return CaptureRefused(refused.message, refused.hint, detail=detail)
        case BusUnavailable():
            found = why_not(problem)
            return NoCaptureBackend(found.reason, found.hint, detail=detail)
    found = why_not(problem)
    return CaptureError(found.reason, found.hint, detail=detail)


def _local_path(uri: str) -> str:
    """The path that a file's address names.

    Raises:
        CaptureError: It is another kind of address.
    """
    strange = CaptureError(
        say("The desktop gave something else than a picture of the screen."), say(_OTHER_WAY), detail=uri[:200]
    )
    try:
        address = urlsplit(uri)
    except ValueError as problem:
        raise strange from problem
    path = os.fsdecode(unquote_to_bytes(address.path))
    if address.scheme != "file" or address.netloc not in ("", "localhost") or "\0" in path or not os.path.isabs(path):
        raise strange
    return path


def _read(path: str) -> bytes:
    """The bytes of a file of ours; a link, a folder, a pipe or somebody else's file is refused with OSError."""
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    with open(os.open(path, flags), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
            raise OSError("it is no file of this user")
        if found.st_size > _MOST_BYTES:
            raise OSError(f"it has {found.st_size} bytes")
        return file.read(_MOST_BYTES)


def _discard(response: Response, since: float) -> None:
    """Delete the file of an answer that nobody uses."""
    try:
        _remove(_local_path(text_of(response.results, "uri")), since)
    except CaptureError:
        return  # it names no file


def _remove(path: str, since: float) -> None:
    """Delete a file that was written for us; one that is older than the request is the person's own."""
    try:
        found = os.lstat(path)
        if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and found.st_mtime >= since:
            os.unlink(path)
    except OSError:
        return  # it has gone already, or never was
