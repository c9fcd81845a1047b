"""Logs without content or keys, and evidence of crashes. Standard library only; cheap until something is logged."""

from __future__ import annotations

import faulthandler
import functools
import logging
import logging.handlers
import os
import re
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, Any

LOG_NAME = "kireji.log"
CRASH_NAME = "crash.txt"
_MOST_BYTES = 1_000_000
_OLDER_FILES = 3

log = logging.getLogger("kireji")


@functools.cache
def _secrets() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Compiled when the first record is written; start-up does not pay."""
    return (
        # data URLs: pictures and files
        (re.compile(r"data:[\w.+-]+/[\w.+-]+(?:;[\w=.-]+)*,[^\s\"'<>)]*"), "data:…"),
        # a header that carries a key, in any of the forms in which headers are printed
        (
            re.compile(
                r"(?i)((?:x-api-key|api[-_]?key|proxy-authorization|authorization)[\"']?\]?\s*[:=,]\s*(?:b?[\"'])?+"
                r"(?:(?:bearer|basic)\s+)?+)[^\s\"',;)}\]]+"
            ),
            r"\1…",
        ),
        (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 …"),
        # keys as services write them: sk-ant-..., sk-or-..., sk-proj-...
        (re.compile(r"\bsk-[A-Za-z0-9][\w-]{6,}"), "sk-…"),
        # user and password in an address
        (re.compile(r"(?<=://)[^\s/@:]+:[^\s/@]+(?=@)"), "…"),
        # long base64
        (re.compile(r"[A-Za-z0-9+/_-]{120,}={0,2}"), "…"),
    )


def redacted(text: str) -> str:
    """`text` without what looks like a key, a password or the bytes of a file."""
    for pattern, replacement in _secrets():
        text = pattern.sub(replacement, text)
    return text


class RedactingFormatter(logging.Formatter):
    """Formats a record with its exception, and takes out what must not stand in a log."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


class PrivateFileHandler(logging.handlers.RotatingFileHandler):
    """A rotating file that only its owner can read, made with its folder when the first record comes.

    A log that cannot be written never disturbs the program.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=_MOST_BYTES, backupCount=_OLDER_FILES, encoding="utf-8", delay=True)

    def _open(self) -> Any:
        folder = Path(self.baseFilename).parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open(self.baseFilename, "a", encoding="utf-8", opener=_private)

    def handleError(self, record: logging.LogRecord) -> None:
        """Drop the record."""


def _private(path: str, flags: int) -> int:
    descriptor = os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)
    if os.name == "posix":
        os.fchmod(descriptor, 0o600)
    return descriptor


def start(folder: Path, *, debug: bool = False) -> None:
    """Set up logs and the last nets for exceptions that nothing caught.

    Args:
        folder: Where logs are kept; made when the first record comes.
        debug: Also keep records of level DEBUG, the only ones that may quote content.
    """
    handler = PrivateFileHandler(folder / LOG_NAME)
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    for older in [each for each in root.handlers if isinstance(each, PrivateFileHandler)]:
        root.removeHandler(older)
        older.close()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)  # libraries: httpx logs every address at INFO
    log.setLevel(logging.DEBUG if debug else logging.INFO)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable
    _no_core_dumps()


def stop() -> None:
    """Close the log's file and give the hooks back."""
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, PrivateFileHandler)]:
        root.removeHandler(handler)
        handler.close()
    logging.captureWarnings(False)
    sys.excepthook = sys.__excepthook__
    threading.excepthook = threading.__excepthook__
    sys.unraisablehook = sys.__unraisablehook__


class CrashWatch:
    """Lets the interpreter leave all threads' stacks in a file when it dies, for the next start to find.

    Stacks hold names and line numbers, never values. For the one running app alone: a command beside it would empty the
    file.

    Args:
        folder: Where the file is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / CRASH_NAME
        self._file: IO[bytes] | None = None

    def begin(self) -> str:
        """Start watching; returns what the last run left behind, or an empty text when it ended well."""
        try:
            earlier = self._path.read_text(encoding="utf-8", errors="replace") if self._path.exists() else ""
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = open(self._path, "wb", opener=_private)  # noqa: SIM115 # open as long as the program runs
        except OSError as error:
            log.warning("no crash file: %s", error)
            return ""
        faulthandler.enable(self._file)
        if earlier.strip():
            log.error("the last run crashed:\n%s", earlier)
        return earlier.strip()

    def end(self) -> None:
        """Stop watching after a clean run; an empty file is removed."""
        if self._file is None:
            return
        faulthandler.disable()
        self._file.close()
        self._file = None
        try:
            if self._path.stat().st_size == 0:
                self._path.unlink()
        except OSError as error:
            log.warning("the crash file stays: %s", error)


def _no_core_dumps() -> None:
    """A core dump would hold keys and pictures."""
    if sys.platform != "win32":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def _uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
        return
    log.critical("uncaught", exc_info=(kind, error, traceback))
    _tell(f"kireji: an internal error happened ({kind.__name__}). It is described in the log.")


def _uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_type is SystemExit or arguments.exc_value is None:
        return
    name = arguments.thread.name if arguments.thread else "unknown"
    log.critical(
        "uncaught in thread %s", name, exc_info=(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
    )


def _unraisable(arguments: Any) -> None:
    """`sys.UnraisableHookArgs`, which typeshed has no run-time name for."""
    if arguments.exc_value is None:
        return
    where = getattr(arguments.object, "__qualname__", type(arguments.object).__name__)
    log.error(
        "%s in %s",
        arguments.err_msg or "exception ignored",
        where,
        exc_info=(arguments.exc_type, arguments.exc_value, arguments.exc_traceback),
    )


def _tell(sentence: str) -> None:
    if sys.stderr is not None:  # a windowed program on Windows has none
        try:
            sys.stderr.write(sentence + "\n")
        except OSError:
            return
