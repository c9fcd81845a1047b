"""The screens as Qt knows them: where they lie, and their pixels where nothing else may copy them.

On macOS this is the way to capture: Qt 6.12 asks ScreenCaptureKit, while what mss calls was withdrawn in macOS 15.
Elsewhere it stands in where mss cannot work.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Protocol

from PySide6.QtGui import QGuiApplication, QImage, QScreen

from kireji.core.errors import CaptureError, CaptureRefused, NoCaptureBackend
from kireji.core.geometry import Rect, ScreenImage, ScreenPlace
from kireji.core.ports import Availability
from kireji.core.words import say
from kireji.ui.translation import mark

_BGRX = (QImage.Format.Format_RGB32, QImage.Format.Format_ARGB32_Premultiplied, QImage.Format.Format_ARGB32)
"""Formats whose bytes are blue, green, red and one that nobody reads: a screen is opaque."""

_REFUSED = mark("macOS does not let Kireji record the screen.")
_ALLOW = mark(
    "Allow it in System Settings, Privacy & Security, Screen Recording, then start Kireji again; if it is allowed there"
    " already, the permission was for an older copy: remove it from that list and add it again."
)


class ScreenPermission(Protocol):
    """A system's leave to record the screen."""

    def granted(self) -> bool:
        """Whether it is given; never shows a prompt."""

    def ask(self) -> bool:
        """Let the system ask the person, which it does once and never again; whether it is given now."""


class QtScreenCapture:
    """Grabs all screens through QScreen; on the GUI thread, as Qt demands.

    Args:
        permission: The system's leave, asked for at the first capture; None where none is needed.
    """

    def __init__(self, permission: ScreenPermission | None = None) -> None:
        self._permission = permission
        self._asked = False

    @property
    def name(self) -> str:
        return "Qt"

    async def availability(self) -> Availability:
        """Whether screens can be grabbed here; neither grabs nor prompts, since macOS takes a try for a capture."""
        if (problem := self._obstacle()) is not None:
            return Availability(False, problem.message, problem.hint)
        if self._permission is None or self._permission.granted():
            return Availability(True)
        if self._asked:
            return Availability(False, say(_REFUSED), say(_ALLOW))
        return Availability(True, say("macOS will ask for leave to record the screen at the first capture."))

    async def warm(self) -> None:
        """Nothing to prepare."""

    async def grab(self) -> Sequence[ScreenImage]:
        """Copy all screens now.

        Raises:
            NoCaptureBackend: It cannot work here.
            CaptureRefused: The system does not permit it.
            CaptureError: It did not work.
        """
        if (problem := self._obstacle()) is not None:
            raise problem
        self._demand_permission()
        screens = QGuiApplication.screens()
        return tuple(_picture(screen, place) for screen, place in zip(screens, places(screens), strict=True))

    def _demand_permission(self) -> None:
        # Without it macOS gives the wallpaper and no error.
        if self._permission is None or self._permission.granted():
            return
        if not self._asked:
            self._asked = True
            if self._permission.ask():
                return
        raise CaptureRefused(say(_REFUSED), say(_ALLOW))

    @staticmethod
    def _obstacle() -> CaptureError | None:
        system = QGuiApplication.platformName()
        if system.startswith("wayland"):
            return NoCaptureBackend(
                say("This is a Wayland session, where programs cannot read the screen by themselves."),
                say("Log in with an X11 session, or give Kireji a picture file."),
            )
        if system not in ("xcb", "windows", "cocoa"):
            return NoCaptureBackend(
                say("There is no display."), say("Start Kireji from a desktop, or give it a picture file.")
            )
        if not QGuiApplication.screens():
            return CaptureError(say("No screen is connected."), say("Connect one and try again."))
        return None


def screen_places() -> Sequence[ScreenPlace]:
    """Where all screens lie now, in Qt's order."""
    return places(QGuiApplication.screens())


def places(screens: Sequence[QScreen]) -> Sequence[ScreenPlace]:
    """Where these screens lie, which must be all of them."""
    measured = [(_rect(screen), screen.devicePixelRatio(), screen.name()) for screen in screens]
    return native_places(measured, points=QGuiApplication.platformName() not in ("xcb", "windows"))


def native_places(screens: Sequence[tuple[Rect, float, str]], *, points: bool) -> Sequence[ScreenPlace]:
    """Where screens lie in pixels.

    Args:
        screens: Of each the rectangle in Qt's units, the pixels per unit, and the name.
        points: The positions are in units too, as on macOS and Wayland. On X11 and Windows Qt keeps them in pixels and
            scales only the sizes. A desktop in units has no pixels of its own, so the finest screen's are taken for
            all positions: then no two screens overlap, at worst there is a gap between them.
    """
    finest = max((scale for _, scale, _ in screens), default=1.0) if points else 1.0
    found = []
    for rect, scale, name in screens:
        size = round(rect.width * scale), round(rect.height * scale)
        found.append(ScreenPlace(rect, Rect(round(rect.x * finest), round(rect.y * finest), *size), scale, name))
    return tuple(found)


def _rect(screen: QScreen) -> Rect:
    geometry = screen.geometry()
    return Rect(geometry.x(), geometry.y(), geometry.width(), geometry.height())


def _picture(screen: QScreen, place: ScreenPlace) -> ScreenImage:
    """The pixels of one screen, in the memory that Qt put them into."""
    image = screen.grabWindow(0).toImage()
    if image.isNull():
        raise CaptureError(
            say("The screen could not be captured."), say("Try again."), detail=f"no pixels of {screen.name()}"
        )
    if image.format() not in _BGRX:
        image.convertTo(QImage.Format.Format_RGB32)
    native = Rect(place.native.x, place.native.y, image.width(), image.height())
    return ScreenImage(_pixels(image), image.width(), image.height(), image.bytesPerLine(), native, screen.name())


def _pixels(image: QImage) -> memoryview:
    """The image's bytes without a copy; they keep the image alive, which Qt's own view of them does not."""

    class Kept(ctypes.c_ubyte * image.sizeInBytes()):  # type: ignore[misc] # the size is known only now
        """An array that can hold on to its owner."""

    kept = Kept.from_buffer(image.bits())
    kept.owner = image
    return memoryview(kept).cast("B").toreadonly()
