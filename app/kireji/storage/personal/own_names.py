"""Which files are ours, by folder and name. What is not in this table is never deleted, wherever it lies.

KIREJI_HOME may be any folder, also one in which other things lie, and any of ours may be a link to another place; so
each name is known, down to what lies in the folders. A file that the program begins to write belongs in here: a test
runs the program and looks for files that this table does not know.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from kireji.core.personal_data import Area

_BLOB = r"[0-9a-f]{2}/(?:\.[a-z0-9_]{8}\.part|[0-9a-f]{64}(?:\.(?:png|jpg|webp|gif|pdf|txt)|\.part)?)"
_PART = r"\.[a-z0-9_]{8}\.part"
_DATABASE = r"(?:-wal|-shm|-journal|\.before-[\w.+-]+(?:\.part)?)?"


class OwnNames(NamedTuple):
    """Files of one kind in one folder.

    Args:
        area: What they are.
        root: Name of the folder, as in `Roots`.
        folder: Below it; empty for itself.
        pattern: Matches their whole names below that folder, with forward slashes.
        below: The same of the folders that are looked into.
    """

    area: Area
    root: str
    folder: str
    pattern: re.Pattern[str]
    below: re.Pattern[str]


def _names(area: Area, root: str, folder: str, pattern: str, below: str = r"(?!)") -> OwnNames:
    return OwnNames(area, root, folder, re.compile(pattern), re.compile(below))


_PAIR = r"[0-9a-f]{2}"
_BACKUP = r"\.?kireji-[\w.-]+(?:\.part)?"
_STAGING = r"\.(?:backup|restore)-[a-z0-9_]{8}"
_IN_BACKUP = (
    rf"(?:kireji\.db{_DATABASE}|backup\.json|captures/{_BLOB}|jobs\.db{_DATABASE}|settings\.toml|mcp\.json"
    r"|prompts/[^/.][^/]*\.md|policies/[^/.][^/]*\.toml|plugins/[^/.][^/]*\.py)"
)
_FOLDERS_IN_BACKUP = rf"(?:/(?:captures(?:/{_PAIR})?|prompts|policies|plugins))?"

TABLE: Sequence[OwnNames] = (
    _names(Area.HISTORY, "data", "", rf"kireji\.db{_DATABASE}"),
    _names(Area.JOBS, "data", "", rf"jobs\.db{_DATABASE}"),
    _names(Area.PICTURES, "data", "captures", _BLOB, _PAIR),
    _names(
        Area.JOBS,
        "data",
        "jobs",
        rf"(?:pictures/)?{_BLOB}|outgoing/\d+-[0-9a-f]*-[A-Za-z0-9_-]+\.(?:json|part)",
        rf"pictures|outgoing|(?:pictures/)?{_PAIR}",
    ),
    _names(Area.SENT, "data", "sent", _BLOB, _PAIR),
    _names(
        Area.BACKUPS,
        "data",
        "backups",
        rf"\.?kireji-[\w-]+\.zip(?:\.\w+)?(?:\.part)?|{_BACKUP}/{_IN_BACKUP}",
        rf"{_BACKUP}{_FOLDERS_IN_BACKUP}",
    ),
    _names(Area.BACKUPS, "data", "", rf"{_STAGING}/{_IN_BACKUP}", rf"{_STAGING}{_FOLDERS_IN_BACKUP}"),
    _names(Area.PROMPTS, "data", "prompts", rf"[^/.][^/]*\.md|{_PART}"),
    _names(Area.POLICIES, "data", "policies", rf"[^/.][^/]*\.toml|{_PART}"),
    _names(
        Area.PLUGINS,
        "data",
        "plugins",
        r"[^/.][^/]*\.py|__pycache__/[^/]+\.pyc",
        r"__pycache__",
    ),
    _names(Area.PLUGINS, "data", "plugins-work", r".+", r".+"),
    _names(
        Area.SETTINGS,
        "config",
        "",
        rf"settings\.toml|mcp\.json|\.(?:settings\.toml|mcp\.json)\.[0-9a-f]{{8}}\.part|{_PART}",
    ),
    _names(Area.LOGS, "state", "log", r"(?:plugins/)?[^/]+\.log(?:\.\d+)?|crash\.txt", r"plugins"),
    _names(Area.STATE, "state", "", rf"ledger|window|region|updates\.json|version|{_PART}"),
    _names(Area.CACHE, "cache", "", r"search-path\.(?:json|new)|certificates\.pem"),
)

BY_THE_PERSON = frozenset({Area.PROMPTS, Area.POLICIES, Area.PLUGINS})
"""What people write and name, in folders of its own."""

PLUGINS = ("data", "plugins")
"""Root and folder in which each folder with an `__init__.py` is a plugin, and the person's with all that is in it."""

MARK = "deleting"
"""In the state folder: that everything is to go, and how."""
LOCK = "instance.lock"
SOCKET = "instance.sock"
