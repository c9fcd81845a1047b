"""The settings file: read fast at start-up, written without losing what a person put there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence
from pathlib import Path
from typing import Any

from kireji.core.errors import SettingsError
from kireji.core.settings import VERSION
from kireji.core.words import say
from kireji.storage.faults import store_error
from kireji.storage.files import write_atomically
from kireji.storage.rows import storable

_LINE = re.compile(r"at line (\d+)")
_SECTION = re.compile(r"^[ \t\[]*(\w+)", re.MULTILINE)
"""`[section]`, `section.option` and `section = {…}`, in a file that is no TOML; a word too many does no harm."""
_ATTEMPTS = 3


class TomlSettingsFile:
    """`settings.toml`.

    Args:
        path: The file; it need not exist. A link is followed, so that it may live among one's other settings.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, object]:
        """As in SettingsStore."""
        return _tables(self._text(), self._path)

    def write(self, option: str, value: object) -> None:
        """As in SettingsStore. The file is read again first, so what was edited meanwhile stays.

        Args:
            option: `section.name`.
            value: Text, a number, true or false, or a list of texts.

        Raises:
            SettingsError: The file is not TOML (it is then left as it is), or cannot be read or written.
        """
        for _ in range(_ATTEMPTS):
            before = self._text()
            after = _edited(before, option, value, self._path)
            if self._text() == before:
                break
        if after != before:
            self._replace(after)

    def _text(self) -> str:
        """The file's text; empty when there is no file. Line ends are kept; a byte order mark is not."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise _unusable(error, self._path) from error
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise _not_toml(
                self._path, line, "it is not text in UTF-8", _SECTION.findall(data.decode("latin-1"))
            ) from error

    def _replace(self, text: str) -> None:
        try:
            target = self._path.resolve()
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(target, text.encode())
        except OSError as error:
            raise _unusable(error, self._path) from error


def _tables(text: str, path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _LINE.search(str(error))
        line = int(place[1]) if place else max(1, len(text.splitlines()))
        reason = str(error).split(" (at ")[0]
        raise _not_toml(path, line, reason[:1].lower() + reason[1:], _SECTION.findall(text)) from error


def _edited(text: str, option: str, value: object, path: Path) -> str:
    from tomlkit.exceptions import TOMLKitError

    section, name = option.split(".")
    value = _plain(value)
    expected = _tables(text, path)
    if not isinstance(expected.setdefault(section, {}), dict):
        raise SettingsError(
            say("{path} has a value called {name} where the section [{name}] belongs.", path=path, name=section),
            say("Remove that line, then change the setting again."),
        )
    expected[section][name] = value
    if not text:
        expected["version"] = VERSION
    try:
        result = _with_option(text, section, name, value)
        kept = _same(_tables(result, path), expected)
    except (TOMLKitError, TypeError, ValueError, SettingsError) as error:
        raise _too_unusual(path, section, name) from error
    if not kept:
        raise _too_unusual(path, section, name)
    return result


def _plain(value: object) -> object:
    """The value as a TOML parser gives it back."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _with_option(text: str, section: str, name: str, value: object) -> str:
    import tomlkit
    from tomlkit.items import Array

    document = tomlkit.parse(text)
    if not text:
        document["version"] = VERSION
    if section not in document:
        document[section] = tomlkit.table()
    table = document[section]
    assert isinstance(table, MutableMapping)
    there = table.get(name)
    if isinstance(value, list) and isinstance(there, Array) and "\n" in there.as_string():
        _edit_list(there, value)
    else:
        table[name] = value
    return tomlkit.dumps(document)


def _edit_list(there: MutableSequence[Any], wanted: Sequence[Any]) -> None:
    """Make a list that has several lines equal to `wanted`; items that stay keep their lines and comments."""
    matcher = difflib.SequenceMatcher(None, list(map(repr, there)), list(map(repr, wanted)), autojunk=False)
    for _, start, end, first, last in reversed([step for step in matcher.get_opcodes() if step[0] != "equal"]):
        for _ in range(start, end):
            del there[start]
        for place, item in enumerate(wanted[first:last], start):
            there.insert(place, item)


def _same(one: object, other: object) -> bool:
    """Equal in value and type; a number that is not one counts as equal to itself."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and (one == other or (one != one and other != other))


def _not_toml(path: Path, line: int, reason: str, sections: Sequence[str] = ()) -> SettingsError:
    return SettingsError(
        say("{path} cannot be read: line {line}, {reason}.", path=path, line=line, reason=reason),
        say("Correct that line; until then the defaults hold, and the file is left as it is."),
        detail=reason,
        sections=sections,
    )


def _too_unusual(path: Path, section: str, name: str) -> SettingsError:
    return SettingsError(
        say("{path} is written in a way that cannot be changed without losing something.", path=path),
        say("Set {name} in the section [{section}] by hand.", name=name, section=section),
    )


def _unusable(error: OSError, path: Path) -> SettingsError:
    failure = store_error(error, path)
    assert failure is not None
    return SettingsError(failure.message, failure.hint, detail=str(error))
