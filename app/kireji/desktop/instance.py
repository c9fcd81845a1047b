"""One running instance, and how a second start talks to it. No Qt, and nothing slow before the loop runs.

A lock file elects the instance; a Unix socket, open from the first moment, takes what later starts ask. They wait in
the socket's backlog until `serve` answers them from the loop; what is said there stands in `protocol`. The peer must
be the same user. Windows has neither flock nor such sockets in Python: there a named pipe is both, see
`instance_win32`.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
import sys
import time
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from kireji.core.errors import KirejiError, StoreReadOnly
from kireji.desktop.paths import Paths, private_folder
from kireji.desktop.protocol import MAX_LINE, Handler, Reply, answer, encode, parse_reply

if TYPE_CHECKING:
    import asyncio

    from kireji.desktop.instance_win32 import PipeLock

_SYSTEM: str = sys.platform
_READ_TIMEOUT = 5.0
_CLOSE_TIMEOUT = 1.0
_PAUSE = 0.02


def _peer_uid(peer: socket.socket) -> int | None:
    """The user at the other end; None where the system cannot say and only the folder's mode protects the socket."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return None
    layout = struct.Struct("3i")
    _pid, uid, _gid = layout.unpack(peer.getsockopt(socket.SOL_SOCKET, option, layout.size))
    return int(uid)


class InstanceLock:
    """Being the one instance. Made by `acquire`, given up by `release`.

    Args:
        lock: Descriptor of the locked file.
        listener: The listening socket; None on Windows.
        paths: Whose instance it is.
        pipe: What stands for both on Windows.
    """

    def __init__(self, lock: int, listener: socket.socket | None, paths: Paths, pipe: PipeLock | None = None) -> None:
        self._pipe = pipe
        self._lock = lock
        self._listener = listener
        self._paths = paths

    @classmethod
    def acquire(cls, paths: Paths) -> InstanceLock | None:
        """Become the instance and listen at once; None when another process is it.

        Raises:
            StoreError: The folders cannot be used.
        """
        if _SYSTEM == "win32":
            from kireji.desktop.instance_win32 import PipeLock

            pipe = PipeLock.acquire(paths)
            return None if pipe is None else cls(-1, None, paths, pipe)
        private_folder(paths.state)
        private_folder(paths.runtime)
        try:
            lock = os.open(paths.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as problem:
            raise _unusable(paths, problem) from problem
        try:
            if not _try_lock(lock):
                os.close(lock)
                return None
            # The lock is ours, so a socket that is still there was left by a process that is gone.
            paths.socket.unlink(missing_ok=True)
            return cls(lock, _listen(paths), paths)
        except OSError as problem:
            os.close(lock)
            raise _unusable(paths, problem) from problem

    @contextlib.asynccontextmanager
    async def serve(self, handler: Handler, *, allowed_uid: int | None = None) -> AsyncIterator[None]:
        """Answer other starts while the context is open, also those that have been waiting since `acquire`.

        Args:
            handler: Called on the loop for every valid request; a KirejiError it raises becomes the reply's sentence.
            allowed_uid: The only user who may ask; this process's own by default.
        """
        if self._pipe is not None:
            async with self._pipe.serve(handler):
                yield
            return
        assert self._listener is not None, "it was released"
        import asyncio

        uid = os.geteuid() if allowed_uid is None else allowed_uid
        open_connections: set[asyncio.Task[Any]] = set()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            open_connections.add(task)
            try:
                await _converse(reader, writer, handler, uid)
            except OSError:
                pass  # the peer went away: its own affair
            finally:
                open_connections.discard(task)
                writer.close()

        server = await asyncio.start_unix_server(connected, sock=self._listener.dup(), limit=MAX_LINE)
        try:
            yield
        finally:
            server.close()
            if open_connections:  # the reply to "quit" is still being written
                _, late = await asyncio.wait(open_connections, timeout=_CLOSE_TIMEOUT)
                for task in late:
                    task.cancel()

    def release(self) -> None:
        """Stop listening and let another process be the instance; harmless a second time."""
        if self._pipe is not None:
            self._pipe.release()
        if self._listener is not None:
            self._paths.socket.unlink(missing_ok=True)
            self._listener.close()
            self._listener = None
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


async def _converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler, allowed_uid: int
) -> None:
    import asyncio

    if _peer_uid(writer.get_extra_info("socket")) not in (allowed_uid, None):
        reply = Reply(False, "Kireji answers only the user who started it.")
    else:
        try:
            async with asyncio.timeout(_READ_TIMEOUT):
                line = await reader.readuntil(b"\n")
            reply = await answer(line, handler)
        except (asyncio.IncompleteReadError, TimeoutError):
            return
        except asyncio.LimitOverrunError:
            reply = Reply(False, "The request is longer than 64 KB.")
    writer.write(encode({"ok": reply.ok, "message": reply.message}))
    await writer.drain()


def send(
    paths: Paths, command: str, options: Mapping[str, Any] | None = None, timeout: float = 10.0, *, token: str = ""
) -> Reply | None:
    """Ask the running instance for something, without a loop.

    Args:
        paths: Whose instance.
        command: As in `Request`.
        options: As in `Request`.
        timeout: Seconds to wait for the reply; an instance that is still starting answers when its loop runs.
        token: Wayland's activation token, if this process was given one.

    Returns:
        The reply, or None when no instance runs.

    Raises:
        KirejiError: One runs but does not answer.
    """
    if _SYSTEM == "win32":
        from kireji.desktop.instance_win32 import send as send_through_pipe

        return send_through_pipe(paths, command, options, timeout)
    line = encode({"command": command, "options": dict(options or {}), "activation_token": token})
    deadline = time.monotonic() + timeout
    connection = _connect(paths, deadline)
    if connection is None:
        return None
    with connection:
        answer = _exchange(connection, line, deadline)
    if answer:
        return parse_reply(answer)
    if _is_held(paths, until=min(deadline, time.monotonic() + _CLOSE_TIMEOUT)):
        raise KirejiError(
            "Kireji is running but does not answer.", "Wait a moment; if it stays so, end it and start it again."
        )
    return None


def runs(paths: Paths) -> bool:
    """Whether an instance runs, without asking it for anything."""
    if _SYSTEM == "win32":
        from kireji.desktop.instance_win32 import runs as pipe_is_there

        return pipe_is_there(paths)
    return _is_held(paths)


def wait_until_ended(paths: Paths, seconds: float) -> bool:
    """Wait until no instance runs; whether that is so in time."""
    import threading

    deadline = time.monotonic() + seconds
    while runs(paths):
        if time.monotonic() >= deadline:
            return False
        threading.Event().wait(_PAUSE)  # Windows knows no `select` without sockets
    return True


def _connect(paths: Paths, deadline: float) -> socket.socket | None:
    """Reach the instance; one that is elected but not yet listening is waited for. None when there is none."""
    while True:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(max(0.001, deadline - time.monotonic()))
            connection.connect(os.fspath(paths.socket))
        except OSError:
            connection.close()
        else:
            return connection
        if not _is_held(paths):
            return None
        if time.monotonic() >= deadline:
            raise KirejiError(
                "Kireji seems to be running but cannot be reached.", "End it, then start it again from this desktop."
            )
        select.select([], [], [], _PAUSE)


def _exchange(connection: socket.socket, line: bytes, deadline: float) -> bytes:
    """One line there and one back; empty when no whole line came."""
    answer = b""
    try:
        with contextlib.suppress(BrokenPipeError):  # a refusal is written before anything is read, and the end closed
            connection.sendall(line)
        while not answer.endswith(b"\n") and len(answer) <= MAX_LINE:
            connection.settimeout(max(0.001, deadline - time.monotonic()))
            piece = connection.recv(MAX_LINE)
            if not piece:
                return b""
            answer += piece
    except OSError:  # a timeout is one
        return b""
    return answer


def _try_lock(descriptor: int) -> bool:
    import fcntl

    for _ in range(3):  # a start that only looks (`_is_held`) holds the lock for an instant
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            select.select([], [], [], 0.005)
        else:
            return True
    return False


def _is_held(paths: Paths, until: float = 0.0) -> bool:
    """Whether a living process holds the lock, at the latest at `until`; the system frees that of a dead one."""
    import fcntl

    try:
        descriptor = os.open(paths.lock, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    return True
            else:
                return False
            select.select([], [], [], _PAUSE)
    finally:
        os.close(descriptor)


def _listen(paths: Paths) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(os.fspath(paths.socket))
        paths.socket.chmod(0o600)  # nobody else came in before: the folder is 0700
        listener.listen(16)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def _unusable(paths: Paths, problem: OSError) -> StoreReadOnly:
    reason = (problem.strerror or "unknown reason").lower()
    return StoreReadOnly(
        f"The folder {paths.state} cannot be used: {reason}.",
        "Make it writable, or set KIREJI_HOME to another folder.",
    )
