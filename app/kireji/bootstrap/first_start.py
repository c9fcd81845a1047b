"""What happens before a new version of the program uses the data for the first time, and when an older one may not."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kireji.core.errors import StoreTooNew
    from kireji.desktop.paths import Paths
    from kireji.storage.last_version import LastVersionFile
    from kireji.storage.version_copies import VersionCopies

log = logging.getLogger(__name__)


class Prepared(NamedTuple):
    """How it went.

    Args:
        copied: There is a copy of everything.
        told: What the person should know; mostly empty.
    """

    copied: bool = False
    told: str = ""


def prepare(paths: Paths, last: LastVersionFile, version: str) -> Prepared:
    """Copy everything, where there is anything. May block for as long as that takes.

    Without a copy the start goes on only where this version keeps the data as the last one did: then it can be undone
    by starting the last one again.

    Args:
        paths: Where things are kept.
        last: Which version last used them.
        version: Of this program.

    Raises:
        StoreError: There is no copy, and this version would change how the data is kept.
    """
    from kireji.core.errors import KirejiError, StoreCorrupt, StoreError
    from kireji.core.words import say

    copies = version_copies(paths)
    try:
        if not copies.needed():
            return Prepared()
        copy = copies.make(version)
    except StoreCorrupt as error:  # opening it says the same, or copies what there is before it changes anything
        log.warning("no copy before version %s: %s", version, error)
        return Prepared()
    except KirejiError as error:
        message = say("Your data could not be copied before version {version} uses it.", version=version)
        if copies.changes():
            kind = type(error) if isinstance(error, StoreError) else StoreError
            raise kind(f"{message} {error.message}", error.hint, detail=error.detail) from error
        log.warning("no copy before version %s: %s", version, error)
        return Prepared(told=f"{message} {error.sentence}")
    if last.read() == version:  # another process was quicker, and may have begun to change things
        copies.remove(copy)
    log.info("everything was copied before version %s uses it", version)
    return Prepared(copied=True)


def with_way_back(error: StoreTooNew, paths: Paths) -> StoreTooNew:
    """The failure of an older version, with the copy that it can go on with where there is one."""
    from kireji.core.errors import StoreTooNew
    from kireji.core.words import say

    copy = version_copies(paths).way_back()
    if copy is None:
        return error
    hint = say(
        "Start the newer version again. To go on with this one, move {database} away and put {copy} in its place.",
        database=paths.database.name,
        copy=copy,
    )
    return StoreTooNew(error.message, hint, detail=error.detail)


def version_copies(paths: Paths) -> VersionCopies:
    """Makes and finds the copies."""
    from kireji.storage.version_copies import Kept, VersionCopies

    return VersionCopies(
        Kept(
            database=paths.database,
            captures=paths.captures,
            jobs=paths.jobs_database,
            backups=paths.backups,
            files=(paths.settings, paths.config / "mcp.json"),
            folders=((paths.prompts, ".md"), (paths.policies, ".toml"), (paths.plugins, ".py")),
        )
    )
