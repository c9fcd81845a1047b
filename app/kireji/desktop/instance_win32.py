"""One running instance on Windows: whoever made the named pipe is it; what is said there stands in `protocol`.

The pipe's name is made from the user and the folder of the data, so that every user and every KIREJI_HOME has an
instance of its own; Windows frees the name when its process ends, however that came about. Untried on Windows.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING, Any

from kireji.core.errors import KirejiError, StoreReadOnly
from kireji.desktop.paths import Paths, private_folder
from kireji.desktop.pipes_win32 import Libraries, PipeServer, PipeTaken, ask, load, taken, user_id
from kireji.desktop.protocol import Handler, Reply, answer, encode, parse_reply

if TYPE_CHECKING:
    import asyncio

_READ_TIMEOUT = 5.0
_CLOSE_TIMEOUT = 1.0


class PipeLock:
    """Being the one instance. Made by `acquire`, given up by `release`.

    Args:
        server: The pipe.
    """

    def __init__(self, server: PipeServer) -> None:
        self._server = server

    @classmethod
    def acquire(cls, paths: Paths, libraries: Callable[[], Libraries] = load) -> PipeLock | None:
        """Become the instance; clients that connect from now on wait for `serve`. None when another process is it.

        Raises:
            StoreError: The folders cannot be used, or Windows makes no pipe.
        """
        private_folder(paths.state)
        try:
            calls = libraries()
            user = user_id(calls)
            return cls(PipeServer(calls, pipe_name(user, paths), user))
        except PipeTaken:
            return None
        except OSError as problem:
            raise StoreReadOnly(
                "Windows does not let Kireji wait for other starts of it.",
                "Start Windows again, or set KIREJI_HOME to another folder.",
                detail=str(problem),
            ) from problem

    @contextlib.asynccontextmanager
    async def serve(self, handler: Handler) -> AsyncIterator[None]:
        """Answer other starts while the context is open, also those that have been waiting since `acquire`.

        Args:
            handler: Called on the loop for every valid request; a KirejiError it raises becomes the reply's sentence.
        """
        import asyncio

        loop = asyncio.get_running_loop()
        worker = threading.Thread(
            target=self._server.work, args=(_through(loop, handler), _READ_TIMEOUT), name="instance", daemon=True
        )
        worker.start()
        try:
            yield
        finally:
            # The reply to "quit" is still being written.
            await asyncio.to_thread(self._server.stop, _CLOSE_TIMEOUT)

    def release(self) -> None:
        """Let another process be the instance; harmless a second time."""
        self._server.close()


def _through(loop: asyncio.AbstractEventLoop, handler: Handler) -> Callable[[bytes], bytes]:
    """What answers a line from the pipe's thread, on the loop."""
    import asyncio
    from concurrent.futures import CancelledError

    def through(line: bytes) -> bytes:
        work = answer(line, handler)
        try:
            reply = asyncio.run_coroutine_threadsafe(work, loop).result()
        except (CancelledError, RuntimeError):  # the loop ends
            work.close()
            reply = Reply(False, "Kireji is just ending.")
        return encode({"ok": reply.ok, "message": reply.message})

    return through


def send(
    paths: Paths,
    command: str,
    options: Mapping[str, Any] | None = None,
    timeout: float = 10.0,
    *,
    libraries: Callable[[], Libraries] = load,
) -> Reply | None:
    """Ask the running instance for something, without a loop.

    Args:
        paths: Whose instance.
        command: As in `Request`.
        options: As in `Request`.
        timeout: Seconds to wait for the reply; an instance that is still starting answers when its loop runs.
        libraries: Gives the calls.

    Returns:
        The reply, or None when no instance runs.

    Raises:
        KirejiError: One runs but does not answer.
    """
    line = encode({"command": command, "options": dict(options or {}), "activation_token": ""})
    try:
        calls = libraries()
        got = ask(calls, pipe_name(user_id(calls), paths), line, time.monotonic() + timeout)
    except OSError as problem:
        raise KirejiError(
            "Kireji is running but does not answer.",
            "Wait a moment; if it stays so, end it and start it again.",
            detail=str(problem),
        ) from problem
    return parse_reply(got) if got else None


def runs(paths: Paths, *, libraries: Callable[[], Libraries] = load) -> bool:
    """Whether an instance runs, without asking it for anything."""
    try:
        calls = libraries()
        return taken(calls, pipe_name(user_id(calls), paths))
    except OSError:
        return False


def pipe_name(user: str, paths: Paths) -> str:
    """The pipe of this user and this folder; all users of the computer share the names."""
    import hashlib

    whose = f"{user}\n{os.path.normcase(os.path.abspath(paths.state))}"
    return rf"\\.\pipe\kireji-{hashlib.sha256(whose.encode()).hexdigest()[:32]}"
