"""Every setting with its type, default and rule; the file format is storage's matter.

A setting is addressed by section and name (`[shortcuts] capture`). A bad value falls back to its default and is
reported; unknown names are kept in the file, so that an older version can be started again.
"""

from __future__ import annotations

import difflib
import enum
import types
import typing
from collections.abc import Mapping
from typing import Any

import msgspec

from kireji.core.shortcuts import DEFAULT_CAPTURE, Shortcut

VERSION = 1


class Theme(enum.Enum):
    """Which colours the windows have."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class ModelSettings(msgspec.Struct, frozen=True):
    """[models]

    Args:
        provider: anthropic or device; empty chooses the first that can work.
        model: The provider's model id; empty takes its default.
        effort: low, medium, high, xhigh, max; empty leaves it to the model.
        max_tokens: Upper bound of an answer, thinking included.
        system: Instructions that stand before every conversation.
        offline: What happens when the network is down: "device" reads the text on this computer, "error" says so.
    """

    provider: str = ""
    model: str = ""
    effort: str = "low"
    max_tokens: int = 8192
    system: str = ""
    offline: str = "device"


class ShortcutSettings(msgspec.Struct, frozen=True):
    """[shortcuts]

    Args:
        capture: The chord that starts a capture from anywhere; empty holds none.
        paused: Whether the chord is released for now.
    """

    capture: str = DEFAULT_CAPTURE
    paused: bool = False


class AppearanceSettings(msgspec.Struct, frozen=True):
    """[appearance]

    Args:
        theme: system, light or dark.
        text_scale: 1.0 is the normal size of text.
        inspector: Whether the pane on the right is open.
    """

    theme: Theme = Theme.SYSTEM
    text_scale: float = 1.0
    inspector: bool = True


class GeneralSettings(msgspec.Struct, frozen=True):
    """[general]

    Args:
        welcomed: Whether the first-start page was finished.
    """

    welcomed: bool = False


class Settings(msgspec.Struct, frozen=True):
    """The whole tree; one attribute per section of the file."""

    general: GeneralSettings = msgspec.field(default_factory=GeneralSettings)
    models: ModelSettings = msgspec.field(default_factory=ModelSettings)
    shortcuts: ShortcutSettings = msgspec.field(default_factory=ShortcutSettings)
    appearance: AppearanceSettings = msgspec.field(default_factory=AppearanceSettings)


class SettingProblem(msgspec.Struct, frozen=True):
    """One thing in the settings file that could not be used; the default holds instead."""

    option: str
    sentence: str


def _check_shortcut(value: Any) -> str | None:
    if value and Shortcut.parse(value) is None:
        return "is not a key combination such as Ctrl+Shift+Space"
    return None


def _one_of(*allowed: str) -> typing.Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        return None if value in allowed else "must be one of " + ", ".join(repr(item) for item in allowed)

    return check


def _between(low: float, high: float) -> typing.Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        return None if low <= value <= high else f"must be between {low:g} and {high:g}"

    return check


_CHECKS: Mapping[str, typing.Callable[[Any], str | None]] = types.MappingProxyType(
    {
        "models.provider": _one_of("", "anthropic", "device"),
        "models.effort": _one_of("", "low", "medium", "high", "xhigh", "max"),
        "models.max_tokens": _between(16, 128_000),
        "models.offline": _one_of("device", "error"),
        "shortcuts.capture": _check_shortcut,
        "appearance.text_scale": _between(0.5, 3.0),
    }
)


def parse(tree: Mapping[str, Any]) -> tuple[Settings, tuple[SettingProblem, ...]]:
    """Read settings from the tables of a file.

    Args:
        tree: Section name to table, as a TOML parser gives it.

    Returns:
        Settings that can be used, and everything that was wrong with the input.
    """
    problems: list[SettingProblem] = []
    sections: dict[str, Any] = {}
    known = {item.name: item for item in msgspec.structs.fields(Settings)}
    for name in tree:
        if name != "version" and name not in known:
            problems.append(SettingProblem(name, f"[{name}] is not a section this version knows{_meant(name, known)}."))
    for name, section in known.items():
        kind = typing.cast("type[Any]", section.default_factory)
        table = tree.get(name, {})
        if not isinstance(table, Mapping):
            problems.append(SettingProblem(name, f"{name} must be a table of settings."))
            table = {}
        sections[name] = _parse_section(name, kind, table, problems)
    return Settings(**sections), tuple(problems)


def _parse_section(name: str, kind: type[Any], table: Mapping[str, Any], problems: list[SettingProblem]) -> Any:
    fields = {item.name: item for item in msgspec.structs.fields(kind)}
    values: dict[str, Any] = {}
    for option, value in table.items():
        path = f"{name}.{option}"
        if option not in fields:
            problems.append(SettingProblem(path, f"{path} is not a setting{_meant(option, fields)}."))
            continue
        try:
            values[option] = _convert(path, value, fields[option].default)
        except ValueError as problem:
            default = fields[option].default
            shown = default.value if isinstance(default, enum.Enum) else default
            problems.append(SettingProblem(path, f"{path} {problem}; {shown!r} is used instead."))
    return kind(**values)


def _convert(path: str, value: Any, default: Any) -> Any:
    if isinstance(default, enum.Enum):
        allowed = [str(item.value) for item in type(default)]
        if value not in allowed:
            raise ValueError("must be one of " + ", ".join(repr(item) for item in allowed))
        return type(default)(value)
    wanted = type(default)
    if wanted is float and type(value) is int:
        value = float(value)
    if type(value) is not wanted and not (isinstance(value, wanted) and wanted is not int):
        words = {str: "text in quotes", bool: "true or false", int: "a whole number", float: "a number"}
        raise ValueError(f"must be {words[wanted]}")
    if wanted is str:
        value = str(value)
    check = _CHECKS.get(path)
    if check is not None and (problem := check(value)) is not None:
        raise ValueError(problem)
    return value


def _meant(name: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?"[:-1] if close else ""


def changed(settings: Settings, option: str, value: Any) -> Settings:
    """A copy of `settings` with one option changed.

    Args:
        settings: What holds now.
        option: `section.name`.
        value: In the option's own type.

    Raises:
        ValueError: The value breaks the option's rule.
    """
    section, name = option.split(".")
    old = getattr(settings, section)
    default = next(item.default for item in msgspec.structs.fields(old) if item.name == name)
    plain = value.value if isinstance(value, enum.Enum) else value
    new = msgspec.structs.replace(old, **{name: _convert(option, plain, default)})
    return msgspec.structs.replace(settings, **{section: new})
