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

from kireji.core.budget import BudgetSettings
from kireji.core.capturing import Action
from kireji.core.context import ContextSettings
from kireji.core.jobs.settings import JobSettings
from kireji.core.privacy import PrivacySettings
from kireji.core.setting_rules import SettingProblem, converted, usable, wrong
from kireji.core.shortcuts import DEFAULT_CAPTURE
from kireji.core.words import say

VERSION = 1


class Theme(enum.Enum):
    """Which colours the windows have."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class ModelSettings(msgspec.Struct, frozen=True):
    """[models]

    Args:
        provider: anthropic, openrouter, local or device; empty chooses the first that can work.
        anthropic: The model that Anthropic answers with when none was chosen; empty takes the provider's default.
        openrouter: The same for OpenRouter.
        local: The same for a model server on this computer.
        effort: low, medium, high, xhigh, max; empty leaves it to the model.
        max_tokens: Upper bound of an answer, thinking included.
        system: Instructions that stand before every new conversation.
        fallback: Who answers, in this order, when the one that was asked cannot be reached or has no capacity.
    """

    provider: str = ""
    anthropic: str = ""
    openrouter: str = ""
    local: str = ""
    effort: str = "low"
    max_tokens: int = 8192
    system: str = ""
    fallback: tuple[str, ...] = ("device",)

    def model_of(self, provider: str) -> str:
        """The model that a provider answers with when none was chosen; empty for the provider's own default."""
        match provider:
            case "anthropic":
                return self.anthropic
            case "openrouter":
                return self.openrouter
            case "local":
                return self.local
        return ""


class OpenRouterSettings(msgspec.Struct, frozen=True):
    """[openrouter]

    Args:
        data_collection: "deny" keeps requests from services that keep or train on what they are sent; "allow".
        zero_retention: Only services that keep nothing.
        order: Names of the services to try, first to last.
        only: Names of the only services that may be used.
        ignore: Names of the services that must not be used.
        allow_fallbacks: Whether others than those in `order` may be used.
        sort: price, throughput or latency; empty leaves it to OpenRouter.
    """

    data_collection: str = "deny"
    zero_retention: bool = False
    order: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    allow_fallbacks: bool = True
    sort: str = ""


class LocalSettings(msgspec.Struct, frozen=True):
    """[local]

    Args:
        address: Base URL of a model server, with /v1; empty looks on the usual ports of this computer.
        discover: Whether those ports are looked at.
    """

    address: str = ""
    discover: bool = True


class NetworkSettings(msgspec.Struct, frozen=True):
    """[network]

    Args:
        proxy: "system" follows the environment and the system, "none" connects directly, else the proxy's address.
        no_proxy: Hosts that are reached without it, separated by commas; in addition to this computer itself.
        ca_file: A file of certificates (PEM) that are trusted besides the system's.
    """

    proxy: str = "system"
    no_proxy: str = ""
    ca_file: str = ""


class ShortcutSettings(msgspec.Struct, frozen=True):
    """[shortcuts]: a chord for each `core.capturing.Action`; empty holds none.

    Args:
        capture: Cut out a region and ask.
        window: Pick a window and ask.
        screen: Ask about the screen under the pointer.
        all_screens: Ask about all screens.
        delayed: Capture after `[capture] delay` seconds.
        last: The same region again.
        add: One more region for the question.
        clipboard: Ask about what was copied.
        selection: Ask about the text that is selected in another program.
        open: Bring the window to the front.
        paused: Whether all chords are released for now.
    """

    capture: str = DEFAULT_CAPTURE
    window: str = ""
    screen: str = ""
    all_screens: str = ""
    delayed: str = ""
    last: str = ""
    add: str = ""
    clipboard: str = ""
    selection: str = ""
    open: str = ""
    paused: bool = False

    def chord(self, action: Action) -> str:
        """What holds for one action."""
        return str(getattr(self, action.value))


class CaptureSettings(msgspec.Struct, frozen=True):
    """[capture]

    Args:
        delay: Seconds that a capture after a delay waits.
        desktop_picker: On Wayland, always let the desktop's own dialog cut out the region.
        copy_selection: Where selected text cannot be read without it (Windows, macOS): press the copy keys in the
            other program, and put the clipboard back as it was.
        translate_to: Language into which captures are translated in place; empty for that of the interface.
    """

    delay: float = 3.0
    desktop_picker: bool = False
    copy_selection: bool = False
    translate_to: str = ""


class AppearanceSettings(msgspec.Struct, frozen=True):
    """[appearance]

    Args:
        theme: system, light or dark.
        text_scale: 1.0 is the normal size of text.
        inspector: Whether the pane with the details is open.
        language: Of the interface: en, de, zh_CN or ar; empty follows the system. Holds from the next start on.
        contrast: normal or high; empty follows the system.
        folded: Names of the sections of the details that are folded away.
    """

    theme: Theme = Theme.SYSTEM
    text_scale: float = 1.0
    inspector: bool = True
    language: str = ""
    contrast: str = ""
    folded: tuple[str, ...] = ()


class GeneralSettings(msgspec.Struct, frozen=True):
    """[general]

    Args:
        welcomed: Whether the first-start page was finished.
        notify: Whether a notification tells of answers that finish while no window shows them.
    """

    welcomed: bool = False
    notify: bool = True


class BackupSettings(msgspec.Struct, frozen=True):
    """[backup]

    Args:
        automatic: Whether the history is copied on every day on which it has changed.
        folder: Where to; empty is `backups` in the data folder.
    """

    automatic: bool = True
    folder: str = ""


class HistorySettings(msgspec.Struct, frozen=True):
    """[history]

    Args:
        read_pictures: Whether this computer reads the text in stored pictures when nothing else is to be done, so that
            conversations are found by it.
    """

    read_pictures: bool = True


class UpdateSettings(msgspec.Struct, frozen=True):
    """[updates]

    Args:
        check: Whether it is asked once a day for a newer version.
        address: Where; empty for the place that the build names, if it names one.
        keys: Public keys (base64) of those whose word counts; empty for those that the build names.
    """

    check: bool = False
    address: str = ""
    keys: tuple[str, ...] = ()


class ToolSettings(msgspec.Struct, frozen=True):
    """[tools]

    Args:
        enabled: Whether models may ask for tools at all.
        off: Names of tools (as they are offered) and ids of sources that are not offered.
        commands: Whether the tool that runs commands is offered.
        folders: Folders in which files may be read without asking.
        hosts: Hosts whose pages may be fetched without asking, while no words from outside are there.
        rounds: How often the model may ask for tools within one answer.
    """

    enabled: bool = True
    off: tuple[str, ...] = ()
    commands: bool = False
    folders: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    rounds: int = 25


class Settings(msgspec.Struct, frozen=True):
    """The whole tree; one attribute per section of the file."""

    general: GeneralSettings = msgspec.field(default_factory=GeneralSettings)
    models: ModelSettings = msgspec.field(default_factory=ModelSettings)
    openrouter: OpenRouterSettings = msgspec.field(default_factory=OpenRouterSettings)
    local: LocalSettings = msgspec.field(default_factory=LocalSettings)
    network: NetworkSettings = msgspec.field(default_factory=NetworkSettings)
    shortcuts: ShortcutSettings = msgspec.field(default_factory=ShortcutSettings)
    capture: CaptureSettings = msgspec.field(default_factory=CaptureSettings)
    appearance: AppearanceSettings = msgspec.field(default_factory=AppearanceSettings)
    backup: BackupSettings = msgspec.field(default_factory=BackupSettings)
    history: HistorySettings = msgspec.field(default_factory=HistorySettings)
    tools: ToolSettings = msgspec.field(default_factory=ToolSettings)
    context: ContextSettings = msgspec.field(default_factory=ContextSettings)
    budget: BudgetSettings = msgspec.field(default_factory=BudgetSettings)
    privacy: PrivacySettings = msgspec.field(default_factory=PrivacySettings)
    jobs: JobSettings = msgspec.field(default_factory=JobSettings)
    updates: UpdateSettings = msgspec.field(default_factory=UpdateSettings)


_RENAMED: Mapping[str, typing.Callable[[Any], tuple[str, Any]]] = types.MappingProxyType(
    {
        # "reader" was written there when this computer had been chosen.
        "models.model": lambda value: ("anthropic", "" if value == "reader" else value),
        "models.offline": lambda value: ("fallback", [] if value == "error" else ["device"]),
    }
)
"""Options of earlier versions, with what they are called now and their value there."""


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
            problems.append(
                SettingProblem(
                    name,
                    say("[{name}] is not a section this version knows{meant}", name=name, meant=_meant(name, known)),
                )
            )
    for name, section in known.items():
        kind = typing.cast("type[Any]", section.default_factory)
        table = tree.get(name, {})
        if not isinstance(table, Mapping):
            problems.append(SettingProblem(name, say("{name} must be a table of settings.", name=name)))
            table = {}
        sections[name] = _parse_section(name, kind, table, problems)
    return Settings(**sections), tuple(problems)


def _parse_section(name: str, kind: type[Any], table: Mapping[str, Any], problems: list[SettingProblem]) -> Any:
    fields = {item.name: item for item in msgspec.structs.fields(kind)}
    values: dict[str, Any] = {}
    for option, value in table.items():
        path = written = f"{name}.{option}"
        if path in _RENAMED:
            option, value = _RENAMED[path](value)
            path = f"{name}.{option}"
            if option in table:  # the new name counts, whatever an earlier version left beside it
                continue
        if option not in fields:
            problems.append(
                SettingProblem(path, say("{option} is not a setting{meant}", option=path, meant=_meant(option, fields)))
            )
            continue
        try:
            values[option] = converted(path, value, fields[option].default)
        except ValueError as problem:
            default = fields[option].default
            shown = default.value if isinstance(default, enum.Enum) else default
            shown = list(shown) if isinstance(shown, tuple) else shown
            left: tuple[str, ...] = ()
            if (good := usable(path, value)) is not None:
                values[option], left = good, wrong(value, good)
                shown = list(good)
            problems.append(
                SettingProblem(
                    path,
                    say(
                        "{option} {problem}; {value} is used instead.",
                        option=written,
                        problem=problem,
                        value=repr(shown),
                    ),
                    left,
                )
            )
    return kind(**values)


def _meant(name: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return say("; did you mean {name}?", name=close[0]) if close else "."


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
    new = msgspec.structs.replace(old, **{name: converted(option, plain, default)})
    return msgspec.structs.replace(settings, **{section: new})
