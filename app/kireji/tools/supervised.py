"""One program under the supervisor, as the app sees it: two pipes and the socket to its keeper."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress

from kireji.tools.pipes import PipeReader, PipeWriter
from kireji.tools.start_failures import StartRefused
from kireji.tools.supervisor import wire
from kireji.tools.supervisor.system import started_at

log = logging.getLogger(__name__)

_KILLED = -signal.SIGKILL if hasattr(signal, "SIGKILL") else -9
_PIECE = 65536


class SupervisedProcess:
    """A program that a keeper runs; satisfies `core.tool_ports.ChildProcess`.

    `end` gives back the pipes too, so it belongs to every start, also after the program has ended by itself.

    Args:
        stdin: Written here.
        stdout: Read here.
        control: The socket to its keeper.
        on_gone: Called when nothing is left of it.
    """

    def __init__(
        self, stdin: int, stdout: int, control: socket.socket, on_gone: Callable[[SupervisedProcess], object]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._stdin, self._stdout = PipeWriter(stdin), PipeReader(stdout)
        self._control, self._on_gone = control, on_gone
        self._decoder = wire.LineDecoder()
        self._began: asyncio.Future[None] = self._loop.create_future()
        self._exited, self._gone = asyncio.Event(), asyncio.Event()
        self._returncode: int | None = None
        self._pid, self._since = 0, ""
        control.setblocking(False)
        self._loop.add_reader(control.fileno(), self._listen)

    @property
    def pid(self) -> int:
        return self._pid

    @property
    def returncode(self) -> int | None:
        return self._returncode

    @property
    def gone(self) -> bool:
        """Whether nothing of it is left."""
        return self._gone.is_set()

    async def begin(self, argv: list[str], environ: dict[str, str], folder: str, log_path: str) -> None:
        """Have the keeper start the program.

        Raises:
            StartRefused: It cannot be started.
            ConnectionError: The keeper is gone.
        """
        data = wire.encode({"argv": argv, "environ": environ, "folder": folder, "log": log_path})
        await self._loop.sock_sendall(self._control, data)
        await self._began

    async def read(self, limit: int = _PIECE) -> bytes:
        return await self._stdout.read(limit)

    async def write(self, data: bytes) -> None:
        await self._stdin.write(data)

    def close_stdin(self) -> None:
        self._stdin.close()

    async def wait(self) -> int:
        await self._exited.wait()
        assert self._returncode is not None
        return self._returncode

    async def end(self, grace: float = 2.0) -> None:
        self._stdin.close()
        if not self._gone.is_set():
            with suppress(OSError):
                self._control.send(wire.encode({"end": grace}))
            await self._gone.wait()
        self.close()

    async def wait_gone(self) -> None:
        """Wait until nothing of it is left."""
        await self._gone.wait()

    def close(self) -> None:
        """Give the pipes back and let go of the keeper, which ends what is left."""
        self._stdin.close()
        self._stdout.close()
        self._let_go()

    def _listen(self) -> None:
        try:
            data = self._control.recv(_PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        for message in self._decoder.feed(data):
            self._hear(message)
        if not data:
            self._lost()

    def _hear(self, message: dict[str, object]) -> None:
        match message:
            case {"started": int(pid), "since": str(since)}:
                self._pid, self._since = pid, since
                if not self._began.done():
                    self._began.set_result(None)
            case {"failed": str(stage), "errno": int(number)}:
                self._failed_to_begin(StartRefused(stage, number))
            case {"exited": int(code)}:
                self._returncode = code
                self._exited.set()
            case {"broke": str(text)}:
                log.error("a keeper broke: %s", text)

    def _failed_to_begin(self, reason: Exception) -> None:
        if not self._began.done():
            self._began.set_exception(reason)
            self._began.exception()  # nobody may be waiting any more

    def _lost(self) -> None:
        """The keeper is gone: nothing is left, unless somebody has ended the keeper itself."""
        # While a group has members its number is given to nobody else, so a number without a process is still ours.
        if self._returncode is None and self._pid and started_at(self._pid) in ("", self._since):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._pid, signal.SIGKILL)
        self._let_go()

    def _let_go(self) -> None:
        if self._gone.is_set():
            return
        self._loop.remove_reader(self._control.fileno())
        self._control.close()
        self._failed_to_begin(ConnectionResetError())
        if self._returncode is None:
            self._returncode = _KILLED
            self._exited.set()
        self._gone.set()
        self._on_gone(self)
