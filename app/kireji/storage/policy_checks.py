"""Where checks of policies are kept."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC
from typing import TYPE_CHECKING

import msgspec

from kireji.core.moderation.policy_checks import PolicyCheck
from kireji.storage.database import Database

if TYPE_CHECKING:
    from sqlite3 import Connection

log = logging.getLogger(__name__)

_MOST_KEPT = 200
"""Checks of one policy; older ones go."""
_INSERT = "INSERT INTO policy_checks (policy, version, labelled, model, checked, data) VALUES (?, ?, ?, ?, ?, ?)"
_FORGET = """
    DELETE FROM policy_checks WHERE policy = ?1
    AND id NOT IN (SELECT id FROM policy_checks WHERE policy = ?1 ORDER BY id DESC LIMIT ?2)
"""


class SqlitePolicyCheckStore:
    """One row per check; satisfies PolicyCheckStore.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, check: PolicyCheck) -> PolicyCheck:
        """As in PolicyCheckStore."""
        data = msgspec.json.encode(check).decode()
        checked = round(check.checked.astimezone(UTC).timestamp() * 1000)

        def work(connection: Connection) -> int:
            row = (check.policy, check.version, check.labelled, check.model, checked, data)
            number = connection.execute(_INSERT, row).lastrowid
            connection.execute(_FORGET, (check.policy, _MOST_KEPT))
            return int(number or 0)

        return msgspec.structs.replace(check, id=await self._database.write(work))

    async def before(self, check: PolicyCheck) -> PolicyCheck | None:
        """As in PolicyCheckStore."""

        def work(connection: Connection) -> PolicyCheck | None:
            found = "SELECT id, data FROM policy_checks WHERE policy = ? AND labelled = ? ORDER BY id DESC"
            for row in connection.execute(found, (check.policy, check.labelled)):
                other = _check(*row)
                if other is not None and other.by != check.by:
                    return other
            return None

        return await self._database.run(work)

    async def recent(self, policy: str, limit: int = 20) -> Sequence[PolicyCheck]:
        """As in PolicyCheckStore."""

        def work(connection: Connection) -> list[PolicyCheck]:
            found = "SELECT id, data FROM policy_checks WHERE policy = ? ORDER BY id DESC LIMIT ?"
            rows = connection.execute(found, (policy, limit))
            return [check for row in rows if (check := _check(*row)) is not None]

        return await self._database.run(work)


def _check(number: int, data: str) -> PolicyCheck | None:
    try:
        return msgspec.structs.replace(msgspec.json.decode(data, type=PolicyCheck), id=number)
    except msgspec.DecodeError as error:
        log.warning("the check %d of a policy cannot be read: %s", number, error)
        return None
