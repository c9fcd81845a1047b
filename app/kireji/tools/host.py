"""The process of a plugin: imports it, says which tools it has, and runs their calls.

It has nothing of the program but two pipes: a clean environment and an empty folder. What the plugin prints goes into
its log, not into the protocol. The process ends when its standard input is closed, which also happens when the program
dies in any way. That is no prison: the plugin runs with the person's rights.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from kireji.core.frames import FrameDecoder, FrameError
from kireji.tools.faults import ToolFault
from kireji.tools.host_calls import Calls
from kireji.tools.host_context import Asks, clean
from kireji.tools.host_protocol import (
    TO_HOST_LIMIT,
    Broken,
    Call,
    Cancel,
    Captured,
    Clipped,
    Denied,
    Describe,
    Described,
    Fetched,
    FromHost,
    Load,
    Loaded,
    Opened,
    ToHost,
    encoded,
    of_program,
)
from kireji.tools.plugin_loading import load_tools

_PIECE = 1 << 20
_LEAVE_SECONDS = 1.0
"""How long what runs may still take when nobody listens any more."""


def main(arguments: Sequence[str] = ()) -> int:
    """Serve until standard input is closed; returns the exit code.

    Args:
        arguments: The plugin's name, for whoever looks at the list of processes.
    """
    channel = _Channel.take()
    sys.argv = [*arguments[:1]] or ["plugin"]
    _restrain()
    messages: queue.SimpleQueue[ToHost | None] = queue.SimpleQueue()
    threading.Thread(target=channel.receive, args=(messages.put,), name="receiver", daemon=True).start()
    host = _Host(channel.send)
    while (message := messages.get()) is not None:
        host.take(message)
    return 0


class _Host:
    """Does what the program wants.

    Args:
        send: Sends a message; may be called from any thread.
    """

    def __init__(self, send: Callable[[FromHost], None]) -> None:
        self._send = send
        self._asks = Asks(send)
        self._tools: dict[str, Callable[..., Any]] = {}
        self._calls: Calls | None = None

    def take(self, message: ToHost) -> None:
        """One message."""
        match message:
            case Load():
                self._load(message)
            case Describe():
                self._describe()
            case Call() if self._calls is not None:
                self._calls.begin(message)
            case Cancel() if self._calls is not None:
                self._calls.cancel(message.id)
            case Clipped() | Captured() | Fetched() | Opened() | Denied():
                self._asks.answer(message)

    def _load(self, wanted: Load) -> None:
        try:
            self._tools = load_tools(wanted)
        except ToolFault as problem:
            self._send(_broken(problem))
        else:
            self._calls = Calls(self._tools, wanted.files, self._asks, self._send)
            self._send(Loaded())

    def _describe(self) -> None:
        from kireji.tools.schema import described_tool  # needed once for each version of a plugin

        try:
            self._send(Described(tuple(described_tool(function) for function in self._tools.values())))
        except ToolFault as problem:
            self._send(_broken(problem))
        except Exception as problem:  # noqa: BLE001 - a plugin can break what this rests on
            self._send(Broken(clean(f"{type(problem).__name__}: {problem}")))


def _broken(problem: ToolFault) -> Broken:
    return Broken(clean(problem.reason), clean(problem.file), problem.line)


class _Channel:
    """The two pipes, kept where nothing that a library prints or reads can reach them."""

    def __init__(self, requests: int, answers: int) -> None:
        self._requests, self._answers = requests, answers
        self._turn = threading.Lock()
        # As they are now: a plugin that replaces them in `os` hurts only itself.
        self._write, self._read, self._exit = os.write, os.read, os._exit

    @classmethod
    def take(cls) -> _Channel:
        """Take the standard streams; standard input is empty from now on, and standard output goes into the log."""
        channel = cls(os.dup(0), os.dup(1))
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # a frozen program without a console has none
                stream.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=channel.leave)
        return channel

    def leave(self) -> None:
        """In a copy of this process: its answers are nobody's."""
        for descriptor in (self._requests, self._answers):
            os.close(descriptor)
        self._requests = self._answers = -1

    def send(self, message: FromHost) -> None:
        """Send a message; ends the process when nobody takes it."""
        try:
            data = memoryview(encoded(message))
            with self._turn:
                while data:
                    data = data[self._write(self._answers, data) :]
        except BaseException:  # noqa: BLE001 - the plugin has closed the pipe, or broken what this rests on
            with suppress(BaseException):
                traceback.print_exc()
            self._exit(1)  # nobody would hear of what comes after this

    def receive(self, take: Callable[[ToHost | None], None]) -> None:
        """Take messages until there are no more, then end the process even if something in it does not."""
        frames, decoder = FrameDecoder(TO_HOST_LIMIT), of_program()
        try:
            while data := self._read(self._requests, _PIECE):
                for payload in frames.feed(data):
                    take(decoder.decode(payload))
        except (OSError, FrameError):
            self._exit(1)
        take(None)
        threading.Event().wait(_LEAVE_SECONDS)
        self._exit(0)


def _restrain() -> None:
    """Where a crash happened is written into the log; no core dump with a person's data is."""
    import faulthandler

    if sys.stderr is not None:
        faulthandler.enable()
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
