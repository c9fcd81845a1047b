"""Deletes what is ours, so that an end in the middle is taken up by the next start."""

from __future__ import annotations

import os
from contextlib import closing, suppress
from pathlib import Path

import msgspec

from kireji.core.errors import StoreError
from kireji.core.personal_data import Area, Erased, ErasePlan, Roots
from kireji.core.words import say
from kireji.storage.faults import store_error
from kireji.storage.files import write_atomically
from kireji.storage.personal.looking import OwnFile, folders_of, linked_folders, own_files
from kireji.storage.personal.own_names import LOCK, MARK, SOCKET

DATABASES = ("kireji.db", "jobs.db")
_PATIENCE = 5.0
"""Seconds that another process has to let go of a database."""
_MOST_LEFT = 20


def mark(roots: Roots, plan: ErasePlan) -> None:
    """Write down what is to go.

    Raises:
        StoreError: It could not be written.
    """
    path = roots.state / MARK
    try:
        roots.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(path, msgspec.json.encode(plan))
    except OSError as error:
        failure = store_error(error, path)
        assert failure is not None
        raise failure from error


def marked(roots: Roots) -> ErasePlan | None:
    """What was written down; a note that cannot be read asks for all but the settings and foreign folders."""
    try:
        return msgspec.json.decode((roots.state / MARK).read_bytes(), type=ErasePlan)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError):
        return ErasePlan(keep_settings=True)


def unmark(roots: Roots) -> None:
    """Take the note back; nothing is to go any more."""
    (roots.state / MARK).unlink(missing_ok=True)


def be_alone(roots: Roots) -> None:
    """Make sure that nobody else has one of the databases open, and fold their logs into them.

    Raises:
        StoreError: Somebody has.
    """
    for name in DATABASES:
        _be_alone(roots.data / name)


def erase(roots: Roots, plan: ErasePlan) -> Erased:
    """Delete it. The note goes after all files, and the lock of the running program after the note.

    What cannot be deleted is told and stays; it does not keep the note, or each later start would delete again.

    Args:
        roots: Where things are.
        plan: What goes.
    """
    gone = _Gone()
    linked = linked_folders(roots)
    for file in own_files(roots):
        if file.base not in linked and not (plan.keep_settings and file.area is Area.SETTINGS):
            gone.take(file)
    for folder in linked:
        gone.take_link(folder)
    gone.remove(roots.state / MARK)
    gone.remove(roots.runtime / SOCKET)
    gone.remove(roots.state / LOCK)
    for folder in folders_of(roots):
        if not folder.is_symlink() and folder != Path.home():
            with suppress(OSError):  # something of somebody else is in it, or it is not there
                folder.rmdir()
    return Erased(gone.files, gone.size, tuple(gone.left[:_MOST_LEFT]), _strangers(roots))


class _Gone:
    """Counts what was deleted and what would not go."""

    def __init__(self) -> None:
        self.files = self.size = 0
        self.left: list[str] = []

    def take(self, file: OwnFile) -> None:
        link = file.path.is_symlink()
        if self.remove(file.path):
            self.files += 1
            self.size += file.size
            if link:
                self._tell_of_link(file.path)

    def take_link(self, folder: Path) -> None:
        """Remove a link in the place of a folder."""
        if self.remove(folder):
            self._tell_of_link(folder)

    def _tell_of_link(self, path: Path) -> None:
        self.left.append(say("{path} was a link; what it led to stays.", path=path))

    def remove(self, path: Path) -> bool:
        """Whether it is gone by this."""
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            self.left.append(f"{path}: {(error.strerror or str(error)).lower()}")
            return False
        return True


def _be_alone(path: Path) -> None:
    """Only a sole user may leave the mode in which several write; a damaged file has no users that could be harmed."""
    import sqlite3

    if not path.is_file():
        return
    uri = f"{path.absolute().as_uri()}?mode=rw"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=_PATIENCE, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise StoreError(
                say("Another Kireji still uses {path}, so nothing was deleted.", path=path),
                say("End what runs (a window, or a kireji command in a terminal), then start Kireji again."),
                detail=str(error),
            ) from error
    except sqlite3.DatabaseError:
        return


def _strangers(roots: Roots) -> int:
    """How many things lie beside ours."""
    ours = {os.fspath(file.path) for file in own_files(roots)}
    found = 0
    for root in dict.fromkeys(roots):
        with suppress(OSError):
            found += sum(os.path.join(root, name) not in ours for name in os.listdir(root))
    return found
