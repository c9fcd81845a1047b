"""The words in PDF documents, by pages, through a process of their own."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kireji.core.child_environment import clean
from kireji.core.errors import DocumentError
from kireji.core.frames import FrameDecoder, FrameError
from kireji.core.source_ports import PdfWords
from kireji.core.words import say
from kireji.sources.pdf_worker import LARGEST_ANSWER, End, Page
from kireji.sources.threads import in_thread

SWITCH = "--pdf-worker"
"""Argument with which the frozen program becomes the process that reads a document."""
_SECONDS = 30.0
_KEPT = 64
_KEPT_LETTERS = 8_000_000


def command() -> list[str]:
    """The command line of the process; `-P` keeps the current folder off the module path."""
    if getattr(sys, "frozen", False):
        return [sys.executable, SWITCH]
    return [sys.executable, "-P", "-m", "kireji.sources.pdf_worker"]


class PdfReader:
    """Satisfies `core.source_ports.PdfText`; what was read a moment ago is not read again.

    Args:
        environ: This process's environment; the other one sees the harmless part of it.
        seconds: After so long the process is ended, and the pages that came until then are all there are.
        worker: Its command line; None takes the real one.
    """

    def __init__(
        self, environ: Mapping[str, str], seconds: float = _SECONDS, worker: Sequence[str] | None = None
    ) -> None:
        self._environment = clean(environ)
        self._seconds = seconds
        self._worker = list(worker or command())
        self._known: OrderedDict[str, PdfWords] = OrderedDict()
        self._lock = threading.Lock()

    async def words(self, data: bytes) -> PdfWords:
        """As in PdfText."""
        return await in_thread(lambda: self.words_now(data))

    def words_now(self, data: bytes) -> PdfWords:
        """The same; blocks.

        Raises:
            DocumentError: As in PdfText.
        """
        name = hashlib.sha256(data).hexdigest()
        with self._lock:
            if (known := self._known.get(name)) is not None:
                self._known.move_to_end(name)
                return known
        found = _checked(self._read(data))
        with self._lock:
            self._known[name] = found
            while len(self._known) > _KEPT or (len(self._known) > 1 and self._letters() > _KEPT_LETTERS):
                self._known.popitem(last=False)
        return found

    def _letters(self) -> int:
        return sum(len(text) for each in self._known.values() for text in each.pages)

    def _read(self, data: bytes) -> tuple[list[str], End | None]:
        """The pages that came, and how it ended; None when it did not."""
        try:
            worker = subprocess.Popen(
                self._worker,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                **_apart(),
            )
        except OSError as error:
            raise DocumentError(say("The PDF could not be read."), say("Install Kireji again.")) from error
        try:
            said, _ = worker.communicate(data, self._seconds)
        except subprocess.TimeoutExpired:
            worker.kill()
            said, _ = worker.communicate()
        except BaseException:
            worker.kill()
            worker.communicate()
            raise
        return _understood(said)


def _understood(said: bytes) -> tuple[list[str], End | None]:
    pages: list[str] = []
    try:
        for payload in FrameDecoder(LARGEST_ANSWER).feed(said):
            message = msgspec.json.decode(payload, type=Page | End)
            if isinstance(message, End):
                return pages, message
            pages.append(message.text)
    except (FrameError, msgspec.DecodeError, UnicodeDecodeError):
        return pages, None
    return pages, None


def _checked(read: tuple[list[str], End | None]) -> PdfWords:
    pages, end = read
    if end is not None and end.problem == "locked":
        raise DocumentError(say("The PDF is protected by a password."), say("Save it without one."))
    if end is not None and end.problem:
        raise DocumentError(say("The PDF is damaged."), say("Save or download it again."))
    if end is None and not pages:
        raise DocumentError(say("The PDF takes too long to read, or is damaged."), say("Attach the part that matters."))
    if not any(page.strip() for page in pages):
        raise DocumentError(
            say("The PDF holds no words; its pages are pictures."), say("Ask a model that reads PDF documents.")
        )
    return PdfWords(tuple(pages), end.pages if end is not None else len(pages), end is not None)


def _apart() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS}
    return {"start_new_session": True, "close_fds": True, "cwd": os.sep}
