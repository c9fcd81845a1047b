"""Which of two versions is the newer one: the part of PEP 440 that this program's releases use."""

from __future__ import annotations

import functools
import re

_FORM = re.compile(
    r"(?P<release>\d{1,6}(?:\.\d{1,6}){0,4})"
    r"(?:(?P<kind>a|b|rc)(?P<number>\d{1,6}))?"
    r"(?:\.post(?P<post>\d{1,6}))?"
    r"(?:\.dev(?P<dev>\d{1,6}))?",
    re.ASCII,
)
_KINDS = {"a": 0, "b": 1, "rc": 2}
_FINAL, _BEFORE_ALL = 3, -1
_NEVER = 1 << 30
"""More than any number that a version may hold."""


@functools.total_ordering
class Version:
    """A version such as 1.2, 1.2rc1 or 1.2.dev3. 1.2 and 1.2.0 are the same one.

    Args:
        text: As it is written.

    Raises:
        ValueError: It is no version of that form.
    """

    __slots__ = ("_key", "text")

    def __init__(self, text: str) -> None:
        found = _FORM.fullmatch(text)
        if found is None:
            raise ValueError("not a version")
        self.text = text
        release = [int(number) for number in found["release"].split(".")]
        while len(release) > 1 and release[-1] == 0:
            release.pop()
        post = -1 if found["post"] is None else int(found["post"])
        dev = _NEVER if found["dev"] is None else int(found["dev"])
        if found["kind"]:
            before = (_KINDS[found["kind"]], int(found["number"]))
        else:  # 1.2.dev3 comes before 1.2a1, but 1.2.post1.dev3 after 1.2
            before = (_BEFORE_ALL if post < 0 and dev < _NEVER else _FINAL, 0)
        self._key = (tuple(release), before, post, dev)

    @property
    def final(self) -> bool:
        """Whether it is no trial of a later one."""
        return self._key[1][0] == _FINAL and self._key[3] == _NEVER

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._key == other._key

    def __lt__(self, other: Version) -> bool:
        return self._key < other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Version({self.text!r})"
