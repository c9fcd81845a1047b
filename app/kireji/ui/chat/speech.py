"""What screen readers are told of an answer that grows: whole sentences, without the signs of Markdown.

Code is named and not read out: it is there to be copied, and can be read line by line in the answer itself.
"""

from __future__ import annotations

import re

from kireji.ui.translation import tr

_FENCE = re.compile(r"\s{0,3}(?:[>\-*+]\s+)*(`{3,}|~{3,})\s*([\w+#.-]*)")
_RULE = re.compile(r"[\s|:*_=-]*\Z")
_LEADING = re.compile(r"\s*(?:(?:#{1,6}|>|[-*+])\s+|>)*(?:\[[ xX]\]\s+)?")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_SIGNS = re.compile(r"\\(?=[^\w\s])|\*+|~~|`+|(?<!\w)_+|_+(?!\w)")
_END = re.compile(r"[.!?…:;][\"'”’»)\]*_]*\s+|[。！？；：][”’」』）]*")
"""Where a sentence ends, with what closes behind it."""
_LONGEST = 400
"""Characters without an end after which what is there is said anyway."""


class Speech:
    """Cuts one answer into what can be said."""

    def __init__(self) -> None:
        self._rest = ""
        self._line_begins = True
        self._fence = ""

    def add(self, text: str) -> None:
        """More of its Markdown."""
        self._rest += text

    def take(self, *, whole: bool = False) -> str:
        """What can be said now; empty when no sentence has ended meanwhile.

        Args:
            whole: Nothing more comes.
        """
        *lines, last = self._rest.split("\n")
        found = [self._line(line) for line in lines]
        self._rest = last
        if whole and last:
            found.append(self._line(last))
            self._rest = ""
        elif not self._fence and not _FENCE.match(last) and "|" not in last:
            found.append(self._sentences())
        return " ".join(filter(None, found))

    def _line(self, line: str) -> str:
        begins, self._line_begins = self._line_begins, True
        if begins and (fence := _FENCE.match(line)):
            return self._fenced(fence[1], fence[2])
        if self._fence or _RULE.match(line):
            return ""
        if begins and line.lstrip().startswith("|"):
            return ", ".join(filter(None, map(_plain, line.split("|"))))
        return _plain(line, begins=begins)

    def _fenced(self, fence: str, language: str) -> str:
        if not self._fence:
            self._fence = fence
            return tr("Code, {language}.", language=language) if language else tr("Code.")
        if fence[0] == self._fence[0] and len(fence) >= len(self._fence) and not language:
            self._fence = ""
        return ""

    def _sentences(self) -> str:
        ends = [match.end() for match in _END.finditer(self._rest)]
        if not ends and len(self._rest) > _LONGEST:
            ends = [self._rest.rfind(" ") + 1]
        if not ends or not ends[-1]:
            return ""
        said, self._rest = self._rest[: ends[-1]], self._rest[ends[-1] :]
        begins, self._line_begins = self._line_begins, False
        return _plain(said, begins=begins)


def _plain(text: str, *, begins: bool = False) -> str:
    if begins:
        text = _LEADING.sub("", text, count=1)
    return " ".join(_SIGNS.sub("", _LINK.sub(r"\1", text)).split())
