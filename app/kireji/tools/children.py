"""Starts the programs of tools under one supervisor, a process of its own that ends them when this one is gone."""

from __future__ import annotations

import asyncio
import errno
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
from kireji.core.words import say
from kireji.tools.supervised import StartRefused, SupervisedProcess
from kireji.tools.supervisor import wire

SWITCH = "--tool-supervisor"
"""Argument with which the frozen program becomes the supervisor."""

_START_SECONDS = 20.0
_END_SECONDS = 5.0
"""The supervisor needs less than three, unless something below it waits for a broken disk."""

_BEGIN = (
    "import sys; sys.path.append(sys.argv[1]); from kireji.tools.supervisor.process import main; main(sys.argv[2:])"
)


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
            except BaseException:
                ours.close()
                raise
        ours.setblocking(False)
        return cls(ours, process)


class SupervisedProcesses:
    """Programs under one supervisor; satisfies `core.tool_ports.ChildProcesses`.

    There is no supervisor before the first program, and a new one when somebody has ended it.
    """

    def __init__(self) -> None:
        self._supervisor: _Supervisor | None = None
        self._turn = asyncio.Lock()
        self._children: set[SupervisedProcess] = set()
        self._over = asyncio.Event()

    @property
    def pid(self) -> int | None:
        """The supervisor's number; None while there is none."""
        return self._supervisor.process.pid if self._supervisor else None

    async def start(
        self, command: Sequence[str], *, environ: Mapping[str, str], folder: str, log: str = ""
    ) -> SupervisedProcess:
        program = command[0]
        try:
            child = await self._keeper()
        except OSError as problem:
            raise _not_started(program, folder, StartRefused(wire.PROCESS, problem.errno or 0)) from problem
        try:
            async with asyncio.timeout(_START_SECONDS):
                await child.begin(list(command), dict(environ), folder, log)
        except BaseException as problem:
            child.close()
            match problem:
                case StartRefused():
                    raise _not_started(program, folder, problem) from None
                case TimeoutError():
                    raise ToolSourceError(
                        say("“{program}” did not start in time.", program=program),
                        say("Try again; its folder may be on a disk that does not answer."),
                    ) from None
                case ConnectionError():
                    raise ToolSourceError(
                        say("“{program}” could not be started: the process that starts it was ended.", program=program),
                        say("Try again."),
                    ) from problem
            raise
        return child

    async def aclose(self) -> None:
        """End all of them and the supervisor; harmless without one. A later start makes a new one."""
        supervisor = self._supervisor
        if supervisor is None:
            return
        over = self._over
        with suppress(OSError):
            supervisor.channel.shutdown(socket.SHUT_WR)
        with suppress(TimeoutError):
            async with asyncio.timeout(_END_SECONDS):
                for child in tuple(self._children):
                    await child.wait_gone()
                await over.wait()
        for child in tuple(self._children):
            child.close()
        self._lost(supervisor)

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
        child = SupervisedProcess(to_child, from_child, control, self._children.discard)
        self._children.add(child)
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
        asyncio.get_running_loop().remove_reader(supervisor.channel.fileno())
        supervisor.channel.close()
        self._over.set()
        _collect(asyncio.get_running_loop(), supervisor.process)


def _collect(loop: asyncio.AbstractEventLoop, process: subprocess.Popen[bytes]) -> None:
    """Take leave of a process that has closed its socket, which is a moment before its end."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(0.2)
        return
    loop.call_later(1.0, _collect, loop, process)


def _not_started(program: str, folder: str, refusal: StartRefused) -> ToolSourceError:
    """Why a program did not start, for a person."""
    return ToolSourceError(
        say("“{program}” could not be started: {reason}.", program=program, reason=_reason(program, folder, refusal)),
        _next_step(refusal),
        detail=os.strerror(refusal.number) if refusal.number else "",
    )


def _reason(program: str, folder: str, refusal: StartRefused) -> str:
    match refusal.stage, refusal.number:
        case wire.FOLDER, errno.ENOENT:
            return say("its working folder {folder} is not there", folder=folder)
        case wire.FOLDER, errno.ENOTDIR:
            return say("its working folder {folder} is not a folder", folder=folder)
        case wire.FOLDER, errno.EACCES:
            return say("its working folder {folder} may not be entered", folder=folder)
        case wire.PROGRAM, errno.ENOENT if os.path.exists(program):
            return say("the program named in its first line is not there")
        case wire.PROGRAM, errno.ENOENT | errno.ENOTDIR:
            return say("there is no such file")
        case wire.PROGRAM, errno.EACCES if os.path.isdir(program):
            return say("that is a folder")
        case wire.PROGRAM, errno.EACCES:
            return say("the file is not executable")
        case wire.PROGRAM, errno.ENOEXEC:
            return say("the file is not a program that this computer can run")
        case wire.PROGRAM, errno.E2BIG:
            return say("its arguments and variables are too long")
        case wire.PROGRAM, errno.EINVAL:
            return say("an argument or a variable holds a character that cannot be passed")
        case _, (errno.EMFILE | errno.ENFILE | errno.EAGAIN | errno.ENOMEM):
            return say("this computer has no room for another program")
    return os.strerror(refusal.number)


def _next_step(refusal: StartRefused) -> str:
    if refusal.stage == wire.PROCESS:
        return say("End some programs and try again.")
    if refusal.stage == wire.FOLDER:
        return say("Make the folder, or name another one.")
    return say("Check the command and that the program is installed.")
