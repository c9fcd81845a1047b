"""Keeps one child: starts it, takes its standard error into a log, and ends everything below itself in the end."""

from __future__ import annotations

import errno
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from kireji.tools.supervisor import system, wire
from kireji.tools.supervisor.log import BoundedLog
from kireji.tools.supervisor.tree import LOOK_SECONDS, Tree
from kireji.tools.supervisor.wakeup import Wakeup

TYPE_CHECKING = False  # importing typing takes a sixth of the start; type checkers know the name
if TYPE_CHECKING:
    from typing import Any, NoReturn

TERM_SECONDS = 0.7
"""How long processes have between being asked to end and being ended."""
_PIECE = 65536
_PIECES = 16
"""So much is read from standard error before anything else is looked at."""


class StartFailed(Exception):
    """A child could not be started.

    Args:
        stage: Of `wire`.
        number: The system's error.
    """

    def __init__(self, stage: str, number: int) -> None:
        super().__init__(stage, number)
        self.stage, self.number = stage, number


class Keeper:
    """A process that was forked for one child, until nothing of the child is left.

    Args:
        program: The socket to the program.
        life: A pipe that ends with the supervisor.
    """

    def __init__(self, program: socket.socket, life: int) -> None:
        self._program, self._life = program, life
        self._decoder = wire.LineDecoder()
        self._wakeup = Wakeup((signal.SIGCHLD, signal.SIGTERM))
        self._tree = Tree(os.getpid())
        self._poll = select.poll()
        self._errors = -1
        self._log: BoundedLog | None = None
        self._child = 0
        self._childless = False
        self._deadline: float | None = None

    def run(self, stdin: int, stdout: int) -> None:
        """Start the child that the program asks for, and return when it and all below it are gone."""
        request = self._first_message()
        if request is None:
            return
        try:
            self._start(request, stdin, stdout)
        except StartFailed as failure:
            self.tell({"failed": failure.stage, "errno": failure.number})
            return
        self._program.setblocking(False)
        for source in (self._program.fileno(), self._life, self._wakeup.fileno()):
            self._poll.register(source, select.POLLIN)
        while self._child and not self._due():
            self._wait(LOOK_SECONDS if self._deadline is None else self._deadline - time.monotonic())
        self._end_tree()
        self._drain_errors()

    def _first_message(self) -> dict[str, Any] | None:
        """What shall be started; None when the program is gone before it has said it."""
        while True:
            try:
                data = self._program.recv(_PIECE)
            except OSError:
                return None
            if not data:
                return None
            if messages := self._decoder.feed(data):
                return messages[0]

    def _start(self, request: Mapping[str, Any], stdin: int, stdout: int) -> None:
        stderr = stdout
        if request["log"]:
            self._log = BoundedLog(request["log"])
            self._errors, stderr = os.pipe()
            os.set_blocking(self._errors, False)
            self._poll.register(self._errors, select.POLLIN)
        try:
            self._child = start(request, (stdin, stdout, stderr))
        finally:
            for each in {stdin, stdout, stderr}:
                os.close(each)
        self.tell({"started": self._child, "since": system.started_at(self._child)})

    def _due(self) -> bool:
        return self._deadline is not None and time.monotonic() >= self._deadline

    def _end_in(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self._deadline = end if self._deadline is None else min(self._deadline, end)

    def _wait(self, seconds: float | None) -> None:
        """Handle what happens next, if something does within this time."""
        for source, _ in self._poll.poll(None if seconds is None else max(0.0, seconds * 1000)):
            if source == self._wakeup.fileno():
                if signal.SIGTERM in self._wakeup.received():
                    self._end_in(0)
                self._collect()
            elif source == self._life:
                self._poll.unregister(source)
                self._end_in(0)
            elif source == self._errors:
                self._drain_errors()
            else:
                self._listen()
        if LOOK_SECONDS is not None:
            self._tree.look()

    def _listen(self) -> None:
        try:
            data = self._program.recv(_PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._poll.unregister(self._program.fileno())
            self._end_in(0)
        for message in self._decoder.feed(data):
            self._end_in(float(message["end"]))

    def _drain_errors(self) -> None:
        for _ in range(_PIECES):
            if self._errors == -1:
                return
            try:
                data = os.read(self._errors, _PIECE)
            except BlockingIOError:
                return
            if data and self._log is not None:
                self._log.write(data)
            elif not data:
                self._poll.unregister(self._errors)
                os.close(self._errors)
                self._errors = -1

    def _collect(self) -> None:
        """Take leave of all that have ended."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                self._childless = True
                return
            if pid == 0:
                self._childless = False
                return
            if pid == self._child:
                self._child = 0
                self._drain_errors()  # its last words are in the log when the program hears of its end
                self.tell({"exited": os.waitstatus_to_exitcode(status)})

    def tell(self, message: Mapping[str, Any]) -> None:
        """Send the program a message."""
        with suppress(OSError):  # it is gone, or does not listen to a few bytes
            self._program.send(wire.encode(message))

    def _gone(self) -> bool:
        self._collect()
        # Where orphans come to this process, having no children means that nothing is left.
        return self._childless and (LOOK_SECONDS is None or not self._tree.look())

    def _end_tree(self) -> None:
        if self._gone():
            return
        self._signal((signal.SIGTERM, signal.SIGCONT))
        until = time.monotonic() + TERM_SECONDS
        while not self._gone():
            if (left := until - time.monotonic()) <= 0:
                break
            self._wait(min(left, 0.05))
        end_all(self._tree.look, self._gone, lambda: self._wait(0.005))

    def _signal(self, numbers: tuple[int, ...]) -> None:
        for each in self._tree.look():
            for number in numbers:
                system.hurt(each, number)


def end_all(
    look: Callable[[], list[int]], gone: Callable[[], bool], wait: Callable[[], object], patience: float = 2.0
) -> None:
    """End every process of a tree, also those that are forked meanwhile.

    Args:
        look: Says what is there now.
        gone: Says whether nothing is left.
        wait: Waits a little.
        patience: Seconds for those that may not be touched because they run as another user; they are left then.
    """
    seen: set[int] = set()
    until = time.monotonic() + patience
    while not gone():
        found = look()
        touchable = [each for each in found if system.hurt(each, signal.SIGKILL)]
        if found and not touchable and time.monotonic() > until:
            return
        # Who forks without end is caught only by being quicker, so there is no pause while new ones turn up.
        if seen.issuperset(found):
            wait()
        seen.update(found)


def start(request: Mapping[str, Any], streams: tuple[int, int, int]) -> int:
    """Run a program in a session of its own, with default signals and nothing inherited but its streams.

    Args:
        request: As in `wire`.
        streams: Its standard input, output and error.

    Returns:
        Its number.

    Raises:
        StartFailed: There is no such program, no such folder, or no room for a process.
    """
    report, reporting = os.pipe()
    keeper = os.getpid()
    try:
        child = os.fork()
    except OSError as problem:
        os.close(report)
        os.close(reporting)
        raise StartFailed(wire.PROCESS, problem.errno or 0) from problem
    if child == 0:
        _become(request, streams, keeper, reporting)
    os.close(reporting)
    with open(report, "rb") as file:
        said = file.read().decode("ascii")  # nothing when the program runs: the pipe closes as it begins
    if said:
        os.waitpid(child, 0)
        stage, _, number = said.partition(" ")
        raise StartFailed(stage, int(number))
    return child


def _become(request: Mapping[str, Any], streams: tuple[int, int, int], keeper: int, reporting: int) -> NoReturn:
    """In the forked process: turn into the program, or report why not."""
    stage = wire.PROCESS
    try:
        os.setsid()
        system.die_with_parent()
        if os.getppid() != keeper:
            os._exit(1)
        system.offer_to_memory_killer()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        system.default_signals()
        stage = wire.FOLDER
        os.chdir(request["folder"])
        stage = wire.PROGRAM
        os.execve(request["argv"][0], request["argv"], request["environ"])  # noqa: S606 - no shell is wanted
    except OSError as problem:
        os.write(reporting, f"{stage} {problem.errno}".encode("ascii"))
    except ValueError:  # a name or value that cannot be passed
        os.write(reporting, f"{stage} {errno.EINVAL}".encode("ascii"))
    finally:
        os._exit(127)
