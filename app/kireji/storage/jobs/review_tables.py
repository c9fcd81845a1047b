"""The tables of what people decide about verdicts: the second step of `jobs.db`."""

from __future__ import annotations

import enum

from kireji.core.jobs.reviews import Stand
from kireji.core.moderation.verdicts import Action

ACTION_CODES: dict[Action | None, int] = {None: 2, Action.ALLOW: 3, Action.REVIEW: 4, Action.BLOCK: 5}
ACTIONS: dict[int, Action | None] = {code: action for action, code in ACTION_CODES.items()}


class StandCode(enum.IntEnum):
    """What stands in `verdicts.stand`."""

    JUDGED = 2
    REFUSED = 3
    FAILED = 4


STAND_CODES: dict[Stand, int] = {stand: StandCode[stand.name].value for stand in Stand}
STANDS: dict[int, Stand] = {code: stand for stand, code in STAND_CODES.items()}

TABLES = (
    # Made of answers, so that a list of a hundred thousand rows need not read them all: rows may be dropped any time.
    """
    CREATE TABLE verdicts (
        id INTEGER PRIMARY KEY, -- rows.id
        stand INTEGER NOT NULL, -- StandCode
        action INTEGER NOT NULL, -- ACTION_CODES
        category TEXT NOT NULL,
        level TEXT NOT NULL,
        gravity INTEGER NOT NULL,
        confidence REAL NOT NULL
    )
    """,
    # What the person has decided: nothing can make it anew.
    """
    CREATE TABLE reviews (
        id INTEGER PRIMARY KEY, -- rows.id
        decision TEXT NOT NULL,
        action INTEGER NOT NULL, -- ACTION_CODES
        category TEXT NOT NULL,
        note TEXT NOT NULL,
        decided INTEGER NOT NULL
    )
    """,
)
