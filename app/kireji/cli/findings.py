"""Findings as a table, and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from kireji.cli.console import Console, OutputClosed
from kireji.cli.work import DONE, FAILED
from kireji.services.doctor import Finding, Verdict


def tell(console: Console, findings: Sequence[tuple[str, Finding]], *, as_json: bool) -> int:
    """Print them; returns the exit code, which is 1 where one failed. Warnings are no failures.

    Args:
        console: Where.
        findings: Names and what was found.
        as_json: For programs.
    """
    healthy = all(finding.verdict is not Verdict.FAILED for _, finding in findings)
    with suppress(OutputClosed):  # whoever reads the exit code alone is told by it
        if as_json:
            console.object({"ok": healthy, "checks": [_plain(name, finding) for name, finding in findings]})
        else:
            _print(console, findings)
    return DONE if healthy else FAILED


def _print(console: Console, findings: Sequence[tuple[str, Finding]]) -> None:
    for name, finding in findings:
        console.line(f"{finding.verdict.value:<8} {name:<12} {finding.sentence}")
        if finding.hint and finding.verdict is not Verdict.OK:
            console.line(f"{'':<21} {finding.hint}")


def _plain(name: str, finding: Finding) -> dict[str, Any]:
    return {
        "name": name,
        "verdict": finding.verdict.value,
        "sentence": finding.sentence,
        "hint": finding.hint,
        "data": dict(finding.data),
    }
