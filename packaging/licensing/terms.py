"""Licences by their names: SPDX expressions, and whether what they say may be in a build."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
_TOKEN = re.compile(r"\(|\)|[A-Za-z0-9.+-]+")


class Unsettled(Exception):
    """A licence that is not known, or that may not be in a build; the text says what was found and what to do."""


def read_decisions(path: Path = HERE / "decisions.toml") -> Mapping[str, Any]:
    """What was decided by a person."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Terms:
    """What is known of licences.

    Args:
        allowed: Identifiers of those that may be in a build.
        refused: Identifiers of those that may not.
        exceptions: With which a refused one may.
        words: Identifiers by what metadata says instead of them.
    """

    allowed: frozenset[str]
    refused: frozenset[str]
    exceptions: frozenset[str]
    words: Mapping[str, str]

    @classmethod
    def of(cls, decisions: Mapping[str, Any]) -> Terms:
        """As the file of decisions has them."""
        known = decisions["licences"]
        return cls(
            frozenset(known["allowed"]), frozenset(known["refused"]), frozenset(known["exceptions"]), decisions["words"]
        )

    def named(self, words: str) -> str:
        """The expression that metadata means; empty for what is none."""
        words = " ".join(words.split())
        if words in self.words:
            return self.words[words]
        try:
            self.check(words)
        except Unsettled:
            return words if self._is_expression(words) else ""
        return words

    def check(self, expression: str) -> None:
        """Make sure that a part under these terms may be in a build: of what "OR" joins one must do, of "AND" all.

        Raises:
            Unsettled: It may not, or a name in it is not known.
        """
        tokens = _TOKEN.findall(expression)
        if not tokens or "".join(tokens) != "".join(expression.split()):
            raise Unsettled(f"{expression!r} is no SPDX expression")
        problem, rest = self._either(tokens)
        if rest:
            raise Unsettled(f"{expression!r} is no SPDX expression")
        if problem:
            raise Unsettled(problem)

    def _is_expression(self, words: str) -> bool:
        names = [token for token in _TOKEN.findall(words) if token not in ("AND", "OR", "WITH", "(", ")")]
        return bool(names) and all(name in self.allowed | self.refused | self.exceptions for name in names)

    def _either(self, tokens: list[str]) -> tuple[str, list[str]]:
        problem, rest = self._all(tokens)
        while rest[:1] == ["OR"]:
            other, rest = self._all(rest[1:])
            problem = problem and other and problem
        return problem, rest

    def _all(self, tokens: list[str]) -> tuple[str, list[str]]:
        problem, rest = self._one(tokens)
        while rest[:1] == ["AND"]:
            other, rest = self._one(rest[1:])
            problem = problem or other
        return problem, rest

    def _one(self, tokens: list[str]) -> tuple[str, list[str]]:
        if not tokens:
            raise Unsettled("an SPDX expression that breaks off")
        if tokens[0] == "(":
            problem, rest = self._either(tokens[1:])
            if rest[:1] != [")"]:
                raise Unsettled("an SPDX expression with a bracket too many")
            return problem, rest[1:]
        name, rest = tokens[0], tokens[1:]
        exception = ""
        if rest[:1] == ["WITH"]:
            exception, rest = "".join(rest[1:2]), rest[2:]
        return self._problem(name, exception), rest

    def _problem(self, name: str, exception: str) -> str:
        """Why it may not be in a build; empty when it may."""
        if exception and exception not in self.exceptions:
            return f"the exception {exception} is not known"
        if name in self.allowed or (name in self.refused and exception):
            return ""
        if name in self.refused:
            return f"{name} would reach the whole program"
        return f"the licence {name} is not known"
