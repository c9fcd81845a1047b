"""Where this program keeps its files.

Read before anything else, also by a start that only hands over to the running program, so nothing slow is imported:
on Linux the XDG rules are a few lines, while platformdirs costs 25 ms; it is asked on the other systems.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from kireji.core.errors import StoreError, StoreReadOnly

_APP = "kireji"
_SOCKET_PATH_LIMIT = 103
"""Bytes of a socket's path: Linux takes 107, macOS 103 (unix(7), sys/un.h, without the closing zero)."""


class Paths(NamedTuple):
    """The folders, absolute; none of them need exist.

    Args:
        data: Database, pictures, plugins.
        config: The settings file.
        state: Logs and the lock of the one instance.
        cache: What can be lost.
        runtime: The socket of the one instance.
    """

    data: Path
    config: Path
    state: Path
    cache: Path
    runtime: Path

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> Paths:
        """Where things are for this environment: below KIREJI_HOME, or in the platform's own folders."""
        home = environ.get("KIREJI_HOME", "")
        if home:
            folder = Path(os.path.abspath(os.path.expanduser(home)))
            return cls(folder, folder, folder, folder / "cache", _short(folder / "run", environ))
        if sys.platform != "linux":
            return _platform_folders(environ)
        data = _xdg(environ, "XDG_DATA_HOME", ".local", "share") / _APP
        config = _xdg(environ, "XDG_CONFIG_HOME", ".config") / _APP
        state = _xdg(environ, "XDG_STATE_HOME", ".local", "state") / _APP
        cache = _xdg(environ, "XDG_CACHE_HOME", ".cache") / _APP
        shared = _shared_runtime(environ)
        return cls(data, config, state, cache, _short(shared / _APP if shared else state / "run", environ))

    @property
    def database(self) -> Path:
        return self.data / "kireji.db"

    @property
    def jobs_database(self) -> Path:
        """The queue of jobs: apart, because reading a million rows must not hold up an answer that is being saved."""
        return self.data / "jobs.db"

    @property
    def jobs(self) -> Path:
        """Folder of the pictures of rows, and of bodies while they are sent."""
        return self.data / "jobs"

    @property
    def captures(self) -> Path:
        return self.data / "captures"

    @property
    def sent(self) -> Path:
        """Folder of the bytes of what was sent, where the person wants them kept."""
        return self.data / "sent"

    @property
    def checkpoint(self) -> Path:
        """Where the ledger ended when it was last written; not beside it, so that both are not lost together."""
        return self.state / "ledger"

    @property
    def backups(self) -> Path:
        return self.data / "backups"

    @property
    def prompts(self) -> Path:
        """Folder of the person's own quick prompts."""
        return self.data / "prompts"

    @property
    def policies(self) -> Path:
        """Folder of the person's own moderation policies."""
        return self.data / "policies"

    @property
    def plugins(self) -> Path:
        """Folder of the person's plugins."""
        return self.data / "plugins"

    @property
    def plugins_work(self) -> Path:
        """Folder in which each plugin has one to work in."""
        return self.data / "plugins-work"

    @property
    def settings(self) -> Path:
        return self.config / "settings.toml"

    @property
    def logs(self) -> Path:
        """Folder of the log and of what the last crash left."""
        return self.state / "log"

    @property
    def log(self) -> Path:
        return self.logs / "kireji.log"

    @property
    def lock(self) -> Path:
        """Held by the one running instance; beside the data, because that is what two instances would spoil."""
        return self.state / "instance.lock"

    @property
    def socket(self) -> Path:
        return self.runtime / "instance.sock"


def private_folder(folder: Path) -> Path:
    """Make `folder` if it is missing, and sure that no other user can read it.

    Raises:
        StoreReadOnly: It cannot be made.
        StoreError: It belongs to somebody else, or something else stands in its place.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if sys.platform != "win32":
            status = folder.stat()
            if status.st_uid != os.geteuid():
                raise StoreError(f"The folder {folder} belongs to another user.", "Set KIREJI_HOME to one of your own.")
            if status.st_mode & 0o077:
                folder.chmod(0o700)
    except FileExistsError as problem:
        raise StoreError(f"{folder} is not a folder.", "Move that file away, or set KIREJI_HOME.") from problem
    except OSError as problem:
        reason = (problem.strerror or "unknown reason").lower()
        raise StoreReadOnly(
            f"The folder {folder} cannot be used: {reason}.", "Make it writable, or set KIREJI_HOME to another folder."
        ) from problem
    return folder


def _xdg(environ: Mapping[str, str], name: str, *default: str) -> Path:
    # A relative value must be ignored (XDG base directory specification).
    value = environ.get(name, "")
    if os.path.isabs(value):
        return Path(value)
    return Path(environ.get("HOME") or os.path.expanduser("~"), *default)


def _shared_runtime(environ: Mapping[str, str]) -> Path | None:
    value = environ.get("XDG_RUNTIME_DIR", "")
    return Path(value) if os.path.isabs(value) and os.path.isdir(value) else None


def _short(folder: Path, environ: Mapping[str, str]) -> Path:
    """`folder`, or one of a name made from it where a socket inside it would have too long a path."""
    if len(os.fsencode(folder / "instance.sock")) <= _SOCKET_PATH_LIMIT:
        return folder
    import hashlib  # 7 ms, and rarely needed

    name = f"{_APP}-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"
    shared = _shared_runtime(environ)
    if shared and len(os.fsencode(shared / name / "instance.sock")) <= _SOCKET_PATH_LIMIT:
        return shared / name
    return Path("/tmp", name)  # noqa: S108 - private_folder refuses what somebody else has put there


def _platform_folders(environ: Mapping[str, str]) -> Paths:
    from platformdirs import PlatformDirs

    found = PlatformDirs(_APP, appauthor=False)
    state = found.user_state_path
    return Paths(
        found.user_data_path, found.user_config_path, state, found.user_cache_path, _short(state / "run", environ)
    )
