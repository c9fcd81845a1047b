"""What the program, the supervisor and the keepers say to each other.

To the supervisor: one byte with three descriptors (the child's standard input, its standard output, the keeper's end of
a socket). Everything else goes through that socket as JSON, one line each:

    program: {"argv": [...], "environ": {...}, "folder": "...", "log": "..."}     once, first
             {"end": seconds}                                                     end it after so long
    keeper:  {"started": pid, "since": start} or {"failed": stage, "errno": n}    once
             {"exited": returncode}                                               the child itself
             {"broke": traceback}                                                 a fault of the keeper's own
             end of file                                                          nothing of it is left
"""

from __future__ import annotations

import array
import json
import os
import socket
from collections.abc import Mapping, Sequence

TYPE_CHECKING = False  # importing typing takes a sixth of the start; type checkers know the name
if TYPE_CHECKING:
    from typing import Any

DESCRIPTORS = 3
FOLDER, PROGRAM, PROCESS = "folder", "program", "process"
"""Stages of a start that can fail: changing into the folder, running the program, making a process."""

_INTS = array.array("i")


def encode(message: Mapping[str, Any]) -> bytes:
    """A message as a line; names that are no valid text survive, as the system's functions give them."""
    return json.dumps(message).encode("ascii") + b"\n"


class LineDecoder:
    """Cuts a stream of bytes into messages, whatever the pieces it arrives in."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """Take bytes in; returns the messages that are whole now."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [json.loads(line) for line in lines]


def pass_descriptors(channel: socket.socket, descriptors: Sequence[int]) -> None:
    """Send them with one byte.

    Raises:
        BlockingIOError: There is no room now.
        OSError: The other end is gone.
    """
    channel.sendmsg([b"+"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))])


def take_descriptors(channel: socket.socket) -> list[int] | None:
    """The next ones that were passed, not inherited by other programs; None at the end.

    One byte is read at a time, since descriptors of two messages must not be mixed.

    Raises:
        OSError: The socket is broken, which is as good as its end.
    """
    flags = getattr(socket, "MSG_CMSG_CLOEXEC", 0)  # not on macOS
    data, ancillary, _, _ = channel.recvmsg(1, socket.CMSG_SPACE(DESCRIPTORS * _INTS.itemsize), flags)
    if not data:
        return None
    found: list[int] = []
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            numbers = array.array("i")
            numbers.frombytes(content[: len(content) - len(content) % numbers.itemsize])
            found.extend(numbers)
    for each in found:
        os.set_inheritable(each, False)
    return found
