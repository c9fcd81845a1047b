"""Runs one command for a model: under the supervisor, without keys, in limited time, with limited output."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from kireji.core.child_environment import USUAL, clean
from kireji.core.tool_ports import ChildProcess, ChildProcesses
from kireji.core.words import say

_SYSTEM: str = sys.platform
OUTPUT_LIMIT = 64 * 1024
"""Bytes of output that a model gets to read; half from the beginning, half from the end."""
_PIECE = 65536
_UNATTENDED = {
    "TERM": "dumb",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
}
"""Nobody sits before these programs."""
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
"""Colours, titles and movements of a terminal (ECMA-48: CSI, OSC and two-character sequences)."""


class SearchPath(Protocol):
    """Says where programs are looked for; `Commands` does."""

    async def path(self) -> str: ...


class CommandResult(NamedTuple):
    """What became of a command.

    Args:
        output: What it wrote on its standard output and error, in the order in which it came; with a line in the middle
            that says so when something was left out.
        code: Its exit code, negative for a signal; None when it took too long and was ended.
        left_out: Bytes of output that are not in `output`.
        seconds: How long it ran.
    """

    output: str
    code: int | None
    left_out: int
    seconds: float


class HeadAndTail:
    """Takes bytes in and keeps the first and the last of them.

    Args:
        limit: Bytes to keep.
    """

    def __init__(self, limit: int) -> None:
        self._head = bytearray()
        self._head_room = limit - limit // 2
        self._tail: deque[bytes] = deque()
        self._tail_size, self._tail_room = 0, limit // 2
        self._size = 0

    def feed(self, data: bytes) -> None:
        """The next bytes."""
        self._size += len(data)
        if room := self._head_room - len(self._head):
            self._head += data[:room]
            data = data[room:]
        if data:
            self._tail.append(data)
            self._tail_size += len(data)
        while self._tail and self._tail_size - len(self._tail[0]) >= self._tail_room:
            self._tail_size -= len(self._tail.popleft())

    @property
    def left_out(self) -> int:
        """Bytes that were not kept."""
        return max(0, self._size - self._head_room - self._tail_room)

    def text(self) -> str:
        """What was kept, as text, without the sequences that are meant for a terminal."""
        tail = b"".join(self._tail)
        if self.left_out:
            head = _shown(_to_line_end(bytes(self._head)))
            end = _shown(_from_line_begin(tail[len(tail) - self._tail_room :]))
            gap = say("[… {count} bytes left out …]", count=f"{self.left_out:,}")
            return f"{head.rstrip()}\n{gap}\n{end}"
        return _shown(bytes(self._head) + tail)


class CommandRunner:
    """Runs commands.

    Args:
        children: Starts programs.
        search: Says where programs are looked for.
        environ: The process's environment.
        platform: `sys.platform`; for tests.
    """

    def __init__(
        self,
        children: ChildProcesses,
        search: SearchPath,
        environ: Mapping[str, str],
        *,
        platform: str = _SYSTEM,
    ) -> None:
        self._children, self._search, self._environ = children, search, environ
        self._windows = platform == "win32"

    async def run(
        self,
        command: str | Sequence[str],
        folder: str,
        *,
        seconds: float = 60.0,
        limit: int = OUTPUT_LIMIT,
        heard: Callable[[str], object] | None = None,
    ) -> CommandResult:
        """Run a command to its end; it and all it has started are gone when this returns or is cancelled.

        Args:
            command: A line for a shell, or a program's whole path with its arguments.
            folder: Where it works.
            seconds: How long it may take.
            limit: Bytes of output to keep.
            heard: Told the last line that it wrote, as it writes.

        Raises:
            ToolSourceError: It could not be started.
        """
        argv = self._shell_line(command) if isinstance(command, str) else list(command)
        environ = clean(self._environ, USUAL) | _UNATTENDED | {"PATH": await self._search.path()}
        began = time.monotonic()
        child = await self._children.start(argv, environ=environ, folder=folder)
        kept, code = HeadAndTail(limit), None
        try:
            child.close_stdin()
            async with asyncio.timeout(seconds):
                await _listen(child, kept, heard)
                code = await child.wait()
        except TimeoutError:
            pass
        finally:
            await child.end(0)
        return CommandResult(kept.text(), code, kept.left_out, time.monotonic() - began)

    def _shell_line(self, line: str) -> list[str]:
        if self._windows:
            return [self._environ.get("COMSPEC", r"C:\Windows\System32\cmd.exe"), "/d", "/s", "/c", line]
        return [shutil.which("bash", path="/bin:/usr/bin:/usr/local/bin") or "/bin/sh", "-c", line]


async def _listen(child: ChildProcess, kept: HeadAndTail, heard: Callable[[str], object] | None) -> None:
    while data := await child.read(_PIECE):
        kept.feed(data)
        if heard is not None and (lines := _shown(data[-1000:]).split("\n")):
            heard(next((line for line in reversed(lines) if line.strip()), "").strip())


def _shown(data: bytes) -> str:
    return _ESCAPES.sub("", data.decode(errors="replace")).replace("\r\n", "\n")


def _to_line_end(data: bytes) -> bytes:
    """Without the beginning of a line at the end, unless that is nearly all."""
    end = data.rfind(b"\n") + 1
    return data[:end] if end > len(data) // 2 else data


def _from_line_begin(data: bytes) -> bytes:
    """Without the end of a line at the beginning, unless that is nearly all."""
    begin = data.find(b"\n") + 1
    return data[begin:] if begin < len(data) // 2 else data
