"""Writes an export of everything: one zip that says itself what is in it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from kireji import __version__
from kireji.core.errors import TransferError
from kireji.core.personal_data import Area, DataProgress, Roots
from kireji.core.transfer import Writer
from kireji.core.words import say
from kireji.storage.faults import chosen_place_error
from kireji.storage.personal.looking import is_in_own_folder, own_files
from kireji.storage.personal.masking import servers_without_secrets, settings_without_passwords
from kireji.storage.personal.tables import ACTIVITY, tables_of
from kireji.storage.transfer.targets import Target, open_target
from kireji.storage.transfer.writers import own_writer

if TYPE_CHECKING:
    from collections.abc import Iterator

_README = """\
Everything that Kireji {version} kept about you on this computer, exported on {day}.

  kireji.json, pictures/   Your conversations with their pictures and documents. Import this zip with Kireji (Settings,
                           History) or with: kireji history import FILE
  jobs/                    For each job a file with one line of JSON for each answer, and below tables/ all that is
                           known of jobs and their rows, as in the database.
  activity/                Lines of JSON, as in the database: ledger (what left this computer, with the receipts),
                           spending, tool_decisions (which tools were allowed or refused), tool_grants and
                           trusted_sources (what you allowed for good), policy_checks, drafts, queued_questions,
                           capture_places, picture_texts (what was read in pictures).
                           Times are microseconds since 1970 in UTC, costs US dollars.
  sent/                    The bytes of what was sent, by their SHA-256, where you let them be kept.
  prompts/, policies/, plugins/, plugins-work/
                           What you, or your plugins, wrote or put there, as it was.
  settings/settings.toml   Your settings. Passwords in addresses are left out.
  settings/mcp.json        Your servers of tools. Values of variables and headers, and what looks secret in arguments,
                           are left out: they may be keys.

Not in it: keys (they are in the keychain of your system and never leave it), backups, logs, and what can be made again
(search indexes, lists of models).

It holds {conversations} conversations with {messages} messages and {pictures} pictures, and the answers of {jobs} jobs.
{problems}"""

_TAKEN = frozenset({Area.PROMPTS, Area.POLICIES, Area.PLUGINS, Area.SENT})
_JUNK = frozenset({".pyc", ".part"})


class ZipDataWriter:
    """Satisfies DataWriter.

    Args:
        roots: Where things are.
        path: The zip.
        overwrite: Whether a file of that name may be replaced.
        now: The time.

    Raises:
        TransferError: It is no zip, exists, or lies where its own content comes from.
        StoreError: It cannot be written there.
    """

    def __init__(self, roots: Roots, path: Path, *, overwrite: bool, now: datetime | None = None) -> None:
        if path.suffix.lower() != ".zip":
            raise TransferError(
                say("An export of everything is one zip file."), say("Give it a name that ends with .zip.")
            )
        if path.is_dir():
            raise TransferError(say("{path} is a folder.", path=path), say("Choose another name."))
        if is_in_own_folder(roots, path):
            raise TransferError(
                say("{folder} is a folder that Kireji exports and deletes.", folder=path.parent),
                say("Choose another place."),
            )
        self._roots = roots
        self._path = path
        self._now = now or datetime.now(UTC)
        self._target = _Counting(open_target(path, overwrite=overwrite))
        self._spools: Path | None = None
        self._problems: list[str] = []

    def conversations(self) -> Writer:
        """As in DataWriter."""
        return own_writer(_Part(self._target))

    def spool(self, name: str) -> Path:
        """As in DataWriter."""
        with self._told():
            if self._spools is None:
                self._spools = Path(tempfile.mkdtemp(prefix=".kireji-export-", dir=self._path.parent))
            return self._spools / name.replace("/", "-")

    def take(self, name: str) -> None:
        """As in DataWriter."""
        path = self.spool(name)
        with self._told():
            with path.open("rb") as file:
                self._target.take(name, file)
            path.unlink()

    def tables(self, told: Callable[[DataProgress], None]) -> None:
        """As in DataWriter."""
        import sqlite3

        for database, names in ACTIVITY.items():
            try:
                for done, (table, lines) in enumerate(tables_of(self._roots.data / database, names)):
                    told(DataProgress("files", done, len(names)))
                    folder = "activity" if database == "kireji.db" else "jobs/tables"
                    self._put(f"{folder}/{table}.jsonl", lines)
            except sqlite3.DatabaseError as error:
                self._problems.append(f"{database}: {error}")

    def files(self) -> Sequence[str]:
        """As in DataWriter."""
        for file in own_files(self._roots):
            if file.area in _TAKEN and file.path.suffix not in _JUNK:
                self._copy(f"{file.base.name}/{file.path.relative_to(file.base).as_posix()}", file.path)
        self._masked("settings.toml", settings_without_passwords)
        self._masked("mcp.json", servers_without_secrets)
        return tuple(self._problems)

    def finish(self, counts: Mapping[str, int]) -> tuple[Path, int, int]:
        """As in DataWriter."""
        problems = "".join(f"Could not be taken along: {problem}\n" for problem in self._problems)
        day = f"{self._now.astimezone():%Y-%m-%d}"
        words = _README.format(version=__version__, day=day, problems=problems, **counts)
        self._target.write("README.txt", words.encode())
        where = self._target.commit()
        self._clear()
        return where, self._target.files, where.stat().st_size

    def abandon(self) -> None:
        """As in DataWriter."""
        self._target.abandon()
        self._clear()

    def _clear(self) -> None:
        if self._spools is not None:
            shutil.rmtree(self._spools, ignore_errors=True)

    def _put(self, name: str, pieces: Iterator[bytes]) -> None:
        path = self.spool(name)
        with self._told(), path.open("wb") as file:
            file.writelines(pieces)
        self.take(name)

    def _copy(self, name: str, path: Path) -> None:
        """A file of the person's, which may go meanwhile or not be readable: that is no reason for no export."""
        try:
            file = path.open("rb")
        except OSError as error:
            self._problems.append(f"{path}: {(error.strerror or str(error)).lower()}")
            return
        with file:
            self._target.take(name, file)

    def _masked(self, name: str, mask: Callable[[str], str]) -> None:
        try:
            text = (self._roots.config / name).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            return
        except (OSError, UnicodeDecodeError) as error:
            self._problems.append(f"{name}: {error}")
            return
        try:
            masked = mask(text)
        except (ValueError, RecursionError):
            self._problems.append(say("{name} cannot be read, so nothing in it could be left out", name=name))
            return
        self._target.write(f"settings/{name}", masked.encode("utf-8", "replace"))

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            failure = chosen_place_error(error, self._path)
            assert failure is not None
            raise failure from error


class _Counting:
    """A target that knows how many files it was given."""

    holds_one = False

    def __init__(self, target: Target) -> None:
        self._target = target
        self.files = 0

    def write(self, name: str, data: bytes) -> None:
        self.files += 1
        self._target.write(name, data)

    def take(self, name: str, file: IO[bytes]) -> None:
        self.files += 1
        self._target.take(name, file)

    def commit(self) -> Path:
        return self._target.commit()

    def abandon(self) -> None:
        self._target.abandon()


class _Part:
    """The same target for one part of the export: its end is not the end of the whole."""

    holds_one = False

    def __init__(self, whole: _Counting) -> None:
        self._whole = whole

    def write(self, name: str, data: bytes) -> None:
        self._whole.write(name, data)

    def take(self, name: str, file: IO[bytes]) -> None:
        self._whole.take(name, file)

    def commit(self) -> Path:
        return Path()

    def abandon(self) -> None:
        """The whole is abandoned by whoever made it."""
