"""How this very installation is called from outside: by a key of the desktop's own, and by itself."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PureWindowsPath
from typing import Any

from kireji.core.identity import CONSOLE_PROGRAM, WINDOWED_PROGRAM

_SYSTEM: str = sys.platform
"""As a plain text, so that the type checker reads the code of every system on each of them."""
_CHECKOUT = Path(__file__).resolve().parents[3]
_DETACHED_PROCESS, _NEW_PROCESS_GROUP = 0x8, 0x200
"""From winbase.h: without the console of whoever starts it, and out of reach of its Ctrl+C."""


def outside_command(environ: Mapping[str, str], checkout: Path = _CHECKOUT) -> str:
    """What a shell or a keyboard setting calls; arguments can follow. With its folder, since those search few folders.

    Args:
        environ: The process's environment.
        checkout: Where the script `run` lies, if the program was started from its source.
    """
    if image := own_image(environ):
        words = [image]
    elif getattr(sys, "frozen", False):
        words = [without_console(sys.executable)]
    elif _SYSTEM != "win32" and os.access(checkout / "run", os.X_OK):
        words = [str(checkout / "run")]
    elif os.access(script := Path(sys.executable).with_name("kireji"), os.X_OK):
        words = [str(script)]
    else:
        words = [sys.executable, "-P", "-m", "kireji"]
    return subprocess.list2cmdline(words) if _SYSTEM == "win32" else shlex.join(words)


def without_console(executable: str) -> str:
    """The program of a built Kireji that opens no console window; the same where there is only one.

    Args:
        executable: The running program.
    """
    path = PureWindowsPath(executable)
    return str(path.with_name(WINDOWED_PROGRAM)) if path.name.lower() == CONSOLE_PROGRAM else executable


def hand_to_windowed(
    executable: str,
    arguments: Sequence[str],
    *,
    frozen: bool | None = None,
    start: Callable[..., Any] = subprocess.Popen,
) -> bool:
    """Have the program without a console do what this one was started for, if this one has a console on Windows.

    The windows would else end with the terminal, and the terminal would wait for them.

    Args:
        executable: The running program.
        arguments: What it was started with.
        frozen: Whether it is the program itself; asked of the interpreter when None.
        start: Starts a program; for tests.

    Returns:
        Whether it was started.
    """
    windowed = without_console(executable)
    if not (getattr(sys, "frozen", False) if frozen is None else frozen) or windowed == executable:
        return False
    nothing = subprocess.DEVNULL
    flags = _DETACHED_PROCESS | _NEW_PROCESS_GROUP
    try:
        start([windowed, *arguments], stdin=nothing, stdout=nothing, stderr=nothing, creationflags=flags)
    except OSError:  # it is gone, or kept from starting: this one shows windows too
        return False
    return True


def own_image(environ: Mapping[str, str], program: str = sys.executable) -> str:
    """The AppImage that this program runs from; empty where it runs from none.

    `sys.executable` lies in a folder that is gone after this run. The variables are inherited: a program that an
    editor's AppImage has started sees the editor's, and is recognised by not lying in the editor's folder.

    Args:
        environ: The process's environment.
        program: The path of this program.
    """
    image, folder = environ.get("APPIMAGE", ""), environ.get("APPDIR", "")
    inside = bool(image and folder) and Path(program).is_relative_to(folder)
    return image if inside else ""
