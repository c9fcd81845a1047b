"""The settings in force, and their change."""

from __future__ import annotations

import asyncio
import enum
import threading
from collections.abc import Sequence

import msgspec

from kireji.core.errors import SettingsError
from kireji.core.ports import SettingsStore
from kireji.core.publisher import Publisher
from kireji.core.setting_rules import SettingProblem
from kireji.core.settings import Settings, changed, parse

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
        self._lost: frozenset[str] = frozenset()
        """Sections of a file that could not be read: what the person wanted there, nobody knows."""
        self._writing = threading.Lock()
        self._changes = 0
        self._unwritten: dict[str, int] = {}
        """Options that hold here and do not stand in the file yet, with the number of their last change."""
        self._readings: list[set[str]] = []
        """What was changed here since each look at the file began."""

    @classmethod
    def read(cls, store: SettingsStore) -> Preferences:
        """Read the file; what cannot be used falls back to its default and is kept in `problems`."""
        try:
            settings, problems = parse(store.read())
        except SettingsError as error:
            found = cls(store, Settings(), (SettingProblem(_WHOLE_FILE, error.sentence),))
            found._lost = error.sections
            return found
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

    def wrong_in(self, section: str, *options: str) -> bool:
        """Whether something in a section does not hold as it stands in the file.

        Args:
            section: Which.
            options: Their names, if only these matter.
        """
        if section in self._lost:
            return True
        wrong = [problem.option.partition(".") for problem in self.problems]
        return any(place == section and (not options or name in options) for place, _, name in wrong)

    def left(self, option: str) -> tuple[str, ...]:
        """Texts of a list that cannot be used and stay in the file beside those that hold."""
        return tuple(text for problem in self.problems if problem.option == option for text in problem.left)

    async def set(self, option: str, value: object, left: Sequence[str] | None = None) -> None:
        """Change one option now and in the file.

        Args:
            option: `section.name`.
            value: In the option's own type.
            left: Which texts that cannot be used stay in the file beside it; None keeps those that are there.

        Raises:
            SettingsError: The value breaks the option's rule, or the file could not be written (the change then holds
                until the program ends).
        """
        try:
            new = changed(self.settings, option, value)
        except ValueError as error:
            raise SettingsError(f"{option} {error}.") from error
        wrong = any(problem.option == option and not problem.left for problem in self.problems)
        if new == self.settings and not wrong and (left is None or tuple(left) == self.left(option)):
            return
        self.settings = new
        if left is not None:
            self._leave(option, value, left)
        elif wrong:
            self.problems = tuple(problem for problem in self.problems if problem.option != option or problem.left)
        self._changes += 1
        self._unwritten[option] = self._changes
        for changed_since in self._readings:
            changed_since.add(option)
        self.changed.publish(new)
        await asyncio.to_thread(self._write, option, self._changes)

    def _leave(self, option: str, value: object, left: Sequence[str]) -> None:
        """Keep what is still wrong with a list, and nothing else."""
        assert isinstance(value, tuple)
        section, name = option.split(".")
        others = tuple(problem for problem in self.problems if problem.option != option)
        self.problems = (*others, *parse({section: {name: [*value, *left]}})[1])

    async def refresh(self) -> None:
        """Take over what was changed in the file by somebody else: an editor, or another run of the program.

        What was changed here and does not stand in the file yet stays. A file that cannot be read changes nothing but
        `problems`.
        """
        own = set(self._unwritten)
        self._readings.append(own)
        try:
            try:
                found, problems = parse(await asyncio.to_thread(self._read))
            except SettingsError as error:
                found, problems = self.settings, (SettingProblem(_WHOLE_FILE, error.sentence),)
        finally:
            self._readings.remove(own)
        problems = (
            *(problem for problem in problems if problem.option not in own),
            *(problem for problem in self.problems if problem.option in own),
        )
        for option in own:
            section, name = option.split(".")
            old, own_section = getattr(found, section), getattr(self.settings, section)
            kept = msgspec.structs.replace(old, **{name: getattr(own_section, name)})
            found = msgspec.structs.replace(found, **{section: kept})
        if not any(problem.option == _WHOLE_FILE for problem in problems):
            self._lost = frozenset()
        if found != self.settings or problems != self.problems:
            self.settings, self.problems = found, problems
            self.changed.publish(found)

    def _read(self) -> dict[str, object]:
        with self._writing:
            return self._store.read()

    def _write(self, option: str, change: int) -> None:
        """Write what holds by now: of two changes in a row the later one stays, whichever thread comes first."""
        section, name = option.split(".")
        with self._writing:
            value = getattr(getattr(self.settings, section), name)
            value = value.value if isinstance(value, enum.Enum) else value
            self._store.write(option, [*value, *self.left(option)] if isinstance(value, tuple) else value)
            if self._unwritten.get(option) == change:
                del self._unwritten[option]
