"""What the values of settings must be like, beyond their type."""

from __future__ import annotations

import enum
import os
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from kireji.core.capturing import MOST_DELAY, Action
from kireji.core.privacy import MOST_DAYS
from kireji.core.secrets.kinds import Kind
from kireji.core.shortcuts import Shortcut
from kireji.core.words import say


class SettingProblem(msgspec.Struct, frozen=True):
    """One thing in the settings file that could not be used; the default holds instead.

    Args:
        option: `section.name`, or the name of a section.
        sentence: What is wrong.
        left: Texts of a list that cannot be used while the others hold; they stay in the file until somebody corrects
            them or takes them out.
    """

    option: str
    sentence: str
    left: tuple[str, ...] = ()


def _check_shortcut(value: Any) -> str | None:
    if value and Shortcut.parse(value) is None:
        return say("is not a key combination such as Ctrl+Shift+Space")
    return None


def _one_of(*allowed: str) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        return None if value in allowed else say("must be one of {values}", values=", ".join(map(repr, allowed)))

    return check


def _between(low: float, high: float) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        if low <= value <= high:
            return None
        return say("must be between {low} and {high}", low=f"{low:.7g}", high=f"{high:.7g}")

    return check


def _each_of(*allowed: str) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        wrong = [item for item in value if item not in allowed]
        if not wrong:
            return None
        return say("holds {value}, which is not one of {values}", value=repr(wrong[0]), values=", ".join(allowed))

    return check


def _is_web_address(value: str) -> bool:
    scheme, _, rest = value.partition("://")
    host = rest.split("/", 1)[0].rsplit("@", 1)[-1]
    return scheme in ("http", "https") and host.strip(":") != "" and value.split() == [value]


def _check_address(value: Any) -> str | None:
    if value and not _is_web_address(value):
        return say("must be an address that begins with http:// or https://")
    return None


def _check_proxy(value: Any) -> str | None:
    if value in ("system", "none") or _is_web_address(value):
        return None
    return say("must be 'system', 'none', or an address that begins with http:// or https://")


def _check_folder(value: Any) -> str | None:
    if value and not os.path.isabs(os.path.expanduser(value)):
        return say("must be a whole path, such as ~/backups")
    return None


def _check_folders(value: Any) -> str | None:
    return next((problem for item in value if (problem := _check_folder(item or ".")) is not None), None)


def _check_rules(value: Any) -> str | None:
    from kireji.core.filters import PatternError, program, rule_of

    wrong = []
    for item in value:
        try:
            program(rule_of(item))
        except PatternError as error:
            wrong.append(say("has {value}, which {problem}", value=repr(item), problem=error))
    return "; ".join(wrong) or None


def _check_updates_address(value: Any) -> str | None:
    from kireji.core.updates import is_local, is_secure

    if value and not is_secure(value) and not is_local(value):
        return say("must be an address that begins with https://")
    return None


def _check_keys(value: Any) -> str | None:
    from kireji.core.updates import key_of

    for item in value:
        try:
            key_of(item)
        except ValueError:
            return say("holds {value}, which is no public key in base64", value=repr(item[:60]))
    return None


CHECKS: Mapping[str, Callable[[Any], str | None]] = types.MappingProxyType(
    {
        "models.provider": _one_of("", "anthropic", "openrouter", "local", "device"),
        "models.fallback": _each_of("anthropic", "openrouter", "local", "device"),
        "models.effort": _one_of("", "low", "medium", "high", "xhigh", "max"),
        "models.max_tokens": _between(16, 128_000),
        "openrouter.data_collection": _one_of("deny", "allow"),
        "openrouter.sort": _one_of("", "price", "throughput", "latency"),
        "local.address": _check_address,
        "network.proxy": _check_proxy,
        "backup.folder": _check_folder,
        **{f"shortcuts.{action.value}": _check_shortcut for action in Action},
        "tools.folders": _check_folders,
        **{f"privacy.{name}": _one_of("always", "ask", "never") for name in ("anthropic", "openrouter", "local")},
        "privacy.off": _each_of(*(kind.value for kind in Kind)),
        "privacy.masks": _check_rules,
        "privacy.stops": _check_rules,
        "tools.rounds": _between(1, 100),
        "context.most_tokens": _between(1_000, 1_000_000),
        **{f"budget.{period}": _between(0, 1_000_000) for period in ("day", "month", "conversation")},
        "jobs.rows_per_batch": _between(1, 100_000),
        "jobs.side_by_side": _between(1, 64),
        "jobs.webhook": _check_address,
        "updates.address": _check_updates_address,
        "updates.keys": _check_keys,
        "privacy.keep_days": _between(1, MOST_DAYS),
        "capture.delay": _between(0, MOST_DELAY),
        "appearance.text_scale": _between(0.5, 3.0),
        "appearance.language": _one_of("", "en", "de", "zh_CN", "ar"),
        "appearance.contrast": _one_of("", "normal", "high"),
    }
)


def converted(path: str, value: Any, default: Any) -> Any:
    """A value as it is used.

    Args:
        path: `section.name`.
        value: As a TOML parser gives it.
        default: Has the type.

    Raises:
        ValueError: It has another type, or breaks the option's rule.
    """
    if isinstance(default, enum.Enum):
        allowed = [str(item.value) for item in type(default)]
        if value not in allowed:
            raise ValueError(say("must be one of {values}", values=", ".join(map(repr, allowed))))
        return type(default)(value)
    wanted = type(default)
    if wanted is float and type(value) is int:
        value = float(value)
    if wanted is tuple and isinstance(value, list | tuple):
        value = tuple(map(str, value)) if all(isinstance(item, str) for item in value) else None
    if type(value) is not wanted and not (isinstance(value, wanted) and wanted is not int):
        words = {
            str: say("must be text in quotes"),
            bool: say("must be true or false"),
            int: say("must be a whole number"),
            float: say("must be a number"),
        }
        raise ValueError(words.get(wanted) or say("must be a list of texts in quotes"))
    if wanted is str:
        value = str(value)
    return _checked(path, value)


def _checked(path: str, value: Any) -> Any:
    check = CHECKS.get(path)
    if check is not None and (problem := check(value)) is not None:
        raise ValueError(problem)
    return value


def usable(option: str, value: Any) -> tuple[str, ...] | None:
    """Those rules of a list that can be used: they hold although another is wrong; None for every other setting."""
    if CHECKS.get(option) is not _check_rules or not isinstance(value, list | tuple):
        return None
    return tuple(item for item in value if isinstance(item, str) and _check_rules([item]) is None)


def wrong(value: Sequence[Any], good: Sequence[str]) -> tuple[str, ...]:
    """The other texts of such a list."""
    return tuple(item for item in value if isinstance(item, str) and item not in good)
