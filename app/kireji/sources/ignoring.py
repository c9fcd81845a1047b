"""Which files the rules of git keep out.

A matcher of our own, because a repository is somebody else's: with regular expressions, as libraries make them of the
rules, one line such as `*a*a*a*a*a*a*a*a*b` and one long name take minutes. Here a name takes at most as many steps as
it has characters times those of the rule. Each entry is asked for by itself on the way down, so what lies in a folder
that is kept out is never looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

_MOST_RULES = 5_000
_LONGEST_RULE = 1_000


class _Signs(NamedTuple):
    """A set in brackets.

    Args:
        ranges: First and last of each.
        classes: Names such as alpha.
        negated: Whether it means all others.
    """

    ranges: tuple[tuple[str, str], ...]
    classes: tuple[str, ...]
    negated: bool

    def holds(self, sign: str) -> bool:
        """Whether a sign is meant."""
        found = any(first <= sign <= last for first, last in self.ranges)
        return (found or any(_in_class(sign, name) for name in self.classes)) is not self.negated


_ANY, _STAR = object(), object()
_Part = tuple[object, ...]
"""What one part of a path must be like: signs, sets, ? and *."""
_FOLDERS: _Part = ()
"""Stands for **: any number of folders."""


class Rule(NamedTuple):
    """One line.

    Args:
        parts: Of the path from the folder of the rules on; one alone for a name that may stand anywhere below.
        anchored: Whether it is about the whole path.
        keeps: Whether it takes back what an earlier one keeps out.
        folders: Whether it is about folders only.
    """

    parts: tuple[_Part, ...]
    anchored: bool
    keeps: bool
    folders: bool


class Rules:
    """The rules of one file.

    Args:
        text: What the file says.
        depth: How many folders down from the top of the walk the folder is that they hold for.
        above: Where that folder lies above the top: the names from there to the top, the top's own included.
    """

    def __init__(self, text: str, depth: int = 0, above: Sequence[str] = ()) -> None:
        self._depth = depth
        self._above = tuple(above)
        self._rules: list[Rule] = []
        self._names: dict[str, list[int]] = {}
        self._endings: dict[str, list[int]] = {}
        self._others: list[tuple[str, int]] = []
        for rule in parsed(text):
            self._add(rule)
        self._any_ending = tuple(self._endings)

    def __bool__(self) -> bool:
        return bool(self._rules)

    def ignores(self, name: str, folders: Sequence[str], *, folder: bool) -> bool | None:
        """Whether they keep an entry out; None when they say nothing of it.

        Args:
            name: In its folder.
            folders: The folders from the top of the walk on that it lies in.
            folder: Whether it is one itself.
        """
        asked = self._names.get(name, ())
        if self._any_ending and name.endswith(self._any_ending):
            asked = [*asked, *(at for end, those in self._endings.items() if name.endswith(end) for at in those)]
        if self._others and (more := [at for held, at in self._others if held in name]):
            asked = [*asked, *more]
        for at in sorted(asked, reverse=True) if len(asked) > 1 else asked:
            rule = self._rules[at]
            if (folder or not rule.folders) and self._fits(rule, name, folders):
                return not rule.keeps
        return None

    def _fits(self, rule: Rule, name: str, folders: Sequence[str]) -> bool:
        if not rule.anchored:
            return part_fits(rule.parts[0], name)
        return path_fits(rule.parts, (*self._above, *folders[self._depth :], name))

    def _add(self, rule: Rule) -> None:
        """Filed under the last name of its path, if that is known: most entries are then asked of no rule at all."""
        place, last = len(self._rules), rule.parts[-1]
        self._rules.append(rule)
        if last and all(isinstance(one, str) for one in last):
            self._names.setdefault("".join(map(str, last)), []).append(place)
        elif len(last) > 1 and last[0] is _STAR and all(isinstance(one, str) for one in last[1:]):
            self._endings.setdefault("".join(map(str, last[1:])), []).append(place)
        else:
            self._others.append((_longest_held(last), place))


def _longest_held(part: _Part) -> str:
    """The longest run of signs that a name must hold to fit: looked for before anything else, as it is quickly done."""
    runs = "".join(one if isinstance(one, str) else "\0" for one in part).split("\0")
    return max(runs, key=len)


def parsed(text: str) -> Iterable[Rule]:
    """The rules in a file; lines that mean nothing, or are longer than any that somebody writes, are left out."""
    lines = text.removeprefix("\ufeff").split("\n")
    rules = (_rule(line.removesuffix("\r")) for line in lines[:_MOST_RULES] if len(line) <= _LONGEST_RULE)
    return (rule for rule in rules if rule is not None)


def _rule(line: str) -> Rule | None:
    if line.startswith("#"):
        return None
    line = _without_blanks(line)
    keeps = line.startswith("!")
    line = line[1:] if keeps else line
    folders = line.endswith("/")
    line = line[:-1] if folders else line
    if not line:
        return None
    parts = _parts(line.removeprefix("/"))
    if not parts:
        return None
    anchored = "/" in line
    if not anchored and parts[0] is _FOLDERS:
        parts = [(_STAR,)]
    return Rule(tuple(parts), anchored, keeps, folders)


def _without_blanks(line: str) -> str:
    """Without the blanks at the end, save one that a stroke stands before."""
    end = len(line)
    while end and line[end - 1] == " ":
        strokes = len(line[: end - 1]) - len(line[: end - 1].rstrip("\\"))
        if strokes % 2:
            break
        end -= 1
    return line[:end]


def _parts(line: str) -> list[_Part]:
    """The parts of a path; none where it fits nothing. A stroke in brackets divides nothing, as in git."""
    parts: list[_Part] = []
    found: list[object] = []
    at = begins = 0
    while at <= len(line):
        sign = line[at : at + 1] or "/"
        if sign == "/" or line.startswith("\\/", at):
            if not found:
                return []
            whole = line[begins:at]
            part = _FOLDERS if len(whole) > 1 and set(whole) == {"*"} else tuple(found)
            if not (part is _FOLDERS and parts[-1:] == [_FOLDERS]):
                parts.append(part)
            at += 1 if sign == "/" else 2
            found, begins = [], at
            continue
        at += 1
        if sign == "\\":
            if at == len(line):
                return []
            found.append(line[at])
            at += 1
        elif sign == "[":
            signs = _signs(line, at)
            if signs is None:
                return []
            found.append(signs[0])
            at = signs[1]
        elif sign != "*" or found[-1:] != [_STAR]:
            found.append({"*": _STAR, "?": _ANY}.get(sign, sign))
    return parts


def _signs(text: str, at: int) -> tuple[_Signs, int] | None:
    """The set whose bracket opens before `at`, and where it ends; None when it does not."""
    negated = text[at : at + 1] in ("!", "^")
    at += negated
    ranges: list[tuple[str, str]] = []
    classes: list[str] = []
    first, before = True, ""
    while at < len(text):
        sign = text[at]
        if sign == "]" and not first:
            return _Signs(tuple(ranges), tuple(classes), negated), at + 1
        first = False
        if text.startswith("[:", at) and (end := text.find(":]", at + 2)) >= 0:
            classes.append(text[at + 2 : end])
            at, before = end + 2, ""
            continue
        if sign == "-" and before and text[at + 1 : at + 2] not in ("", "]"):
            last = at + 2 if text[at + 1] == "\\" else at + 1
            if last >= len(text):
                return None
            ranges.append((before, text[last]))
            at, before = last + 1, ""
            continue
        if sign == "\\":
            at += 1
            if at == len(text):
                return None
        before = text[at]
        ranges.append((before, before))
        at += 1
    return None


def _in_class(sign: str, name: str) -> bool:
    code = ord(sign)
    if code >= 0x80:
        return False
    match name:
        case "alnum":
            return sign.isalnum()
        case "alpha":
            return sign.isalpha()
        case "blank":
            return sign in " \t"
        case "cntrl":
            return code < 0x20 or code == 0x7F
        case "digit":
            return sign.isdigit()
        case "graph":
            return 0x20 < code < 0x7F
        case "lower":
            return sign.islower()
        case "print":
            return 0x20 <= code < 0x7F
        case "punct":
            return 0x20 < code < 0x7F and not sign.isalnum()
        case "space":
            return sign in " \t\n\v\f\r"
        case "upper":
            return sign.isupper()
        case "xdigit":
            return sign in "0123456789abcdefABCDEF"
    return False


def part_fits(part: _Part, name: str) -> bool:
    """Whether a name is as a rule wants it, in at most as many steps as both are long, multiplied."""
    at = here = 0
    star = back = -1
    while here < len(name):
        wanted = part[at] if at < len(part) else None
        if wanted is _STAR:
            star, back = at, here
            at += 1
        elif wanted is not None and _sign_fits(wanted, name[here]):
            at += 1
            here += 1
        elif star >= 0:
            back += 1
            at, here = star + 1, back
        else:
            return False
    return all(one is _STAR for one in part[at:])


def _sign_fits(wanted: object, sign: str) -> bool:
    if isinstance(wanted, str):
        return wanted == sign
    return wanted is _ANY or (isinstance(wanted, _Signs) and wanted.holds(sign))


def path_fits(parts: Sequence[_Part], names: Sequence[str]) -> bool:
    """Whether a path is as a rule wants it; like `part_fits`, with ** for the star and names for the signs."""
    at = here = 0
    star = back = -1
    while here < len(names):
        wanted = parts[at] if at < len(parts) else None
        if wanted == _FOLDERS and wanted is not None:
            if at == len(parts) - 1:  # a/** is all that lies in a, and not a itself
                return True
            star, back = at, here
            at += 1
        elif wanted is not None and part_fits(wanted, names[here]):
            at += 1
            here += 1
        elif star >= 0:
            back += 1
            at, here = star + 1, back
        else:
            return False
    return at == len(parts)
