"""The process that takes the words out of a PDF: the document on standard input, its pages on standard output.

A PDF is a program in disguise, and somebody else's: what it makes the parser do must end with this process. It has no
network, a bound of memory and of time, and nothing of the parent but two pipes.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any

import msgspec

from kireji.core.frames import frame

LARGEST_ANSWER = 8_000_000
"""Bytes of a page's words, as JSON."""
MOST_PAGES = 2_000
_MOST_LETTERS = 4_000_000
_MEMORY = 1_500_000_000
_SECONDS = 60


class Page(msgspec.Struct, tag="page"):
    """The words of one page, in order."""

    text: str


class End(msgspec.Struct, tag="end"):
    """There is no more.

    Args:
        pages: How many the document has.
        problem: locked, broken, or empty when it was read.
    """

    pages: int
    problem: str = ""


def main() -> int:
    """Read one document; returns the exit code."""
    answers = os.dup(1)
    os.dup2(2, 1)  # nothing that a library prints reaches the parent
    data = sys.stdin.buffer.read()
    _restrain()
    _tell(answers, _read(answers, data))
    return 0


def _read(answers: int, data: bytes) -> End:
    import pypdf
    from pypdf.errors import DependencyError, FileNotDecryptedError

    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return End(0, "locked")
        pages = len(reader.pages)
    except (DependencyError, FileNotDecryptedError):
        return End(0, "locked")
    except Exception:  # noqa: BLE001 - whatever a broken document makes the parser do, it is broken
        return End(0, "broken")
    letters = 0
    for number in range(min(pages, MOST_PAGES)):
        try:
            text = reader.pages[number].extract_text()
        except Exception:  # noqa: BLE001 - one page of many
            text = ""
        text = text.encode("utf-8", "replace").decode()[: _MOST_LETTERS - letters]
        letters += len(text)
        _tell(answers, Page(text))
        if letters >= _MOST_LETTERS:
            break
    return End(pages)


def _tell(answers: int, message: Page | End) -> None:
    data = frame(msgspec.json.encode(message))
    while data:
        data = data[os.write(answers, data) :]


def _restrain() -> None:
    sys.addaudithook(_refuse)
    sys.setrecursionlimit(3_000)
    if sys.platform != "win32":
        import resource

        for limit, most in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, 1_000_000),
            (resource.RLIMIT_CPU, _SECONDS),
            (resource.RLIMIT_AS, _MEMORY),
        ):
            try:
                resource.setrlimit(limit, (most, most))
            except (OSError, ValueError):  # some systems know no bound of memory
                continue
        os.nice(5)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    del arguments
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.bind", "subprocess.Popen", "os.exec"):
        raise PermissionError("the reader of documents uses no network and starts nothing")


if __name__ == "__main__":
    sys.exit(main())
