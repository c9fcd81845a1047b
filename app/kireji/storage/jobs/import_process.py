"""The process that reads the rows of a job: its order on standard input, how far it is on standard output.

The program that started it keeps standard input open: when that ends, for whatever reason, so does this process, and
the next start removes what it had read.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import msgspec

from kireji.core.errors import JobConflict, JobError, KirejiError, StoreFull
from kireji.core.jobs.values import ImportProgress
from kireji.core.ports import EncodedPicture
from kireji.storage.faults import store_error
from kireji.storage.jobs.importing import Import, ImportOrder

_PATIENCE = 60.0
"""Seconds to wait for another process's lock: nobody waits for this one as for an answer."""
_DEEPEST = 600
"""Calls and JSON within each other: what can be read here can be read where a thousand are allowed and many called."""
_COLLECTED_AFTER = 100_000
"""Objects: rows come and go by the thousand and refer to nothing in a circle."""


class Progress(msgspec.Struct, tag="progress"):
    """How far it is."""

    progress: ImportProgress


class Read(msgspec.Struct, tag="read"):
    """All is read, and the job is READY."""

    progress: ImportProgress


class Failed(msgspec.Struct, tag="failed"):
    """It could not be done.

    Args:
        kind: Name of the error in `core.errors`.
        message: As of KirejiError.
        hint: The same.
        detail: The same.
    """

    kind: str
    message: str
    hint: str = ""
    detail: str = ""


Told: TypeAlias = Progress | Read | Failed


def serve(encode: Callable[[bytes], EncodedPicture]) -> int:
    """Carry out one order; returns the exit code.

    Args:
        encode: Brings a picture's bytes into the limits; raises PictureError.
    """
    answers = os.dup(1)
    os.dup2(2, 1)  # nothing that a library prints reaches the parent
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=ImportOrder)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.set_threshold(_COLLECTED_AFTER)
    sys.setrecursionlimit(_DEEPEST)
    try:
        _tell(answers, _carried_out(order, encode, lambda progress: _tell(answers, Progress(progress))))
    except BrokenPipeError:  # nobody waits for it
        return 1
    return 0


def _carried_out(
    order: ImportOrder, encode: Callable[[bytes], EncodedPicture], tell: Callable[[ImportProgress], None]
) -> Told:
    import sqlite3

    path = Path(order.database)
    try:
        connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        with closing(connection):
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA foreign_keys = ON")
            return Read(Import(order, connection, encode, tell, _step_back).run())
    except KirejiError as error:
        return _failed(error)
    except sqlite3.Error as error:
        failure = store_error(error, path)
        if failure is None:
            raise
        return _failed(failure)


def _failed(error: KirejiError) -> Failed:
    known = next((kind for kind in (JobConflict, StoreFull, JobError) if isinstance(error, kind)), None)
    return Failed(known.__name__ if known else type(error).__name__, error.message, error.hint, error.detail)


def _tell(answers: int, told: Told) -> None:
    data = msgspec.json.encode(told) + b"\n"
    while data:
        data = data[os.write(answers, data) :]


def _end_with_parent() -> None:
    while os.read(0, 4096):  # through sys.stdin it would hold a lock that Python wants when it ends
        pass
    os._exit(1)


def _step_back() -> None:
    """What the person does now goes first; on Windows the parent has seen to it.

    On Linux that is a matter of the calling thread alone (nice(2), "C library/kernel differences").
    """
    if sys.platform != "win32":
        os.nice(10)
