"""What results are called, and results as plain text."""

from __future__ import annotations

from kireji.core.extraction.exports import tsv
from kireji.core.extraction.sheets import Extraction
from kireji.core.moderation.verdicts import Verdict
from kireji.core.structured.comparison import Comparison
from kireji.core.structured.results import Result
from kireji.core.structured.translation import Translation
from kireji.ui.results import verdict_words
from kireji.ui.translation import tr


def kind_word(result: Result) -> str:
    """What it is, in a word or two."""
    match result:
        case Extraction(fields=fields):
            return tr("Fields") if fields else tr("Table")
        case Verdict():
            return tr("Verdict")
        case Translation(language=language):
            return tr("Translation into {language}", language=language)
        case Comparison():
            return tr("Comparison")


def as_text(result: Result) -> str:
    """For the clipboard: tables as spreadsheets take them, all else as words."""
    match result:
        case Extraction():
            return tsv(result)
        case Verdict():
            return verdict_text(result)
        case Translation():
            return result.text
        case Comparison():
            return comparison_text(result)


def verdict_text(verdict: Verdict) -> str:
    """A verdict in lines."""
    lines = [verdict_words.headline(verdict), verdict_words.policy_line(verdict, None), verdict.reason]
    for finding in verdict.findings:
        about = (
            verdict_words.finding_title(finding, None),
            verdict_words.level_word(finding),
            verdict_words.action_word(finding.action),
        )
        lines.append(f"{' · '.join(about)}: {finding.reason}")
        for evidence in finding.evidence:
            quote = evidence.quote if evidence.shown else tr("“{words}”", words=evidence.quote)
            place = verdict_words.evidence_place(evidence, verdict.pictures)
            lines.append(f"  {quote} ({place})" if place else f"  {quote}")
    return "\n".join(filter(None, lines))


def comparison_text(comparison: Comparison) -> str:
    """What changed, in lines."""
    lines = [comparison.summary]
    for change in comparison.changes:
        both = " → ".join(filter(None, (change.before, change.after)))
        lines.append(f"- {change.words}" + (f" ({both})" if both else ""))
    return "\n".join(lines)
