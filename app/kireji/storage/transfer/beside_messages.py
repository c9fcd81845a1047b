"""What stands beside messages, out of the database and into it: results of answers, and what questions ask for."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from kireji.core.messages import MessageState, Role

if TYPE_CHECKING:
    from collections.abc import Mapping
    from sqlite3 import Connection

    from kireji.core.transfer import WholeMessage

log = logging.getLogger(__name__)

LARGEST = 32_000_000
"""Bytes of a result: many times what a hundred pictures give."""

_FOUND = """
    SELECT message, data FROM {table} JOIN messages ON messages.id = message
    WHERE conversation = ? AND typeof(data) = 'text' AND length(data) <= ?
"""


class Beside(NamedTuple):
    """JSON values by message.

    Args:
        results: Of answers.
        asked: Of questions.
    """

    results: Mapping[int, Any]
    asked: Mapping[int, Any]


def read(connection: Connection, conversation: int) -> Beside:
    """What stands beside the messages of a conversation; what cannot be read is left out."""
    return Beside(_read(connection, "results", conversation), _read(connection, "asked_forms", conversation))


def add(connection: Connection, number: int, message: WholeMessage) -> None:
    """Write what stands beside a message that comes from elsewhere; what is none is left out.

    Args:
        connection: In a transaction.
        number: The message's row.
        message: What it was read from.
    """
    role = message.message.role
    if message.result is not None and role is Role.ASSISTANT and message.state is not MessageState.STREAMING:
        _add_result(connection, number, message.result)
    if message.asked is not None and role is Role.USER:
        _add_asked(connection, number, message.asked)


def _add_result(connection: Connection, number: int, value: Any) -> None:
    from kireji.core.structured import results  # most conversations have none

    try:
        result = results.decode(_small(value, LARGEST))
        data = results.encode(result).decode()
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        log.warning("the result of an answer was left out: %s", error)
        return
    values = (number, type(result).__struct_config__.tag, data)
    connection.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", values)


def _add_asked(connection: Connection, number: int, value: Any) -> None:
    from kireji.core.structured import asked

    try:
        data = asked.encode(asked.decode(_small(value, asked.LONGEST))).decode()
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        log.warning("what a question asks for was left out: %s", error)
        return
    connection.execute("INSERT OR REPLACE INTO asked_forms VALUES (?, ?)", (number, data))


def _small(value: Any, most: int) -> bytes:
    data = msgspec.json.encode(value)
    if len(data) > most:
        raise ValueError(f"it has {len(data)} bytes")
    return data


def _read(connection: Connection, table: str, conversation: int) -> Mapping[int, Any]:
    found: dict[int, Any] = {}
    for number, data in connection.execute(_FOUND.format(table=table), (conversation, LARGEST)):
        try:
            found[number] = msgspec.json.decode(data)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            log.warning("what stands beside message %d was left out: %s", number, error)
    return found
