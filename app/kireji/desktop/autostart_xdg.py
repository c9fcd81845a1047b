"""Starting with the session on Linux: a desktop file in the autostart folder.

Source: Desktop Application Autostart Specification 0.5, Desktop Entry Specification 1.5.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from kireji.core.errors import KirejiError
from kireji.core.identity import APP_ID
from kireji.core.ports import Availability
from kireji.core.words import say
from kireji.desktop.launching import own_image

_FILE = f"{APP_ID}.desktop"
_GROUP = "Desktop Entry"
_RESERVED = re.compile(r"""[\s"'\\><~|&;$*?#()`%=]""")
_MOST_BYTES = 64 * 1024


class XdgAutostart:
    """Writes, removes and reads the entry.

    Args:
        environ: The process's environment, for the folders and the desktop's name.
        command: What to start; None for this program, hidden.
    """

    def __init__(self, environ: Mapping[str, str], command: Sequence[str] | None = None) -> None:
        self._environ = environ
        self._command = tuple(command) if command is not None else own_command(environ)

    def availability(self) -> Availability:
        """Whether an entry of ours would be read here."""
        if self._environ.get("FLATPAK_ID") or self._environ.get("SNAP_NAME"):
            reason = say("Kireji runs in a sandbox, which cannot enter itself into the session's start.")
            return Availability(False, reason, say("Add Kireji to the start-up programs in the desktop's settings."))
        return Availability(True, say("An entry in {folder}.", folder=self._own.parent))

    def enabled(self) -> bool:
        """Whether the session will start it: the entry is there, is not switched off, and its program exists."""
        for file in (self._own, *self._shared):
            entry = _read(file)
            if entry is not None:
                return self._starts(entry)
        return False

    def set(self, on: bool) -> None:
        """Switch it.

        Raises:
            KirejiError: The entry could not be written or removed.
        """
        try:
            if on:
                self._own.parent.mkdir(parents=True, exist_ok=True)
                write_whole(self._own, entry_text(self._command))
            elif any(_read(file) is not None for file in self._shared):
                # An entry that was installed for everybody is switched off by one of the person's own.
                self._own.parent.mkdir(parents=True, exist_ok=True)
                write_whole(self._own, entry_text(self._command) + "Hidden=true\n")
            else:
                self._own.unlink(missing_ok=True)
        except OSError as problem:
            reason = (problem.strerror or "unknown reason").lower()
            raise KirejiError(
                say("The entry for the session's start cannot be written: {reason}.", reason=reason),
                say("Make {parent} writable, or add Kireji in the desktop's settings.", parent=self._own.parent),
                detail=str(problem),
            ) from problem

    @property
    def _own(self) -> Path:
        folder = self._environ.get("XDG_CONFIG_HOME", "")
        home = Path(self._environ.get("HOME") or os.path.expanduser("~"))
        return (Path(folder) if os.path.isabs(folder) else home / ".config") / "autostart" / _FILE

    @property
    def _shared(self) -> tuple[Path, ...]:
        folders = (self._environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
        return tuple(Path(folder) / "autostart" / _FILE for folder in folders if os.path.isabs(folder))

    def _starts(self, entry: Mapping[str, str]) -> bool:
        import shutil

        desktops = set(filter(None, self._environ.get("XDG_CURRENT_DESKTOP", "").split(":")))
        only, never = _list(entry.get("OnlyShowIn", "")), _list(entry.get("NotShowIn", ""))
        words = _words(entry.get("Exec", ""))
        return (
            entry.get("Hidden", "").lower() != "true"
            and entry.get("X-GNOME-Autostart-enabled", "").lower() != "false"
            and (not only or bool(only & desktops))
            and not never & desktops
            and bool(words)
            and shutil.which(words[0], path=self._environ.get("PATH")) is not None
        )


def own_command(environ: Mapping[str, str]) -> tuple[str, ...]:
    """What starts this program in the tray, without a window."""
    if image := own_image(environ):
        return (image, "--hidden")
    if getattr(sys, "frozen", False):
        return (sys.executable, "--hidden")
    script = Path(sys.executable).with_name("kireji")
    if os.access(script, os.X_OK):
        return (str(script), "--hidden")
    return (sys.executable, "-P", "-m", "kireji", "--hidden")


def entry_text(command: Sequence[str]) -> str:
    """The desktop file."""
    return (
        f"[{_GROUP}]\nType=Application\nName=Kireji\nComment=Ask about what is on the screen\n"
        f"Exec={exec_value(command)}\nIcon={APP_ID}\nTerminal=false\nX-GNOME-Autostart-enabled=true\n"
    )


def exec_value(command: Sequence[str]) -> str:
    """A command as the value of Exec: quoted as its own rules say, then escaped as every text of the file is."""
    value = " ".join(_quoted(word) for word in command)
    for sign, escaped in (("\\", "\\\\"), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        value = value.replace(sign, escaped)
    return value


def _quoted(word: str) -> str:
    doubled = word.replace("%", "%%")
    if word and not _RESERVED.search(word):
        return doubled
    return '"' + re.sub(r'(["`$\\])', r"\\\1", doubled) + '"'


def _words(value: str) -> list[str]:
    """The command in a value of Exec, undone in reverse; empty when it cannot be read."""
    known = {"\\": "\\", "n": "\n", "t": "\t", "r": "\r", "s": " "}
    plain = re.sub(r"\\(.)", lambda found: known.get(found[1], found[0]), value)
    words = []
    for quoted, bare in re.findall(r'"((?:[^"\\]|\\.)*)"|([^\s"]+)', plain, re.DOTALL):
        word = re.sub(r'\\(["`$\\])', r"\1", quoted) if quoted else bare
        words.append(word.replace("%%", "%"))
    return words


def _list(value: str) -> set[str]:
    return {name for name in value.split(";") if name}


def _read(file: Path) -> dict[str, str] | None:
    """The entry's keys; None when there is no such file. One that cannot be read has no keys."""
    try:
        with open(file, "rb") as opened:
            text = os.fsdecode(opened.read(_MOST_BYTES))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return {}
    entry: dict[str, str] = {}
    group = ""
    for line in text.split("\n"):
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            group = line[1:-1]
        elif group == _GROUP and "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            entry.setdefault(key.strip(), value.strip())
    return entry


def write_whole(file: Path, text: str) -> None:
    """Write the whole file under another name and give it its own then, so that a session never reads a part."""
    import tempfile

    number, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=file.parent)
    try:
        with os.fdopen(number, "wb") as part:
            part.write(os.fsencode(text))
        os.replace(name, file)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
