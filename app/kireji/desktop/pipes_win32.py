"""Named pipes of Windows: one end that waits, one that asks, both with time limits.

A pipe's name is seen by all users of the computer, so it is made with a description that lets its owner alone in,
refuses clients of other computers, and fails when the name is taken. Untried on Windows; the calls are those of
namedpipeapi.h, fileapi.h, securitybaseapi.h and sddl.h.
"""

from __future__ import annotations

import contextlib
import ctypes
import threading
import time
from collections.abc import Callable
from ctypes import POINTER, Structure, byref, c_int, c_uint32, c_void_p, c_wchar_p
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

from kireji.core.native import Fields, Library, Signatures, windows_library

FILE_NOT_FOUND, ACCESS_DENIED, BROKEN_PIPE, PIPE_BUSY, NO_DATA, PIPE_CONNECTED = 2, 5, 109, 231, 232, 535
INVALID = c_void_p(-1).value
_DUPLEX, _FIRST_INSTANCE = 0x3, 0x00080000
_BYTES_WITHOUT_REMOTE_CLIENTS = 0x8
_READ_AND_WRITE, _OPEN_EXISTING = 0xC0000000, 3
_ANONYMOUS_TO_SERVER = 0x00100000
"""SECURITY_SQOS_PRESENT with SECURITY_ANONYMOUS: whoever holds the name cannot act as the one who connects."""
_ROOM = 64 * 1024
_TOKEN_QUERY, _TOKEN_USER = 0x8, 1
_LOOK = 0.01


class SecurityAttributes(Structure):
    """SECURITY_ATTRIBUTES."""

    _fields_: ClassVar[Fields] = [("length", c_uint32), ("descriptor", c_void_p), ("inherit", c_int)]


KERNEL32: Signatures = MappingProxyType(
    {
        "CreateNamedPipeW": (
            (c_wchar_p, c_uint32, c_uint32, c_uint32, c_uint32, c_uint32, c_uint32, POINTER(SecurityAttributes)),
            c_void_p,
        ),
        "ConnectNamedPipe": ((c_void_p, c_void_p), c_int),
        "DisconnectNamedPipe": ((c_void_p,), c_int),
        "PeekNamedPipe": ((c_void_p, c_void_p, c_uint32, c_void_p, POINTER(c_uint32), c_void_p), c_int),
        "CreateFileW": ((c_wchar_p, c_uint32, c_uint32, c_void_p, c_uint32, c_uint32, c_void_p), c_void_p),
        "WaitNamedPipeW": ((c_wchar_p, c_uint32), c_int),
        "GetNamedPipeServerProcessId": ((c_void_p, POINTER(c_uint32)), c_int),
        "ReadFile": ((c_void_p, c_void_p, c_uint32, POINTER(c_uint32), c_void_p), c_int),
        "WriteFile": ((c_void_p, c_void_p, c_uint32, POINTER(c_uint32), c_void_p), c_int),
        "CloseHandle": ((c_void_p,), c_int),
        "GetCurrentProcess": ((), c_void_p),
        "LocalFree": ((c_void_p,), c_void_p),
    }
)
ADVAPI32: Signatures = MappingProxyType(
    {
        "OpenProcessToken": ((c_void_p, c_uint32, POINTER(c_void_p)), c_int),
        "GetTokenInformation": ((c_void_p, c_int, c_void_p, c_uint32, POINTER(c_uint32)), c_int),
        "ConvertSidToStringSidW": ((c_void_p, POINTER(c_void_p)), c_int),
        "ConvertStringSecurityDescriptorToSecurityDescriptorW": (
            (c_wchar_p, c_uint32, POINTER(c_void_p), c_void_p),
            c_int,
        ),
    }
)
USER32: Signatures = MappingProxyType({"AllowSetForegroundWindow": ((c_uint32,), c_int)})


class Libraries(NamedTuple):
    """What pipes take."""

    kernel32: Library
    advapi32: Library
    user32: Library


def load() -> Libraries:
    """The three libraries.

    Raises:
        OSError: This is no Windows.
    """
    return Libraries(
        windows_library("kernel32", KERNEL32), windows_library("advapi32", ADVAPI32), windows_library("user32", USER32)
    )


def user_id(libraries: Libraries) -> str:
    """The security identifier of the user, as text.

    Raises:
        OSError: Windows does not tell.
    """
    kernel, advapi = libraries.kernel32.calls, libraries.advapi32.calls
    token, needed, text = c_void_p(), c_uint32(), c_void_p()
    if not advapi.OpenProcessToken(kernel.GetCurrentProcess(), _TOKEN_QUERY, byref(token)):
        raise _error("the process's token cannot be opened", libraries.advapi32)
    try:
        room = ctypes.create_string_buffer(256)  # TOKEN_USER with the longest identifier takes 84 bytes
        if not advapi.GetTokenInformation(token, _TOKEN_USER, room, len(room), byref(needed)):
            raise _error("the user cannot be found", libraries.advapi32)
        identifier = c_void_p.from_buffer(room)  # TOKEN_USER begins with a pointer to it
        if not advapi.ConvertSidToStringSidW(identifier, byref(text)) or not text.value:
            raise _error("the user has no identifier", libraries.advapi32)
        try:
            return ctypes.wstring_at(text.value)
        finally:
            kernel.LocalFree(text)
    finally:
        kernel.CloseHandle(token)


class PipeServer:
    """The end that waits; one client at a time, the others queue.

    Args:
        libraries: The calls.
        name: Of the pipe, with its path.
        user: The only user who gets in.

    Raises:
        PipeTaken: Another process has a pipe of this name.
        OSError: It cannot be made.
    """

    def __init__(self, libraries: Libraries, name: str, user: str) -> None:
        self._libraries = libraries
        self._kernel = libraries.kernel32.calls
        self._name = name
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._handle: int | None = self._make(user)

    def _make(self, user: str) -> int:
        descriptor = c_void_p()
        allowed = f"D:P(A;;GA;;;{user})"  # protected: nothing is inherited; one entry: everything for this user
        convert = self._libraries.advapi32.calls.ConvertStringSecurityDescriptorToSecurityDescriptorW
        if not convert(allowed, 1, byref(descriptor), None):
            raise _error("the pipe cannot be protected", self._libraries.advapi32)
        try:
            security = SecurityAttributes(ctypes.sizeof(SecurityAttributes), descriptor, 0)
            handle = self._kernel.CreateNamedPipeW(
                self._name,
                _DUPLEX | _FIRST_INSTANCE,
                _BYTES_WITHOUT_REMOTE_CLIENTS,
                1,
                _ROOM,
                _ROOM,
                0,
                byref(security),
            )
        finally:
            self._kernel.LocalFree(descriptor)
        if handle is None or handle == INVALID:
            error = self._libraries.kernel32.last_error()
            if error in (ACCESS_DENIED, PIPE_BUSY):
                raise PipeTaken(error, f"{self._name} is taken")
            raise OSError(error, "the pipe cannot be made")
        return int(handle)

    def work(self, answer: Callable[[bytes], bytes], seconds: float) -> None:
        """Answer one client after the other until `stop`; blocks, so it needs a thread of its own.

        Args:
            answer: Makes a line of a line.
            seconds: How long a client may take to write its line, and to read the answer.
        """
        try:
            while not self._stopping.is_set() and self._connected():
                with contextlib.suppress(OSError):  # the client went away, or was too slow: its own affair
                    self._converse(answer, seconds)
                self._kernel.DisconnectNamedPipe(self._handle)
        finally:
            self._ended.set()

    def _converse(self, answer: Callable[[bytes], bytes], seconds: float) -> None:
        line = receive(self._libraries.kernel32, self._handle, time.monotonic() + seconds)
        if line:
            transmit(self._libraries.kernel32, self._handle, answer(line))
            wait_until_gone(self._libraries.kernel32, self._handle, time.monotonic() + seconds)

    def _connected(self) -> bool:
        # Not an error: a client that came before this call, and one that has left again since.
        came = self._kernel.ConnectNamedPipe(self._handle, None)
        return bool(came) or self._libraries.kernel32.last_error() in (PIPE_CONNECTED, NO_DATA)

    def stop(self, seconds: float) -> None:
        """Let `work` end once the present client has its answer; blocks until it has, at most for `seconds`."""
        self._stopping.set()
        deadline = time.monotonic() + seconds
        while not self._ended.is_set() and time.monotonic() < deadline:
            # Connecting is the one way to wake a thread that waits for a client; it fails while one is answered.
            handle = _open(self._libraries, self._name)
            if handle is not None:
                self._kernel.CloseHandle(handle)
            self._ended.wait(_LOOK)

    def close(self) -> None:
        """Give the name free; harmless a second time."""
        if self._handle is not None:
            handle, self._handle = self._handle, None
            self._kernel.CloseHandle(handle)


class PipeTaken(OSError):
    """Another process has a pipe of this name."""


def ask(libraries: Libraries, name: str, line: bytes, deadline: float) -> bytes | None:
    """One line there and one back.

    The process at the other end is allowed to come to the front, which Windows grants to the program a person has just
    started, and that is this one.

    Args:
        libraries: The calls.
        name: Of the pipe.
        line: What to ask.
        deadline: Of the monotonic clock.

    Returns:
        The answer, None when nobody has such a pipe.

    Raises:
        OSError: Somebody has, but does not answer in time or does not let us in.
    """
    kernel = libraries.kernel32.calls
    while (handle := _open(libraries, name)) is None:
        error = libraries.kernel32.last_error()
        if error == FILE_NOT_FOUND:
            return None
        left = deadline - time.monotonic()
        if error != PIPE_BUSY or left <= 0:
            raise OSError(error, "the pipe cannot be opened")
        kernel.WaitNamedPipeW(name, max(1, int(left * 1000)))  # another client is being answered
    try:
        server = c_uint32()
        if kernel.GetNamedPipeServerProcessId(handle, byref(server)):
            libraries.user32.calls.AllowSetForegroundWindow(server.value)
        transmit(libraries.kernel32, handle, line)
        return receive(libraries.kernel32, handle, deadline)
    finally:
        kernel.CloseHandle(handle)


def taken(libraries: Libraries, name: str) -> bool:
    """Whether somebody has a pipe of this name, without talking to them."""
    if libraries.kernel32.calls.WaitNamedPipeW(name, 1):
        return True
    return libraries.kernel32.last_error() != FILE_NOT_FOUND


def receive(kernel32: Library, handle: int | None, deadline: float) -> bytes:
    """A line with its end; nothing when the other end closes before it is whole.

    Raises:
        OSError: It did not come in time, or is longer than 64 KB.
    """
    line = b""
    while not line.endswith(b"\n"):
        waiting = _waiting(kernel32, handle)
        if waiting is None:
            return b""
        if not waiting:
            if time.monotonic() >= deadline:
                raise TimeoutError("no line came")
            threading.Event().wait(_LOOK)
            continue
        room, got = ctypes.create_string_buffer(min(waiting, _ROOM)), c_uint32()
        if not kernel32.calls.ReadFile(handle, room, len(room), byref(got), None):
            raise _error("the pipe cannot be read", kernel32)
        line += room.raw[: got.value]
        if len(line) > _ROOM:
            raise OSError("the line is longer than 64 KB")
    return line


def transmit(kernel32: Library, handle: int | None, line: bytes) -> None:
    """Write a line; it fits the pipe's own room, so nobody is waited for.

    Raises:
        OSError: The other end is gone.
    """
    written = c_uint32()
    if not kernel32.calls.WriteFile(handle, line, len(line), byref(written), None) or written.value != len(line):
        raise _error("the pipe cannot be written", kernel32)


def wait_until_gone(kernel32: Library, handle: int | None, deadline: float) -> None:
    """Until the client has closed its end: disconnecting earlier would throw away what it has not read."""
    while _waiting(kernel32, handle) is not None and time.monotonic() < deadline:
        threading.Event().wait(_LOOK)


def _waiting(kernel32: Library, handle: int | None) -> int | None:
    """How many bytes can be read; None when the other end is closed."""
    count = c_uint32()
    if kernel32.calls.PeekNamedPipe(handle, None, 0, None, byref(count), None):
        return int(count.value)
    return None


def _open(libraries: Libraries, name: str) -> int | None:
    handle: Any = libraries.kernel32.calls.CreateFileW(
        name, _READ_AND_WRITE, 0, None, _OPEN_EXISTING, _ANONYMOUS_TO_SERVER, None
    )
    return None if handle is None or handle == INVALID else int(handle)


def _error(what: str, library: Library) -> OSError:
    return OSError(library.last_error(), what)
