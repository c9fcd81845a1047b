"""Named pipes in memory, with the behaviour that their reference describes; one pipe per name, one client at a time."""

from __future__ import annotations

import ctypes
import threading
from dataclasses import dataclass, field
from typing import Any

from kireji.desktop.pipes_win32 import (
    ACCESS_DENIED,
    BROKEN_PIPE,
    FILE_NOT_FOUND,
    INVALID,
    NO_DATA,
    PIPE_BUSY,
    PIPE_CONNECTED,
    Libraries,
)
from tests.fakes.windows import library

USER = "S-1-5-21-1-2-3-1001"


@dataclass
class _Pipe:
    name: str
    client: int = 0
    came: bool = False
    listening: bool = True
    to_server: bytearray = field(default_factory=bytearray)
    to_client: bytearray = field(default_factory=bytearray)


class FakePipes:
    """kernel32, advapi32 and user32 as far as pipes go; threads may share it.

    Attributes:
        descriptions: Who may open each pipe, as it was written.
        allowed: Processes that were allowed to come to the front.
        denied: Opening is refused, as to another user.
        opened: Set once a client is connected.
    """

    def __init__(self) -> None:
        self.descriptions: list[str] = []
        self.allowed: list[int] = []
        self.denied = False
        self.opened = threading.Event()
        self._errors = threading.local()
        self._changed = threading.Condition()
        self._pipes: dict[int, _Pipe] = {}
        self._next = 1
        self._text = ctypes.create_unicode_buffer(USER)

    @property
    def error(self) -> int:
        return int(getattr(self._errors, "number", 0))

    def libraries(self) -> Libraries:
        """All three."""
        one = library(self)
        return Libraries(one, one, one)

    def _fail(self, error: int, result: int = 0) -> int:
        self._errors.number = error
        return result

    def _number(self) -> int:
        self._next += 1
        return self._next

    def _side(self, handle: int) -> tuple[_Pipe, bytearray, bytearray] | None:
        """The pipe of a handle with what comes in and goes out there; None when the other end is closed."""
        if handle in self._pipes:
            pipe = self._pipes[handle]
            return (pipe, pipe.to_server, pipe.to_client) if pipe.client or pipe.to_server else None
        found = next((pipe for pipe in self._pipes.values() if pipe.client == handle), None)
        return None if found is None else (found, found.to_client, found.to_server)

    def CreateNamedPipeW(
        self, name: str, mode: int, kind: int, most: int, out: int, into: int, wait: int, security: Any
    ) -> int | None:
        with self._changed:
            if any(pipe.name == name for pipe in self._pipes.values()):
                return self._fail(ACCESS_DENIED, INVALID or -1)
            handle = self._number()
            self._pipes[handle] = _Pipe(name)
            return handle

    def ConnectNamedPipe(self, handle: int, overlapped: None) -> int:
        with self._changed:
            pipe = self._pipes[handle]
            if pipe.came:
                return self._fail(PIPE_CONNECTED if pipe.client else NO_DATA)
            pipe.listening = True
            self._changed.notify_all()
            return int(self._changed.wait_for(lambda: pipe.came, 20))

    def DisconnectNamedPipe(self, handle: int) -> int:
        with self._changed:
            pipe = self._pipes[handle]
            pipe.client, pipe.came, pipe.listening = 0, False, False
            pipe.to_server.clear()
            pipe.to_client.clear()
            self._changed.notify_all()
            return 1

    def CreateFileW(
        self, name: str, access: int, share: int, security: None, how: int, flags: int, template: None
    ) -> int | None:
        with self._changed:
            pipe = next((pipe for pipe in self._pipes.values() if pipe.name == name), None)
            if pipe is None:
                return self._fail(FILE_NOT_FOUND, INVALID or -1)
            if self.denied:
                return self._fail(ACCESS_DENIED, INVALID or -1)
            if pipe.came or not pipe.listening:
                return self._fail(PIPE_BUSY, INVALID or -1)
            pipe.client, pipe.came, pipe.listening = self._number(), True, False
            self._changed.notify_all()
            self.opened.set()
            return pipe.client

    def WaitNamedPipeW(self, name: str, milliseconds: int) -> int:
        with self._changed:
            pipe = next((pipe for pipe in self._pipes.values() if pipe.name == name), None)
            if pipe is None:
                return self._fail(FILE_NOT_FOUND)
            if not self._changed.wait_for(lambda: pipe.listening, milliseconds / 1000):
                return self._fail(121)  # ERROR_SEM_TIMEOUT
            return 1

    def GetNamedPipeServerProcessId(self, handle: int, process: Any) -> int:
        process._obj.value = 4711
        return 1

    def AllowSetForegroundWindow(self, process: int) -> int:
        self.allowed.append(process)
        return 1

    def PeekNamedPipe(self, handle: int, target: None, room: int, got: None, waiting: Any, left: None) -> int:
        with self._changed:
            side = self._side(handle)
            if side is None:
                return self._fail(BROKEN_PIPE)
            waiting._obj.value = len(side[1])
            return 1

    def ReadFile(self, handle: int, target: Any, room: int, got: Any, overlapped: None) -> int:
        with self._changed:
            side = self._side(handle)
            if side is None:
                return self._fail(BROKEN_PIPE)
            piece = bytes(side[1][:room])
            del side[1][:room]
            ctypes.memmove(target, piece, len(piece))
            got._obj.value = len(piece)
            return 1

    def WriteFile(self, handle: int, data: bytes, length: int, written: Any, overlapped: None) -> int:
        with self._changed:
            side = self._side(handle)
            if side is None:
                return self._fail(BROKEN_PIPE)
            side[2].extend(data)
            written._obj.value = length
            return 1

    def CloseHandle(self, handle: Any) -> int:
        handle = getattr(handle, "value", handle)
        with self._changed:
            if handle in self._pipes:
                del self._pipes[handle]
            for pipe in self._pipes.values():
                if pipe.client == handle:
                    pipe.client = 0
            self._changed.notify_all()
            return 1

    def GetCurrentProcess(self) -> int:
        return -1

    def LocalFree(self, memory: Any) -> None:
        return None

    def OpenProcessToken(self, process: int, access: int, token: Any) -> int:
        token._obj.value = 900
        return 1

    def GetTokenInformation(self, token: Any, kind: int, target: Any, room: int, needed: Any) -> int:
        return 1

    def ConvertSidToStringSidW(self, identifier: Any, text: Any) -> int:
        text._obj.value = ctypes.addressof(self._text)
        return 1

    def ConvertStringSecurityDescriptorToSecurityDescriptorW(
        self, text: str, revision: int, target: Any, size: None
    ) -> int:
        self.descriptions.append(text)
        target._obj.value = 901
        return 1
