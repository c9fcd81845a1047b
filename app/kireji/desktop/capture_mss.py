"""The screens' pixels through mss: X11 by shared memory, Windows by GDI, macOS by CoreGraphics.

mss copies a frame once, from the memory it shares with the X server into a bytearray of its own. That bytearray is
what a `ScreenImage` shows; `ScreenShot.bgra` and `.rgb` would copy it again and are not touched.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kireji.core.errors import CaptureError, NoCaptureBackend
from kireji.core.geometry import Rect, ScreenImage
from kireji.core.ports import Availability
from kireji.core.words import say

if TYPE_CHECKING:
    import mss

_QUICK = 0.05
"""Seconds. A grab that took less is made on the loop: at 3840x2160 it takes 9 ms, the loop has nothing to do but wait
for it, and handing it to a thread costs more than it saves. The first one and slow ones (a display over the network
has no shared memory) go to a thread."""
_LIBRARIES = ("libxcb.so.1", *(f"libxcb-{name}.so.0" for name in ("randr", "render", "shm", "xfixes")))
"""What mss loads on X11."""


class MssCapture:
    """Grabs all screens with one kept mss object, which is made at the first use.

    Args:
        environ: The process's environment: DISPLAY, WAYLAND_DISPLAY, XDG_SESSION_TYPE.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._lock = threading.Lock()
        self._mss: mss.MSS | None = None
        self._took = float("inf")

    @property
    def name(self) -> str:
        return "mss"

    async def availability(self) -> Availability:
        """Whether screens can be grabbed here; connects to the display to know."""
        problem = self._obstacle()
        if problem is None:
            try:
                await self.warm()
            except CaptureError as failure:
                problem = failure
        return Availability(True) if problem is None else Availability(False, problem.message, problem.hint)

    async def warm(self) -> None:
        """Load mss and connect, so that the first grab is as quick as the next.

        Raises:
            CaptureError: It cannot work here.
        """
        await asyncio.to_thread(self._open)

    async def grab(self) -> Sequence[ScreenImage]:
        """Copy all screens now; at least one is returned.

        Raises:
            NoCaptureBackend: It cannot work here.
            CaptureError: The display went away or refuses.
        """
        if self._mss is not None and self._took < _QUICK:
            return self._grab()
        return await asyncio.to_thread(self._grab)

    def close(self) -> None:
        """Disconnect; pictures that were grabbed stay valid, and a later grab connects again."""
        with self._lock:
            self._drop()

    def _obstacle(self) -> CaptureError | None:
        """Why it cannot work here, as far as that can be known without trying."""
        if sys.platform == "darwin" and not _macos_permits():
            return NoCaptureBackend(
                say("macOS does not let Kireji record the screen."),
                say("Allow it in System Settings, Privacy & Security, Screen Recording, then start Kireji again."),
            )
        if sys.platform != "linux":
            return None
        if self._environ.get("WAYLAND_DISPLAY") or self._environ.get("XDG_SESSION_TYPE") == "wayland":
            return NoCaptureBackend(
                say("This is a Wayland session, where programs cannot read the screen by themselves."),
                say("Log in with an X11 session, or give Kireji a picture file."),
            )
        if not self._environ.get("DISPLAY"):
            return NoCaptureBackend(
                say("There is no display."), say("Start Kireji from a desktop, or give it a picture file.")
            )
        return None

    def _open(self) -> mss.MSS:
        with self._lock:
            return self._opened()

    def _opened(self) -> mss.MSS:
        if self._mss is None:
            if (obstacle := self._obstacle()) is not None:
                raise obstacle
            import mss
            from mss.exception import ScreenShotError

            try:
                if sys.platform == "linux":
                    self._mss = mss.MSS(display=self._environ["DISPLAY"])
                else:
                    self._mss = mss.MSS()
            except (ScreenShotError, OSError) as problem:
                raise _unreachable(problem) from problem
            if sys.platform == "darwin":
                _ask_macos_for_all_pixels()
        return self._mss

    def _drop(self) -> None:
        if self._mss is not None:
            kept, self._mss = self._mss, None
            with contextlib.suppress(*_faults()):  # closing complains when the display has gone
                kept.close()

    def _grab(self) -> tuple[ScreenImage, ...]:
        faults = _faults()
        with self._lock:
            known = self._mss is not None
            try:
                return self._grab_all(self._opened())
            except faults as first:
                self._drop()
                if not known:
                    raise _failed(first) from first
            # The connection was made for a desktop that has changed since: it grew beyond mss's buffer, or the
            # X server was started anew.
            try:
                return self._grab_all(self._opened())
            except faults as problem:
                self._drop()
                raise _failed(problem) from problem

    def _grab_all(self, source: mss.MSS) -> tuple[ScreenImage, ...]:
        # WORKAROUND mss 10.2: `monitors` is asked once and kept for the object's lifetime, so a screen that was
        # plugged in later would never be seen. There is no public way to ask again; it takes 0.6 ms.
        source._monitors = None
        monitors = source.monitors
        started = time.perf_counter()
        screens = tuple(_image(source, monitor) for monitor in monitors[1:] or monitors[:1])
        self._took = time.perf_counter() - started
        return screens


def _image(source: mss.MSS, monitor: Any) -> ScreenImage:
    shot = source.grab(monitor)
    native = Rect(monitor["left"], monitor["top"], monitor["width"], monitor["height"])
    name = monitor.get("output", "")
    return ScreenImage(memoryview(shot.raw).toreadonly(), shot.width, shot.height, shot.width * 4, native, name)


def _faults() -> tuple[type[Exception], ...]:
    """What mss raises when the display fails."""
    from mss.exception import ScreenShotError

    # WORKAROUND mss 10.2: when the X server has gone it stumbles over the missing reply: an assertion, or the null
    # pointer behind it where assertions are off.
    return (ScreenShotError, OSError, AssertionError, ValueError)


def _unreachable(problem: Exception) -> CaptureError:
    """Why mss could not connect; when a library is missing, it says no more than that."""
    from kireji.desktop.system_libraries import missing_of, told

    if sys.platform == "linux" and (lost := missing_of(_LIBRARIES)):
        reason = told(lost)
        return CaptureError(reason.message, reason.hint, detail=str(problem))
    return CaptureError(
        say("The display cannot be reached."), say("Check that the desktop is running."), detail=str(problem)
    )


def _failed(problem: Exception) -> CaptureError:
    return CaptureError(say("The screen could not be captured."), say("Try again."), detail=str(problem))


def _macos_permits() -> bool:
    """Whether screen recording is allowed, without a prompt; a grab without it shows the wallpaper and no error."""
    from kireji.desktop.permission_macos import screen_recording

    return screen_recording().granted()


def _ask_macos_for_all_pixels() -> None:
    # mss takes Retina screens at half their resolution unless it is told otherwise (release notes of 10.1).
    from mss import darwin

    darwin.IMAGE_OPTIONS = 0
