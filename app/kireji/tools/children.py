"""Starts the programs of tools under one supervisor, a process of its own that ends them when this one is gone."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple

from kireji.core.child_environment import clean
from kireji.core.errors import ToolSourceError
from kireji.core.tool_ports import ChildProcesses
from kireji.core.words import say
from kireji.tools.start_failures import StartRefused, not_started
from kireji.tools.supervised import SupervisedProcess
from kireji.tools.supervisor import wire

_SYSTEM: str = sys.platform
"""As a plain text, so that the type checker reads the code of every system on each of them."""
SWITCH = "--tool-supervisor"
"""Argument with which the frozen program becomes the supervisor."""

_START_SECONDS = 20.0
_IDLE_SECONDS = 60.0
_END_SECONDS = 5.0
"""The supervisor needs less than three, unless something below it waits for a broken disk."""

_BEGIN = (
    "import sys; sys.path.append(sys.argv[1]); from kireji.tools.supervisor.process import main; main(sys.argv[2:])"
)


def child_processes() -> ChildProcesses:
    """What starts programs on this system."""
    if _SYSTEM == "win32":
        from kireji.tools.children_win32 import JobProcesses

        return JobProcesses()
    return SupervisedProcesses()


def supervisor_command(descriptor: int) -> list[str]:
    """The supervisor's command line: isolated and without site-packages, which makes it start in a third of the time.

    Args:
        descriptor: Its end of the socket.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, SWITCH, str(descriptor)]
    code = str(Path(__file__).resolve().parents[2])
    return [sys.executable, "-I", "-S", "-X", "utf8", "-c", _BEGIN, code, str(descriptor)]


class _Supervisor(NamedTuple):
    """A running supervisor.

    Args:
        channel: The socket to it.
        process: The process.
    """

    channel: socket.socket
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls) -> _Supervisor:
        """Raises OSError."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = subprocess.Popen(
                    supervisor_command(theirs.fileno()),
                    env=clean(os.environ),
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
            except BaseException:  # whatever comes, the descriptor is given back
                ours.close()
                raise
        ours.setblocking(False)
        return cls(ours, process)


class SupervisedProcesses:
    """Programs under one supervisor; satisfies `core.tool_ports.ChildProcesses`.

    There is no supervisor before the first program, and none when nothing has run for a while; when somebody has ended
    it, the next program gets a new one.

    Args:
        idle_seconds: So long after the last program's end the supervisor ends.
    """

    def __init__(self, idle_seconds: float = _IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._idle: asyncio.TimerHandle | None = None
        self._supervisor: _Supervisor | None = None
        self._turn = asyncio.Lock()
        self._children: set[SupervisedProcess] = set()
        self._leaving: set[subprocess.Popen[bytes]] = set()
        self._over = asyncio.Event()

    @property
    def pid(self) -> int | None:
        """The supervisor's number; None while there is none."""
        return self._supervisor.process.pid if self._supervisor else None

    async def start(
        self, command: Sequence[str], *, environ: Mapping[str, str], folder: str, log: str = ""
    ) -> SupervisedProcess:
        for _ in range(2):  # the supervisor may be ended from outside just now
            with suppress(ConnectionError):
                return await self._start(list(command), dict(environ), folder, log)
        raise ToolSourceError(
            say("“{program}” could not be started: the process that starts it was ended.", program=command[0]),
            say("Try again."),
        )

    async def _start(self, command: list[str], environ: dict[str, str], folder: str, log: str) -> SupervisedProcess:
        """Raises ConnectionError when supervisor or keeper went away, and ToolSourceError."""
        program = command[0]
        try:
            child = await self._keeper()
        except OSError as problem:
            raise not_started(program, folder, StartRefused(wire.PROCESS, problem.errno or 0)) from problem
        try:
            async with asyncio.timeout(_START_SECONDS):
                await child.begin(command, environ, folder, log)
        except BaseException as problem:  # a cancelled start too leaves no program and no pipe
            child.close()
            match problem:
                case StartRefused():
                    raise not_started(program, folder, problem) from None
                case TimeoutError():
                    raise ToolSourceError(
                        say("“{program}” did not start in time.", program=program),
                        say("Try again; its folder may be on a disk that does not answer."),
                    ) from None
            raise
        return child

    async def aclose(self) -> None:
        """End all of them and the supervisor; harmless without one. A later start makes a new one."""
        self._stay()
        supervisor = self._supervisor
        if supervisor is not None:
            with suppress(OSError):
                supervisor.channel.shutdown(socket.SHUT_WR)
        with suppress(TimeoutError):
            async with asyncio.timeout(_END_SECONDS):
                for child in tuple(self._children):
                    await child.wait_gone()
                if supervisor is not None:
                    await self._over.wait()
        for child in tuple(self._children):
            child.close()
        if supervisor is not None:
            self._lost(supervisor)
        for _ in range(200):  # one that was lost a moment ago, too
            if all(process.poll() is not None for process in self._leaving):
                break
            await asyncio.sleep(0.005)

    async def _keeper(self) -> SupervisedProcess:
        """A new keeper, and what will be its child. Raises OSError."""
        with ExitStack() as ours, ExitStack() as theirs:
            stdin, to_child = os.pipe()
            theirs.callback(os.close, stdin)
            ours.callback(os.close, to_child)
            from_child, stdout = os.pipe()
            theirs.callback(os.close, stdout)
            ours.callback(os.close, from_child)
            control, keepers = socket.socketpair()
            theirs.enter_context(keepers)
            ours.enter_context(control)
            await self._pass((stdin, stdout, keepers.fileno()))
            ours.pop_all()
        child = SupervisedProcess(to_child, from_child, control, self._gone)
        self._children.add(child)
        self._stay()
        return child

    async def _pass(self, descriptors: tuple[int, int, int]) -> None:
        async with self._turn:
            while True:
                supervisor = self._running()
                try:
                    wire.pass_descriptors(supervisor.channel, descriptors)
                except BlockingIOError:
                    await asyncio.sleep(0.005)  # it has more to do than it has room for
                except ConnectionError:
                    self._lost(supervisor)
                else:
                    return

    def _gone(self, child: SupervisedProcess) -> None:
        self._children.discard(child)
        self._stay()
        if not self._children and self._supervisor is not None:
            self._idle = asyncio.get_running_loop().call_later(self._idle_seconds, self._lost, self._supervisor)

    def _stay(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _running(self) -> _Supervisor:
        if self._supervisor is None:
            self._supervisor = supervisor = _Supervisor.start()
            self._over = asyncio.Event()
            asyncio.get_running_loop().add_reader(supervisor.channel.fileno(), self._listen, supervisor)
        return self._supervisor

    def _listen(self, supervisor: _Supervisor) -> None:
        """It says nothing, so what can be read is its end."""
        with suppress(BlockingIOError):
            with suppress(ConnectionError):
                if supervisor.channel.recv(1):
                    return
            self._lost(supervisor)

    def _lost(self, supervisor: _Supervisor) -> None:
        """The supervisor is gone, or is given up."""
        if self._supervisor is not supervisor:
            return
        self._supervisor = None
        self._stay()
        asyncio.get_running_loop().remove_reader(supervisor.channel.fileno())
        supervisor.channel.close()
        self._over.set()
        self._leaving.add(supervisor.process)
        self._collect(asyncio.get_running_loop(), supervisor.process)

    def _collect(self, loop: asyncio.AbstractEventLoop, process: subprocess.Popen[bytes]) -> None:
        """Take leave of a process that has closed its socket, which is a moment before its end."""
        if process.poll() is not None:
            self._leaving.discard(process)
        elif not loop.is_closed():
            loop.call_later(0.02, self._collect, loop, process)
