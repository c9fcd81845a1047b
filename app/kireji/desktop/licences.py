"""Licences: those that were collected for a build, or those that stand beside the packages of an environment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.metadata import Distribution, distributions
from pathlib import Path

import msgspec

from kireji import __version__
from kireji.core.about import Part
from kireji.core.words import say

_TEXT = re.compile(r"/(licen[cs]e|copying|notice|copyright|third.?party.?notices|model_licenses)[^/]*$", re.IGNORECASE)
_NAME = re.compile(r"[0-9a-f]{16}")
_MOST_WORDS = 60


class _Index(msgspec.Struct, frozen=True):
    format: str
    version: int
    parts: tuple[Part, ...]


class CollectedLicences:
    """Satisfies LicenceStore for a build: `packaging/licences` has written them.

    Args:
        folder: With index.json and the texts.
    """

    collected = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def parts(self) -> Sequence[Part]:
        """As in LicenceStore."""
        try:
            return msgspec.json.decode((self._folder / "index.json").read_bytes(), type=_Index).parts
        except (OSError, msgspec.DecodeError):
            return ()

    def text(self, name: str) -> str:
        """As in LicenceStore."""
        try:
            if _NAME.fullmatch(name):
                return (self._folder / "texts" / f"{name}.txt").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            pass
        return say("This text cannot be read.")


class InstalledLicences:
    """Satisfies LicenceStore for a checkout or a wheel: what is installed in its environment, as its metadata says it.

    Args:
        own: The file with this program's own licence.
    """

    collected = False

    def __init__(self, own: Path) -> None:
        self._own = own
        self._files: dict[str, Path] = {}
        self._parts: Sequence[Part] = ()

    def parts(self) -> Sequence[Part]:
        """As in LicenceStore."""
        if self._parts:
            return self._parts
        self._files = {"kireji": self._own} if self._own.is_file() else {}
        own = Part("Kireji", __version__, "MIT", "program", tuple(self._files))
        found = {part.name.casefold(): part for part in map(self._part, distributions()) if part.name != "kireji"}
        self._parts = [own, *(found[name] for name in sorted(found))]
        return self._parts

    def text(self, name: str) -> str:
        """As in LicenceStore."""
        try:
            return self._files[name].read_text(encoding="utf-8", errors="replace")
        except (KeyError, OSError):
            return say("This text cannot be read.")

    def _part(self, distribution: Distribution) -> Part:
        texts: list[str] = []
        # As text, because `files` makes an object of each of tens of thousands.
        for row in (distribution.read_text("RECORD") or "").splitlines():
            file = row.split(",")[0]
            if ".dist-info/" in file and _TEXT.search(file):
                name = f"{distribution.name}/{file}"
                self._files[name] = Path(str(distribution.locate_file(file)))
                texts.append(name)
        source = f"https://pypi.org/project/{distribution.name}/"
        return Part(distribution.name, distribution.version, _stated(distribution), "python", tuple(texts), source)


def _stated(distribution: Distribution) -> str:
    """What its metadata says, in a few words."""
    metadata = distribution.metadata
    for field in ("License-Expression", "License"):
        words = " ".join(" ".join(metadata.get_all(field) or ()).split())
        if words and len(words) <= _MOST_WORDS:
            return words
    lines = (
        line.rpartition(" :: ")[2] for line in metadata.get_all("Classifier") or () if line.startswith("License ::")
    )
    return next(lines, "")


def licences(resources: Path) -> CollectedLicences | InstalledLicences:
    """Those of this program.

    Args:
        resources: The folder of what travels with it.
    """
    collected = resources / "licences"
    if (collected / "index.json").is_file():
        return CollectedLicences(collected)
    return InstalledLicences(resources.parent / "LICENSE")
