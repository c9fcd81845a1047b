"""Names of conversations and messages that are the same on every computer.

What began here is named by this history's own name, its row and the time it was written; what came from elsewhere keeps
the name it came with, in the column `origin`. The time is in it because a history that was copied to another computer
goes on there with the same numbers: the same row with another time is another message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection

HISTORY = "SELECT 'kireji-' || applied FROM schema_steps WHERE number = 1"
"""A history's own name: the microsecond in which its file was made, which stands in every copy of it.

The trigger of migration 3 makes names in the same way.
"""


class Keys:
    """The names in one history.

    Args:
        connection: To its database.
    """

    def __init__(self, connection: Connection) -> None:
        self._history = str(connection.execute(HISTORY).fetchone()[0])

    def key(self, origin: str | None, number: int, created: int) -> str:
        """The name of a row.

        Args:
            origin: As stored.
            number: Of the row.
            created: Microseconds.
        """
        return origin if origin is not None else f"{self._history}:{number}:{created}"

    def row(self, key: str) -> tuple[int, int] | None:
        """Number and time of the row that a name means, if it began in this history."""
        history, _, rest = key.partition(":")
        number, _, created = rest.partition(":")
        if history != self._history or not (_is_number(number) and _is_number(created)):
            return None
        return int(number), int(created)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
