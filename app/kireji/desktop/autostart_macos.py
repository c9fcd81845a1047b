"""Starting with the session on macOS: a property list in the person's LaunchAgents folder.

launchd also keeps, apart from the file, which agents a person has switched off in System Settings. Untried on a Mac;
the keys are those of launchd.plist(5), the question is `launchctl print-disabled` of launchctl(1).
"""

from __future__ import annotations

import contextlib
import os
import plistlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from xml.parsers.expat import ExpatError

from kireji.core.errors import KirejiError
from kireji.core.identity import APP_ID
from kireji.core.ports import Availability
from kireji.core.words import say
from kireji.desktop.autostart_xdg import own_command

_MOST_BYTES = 64 * 1024
_PATIENCE = 3.0
_FLEETING = re.compile("^/Volumes/[^/]+/[^/]+[.]app/|/AppTranslocation/")
"""A disk image, and the place under another name from which macOS runs what was downloaded and never moved."""


class LaunchAgentAutostart:
    """Writes, removes and reads the agent.

    Args:
        environ: The process's environment, for HOME.
        command: What to start; None for this program, hidden.
        overrides: What launchd says of agents that are switched off; empty when it says nothing.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        command: Sequence[str] | None = None,
        overrides: Callable[[], str] | None = None,
    ) -> None:
        self._environ = environ
        self._command = tuple(command) if command is not None else own_command(environ)
        self._overrides = overrides or _print_disabled

    def availability(self) -> Availability:
        """Whether an agent of ours would be read, and start what will still be there."""
        if _FLEETING.search(self._command[0]):
            return Availability(
                False,
                say("Kireji runs from a place that is gone after this run."),
                say("Move Kireji into the Applications folder and start it from there."),
            )
        return Availability(True, say("An agent in {folder}.", folder=self._file.parent))

    def enabled(self) -> bool:
        """Whether macOS will start this very program: the agent is there, and is not switched off."""
        agent = self._read()
        return (
            agent.get("RunAtLoad") is True
            and agent.get("Disabled") is not True
            and agent.get("ProgramArguments") == list(self._command)
            and not switched_off(self._overrides(), APP_ID)
        )

    def set(self, on: bool) -> None:
        """Switch it; counts from the next login.

        Raises:
            KirejiError: The agent could not be written or removed, is switched off in System Settings, or would start
                what will not be there.
        """
        if on and not (possible := self.availability()).ok:
            raise KirejiError(possible.reason, possible.hint)
        try:
            if on:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                self._write(plistlib.dumps(self._agent()))
            else:
                self._file.unlink(missing_ok=True)
        except OSError as problem:
            reason = (problem.strerror or "unknown reason").lower()
            raise KirejiError(
                say("The entry for the login cannot be written: {reason}.", reason=reason),
                say("Add Kireji in System Settings, General, Login Items."),
                detail=str(problem),
            ) from problem
        if on and switched_off(self._overrides(), APP_ID):
            raise KirejiError(
                say("macOS has Kireji switched off at login."),
                say("Switch it on in System Settings, General, Login Items, Allow in the Background."),
            )

    @property
    def _file(self) -> Path:
        home = Path(self._environ.get("HOME") or os.path.expanduser("~"))
        return home / "Library" / "LaunchAgents" / f"{APP_ID}.plist"

    def _agent(self) -> dict[str, object]:
        return {
            "Label": APP_ID,
            "ProgramArguments": list(self._command),
            "RunAtLoad": True,
            "ProcessType": "Interactive",
            "LimitLoadToSessionType": "Aqua",
        }

    def _read(self) -> Mapping[str, object]:
        """What the file says; nothing when there is none, or it is no property list."""
        try:
            with open(self._file, "rb") as opened:
                found = plistlib.loads(opened.read(_MOST_BYTES))
        except (OSError, ValueError, ExpatError, AttributeError, TypeError, LookupError):
            # plistlib passes on what its readers stumble over.
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, data: bytes) -> None:
        """Write the whole file under another name and give it its own then, so that launchd never reads a part."""
        number, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=self._file.parent)
        try:
            with os.fdopen(number, "wb") as part:
                part.write(data)
            os.chmod(name, 0o644)  # launchd refuses agents that others may write
            os.replace(name, self._file)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)


def switched_off(overrides: str, label: str) -> bool:
    """Whether an agent stands among those that were switched off.

    Args:
        overrides: As launchctl prints them: `"label" => disabled`, in older versions `=> true`.
        label: The agent's.
    """
    found = re.search(rf'"{re.escape(label)}"\s*=>\s*(\w+)', overrides)
    return found is not None and found[1] in ("disabled", "true")


if sys.platform == "win32":

    def _user() -> int:
        return 0

else:

    def _user() -> int:
        return os.getuid()


def _print_disabled() -> str:
    try:
        done = subprocess.run(
            ["/bin/launchctl", "print-disabled", f"gui/{_user()}"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
