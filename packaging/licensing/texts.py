"""Texts of licences: those that packages bring, those of the system, those that are kept here."""

from __future__ import annotations

import hashlib
import importlib.metadata
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from licensing.terms import HERE, Unsettled

_NAMES = re.compile(
    r"(licen[cs]e|copying|notice|copyright|authors|third.?party.?notices|model_licenses)[^/]*$", re.IGNORECASE
)
_CODE = re.compile(r"\.(py|pyc|pyi|so|pyd|h|hpp|html|js)$", re.IGNORECASE)
_COMMON = re.compile(r"/usr/share/common-licenses/([A-Za-z0-9.-]*[A-Za-z0-9])")
_COMMON_NAMES = {"GPL": "GPL-3", "LGPL": "LGPL-3", "BSD": "", "GFDL": "", "GFDL-1.2": "", "GFDL-1.3": "", "MPL-1.1": ""}


class Texts:
    """All texts, each once, by a name made from its words."""

    def __init__(self) -> None:
        self.by_name: dict[str, str] = {}

    def add(self, text: str) -> str:
        """Keep one; returns its name."""
        lines = [
            line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").strip("\ufeff\n ").split("\n")
        ]
        text = "\n".join(lines) + "\n"
        name = hashlib.sha256(text.encode()).hexdigest()[:16]
        self.by_name[name] = text
        return name

    def kept(self, name: str) -> str:
        """One of those below texts/.

        Raises:
            Unsettled: It is not there.
        """
        path = HERE / "texts" / f"{name}.txt"
        if not path.is_file():
            raise Unsettled(
                f"decisions.toml names the text {name}, and there is no packaging/licensing/texts/{name}.txt"
            )
        return self.add(path.read_text(encoding="utf-8"))

    def of_file(self, path: Path) -> Sequence[str]:
        """A file, and the common licences of Debian that it points to."""
        text = read(path)
        names = [_COMMON_NAMES.get(name, name) for name in dict.fromkeys(_COMMON.findall(text))]
        common = [name for name in names if name and (HERE / "texts" / f"{name}.txt").is_file()]
        return [self.add(text), *(self.kept(name) for name in common)]

    def of_distribution(self, distribution: importlib.metadata.Distribution) -> Sequence[str]:
        """What a Python package brings: in its metadata, and in its own folders."""
        found: list[str] = []
        for file in sorted(distribution.files or (), key=str):
            if _NAMES.search(file.name) and not _CODE.search(file.name) and "node_modules" not in file.parts:
                path = Path(str(distribution.locate_file(file)))
                if path.is_file():
                    found.append(self.add(read(path)))
        return list(dict.fromkeys(found))


def read(path: Path) -> str:
    """A text in whatever encoding it has."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def joined(*names: Iterable[str]) -> list[str]:
    """Names in order, each once."""
    return list(dict.fromkeys(name for some in names for name in some))
