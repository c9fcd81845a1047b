"""The settings in force, and their change."""

from __future__ import annotations

import asyncio
import enum
import threading
from collections.abc import Sequence

from kireji.core.errors import SettingsError
from kireji.core.ports import SettingsStore
from kireji.core.publisher import Publisher
from kireji.core.settings import SettingProblem, Settings, changed, parse

_WHOLE_FILE = "settings.toml"


class Preferences:
    """Owns the settings.

    Args:
        store: The file.
        settings: What was read from it.
        problems: What in it could not be used.
    """

    def __init__(self, store: SettingsStore, settings: Settings, problems: Sequence[SettingProblem] = ()) -> None:
        self._store = store
        self.settings = settings
        self.problems = tuple(problems)
        self.changed: Publisher[Settings] = Publisher()
        self._writing = threading.Lock()

    @classmethod
    def read(cls, store: SettingsStore) -> Preferences:
        """Read the file; what cannot be used falls back to its default and is kept in `problems`."""
        try:
            settings, problems = parse(store.read())
        except SettingsError as error:
            return cls(store, Settings(), (SettingProblem(_WHOLE_FILE, error.sentence),))
        return cls(store, settings, problems)

    @property
    def newcomer(self) -> bool:
        """Whether the first-start page is due; a file that cannot be read belongs to somebody who has been here."""
        unreadable = any(problem.option == _WHOLE_FILE for problem in self.problems)
        return not self.settings.general.welcomed and not unreadable

    @property
    def told(self) -> str:
        """What is wrong with the file, in one line; empty when nothing is."""
        if not self.problems:
            return ""
        first, others = self.problems[0], len(self.problems) - 1
        place = "" if first.option == _WHOLE_FILE else f"{_WHOLE_FILE}: "
        return f"{place}{first.sentence}" + (f" (and {others} more: kireji doctor --json)" if others else "")

    async def set(self, option: str, value: object) -> None:
        """Change one option now and in the file.

        Raises:
            SettingsError: The value breaks the option's rule, or the file could not be written (the change then holds
                until the program ends).
        """
        try:
            new = changed(self.settings, option, value)
        except ValueError as error:
            raise SettingsError(f"{option} {error}.") from error
        if new == self.settings:
            return
        self.settings = new
        self.changed.publish(new)
        await asyncio.to_thread(self._write, option)

    def _write(self, option: str) -> None:
        """Write what holds by now: of two changes in a row the later one stays, whichever thread comes first."""
        section, name = option.split(".")
        with self._writing:
            value = getattr(getattr(self.settings, section), name)
            value = value.value if isinstance(value, enum.Enum) else value
            self._store.write(option, list(value) if isinstance(value, tuple) else value)
