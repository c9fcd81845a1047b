"""The reading process: takes pictures on standard input, answers with lines on standard output.

It has nothing of the parent but these two pipes: a clean environment, no network, no core dumps, low priority. It ends
at once when standard input is closed, which also happens when the parent dies in any way.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from typing import Any

from kireji.core.errors import PictureError
from kireji.core.frames import FrameDecoder
from kireji.core.reading import ReadLine
from kireji.core.words import mark
from kireji.reader.protocol import PICTURE_LIMIT, Done, Failed, Line, Ready, Reply, encode

_LOG_LIMIT = 1024 * 1024


def main() -> int:
    """Serve until standard input is closed; returns the exit code."""
    requests, answers = _take_channel()
    _restrain()
    pictures: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(requests, pictures), daemon=True).start()
    try:
        from kireji.reader.engine import Engine

        engine = Engine()
    except (ImportError, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201 - kept by the parent as the detail
        _send(answers, Failed(mark("The text reader is not installed completely."), mark("Install Kireji again.")))
        return 1
    _send(answers, Ready())
    while True:
        _answer(answers, engine, pictures.get())


def _answer(answers: int, engine: Any, data: bytes) -> None:
    from kireji.reader.pictures import opened

    try:
        for line in engine.read(opened(data)):
            _send(answers, Line(_bounded(line)))
    except PictureError as error:
        _send(answers, Failed(error.message, error.hint))
    except MemoryError:
        _send(
            answers, Failed(mark("There is not enough memory to read this picture."), mark("Cut out a smaller region."))
        )
    else:
        _send(answers, Done())


def _bounded(line: ReadLine) -> ReadLine:
    if len(line.text) > 2500:  # letters have a hundred pixels of width together there, and places fill the reply
        return ReadLine(line.text[:10_000], line.score, line.box)
    return line


def _take_channel() -> tuple[int, int]:
    """Keep the two pipes for the protocol, so that nothing a library prints or reads can reach them."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


def _receive(requests: int, pictures: queue.SimpleQueue[bytes]) -> None:
    decoder = FrameDecoder(PICTURE_LIMIT)
    while data := os.read(requests, 1 << 20):
        for payload in decoder.feed(data):
            pictures.put(payload)
    os._exit(0)  # from a thread, in the middle of whatever is being read: nobody waits for it any more


def _send(answers: int, reply: Reply) -> None:
    data = encode(reply)
    while data:
        data = data[os.write(answers, data) :]


def _restrain() -> None:
    """No network, no core dump with a screen's contents, no large files, and the person's own programs come first."""
    sys.addaudithook(_refuse_network)
    # WORKAROUND onnxruntime from 1.29 on: its official builds report models, machine and process to their maker unless
    # this is set before they are loaded. They do so from native code, which the hook above does not see.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    if sys.platform != "win32":
        import resource

        os.environ["TMPDIR"] = os.devnull  # even so it would leave a number for the session there, in a file `.ses`
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (_LOG_LIMIT, _LOG_LIMIT))
        os.nice(5)


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    del arguments
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind"):
        raise PermissionError("the text reader does not use the network")


if __name__ == "__main__":
    sys.exit(main())
