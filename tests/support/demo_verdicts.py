"""Comments to look at, in several languages, and the verdicts that a model gives of them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.service import Rule, Text

_COMMENTS = (
    ("What an idiot, you did not even read the first paragraph.", "idiot", "rude", 0.62),
    ("Good morning, does anybody know when the shop opens?", "", "", 0.0),
    ("You are worthless. Let us all write to her boss until she is gone.", "worthless", "targeted", 0.93),
    ("この意見は最悪だ、バカじゃないのか。", "バカ", "rude", 0.71),
    ("أنت أحمق حقا ولا تفهم شيئا", "أحمق", "rude", 0.58),
    ("Danke, das hat mir sehr geholfen.", "", "", 0.0),
)


def write_comments(path: Path) -> None:
    """A file with a comment on each line."""
    lines = [json.dumps({"prompt": text}, ensure_ascii=False) for text, *_ in _COMMENTS]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def verdicts() -> list[Rule]:
    """What the service answers to each, by the policy that is called community."""
    return [_rule(*comment) for comment in _COMMENTS]


def _rule(text: str, quote: str, level: str, confidence: float) -> Rule:
    evidence = [{"where": "text", "picture": 0, "quote": quote}]
    finding = {"category": "harassment", "evidence": evidence, "reason": "It is meant to hurt somebody who reads it.",
               "level": level, "confidence": confidence}  # fmt: skip
    answer = {
        "findings": [finding] if quote else [],
        "reason": "It attacks a person." if quote else "There is nothing wrong with it.",
        "rewrite": "I see this differently." if quote else None,
    }
    return Rule(Text([json.dumps(answer)]), contains=text, times=None)
