"""Finds programs as the person's own terminal would.

A program that a desktop starts has the session's short PATH; what version managers and package managers add to it
stands in files that only a login shell reads. So the shell is asked, once, and what it says is kept for the next runs.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from kireji.core.child_environment import USUAL, clean
from kireji.core.errors import ToolSourceError
from kireji.core.tool_ports import ChildProcess, ChildProcesses
from kireji.core.words import say

_SYSTEM: str = sys.platform
_SECONDS = 8.0
"""A shell that loads version managers may take some; one that waits for somebody takes them all."""
_DAY = 86400.0
_LIMIT = 256 * 1024
_MARK = "kireji-8c1f0e"
_QUESTION = f"echo {_MARK}; printenv PATH; /usr/bin/printenv PATH; echo {_MARK}"
"""Words that bash, zsh, dash, fish and csh understand alike; a PATH may miss the program that shows it."""
_QUIET = {
    "TERM": "dumb",
    "DISABLE_AUTO_UPDATE": "true",  # oh-my-zsh would ask whether it may
    "ZSH_TMUX_AUTOSTART": "false",
}
_NO_SHELLS = frozenset({"false", "nologin", "true", "sync"})
_USUAL_FOLDERS = ("~/.local/bin", "/opt/homebrew/bin", "/usr/local/bin", "/usr/bin", "/bin")
"""Looked through last, where no shell could be asked."""


class _Answer(msgspec.Struct, frozen=True):
    """What a shell said.

    Args:
        shell: Which one.
        path: Its PATH.
        at: Seconds of the epoch.
    """

    shell: str
    path: str
    at: float


class Commands:
    """Finds programs in the PATH of the person's login shell, and then in this process's.

    Args:
        children: Runs the shell.
        environ: The process's environment.
        kept: File that keeps the shell's answer, so that the next run need not ask; None keeps nothing.
        platform: `sys.platform`; for tests.
        home: The person's folder.
        seconds: How long the shell may take.
    """

    def __init__(
        self,
        children: ChildProcesses,
        environ: Mapping[str, str],
        kept: Path | None = None,
        *,
        platform: str = _SYSTEM,
        home: Path | None = None,
        seconds: float = _SECONDS,
    ) -> None:
        self._children, self._environ, self._kept = children, environ, kept
        self._windows = platform == "win32"
        self._home = home or Path.home()
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._answer: _Answer | None = None
        self._asked = self._windows

    async def find(self, command: str) -> str:
        """The whole path of a program.

        Args:
            command: A name, or a path; a path that is not whole starts at the person's folder.

        Raises:
            ToolSourceError: There is none; the sentence says where it was looked for.
        """
        if os.path.dirname(command):
            return await asyncio.to_thread(self._at, command)
        folders = await self._folders()
        found = await asyncio.to_thread(self._among, command, folders)
        if found is None and not self._asked:  # installed since the shell was asked, perhaps
            await self._ask_once()
            folders = await self._folders()
            found = await asyncio.to_thread(self._among, command, folders)
        if found is None:
            raise ToolSourceError(
                say(
                    "The program “{command}” was not found. It was looked for in {folders}.",
                    command=command,
                    folders=", ".join(folders) or say("no folder, since PATH is empty"),
                ),
                say("Write its arguments apart from it: each is a text of its own in args.")
                if " " in command
                else say("Install it, or give its whole path."),
            )
        return found

    async def path(self) -> str:
        """The search path that started programs get; asks the shell again when its answer is older than a day."""
        await self._folders()
        if not self._asked and self._answer is not None and time.time() - self._answer.at > _DAY:
            await self._ask_once()
        return os.pathsep.join(await self._folders())

    def _at(self, command: str) -> str:
        path = os.path.abspath(os.path.join(self._home, os.path.expanduser(command)))
        if found := shutil.which(path):
            return found
        if not os.path.exists(path):
            raise ToolSourceError(
                say("The program {path} is not there.", path=path), say("Correct the path, or install the program.")
            )
        raise ToolSourceError(
            say("{path} is not a program: it is a folder.", path=path)
            if os.path.isdir(path)
            else say("{path} is not a program: the file is not executable.", path=path),
            say("Correct the path, or make the file executable."),
        )

    def _among(self, command: str, folders: tuple[str, ...]) -> str | None:
        return shutil.which(command, path=os.pathsep.join(folders)) if folders else None

    async def _folders(self) -> tuple[str, ...]:
        """Where programs lie, in the order in which they are looked for."""
        if self._answer is None and not self._asked:
            self._answer = await asyncio.to_thread(self._remembered)
            if self._answer is None:
                await self._ask_once()
        paths = [self._answer.path if self._answer else "", self._environ.get("PATH", "")]
        if not self._windows:
            usual = (each.replace("~", str(self._home)) for each in _USUAL_FOLDERS)
            paths += [each for each in usual if self._answer is None]
        return _whole(each for path in paths for each in path.split(os.pathsep))

    def _remembered(self) -> _Answer | None:
        if self._kept is None:
            return None
        try:
            answer = msgspec.json.decode(self._kept.read_bytes(), type=_Answer)
        except (OSError, msgspec.DecodeError):
            return None
        return answer if answer.shell == self._shell() else None

    async def _ask_once(self) -> None:
        async with self._turn:
            if self._asked:
                return
            shell = await asyncio.to_thread(self._shell)
            said = await self._said(shell) if shell else None
            self._asked = True
            if said is not None:
                self._answer = _Answer(shell, said, time.time())
                await asyncio.to_thread(self._keep, self._answer)

    def _keep(self, answer: _Answer) -> None:
        if self._kept is None:
            return
        with suppress(OSError):  # it is asked again then
            new = self._kept.with_suffix(".new")
            new.write_bytes(msgspec.json.encode(answer))
            new.chmod(0o600)
            new.replace(self._kept)

    def _shell(self) -> str:
        """The person's shell; empty when there is none that could be asked."""
        shell = self._environ.get("SHELL", "") or _shell_of_user()
        usable = os.path.isabs(shell) and os.path.basename(shell) not in _NO_SHELLS and os.access(shell, os.X_OK)
        return shell if usable else ""

    async def _said(self, shell: str) -> str | None:
        """The PATH that a shell has after it has read its files; None when it does not tell in time."""
        # csh takes -l alone only, and reads the person's file without it.
        flags = ["-ic"] if os.path.basename(shell) in ("csh", "tcsh") else ["-lic"]
        try:
            child = await self._children.start(
                [shell, *flags, _QUESTION],
                environ=clean(self._environ, USUAL) | _QUIET,
                folder=str(self._home) if self._home.is_dir() else "/",
                log=os.devnull,
            )
        except ToolSourceError:
            return None
        child.close_stdin()
        try:
            async with asyncio.timeout(self._seconds):
                return _between_marks(await _output(child))
        except TimeoutError:
            return None
        finally:
            await child.end(0)


async def _output(child: ChildProcess) -> str:
    found = b""
    while (data := await child.read()) and len(found) < _LIMIT:
        found += data
        if found.count(_MARK.encode()) == 2:  # what it does afterwards is not waited for
            break
    return found.decode(errors="surrogateescape")


def _between_marks(said: str) -> str | None:
    """The last line between the marks; what the person's files print may stand around them."""
    pieces = said.split(_MARK)
    lines = [line.strip() for line in pieces[1].splitlines() if line.strip()] if len(pieces) == 3 else []
    return lines[-1] if lines else None


def _whole(folders: Iterable[str]) -> tuple[str, ...]:
    """Folders without repetition; those that mean another place in every folder are left out."""
    return tuple(dict.fromkeys(each for each in folders if os.path.isabs(each)))


if sys.platform == "win32":

    def _shell_of_user() -> str:
        return ""

else:

    def _shell_of_user() -> str:
        import pwd

        try:
            return pwd.getpwuid(os.getuid()).pw_shell
        except KeyError:
            return ""
