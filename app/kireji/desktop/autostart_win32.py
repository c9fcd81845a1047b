"""Starting with the session on Windows: a value of the person's Run key.

The Task Manager switches such programs off without touching that value: it keeps its own mark beside it. Untried on
Windows; the mark's form is not documented, its first byte is even for "on" and odd for "off" as far as is known.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import PureWindowsPath
from typing import Protocol

from kireji.core.errors import KirejiError
from kireji.core.ports import Availability
from kireji.core.words import say
from kireji.desktop.launching import without_console

RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
_NAME = "Kireji"  # packaging/windows/kireji.iss writes and removes it too
_MOST = 260
"""Characters of a command in the Run key (Run and RunOnce registry keys, learn.microsoft.com)."""


class Registry(Protocol):
    """The person's own part of the registry."""

    def read(self, key: str, name: str) -> str | bytes | None:
        """A value, or None when there is none."""

    def write(self, key: str, name: str, text: str) -> None:
        """Write a text; raises OSError."""

    def delete(self, key: str, name: str) -> None:
        """Remove a value, harmless when there is none; raises OSError."""


class RunKeyAutostart:
    """Writes, removes and reads the value.

    Args:
        registry: Gives the registry.
        command: What to start; None for this program, hidden.
    """

    def __init__(self, registry: Callable[[], Registry] | None = None, command: Sequence[str] | None = None) -> None:
        self._open = registry or current_user
        self._command = tuple(command) if command is not None else own_command(sys.executable)

    def availability(self) -> Availability:
        """Whether the registry can be reached and takes a command of this length."""
        try:
            self._open().read(RUN, _NAME)
        except OSError:
            return Availability(
                False, say("The registry cannot be read."), say("Add Kireji to the Startup folder (shell:startup).")
            )
        if len(self._line) > _MOST:
            reason = say("Kireji lies in a folder whose name is too long for Windows to start it from.")
            return Availability(False, reason, say("Install it in a folder with a shorter name."))
        return Availability(True)

    def enabled(self) -> bool:
        """Whether Windows will start this very program: its value is there, and the Task Manager lets it."""
        try:
            registry = self._open()
            command, mark = registry.read(RUN, _NAME), registry.read(APPROVED, _NAME)
        except OSError:
            return False
        switched_off = isinstance(mark, bytes) and bool(mark[:1]) and bool(mark[0] & 1)
        ours = isinstance(command, str) and command.lower() == self._line.lower()  # as Windows compares names of files
        return ours and not switched_off

    def set(self, on: bool) -> None:
        """Switch it.

        Raises:
            KirejiError: The registry could not be written.
        """
        if on and not (possible := self.availability()).ok:
            raise KirejiError(possible.reason, possible.hint)
        try:
            registry = self._open()
            if on:
                registry.write(RUN, _NAME, self._line)
            else:
                registry.delete(RUN, _NAME)
            registry.delete(APPROVED, _NAME)  # the person has just said otherwise
        except OSError as problem:
            raise KirejiError(
                say("The registry cannot be written."),
                say("Switch it in Windows' Settings, Apps, Startup."),
                detail=str(problem),
            ) from problem

    @property
    def _line(self) -> str:
        first, *more = self._command
        # Always in quotation marks: a folder such as "C:\Program Files" would else be tried as "C:\Program.exe".
        return " ".join([f'"{first}"', *([subprocess.list2cmdline(more)] if more else [])])


def own_command(executable: str, *, frozen: bool | None = None) -> tuple[str, ...]:
    """What starts this program in the tray, without a console window.

    Args:
        executable: The running program, or the interpreter.
        frozen: Whether it is the program itself; asked of the interpreter when None.
    """
    if getattr(sys, "frozen", False) if frozen is None else frozen:
        return (without_console(executable), "--hidden")
    interpreter = PureWindowsPath(executable)
    windowed = interpreter.with_name("pythonw.exe")
    chosen = windowed if os.path.exists(windowed) or interpreter.name.lower() == "python.exe" else interpreter
    return (str(chosen), "-P", "-m", "kireji", "--hidden")


if sys.platform == "win32":

    class _CurrentUser:
        """HKEY_CURRENT_USER."""

        def read(self, key: str, name: str) -> str | bytes | None:
            import winreg

            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                    value, _ = winreg.QueryValueEx(opened, name)
            except FileNotFoundError:
                return None
            return value if isinstance(value, str | bytes) else None

        def write(self, key: str, name: str, text: str) -> None:
            import winreg

            with winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, key, 0, winreg.KEY_SET_VALUE) as opened:
                winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, text)

        def delete(self, key: str, name: str) -> None:
            import contextlib
            import winreg

            with (
                contextlib.suppress(FileNotFoundError),
                winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, winreg.KEY_SET_VALUE) as opened,
            ):
                winreg.DeleteValue(opened, name)

    def current_user() -> Registry:
        """The registry of the person who runs this.

        Raises:
            OSError: This is no Windows.
        """
        return _CurrentUser()

else:

    def current_user() -> Registry:
        """The registry of the person who runs this.

        Raises:
            OSError: This is no Windows.
        """
        raise OSError("the registry is a part of Windows")
