"""`kireji doctor`: what works on this machine."""

from __future__ import annotations

import argparse

from kireji.cli.console import Console
from kireji.cli.work import DONE, FAILED, Work
from kireji.services.application import Services
from kireji.services.doctor import Verdict


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Nothing is read beforehand."""

    async def work(services: Services) -> int:
        findings = await services.doctor.examine()
        healthy = all(finding.verdict is not Verdict.FAILED for _, finding in findings)
        if arguments.json:
            checks = [
                {
                    "name": name,
                    "verdict": finding.verdict.value,
                    "sentence": finding.sentence,
                    "hint": finding.hint,
                    "data": dict(finding.data),
                }
                for name, finding in findings
            ]
            console.object({"ok": healthy, "checks": checks})
        else:
            for name, finding in findings:
                console.line(f"{finding.verdict.value:<8} {name:<12} {finding.sentence}")
                if finding.hint and finding.verdict is not Verdict.OK:
                    console.line(f"{'':<21} {finding.hint}")
        return DONE if healthy else FAILED

    return work
