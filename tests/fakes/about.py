"""Licences in memory."""

from __future__ import annotations

from collections.abc import Sequence

from kireji.core.about import Part


class MemoryLicences:
    """A few parts."""

    def __init__(self, *, collected: bool = True) -> None:
        self.collected = collected
        self.held: dict[str, str] = {"mit": "Permission is hereby granted", "lgpl": "GNU LESSER GENERAL PUBLIC LICENSE"}
        self.listed: Sequence[Part] = (
            Part("Kireji", "0.1.0", "MIT", "program", ("mit",)),
            Part("httpx", "0.28.1", "BSD-3-Clause", "python", ("mit",), "https://pypi.org/project/httpx/"),
            Part("Qt", "6.11.3", "LGPL-3.0-only", "qt", ("lgpl", "mit"), "https://download.qt.io/"),
        )

    def parts(self) -> Sequence[Part]:
        return self.listed

    def text(self, name: str) -> str:
        return self.held[name]
