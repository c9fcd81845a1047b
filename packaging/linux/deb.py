#!/usr/bin/env python3
"""Makes the Debian package of a built program.

    packaging/linux/deb.py DIST OUT [--quick]

DIST is the folder that packaging/build has made, OUT where kireji_VERSION_ARCHITECTURE.deb is written; its path is
printed. --quick compresses hardly at all, for tests.

The program lies in /opt/kireji as it was built; /usr/bin/kireji leads there. There are no maintainer scripts: menus,
icons and manual pages are brought up to date by triggers of the packages that own them, nothing is started, and what
people keep lies in their own folders, which no package touches. Two runs over the same folder give the same bytes:
everything has the time of SOURCE_DATE_EPOCH or of the last commit, and belongs to root.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from libraries import UnknownLibrary, architecture, depends, elf_files, needs
from share import ROOT, __version__, add_share, epoch, packed, write

REVISION = "1"
"""Of the package; grows when the same version of the program is packed differently."""
MAINTAINER = "The Kireji authors <kireji@io.github.kireji.invalid>"
"""Debian asks for a name with an address. The project has no address of its own, and one made up could be somebody's:
names that end with .invalid never lead anywhere (RFC 2606), so this one says plainly that there is none."""
RECOMMENDS = (
    "gnome-keyring | libkf5wallet-bin | kwalletmanager | keepassxc",  # a keychain (Secret Service)
    "xdg-desktop-portal",  # the screen and shortcuts on Wayland
    "xdg-utils",  # links open in the browser
    "fonts-noto-core | fonts-dejavu-core",
)
SUGGESTS = ("fonts-noto-cjk", "fonts-noto-color-emoji")
DESCRIPTION = """\
desktop assistant that sees the screen
 Press a shortcut anywhere: the screen freezes, a region is marked, a question
 is typed, and the answer streams beside it and is kept.
 .
 Answers come from Anthropic's models, from OpenRouter, from a model server on
 this computer, or from this computer's own text reader, without key or network.
"""
_TREE = "opt/kireji"


def make(built: Path, out: Path, *, quick: bool = False) -> Path:
    """Make the package.

    Args:
        built: The folder of the built program.
        out: Where the package goes.
        quick: Whether to compress hardly at all.

    Returns:
        The package.

    Raises:
        ValueError: The folder holds no program, or one of another version than this checkout's.
        UnknownLibrary: It needs a library of which nobody knows the package.
    """
    check(built)
    machine = architecture(built / "kireji")
    target = out.resolve() / f"kireji_{__version__}-{REVISION}_{machine}.deb"
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kireji-deb-") as folder:
        root = Path(folder) / "root"
        shutil.copytree(built, root / _TREE, symlinks=True)
        command = root / "usr/bin/kireji"
        command.parent.mkdir(parents=True)
        command.symlink_to(f"/{_TREE}/kireji")
        add_share(root / "usr/share", "/usr/bin/kireji")
        _add_documents(root / "usr/share/doc/kireji", built)
        size = _installed_size(root)
        control = root / "DEBIAN"
        write(control / "md5sums", _sums(root))
        write(control / "control", _control(machine, size, depends(needs(built))).encode())
        set_modes(root, root / _TREE)
        set_times(root, epoch())
        kind = ["-Zgzip", "-z1"] if quick else ["-Zxz"]
        environment = os.environ | {"SOURCE_DATE_EPOCH": str(epoch())}
        part = target.with_suffix(".part")  # whoever ends this in the middle finds no package that is half a one
        order = ["dpkg-deb", "--root-owner-group", *kind, "--build", str(root), str(part)]
        try:
            subprocess.run(order, env=environment, check=True, stdout=subprocess.DEVNULL)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    return target


def check(built: Path) -> None:
    """See that it is a program, and of this version: the manual page and the completions are made from the checkout."""
    program = built / "kireji"
    if not os.access(program, os.X_OK) or program.is_dir():
        raise ValueError(f"there is no program in {built}; packaging/build makes it")
    told = subprocess.run(
        [str(program.resolve()), "--version"], capture_output=True, text=True, check=False
    ).stdout.split()
    if told != ["kireji", __version__]:
        raise ValueError(
            f"{program} says it is {' '.join(told) or 'nothing'}; this checkout is {__version__}: build it anew"
        )


def _control(machine: str, size: int, needed: list[str]) -> str:
    fields = {
        "Package": "kireji",
        "Version": f"{__version__}-{REVISION}",
        "Section": "utils",
        "Priority": "optional",
        "Architecture": machine,
        "Installed-Size": str(size),
        "Depends": ", ".join(needed),
        "Recommends": ", ".join(RECOMMENDS),
        "Suggests": ", ".join(SUGGESTS),
        "Maintainer": MAINTAINER,
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items()) + f"Description: {DESCRIPTION}"


def _add_documents(folder: Path, built: Path) -> None:
    write(folder / "changelog.gz", packed((ROOT / "CHANGELOG.md").read_text("utf-8")))
    day = format_datetime(datetime.fromtimestamp(epoch(), UTC))
    head = f"kireji ({__version__}-{REVISION}) unstable; urgency=medium"
    entry = f"{head}\n\n  * Version {__version__}; see changelog.gz.\n\n -- {MAINTAINER}  {day}\n"
    write(folder / "changelog.Debian.gz", packed(entry))
    write(folder / "copyright", copyright_text(built, f"/{_TREE}").encode())


def copyright_text(built: Path, place: str) -> str:
    """Debian's copyright file: the program's own licence; those of its parts lie with the program.

    Args:
        built: The built program.
        place: Where it lies once it is installed.

    Source: Debian Policy 12.5, machine-readable format 1.0.
    """
    licence = (ROOT / "LICENSE").read_text("utf-8")
    holder = next(line for line in licence.splitlines() if line.startswith("Copyright"))
    terms = licence.partition(holder)[2].strip()
    indented = "\n".join(f" {line}" if line else " ." for line in terms.splitlines())
    return (
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
        "Upstream-Name: kireji\n"
        "Comment:\n"
        f" {place} also holds Python, Qt and other libraries, under licences of their own.\n"
        f"{_parts(built, place)}"
        f"\nFiles: *\nCopyright: {holder.removeprefix('Copyright (c) ')}\nLicense: Expat\n{indented}\n"
    )


def _parts(built: Path, place: str) -> str:
    """Where the licences' texts lie that packaging/licences has collected, and under which each part is."""
    found = next(iter(sorted(built.rglob("licences/index.json"))), None)
    if found is None:
        return ""
    parts = json.loads(found.read_text("utf-8"))["parts"]
    lines = sorted(
        {f"  {' '.join(filter(None, (part['name'], part.get('version'))))}: {part['licence']}" for part in parts}
    )
    texts = f" Their texts lie in {place}/{found.parent.relative_to(built)}, and the page About shows them."
    return "\n".join([texts, " .", *lines]) + "\n"


def set_modes(root: Path, tree: Path) -> None:
    """Folders and programs may be entered and run by everybody, all else only be read.

    Args:
        root: Everything.
        tree: The built program in it.
    """
    programs = {tree / "kireji"}
    for file in elf_files(tree):
        if os.access(file, os.X_OK) and ".so" not in file.name:
            programs.add(file)
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path in programs else 0o644)


def set_times(root: Path, when: int) -> None:
    """Give everything the same time."""
    for path in (*root.rglob("*"), root):
        os.utime(path, (when, when), follow_symlinks=False)


def _installed_size(root: Path) -> int:
    """In KiB, each file rounded up, and 1 for everything else, as dpkg-gencontrol reckons."""
    return sum(
        -(-path.lstat().st_size // 1024) if path.is_file() and not path.is_symlink() else 1 for path in root.rglob("*")
    )


def _sums(root: Path) -> bytes:
    lines = []
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink() and "DEBIAN" not in path.relative_to(root).parts[:1]:
            sum_ = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
            lines.append(f"{sum_}  {path.relative_to(root)}\n")
    return "".join(lines).encode()


def main() -> int:
    parser = argparse.ArgumentParser(description="Makes the Debian package of a built program.")
    parser.add_argument("built", type=Path, metavar="DIST")
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--quick", action="store_true", help="compress hardly at all")
    arguments = parser.parse_args()
    try:
        print(make(arguments.built, arguments.out, quick=arguments.quick))
    except (ValueError, OSError, UnknownLibrary, subprocess.CalledProcessError) as problem:
        sys.exit(f"deb.py: {problem}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
