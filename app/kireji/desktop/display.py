"""Whether there is a display to show windows on, found out before Qt is: Qt ends the process when there is none."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping, Sequence

from kireji.core.errors import KirejiError

_WITHOUT = 'These work without one: kireji ask -i FILE "…", history, keys, models, doctor.'


def require_display(environ: Mapping[str, str]) -> None:
    """Return when windows can be shown here.

    Args:
        environ: The process's environment.

    Raises:
        KirejiError: No display is named, none answers at that name, or the library to reach it is missing.
    """
    if sys.platform != "linux":
        return
    display = environ.get("DISPLAY", "")
    if not display and not environ.get("WAYLAND_DISPLAY"):
        raise KirejiError("There is no display here, so no window can be shown.", _WITHOUT)
    if not _wayland_answers(environ):
        _reach_x_server(display or environ["WAYLAND_DISPLAY"])


def no_windows(loading: Sequence[str], environ: Mapping[str, str]) -> KirejiError:
    """Why Qt could show no windows although `require_display` found a display.

    Args:
        loading: What the system's loader says when Qt's plugins for these displays are loaded.
        environ: The process's environment.
    """
    from kireji.desktop.system_libraries import explained

    kinds = {"qt"}
    kinds |= {"x11"} if environ.get("DISPLAY") else set()
    kinds |= {"wayland"} if environ.get("WAYLAND_DISPLAY") else set()
    for said in loading:
        if (reason := explained(said, kinds)) is not None:
            return reason
    if wanted := environ.get("QT_QPA_PLATFORM"):
        return KirejiError(
            f"Qt can show no windows in the way that QT_QPA_PLATFORM asks for ({wanted}).",
            "Start Kireji without that variable.",
        )
    if loading:
        return KirejiError(f"A part of Kireji cannot be loaded: {loading[0]}.", "Install Kireji again.")
    return KirejiError(
        "Qt can show no windows on this display.", "kireji --self-test says more.", detail="\n".join(loading)
    )


def _wayland_answers(environ: Mapping[str, str]) -> bool:
    name = environ.get("WAYLAND_DISPLAY")
    if not name:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(os.path.join(environ.get("XDG_RUNTIME_DIR", ""), name))
        except OSError:
            return False
    return True


def _reach_x_server(display: str) -> None:
    from kireji.desktop.xcb import Connection, DisplayUnreachable

    try:
        Connection(display).close()
    except DisplayUnreachable as problem:
        raise KirejiError(
            f"The display {display} cannot be reached, so no window can be shown.",
            f"Start Kireji from a desktop, or set DISPLAY. {_WITHOUT}",
        ) from problem
    except OSError as problem:
        from kireji.desktop.system_libraries import explained, said_by

        raise explained(said_by(problem), ("qt", "x11")) or problem from problem
