"""What stands of a verdict in the table of results: words where its file has names for programs."""

from __future__ import annotations

from kireji.core.moderation.policies import Policy
from kireji.core.moderation.verdicts import Verdict
from kireji.ui.results.verdict_words import action_word, finding_title, level_word
from kireji.ui.translation import tr


def verdict_cell(verdict: Verdict, column: str, policy: Policy | None) -> str | None:
    """What a column says of a verdict; None where it says what the verdict itself does.

    Args:
        verdict: Of the row.
        column: Name of the column.
        policy: Gives titles; None where it cannot be read.
    """
    match column:
        case "action":
            return action_word(verdict.action)
        case "categories":
            titles = dict.fromkeys(finding_title(finding, policy) for finding in verdict.findings)
            return tr(", ").join(titles)
        case "level" if verdict.findings:
            return level_word(verdict.findings[0])
    return None
