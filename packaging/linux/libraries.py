"""Which system libraries a built program needs, and the Debian packages they come in.

What is needed is read from the program's own files (ELF: NEEDED and the versions of glibc's symbols, by objdump);
which package a library comes in stands in resources/system-libraries.txt, the one list of them.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "resources" / "system-libraries.txt"
_GLIBC = frozenset(
    f"lib{name}" for name in ("c.so.6", "m.so.6", "dl.so.2", "pthread.so.0", "rt.so.1", "util.so.1", "resolv.so.2")
)
_LOADER = re.compile(r"ld-linux.*\.so\.\d+")
_MACHINES = {"x86-64": "amd64", "aarch64": "arm64"}
_BY_NAME = ("libxcb.so.1",)
"""What the program itself opens by name (desktop/xcb.py), wherever it is not bundled: no file says so."""


class UnknownLibrary(Exception):
    """A library is needed that stands in no list; the text names it and what needs it."""


@dataclass(frozen=True)
class Needs:
    """What the files of a build need from the system.

    Args:
        libraries: By name, with one of the files that need it.
        glibc: The newest version whose symbols are used, as numbers.
    """

    libraries: dict[str, str]
    glibc: tuple[int, ...]


def needs(folder: Path) -> Needs:
    """Read a built program.

    Args:
        folder: With all its files.
    """
    files = list(elf_files(folder))
    bundled = {file.name for file in folder.rglob("*") if ".so" in file.name}
    libraries: dict[str, str] = {}
    glibc: tuple[int, ...] = ()
    for file, text in _dumped(files):
        for name in re.findall(r"^\s*NEEDED\s+(\S+)", text, re.MULTILINE):
            if name not in bundled:
                libraries.setdefault(name, str(file.relative_to(folder)))
        for version in re.findall(r"\bGLIBC_(\d+(?:\.\d+)+)\b", text):
            glibc = max(glibc, tuple(map(int, version.split("."))))
    for name in _BY_NAME:
        if name not in bundled:
            libraries.setdefault(name, "kireji itself")
    return Needs(libraries, glibc)


def elf_files(folder: Path) -> Iterator[Path]:
    """The programs and libraries below a folder, each once."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.is_symlink():
            with open(file, "rb") as opened:
                if opened.read(4) == b"\x7fELF":
                    yield file


def _dumped(files: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    for file in files:
        dump = subprocess.run(["objdump", "-p", str(file)], capture_output=True, text=True, check=True)
        yield file, dump.stdout


def architecture(program: Path) -> str:
    """Debian's name for the processor that a program is for.

    Raises:
        ValueError: It is no program, or for a processor that is not built for.
    """
    dump = subprocess.run(["objdump", "-f", str(program)], capture_output=True, text=True, check=False)
    for name, debian in _MACHINES.items():
        if re.search(rf"file format elf64-(?:little)?{name}\b", dump.stdout):
            return debian
    raise ValueError(f"{program} is no program for {' or '.join(_MACHINES)}")


def packages() -> dict[str, tuple[str, ...]]:
    """Debian's packages by library; more than one name where newer releases have another."""
    found = {}
    for line in LIST.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            library, _, debian, *_ = line.split()
            found[library] = tuple(debian.split("|"))
    return found


def depends(needed: Needs) -> list[str]:
    """What stands in Depends, sorted.

    Raises:
        UnknownLibrary: Some of the libraries are in no list.
    """
    known = packages()
    unknown = []
    entries = {f"libc6 (>= {'.'.join(map(str, needed.glibc))})"} if needed.glibc else {"libc6"}
    for library, file in needed.libraries.items():
        if library in _GLIBC or _LOADER.fullmatch(library):
            continue
        if library not in known:
            unknown.append(f"{file} needs {library}")
        else:
            entries.add(" | ".join(known[library]))
    if unknown:
        raise UnknownLibrary(f"{'; '.join(unknown)}: neither in the build nor in {LIST.name}")
    return sorted(entries)
