"""The supervisor: forks a keeper for each child that the program wants, and ends what keepers have left."""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import time
from collections.abc import Sequence
from contextlib import suppress

from kireji.tools.supervisor import system, wire
from kireji.tools.supervisor.keeper import Keeper, end_all
from kireji.tools.supervisor.tree import Tree, children, descendants
from kireji.tools.supervisor.wakeup import Wakeup

TYPE_CHECKING = False  # importing typing takes a sixth of the start; type checkers know the name
if TYPE_CHECKING:
    from typing import NoReturn

PATIENCE = 1.6
"""Seconds that keepers have to end their trees and themselves; a keeper needs 0.7 where its processes do not listen."""


def main(arguments: Sequence[str]) -> int:
    """Serve until the program is gone and nothing is left below this process.

    Args:
        arguments: The number of the descriptor of the socket to the program.
    """
    program = socket.socket(fileno=int(arguments[0]))
    program.set_inheritable(False)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for number in (signal.SIGINT, signal.SIGHUP):  # meant for the program, which then closes the socket
        signal.signal(number, signal.SIG_IGN)
    system.adopt_orphans()
    gc.disable()  # nothing becomes garbage, and looking for it would copy pages that keepers share with this process
    Supervisor(program).run()
    return 0


class Supervisor:
    """The process's work.

    Args:
        program: The socket to the program.
    """

    def __init__(self, program: socket.socket) -> None:
        self._program = program
        self._wakeup = Wakeup((signal.SIGCHLD, signal.SIGTERM))
        self._life, self._living = os.pipe()
        self._keepers: set[int] = set()
        self._tree = Tree(os.getpid())
        self._childless = True

    def run(self) -> None:
        """Return when the program is gone, or wants the end, and nothing is left."""
        poll = select.poll()
        poll.register(self._program.fileno(), select.POLLIN)
        poll.register(self._wakeup.fileno(), select.POLLIN)
        while True:
            ready = {source for source, _ in poll.poll()}
            if self._wakeup.fileno() in ready:
                if signal.SIGTERM in self._wakeup.received():
                    break
                self._collect()
                self._end_strays()
            if self._program.fileno() in ready and not self._serve():
                break
        self._end()

    def _serve(self) -> bool:
        """Fork the next keeper; False when the program wants no more."""
        try:
            descriptors = wire.take_descriptors(self._program)
        except OSError:
            return False
        if descriptors is None:
            return False
        if len(descriptors) == wire.DESCRIPTORS:  # fewer when this process has no room for them
            self._fork(*descriptors)
        for each in descriptors:
            os.close(each)
        return True

    def _fork(self, stdin: int, stdout: int, control: int) -> None:
        try:
            keeper = os.fork()
        except OSError as problem:
            failure = wire.encode({"failed": wire.PROCESS, "errno": problem.errno})
            with suppress(OSError), socket.socket(fileno=os.dup(control)) as program:
                program.send(failure)
            return
        if keeper == 0:
            self._become_keeper(stdin, stdout, control)
        self._keepers.add(keeper)

    def _become_keeper(self, stdin: int, stdout: int, control: int) -> NoReturn:
        """In the forked process: keep a child; whatever happens, nothing of the supervisor's own work is done here."""
        try:
            self._wakeup.close()
            self._program.close()
            os.close(self._living)
            system.adopt_orphans()
            keeper = Keeper(socket.socket(fileno=control), self._life)
            try:
                keeper.run(stdin, stdout)
            except Exception:  # noqa: BLE001 - a fault of ours; the supervisor ends what is left, the program logs it
                import traceback  # 10 ms that every start would pay for

                keeper.tell({"broke": traceback.format_exc()})
        finally:
            os._exit(0)

    def _collect(self) -> None:
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                self._childless = True
                return
            if pid == 0:
                self._childless = False
                return
            self._keepers.discard(pid)

    def _gone(self) -> bool:
        self._collect()
        return self._childless

    def _end_strays(self) -> None:
        """End what has come to this process because its keeper was ended from outside."""
        if self._strays():
            end_all(self._below_strays, lambda: not self._strays(), lambda: self._pause(0.005))

    def _strays(self) -> list[int]:
        self._collect()
        return [each for each in children(os.getpid()) if each not in self._keepers]

    def _below_strays(self) -> list[int]:
        strays = self._strays()
        return [*strays, *(each for stray in strays for each in descendants(stray))]

    def _pause(self, seconds: float) -> None:
        select.select([self._wakeup.fileno()], [], [], seconds)
        self._wakeup.received()

    def _end(self) -> None:
        os.close(self._living)  # every keeper sees it and ends its tree
        until = time.monotonic() + PATIENCE
        while not self._gone():
            if (left := until - time.monotonic()) <= 0:
                break
            self._pause(left)
        end_all(self._tree.look, self._gone, lambda: self._pause(0.005))
