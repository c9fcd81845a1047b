"""What is said of rules and words before they hold, and what they do to a text that is tried; may take a moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from kireji.core.filters import Filter, PatternError, Rule, program, rule_of, takes_everything, work_of
from kireji.core.privacy import PrivacySettings
from kireji.core.secrets.own import LEAST
from kireji.ui.chat.words import count
from kireji.ui.translation import tr

LONGEST_ANSWER = 4000
LONGEST_QUESTION = 100_000
"""Characters of a text that is tried."""


class Tried(NamedTuple):
    """What came of a text.

    Args:
        text: As it would be.
        sentence: What is said about it.
        role: Of the stylesheet.
    """

    text: str
    sentence: str
    role: str = "muted"


def problem_of_word(word: str) -> str:
    """Why a word cannot be hidden; empty when it can."""
    if len(" ".join(word.split())) < LEAST:
        return tr("A word must have at least {least} characters; shorter ones are in every text.", least=LEAST)
    return ""


def problem_of_rule(written: str, wanted: PrivacySettings) -> str:
    """Why a rule cannot hold; empty when it can.

    Args:
        written: As it stands in the settings.
        wanted: The settings with it.
    """
    rule = rule_of(written)
    try:
        program(rule)
        together = work_of(wanted.rules)
        alone = work_of([rule]) if together > 1 else 0.0
    except PatternError as error:
        return tr("This pattern {problem}.", problem=error) if rule.pattern else tr("This {problem}.", problem=error)
    if alone > 1:
        return tr("This pattern needs too much work while an answer comes. Let it count less, or look for less.")
    if together > 1:
        return tr("Together with your other rules this needs too much work while an answer comes. Remove some first.")
    return ""


def remark_on(written: Sequence[str], *, stops: bool) -> str:
    """What the person should know of rules that hold; empty when there is nothing."""
    for one in written:
        if takes_everything(rule_of(one)):
            return (
                tr("Every answer ends at once: {rule} is found in any text.", rule=one)
                if stops
                else tr("Nothing is left of any answer: {rule} is found everywhere.", rule=one)
            )
    return ""


def answered(text: str, rules: Sequence[Rule]) -> Tried:
    """What rules do to an answer."""
    cut = text[:LONGEST_ANSWER]
    if not cut:
        return Tried("", "")
    rest = Filter(rules)
    shown = rest.feed(cut) + rest.flush()
    if rest.exhausted:
        return Tried(
            shown, tr("The rules need too much work for this; the rest of an answer would not be shown."), "warn"
        )
    said = []
    if rest.masked:
        said.append(tr("Masked: {count}.", count=count(rest.masked)))
    if rest.stopped is not None:
        said.append(tr("The answer ends at {rule}.", rule=rest.stopped.written))
    if not said:
        said.append(tr("No rule is met."))
    if len(text) > len(cut):
        said.append(tr("Only the first {count} characters are tried.", count=count(len(cut))))
    return Tried(shown, " ".join(said), "ok" if rest.masked or rest.stopped is not None else "muted")


def hidden(text: str, privacy: PrivacySettings) -> Tried:
    """What of a text would be hidden before it leaves."""
    from kireji.core.placeholders import Vault
    from kireji.core.redaction import Hidden
    from kireji.core.secrets.detection import Detection
    from kireji.core.secrets.kinds import Kind
    from kireji.services.hidden_words import told

    cut = text[:LONGEST_QUESTION]
    if not cut.strip():
        return Tried("", "")
    detection = Detection([kind for kind in Kind if kind.value not in privacy.off], privacy.words)
    found = detection.find(cut)
    vault = Vault()
    vault.learn(cut, detection.find)
    kinds = Counter({cut[one.start : one.end]: one.kind for one in found}.values())
    said = told(Hidden(kinds)) or tr("Nothing in it would be hidden.")
    if len(text) > len(cut):
        said = f"{said} {tr('Only the first {count} characters are tried.', count=count(len(cut)))}"
    return Tried(vault.hide(cut, found), said, "ok" if found else "muted")
