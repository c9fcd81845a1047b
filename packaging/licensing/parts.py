"""The parts of a build: what each is, under which licence, with which texts."""

from __future__ import annotations

import fnmatch
import json
import platform
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from licensing.collected import Collected, Item
from licensing.owners import ROOT, Owned, Owners
from licensing.terms import Terms, Unsettled
from licensing.texts import Texts, joined

_WHAT_TO_DO = "read its licence, then add it to [{table}] in packaging/licensing/decisions.toml"


@dataclass(frozen=True)
class Part:
    """One line of the list.

    Args:
        name: What it is called.
        version: Of it; empty where it has none of its own.
        licence: An SPDX expression.
        kind: program, python, interpreter, qt, library or data.
        texts: Names of its texts.
        source: Where it comes from.
        within: The part that brought it along.
    """

    name: str
    version: str
    licence: str
    kind: str
    texts: Sequence[str] = ()
    source: str = ""
    within: str = ""


class Lister:
    """Lists the parts; what cannot be settled is told in `problems`, all of it at once.

    Args:
        decisions: Those of the file.
        owners: Who owns what.
        texts: Takes the texts.
    """

    def __init__(self, decisions: Mapping[str, Any], owners: Owners, texts: Texts) -> None:
        self._decisions = decisions
        self._terms = Terms.of(decisions)
        self._owners = owners
        self._texts = texts
        self.problems: list[str] = []

    def parts(self, collected: Collected) -> Sequence[Part]:
        """All of a build, this program first."""
        owned = self._owners.sort(collected.items)
        self.problems += [
            f"{name}: lies in the build, and PyInstaller's tables do not name it" for name in collected.strangers
        ]
        for name, why in self._decisions["refused-modules"].items():
            if name in collected.modules:
                self.problems.append(f"Python's module {name}: {why}")
        found = [*self._program(), *self._interpreter(collected, owned)]
        for name, items in sorted(owned.packages.items()):
            found += self._package(self._owners.distributions[name], items)
        found += self._system(owned)
        return found

    def _program(self) -> Iterator[Part]:
        version: dict[str, str] = {}
        exec((ROOT / "app" / "kireji" / "__init__.py").read_text(encoding="utf-8"), version)
        yield Part("Kireji", version["__version__"], "MIT", "program", self._texts.of_file(ROOT / "LICENSE"))
        lucide = ROOT / "resources" / "icons" / "lucide" / "LICENSE"
        source = "https://lucide.dev/"
        yield Part("Lucide icons", "", "ISC AND MIT", "data", self._texts.of_file(lucide), source, "Kireji")

    def _interpreter(self, collected: Collected, owned: Owned) -> Iterator[Part]:
        name = f"Python {platform.python_version()}"
        yield from self._settled(
            "Python",
            lambda: Part(
                "Python",
                platform.python_version(),
                "PSF-2.0",
                "interpreter",
                joined(self._texts.of_file(_python_licence()), [self._texts.kept("python-incorporated")]),
                "https://www.python.org/",
            ),
        )
        files = [item.name.rpartition("/")[2] for item in collected.items]
        modules = collected.modules | set(sys.builtin_module_names)
        for one in self._decisions["interpreter"]:
            apart = any(fnmatch.fnmatch(file, pattern) for file in files for pattern in one["library"])
            if one["module"] in modules and not apart:
                yield from self._settled(one["name"], lambda one=one: self._decided(one, "interpreter", within=name))

    def _package(self, distribution: Distribution, items: Sequence[Item]) -> Iterator[Part]:
        key = distribution.name.lower().replace("_", "-").replace(".", "-")
        decision = self._decisions["packages"].get(key, {})
        name = decision.get("name", distribution.name)

        def part() -> Part:
            licence = decision.get("licence") or self._stated(distribution)
            if not licence:
                said = _said(distribution)
                raise Unsettled(f"its metadata says {said}; " + _WHAT_TO_DO.format(table="packages"))
            texts = joined(self._texts.of_distribution(distribution), map(self._texts.kept, decision.get("texts", ())))
            if not texts:
                raise Unsettled(
                    "it brings no text of its licence; put that below packaging/licensing/texts/ and name it in "
                    "[packages] in packaging/licensing/decisions.toml"
                )
            kind = "qt" if key in ("pyside6-essentials", "shiboken6") else "python"
            source = decision.get("source") or f"https://pypi.org/project/{distribution.name}/"
            return Part(name, distribution.version, licence, kind, texts, source)

        yield from self._settled(f"{distribution.name} {distribution.version}", part)
        yield from self._inside(distribution, key, name, items)

    def _inside(self, distribution: Distribution, key: str, name: str, items: Sequence[Item]) -> Iterator[Part]:
        """What lies in a package and is not its own: fonts, models, libraries, parts in another language."""
        files = [item.name.rpartition("/")[2] if item.kind != "DATA" else item.name for item in items]
        for one in self._decisions["parts"]:
            if one["within"] == key and any(fnmatch.fnmatch(file, each) for file in files for each in one["files"]):
                version = distribution.version if one.get("version") == "same" else ""
                kind = "qt" if "Qt" in one["name"] else "data"
                yield from self._settled(
                    one["name"], lambda one=one, kind=kind, version=version: self._decided(one, kind, version, name)
                )
        texts = self._texts.of_distribution(distribution)
        for item in items:
            if ".libs/" in item.source.replace("\\", "/") or "/.dylibs/" in item.source:
                yield from self._settled(f"{item.name}, in {name}", lambda item=item: self._vendored(item, name, texts))
        self._check_bill(distribution)

    def _vendored(self, item: Item, name: str, texts: Sequence[str]) -> Part:
        file = item.name.rpartition("/")[2]
        for beginning, licence in sorted(self._decisions["vendored"].items(), key=lambda pair: -len(pair[0])):
            if file.startswith(beginning):
                return Part(beginning, "", licence, "library", texts, within=name)
        raise Unsettled("a library that the wheel brings along; " + _WHAT_TO_DO.format(table="vendored"))

    def _check_bill(self, distribution: Distribution) -> None:
        """Look at the bill of materials of what was compiled into a package (PEP 770)."""
        for file in distribution.files or ():
            if "sboms" not in file.parts:
                continue
            bill = json.loads(Path(str(distribution.locate_file(file))).read_text(encoding="utf-8"))
            for component in bill.get("components", ()):
                if not component.get("purl", "").startswith("pkg:cargo/"):  # others also tell what could be built in
                    continue
                for licence in component.get("licenses", ()):
                    expression = licence.get("expression") or licence.get("license", {}).get("id", "")
                    try:
                        self._terms.check(expression)
                    except Unsettled as problem:
                        self.problems.append(f"{component['name']}, compiled into {distribution.name}: {problem}")

    def _system(self, owned: Owned) -> Iterator[Part]:
        for package, items in sorted(owned.system.items()):
            yield from self._settled(
                f"the system's package {package} ({', '.join(item.name for item in items)})",
                lambda package=package, items=items: self._debian(package, items),
            )
        windows = self._decisions["windows"]["files"]
        redistributed = [
            item for item in owned.nobody if any(fnmatch.fnmatch(item.name.lower(), each) for each in windows)
        ]
        if redistributed:
            licence, text = "LicenseRef-Microsoft-Redistributable", self._texts.kept("microsoft")
            yield Part("Microsoft Visual C++ runtime", "", licence, "library", (text,))
        self.problems += [
            f"{item.name}: nobody knows whose it is (it came from {item.source}); leave it out of the build, or teach "
            "packaging/licensing/owners.py where it belongs"
            for item in owned.nobody
            if item not in redistributed
        ]

    def _debian(self, package: str, items: Sequence[Item]) -> Part:
        text = Path("/usr/share/doc") / package / "copyright"
        patterns = {package, package.removesuffix("t64")}
        for pattern, licence in self._decisions["system"].items():
            if any(fnmatch.fnmatch(name, pattern) for name in patterns):
                version = subprocess.run(
                    ["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=False
                ).stdout
                if not text.is_file():
                    raise Unsettled(f"{text} is missing: the machine that builds must keep the texts of its packages")
                source = f"https://tracker.debian.org/pkg/{package}"
                return Part(package, version, licence, "library", self._texts.of_file(text), source, "")
        raise Unsettled(f"see {text}; " + _WHAT_TO_DO.format(table="system"))

    def _decided(self, one: Mapping[str, Any], kind: str, version: str = "", within: str = "") -> Part:
        texts = [self._texts.kept(name) for name in one.get("texts", ())]
        for pattern in one.get("own-texts", ()):
            distribution = self._owners.distributions[one["within"]]
            for file in distribution.files or ():
                if fnmatch.fnmatch(str(file), pattern):
                    texts = joined(self._texts.of_file(Path(str(distribution.locate_file(file)))), texts)
        return Part(one["name"], version, one["licence"], kind, texts, one.get("source", ""), within)

    def _stated(self, distribution: Distribution) -> str:
        """What its metadata says, as an SPDX expression; empty when that cannot be told."""
        metadata = distribution.metadata
        classifiers = [
            line.rpartition(" :: ")[2]
            for line in metadata.get_all("Classifier") or ()
            if line.startswith("License :: ") and line != "License :: OSI Approved"
        ]
        sure = [metadata.get("License-Expression", ""), metadata.get("License", "")]
        named = [self._terms.named(words) for words in sure if words and len(words) < 100]
        if not any(named) and len(classifiers) == 1:
            named = [self._terms.named(classifiers[0])]
        return next(filter(None, named), "")

    def _settled(self, what: str, make: Callable[[], Part]) -> Iterator[Part]:
        try:
            part = make()
            self._terms.check(part.licence)
        except Unsettled as problem:
            self.problems.append(f"{what}: {problem}")
        else:
            yield part


def _said(distribution: Distribution) -> str:
    metadata = distribution.metadata
    words = [f"License: {' '.join(value.split())[:60]!r}" for value in metadata.get_all("License") or ()]
    words += [f"License-Expression: {value!r}" for value in metadata.get_all("License-Expression") or ()]
    words += [repr(line) for line in metadata.get_all("Classifier") or () if line.startswith("License :: ")]
    return ", ".join(words) or "nothing of a licence"


def _python_licence() -> Path:
    """Where this interpreter has its licence.

    Raises:
        Unsettled: Nowhere.
    """
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    places = [
        Path(sysconfig.get_path("stdlib")) / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE.txt",
        Path("/usr/share/doc") / version / "copyright",
    ]
    for place in places:
        if place.is_file():
            return place
    raise Unsettled("the interpreter's own LICENSE.txt is at none of: " + ", ".join(map(str, places)))
