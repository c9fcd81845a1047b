"""What the person allows tools on this computer, and the log of what was decided."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from kireji.core.permissions import Decision, Grant, Pattern, Reason, Scope
from kireji.core.tools import Outside
from kireji.storage import rows
from kireji.storage.database import Database

if TYPE_CHECKING:
    from sqlite3 import Connection

_E = TypeVar("_E", bound=enum.Enum)

_GRANTS = """
    SELECT id, tool, source, fingerprint, allows, digest, folder, host, conversation, until, given
    FROM tool_grants ORDER BY id DESC
"""

_GRANT = """
    INSERT INTO tool_grants
        (tool, source, fingerprint, allows, digest, folder, host, conversation, until, given)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_TRUST = "INSERT OR REPLACE INTO trusted_sources (source, fingerprint, given) VALUES (?, ?, ?)"

_DECISIONS = """
    SELECT id, time, conversation, call_id, source, tool, fingerprint, arguments, allowed, decided_by, reason, scope,
        outside
    FROM tool_decisions
"""
_OF_ONE = " WHERE conversation = ?"

_LOG = """
    INSERT INTO tool_decisions
        (time, conversation, call_id, source, tool, fingerprint, arguments, allowed, decided_by, reason, scope, outside)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


class SqlitePermissionStore:
    """Permissions and decisions. No export or backup that is merged ever writes here.

    Args:
        database: Where they are.
        now: The time in UTC.
    """

    def __init__(self, database: Database, now: Callable[[], datetime] = rows.utc_now) -> None:
        self._database = database
        self._now = now

    async def grants(self) -> Sequence[Grant]:
        """As in PermissionStore."""
        return await self._database.run(lambda connection: [_grant(row) for row in connection.execute(_GRANTS)])

    async def grant(self, grant: Grant) -> Grant:
        """As in PermissionStore."""
        pattern = grant.pattern
        values = (
            _exact(grant.tool),
            _exact(grant.source),
            _exact(grant.fingerprint),
            grant.allows,
            _exact(pattern.digest),
            _exact(pattern.folder),
            _exact(pattern.host),
            grant.conversation,
            None if grant.until is None else rows.to_microseconds(grant.until),
            rows.to_microseconds(grant.given),
        )
        number = await self._database.write(lambda connection: _inserted(connection, _GRANT, values))
        return msgspec.structs.replace(grant, id=number)

    async def revoke(self, grant: int) -> bool:
        """As in PermissionStore."""
        statement = "DELETE FROM tool_grants WHERE id = ?"
        return await self._database.write(lambda connection: connection.execute(statement, (grant,)).rowcount > 0)

    async def trusted(self) -> Mapping[str, str]:
        """As in PermissionStore."""
        question = "SELECT source, fingerprint FROM trusted_sources ORDER BY source"
        return await self._database.run(
            lambda connection: {_text(source): _text(print_) for source, print_ in connection.execute(question)}
        )

    async def set_trusted(self, source: str, fingerprint: str) -> None:
        """As in PermissionStore."""
        key, time = _exact(source), rows.to_microseconds(self._now())

        def work(connection: Connection) -> None:
            if fingerprint:
                connection.execute(_TRUST, (key, _exact(fingerprint), time))
            else:
                connection.execute("DELETE FROM trusted_sources WHERE source = ?", (key,))

        await self._database.write(work)

    async def log(self, decision: Decision) -> int:
        """As in PermissionStore."""
        values = (
            rows.to_microseconds(decision.time),
            decision.conversation,
            rows.storable(decision.call_id),
            rows.storable(decision.source),
            rows.storable(decision.tool),
            rows.storable(decision.fingerprint),
            rows.storable(decision.arguments),
            decision.allowed,
            rows.storable(decision.by),
            decision.reason.value,
            decision.scope.value,
            msgspec.json.encode(decision.outside).decode(),
        )
        return await self._database.write(lambda connection: _inserted(connection, _LOG, values))

    async def decisions(self, limit: int = 100, conversation: int | None = None) -> Sequence[Decision]:
        """As in PermissionStore."""
        condition, values = ("", ()) if conversation is None else (_OF_ONE, (conversation,))
        question = f"{_DECISIONS}{condition} ORDER BY id DESC LIMIT ?"

        def work(connection: Connection) -> list[Decision]:
            return [_decision(row) for row in connection.execute(question, (*values, limit))]

        return await self._database.run(work)

    async def forget_decisions(self, before: datetime) -> int:
        """As in PermissionStore."""
        statement, values = "DELETE FROM tool_decisions WHERE time < ?", (rows.to_microseconds(before),)
        return await self._database.write(lambda connection: connection.execute(statement, values).rowcount)


def _inserted(connection: Connection, statement: str, values: tuple[Any, ...]) -> int:
    number = connection.execute(statement, values).lastrowid
    assert number is not None
    return number


def _exact(text: str) -> str | bytes:
    """Text as it is stored where another text must never be taken for it.

    A file's name may hold bytes that are no text, which Python tells by lone surrogates: made storable, the name of one
    folder would become that of another.
    """
    return text if text == rows.storable(text) else text.encode("utf-8", "surrogatepass")


def _text(stored: str | bytes) -> str:
    return stored if isinstance(stored, str) else stored.decode("utf-8", "surrogatepass")


def _grant(row: tuple[Any, ...]) -> Grant:
    number, tool, source, fingerprint, allows, digest, folder, host, conversation, until, given = row
    return Grant(
        id=number,
        tool=_text(tool),
        source=_text(source),
        fingerprint=_text(fingerprint),
        allows=bool(allows),
        pattern=Pattern(_text(digest), _text(folder), _text(host)),
        conversation=conversation,
        until=None if until is None else rows.from_microseconds(until),
        given=rows.from_microseconds(given),
    )


def _decision(row: tuple[Any, ...]) -> Decision:
    number, time, conversation, call_id, source, tool, fingerprint, arguments, allowed, by, reason, scope, outside = row
    return Decision(
        id=number,
        time=rows.from_microseconds(time),
        conversation=conversation,
        call_id=call_id,
        source=source,
        tool=tool,
        fingerprint=fingerprint,
        arguments=arguments,
        allowed=bool(allowed),
        by=by,
        reason=_known(Reason, reason, Reason.NEW),
        scope=_known(Scope, scope, Scope.ONCE),
        outside=tuple(_known(Outside, word, Outside.TOOL) for word in msgspec.json.decode(outside, type=list[str])),
    )


def _known(kind: type[_E], word: str, otherwise: _E) -> _E:
    """A word as this version knows it: a newer one may have written others."""
    try:
        return kind(word)
    except ValueError:
        return otherwise
