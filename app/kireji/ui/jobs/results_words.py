"""What is said of rows and their answers."""

from __future__ import annotations

import json
import re
from typing import Any

from kireji.core.jobs.answers import Answer, Column, ColumnKind, in_one_cell
from kireji.core.jobs.counts import Counts
from kireji.core.jobs.states import RETRIED_ROWS, RowState
from kireji.core.jobs.values import Mode, Row
from kireji.ui.chat.words import count, dollars, money
from kireji.ui.translation import mark, tr

STATES = {
    RowState.PENDING: mark("waits"),
    RowState.INVALID: mark("refused"),
    RowState.SAME: mark("waits"),
    RowState.TAKEN: mark("on its way"),
    RowState.UNCERTAIN: mark("uncertain"),
    RowState.SUCCEEDED: mark("done"),
    RowState.ERRORED: mark("failed"),
    RowState.EXPIRED: mark("too late"),
    RowState.CANCELED: mark("called back"),
}
_WHY = {
    RowState.PENDING: mark("It was not sent yet."),
    RowState.SAME: mark("It was not answered yet."),
    RowState.UNCERTAIN: mark("It was sent, and no answer came; the job's page says what can be done."),
    RowState.ERRORED: mark("The service gave no answer and no reason."),
    RowState.EXPIRED: mark("It was not answered in time. Retry asks it again."),
    RowState.CANCELED: mark("It was called back before it was answered. Retry asks it again."),
    RowState.INVALID: mark("The line could not be read."),
}
_LEAST = 0.0001
"""US dollars: a row of a short question costs less."""
_WAITING = frozenset({RowState.PENDING, RowState.SAME, RowState.TAKEN})
_LONGEST = 300
"""Characters of an answer that a cell may need."""
ONE_LINE = 40
"""Characters of a property that is never broken into several lines."""
_ON_ONE_LINE = 120
"""Characters of a list or an object that is not set on several lines."""
_SIGNS = re.compile(r"\*\*|`+|^\s*(?:#{1,6}|[-*>])\s+|^\s*```.*$", re.MULTILINE)
"""Signs of Markdown that say nothing on one line."""


def ended_as(answer: Answer) -> RowState:
    """How a row stands, for one that shares another's answer how that one does."""
    if answer.row.state is RowState.SAME and answer.outcome is not None:
        return answer.outcome.row_state
    return answer.row.state


def state(answer: Answer) -> str:
    """Where a row stands, in the room of a cell."""
    words = tr(STATES[ended_as(answer)])
    if answer.cached and ended_as(answer) is RowState.SUCCEEDED:
        return tr("{state} · reused", state=words)
    return words


def state_in_full(answer: Answer) -> str:
    """The same with what a cell has no room for."""
    parts = [tr(STATES[ended_as(answer)])]
    if answer.row.same_as is not None:
        parts.append(tr("the same as row {number}, asked once", number=count(answer.row.same_as)))
    if answer.cached:
        parts.append(tr("taken from an earlier job, not asked again"))
    return tr(", ").join(parts)


def why(answer: Answer, mode: Mode = Mode.BATCH) -> str:
    """Why there is no answer, or nothing in it; empty when there is one."""
    found = ended_as(answer)
    if found is RowState.SUCCEEDED:
        if answer.error:
            return answer.error
        return "" if answer.text.strip() else tr("The answer is empty.")
    if sentence := answer.error or answer.row.sentence:
        return sentence
    if found is RowState.TAKEN:
        if mode is Mode.LIVE:
            return tr("It is being asked.")
        return tr("It is on its way; answers come when its batch has ended.")
    return tr(_WHY[found])


def why_in_table(answer: Answer, mode: Mode) -> str:
    """The same where every row says it: of those that only wait, their state says enough."""
    return "" if ended_as(answer) in _WAITING else why(answer, mode)


def cell(value: Any, column: Column) -> str:
    """One property of an answer, as it stands in a table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if column.kind is ColumnKind.INTEGER and isinstance(value, int | float) and value == int(value):
        return count(int(value))
    if isinstance(value, int | float):
        return f"{value:,}"
    if isinstance(value, str):
        return short(value)
    if column.kind is ColumnKind.LIST and isinstance(value, list):
        return short(in_one_cell(value))
    return short(json.dumps(value, ensure_ascii=False, separators=(", ", ": ")))


def short(text: str) -> str:
    """The beginning of a text on one line."""
    return " ".join(text[: 2 * _LONGEST].split())[:_LONGEST]


def plain(text: str) -> str:
    """The beginning of an answer on one line, without the signs that stand for how it looks."""
    return short(_SIGNS.sub("", text[: 2 * _LONGEST]))


def name_of(row: Row) -> str:
    """What a row is called: the person's own id, else its file or the beginning of its prompt."""
    return short(row.id or row.source)


def cost(answer: Answer) -> str:
    """What was paid for a row; a dash where nothing was, or where nobody knows."""
    if answer.cost is None or answer.cached or answer.row.same_as is not None:
        return "–"
    if 0 < answer.cost < _LEAST:
        return tr("< {amount}", amount=money(_LEAST, 4))
    return dollars(answer.cost)


FILTERS = (("", mark("All")), ("done", mark("Done")), ("failed", mark("Failed")))
FAILED = RETRIED_ROWS
DONE = frozenset({RowState.SUCCEEDED})
STATES_OF = {"": frozenset[RowState](), "done": DONE, "failed": FAILED}


def filters(counts: Counts) -> list[tuple[str, str]]:
    """The choices above the table, with how many there are of each."""
    numbers = {"": counts.lines, "done": counts.succeeded, "failed": counts.failed}
    return [(value, f"{tr(words)} {count(numbers[value])}") for value, words in FILTERS]


def nothing(choice: str) -> str:
    """Why the table is empty."""
    if choice == "failed":
        return tr("No row has failed.")
    if choice == "done":
        return tr("No row has an answer yet.")
    return tr("There are no rows.")


def cell_in_full(value: Any, column: Column) -> str:
    """One property of an answer, uncut; a dash where it has none."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if column.kind is ColumnKind.LIST and isinstance(value, list):
        return "\n".join(map(str, value)) or "–"
    if isinstance(value, dict | list):
        line = json.dumps(value, ensure_ascii=False)
        return line if len(line) <= _ON_ONE_LINE else json.dumps(value, ensure_ascii=False, indent=2)
    return cell(value, column)
