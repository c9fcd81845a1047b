#!/usr/bin/env python3
"""Makes the folder that an AppImage is made of, and the AppImage itself where appimagetool is installed.

    packaging/linux/appdir.py DIST OUT

DIST is the folder that packaging/build has made. OUT/Kireji.AppDir is written and its path printed; it runs as it is,
by its AppRun. The one file that people get is this folder behind a small program that mounts it:

    ARCH=x86_64 appimagetool OUT/Kireji.AppDir OUT/Kireji-VERSION-x86_64.AppImage

An AppImage and not a Flatpak: the same build runs in it, with the same rights as from the .deb. In a Flatpak's sandbox
neither the person's plugins and servers of tools could be started nor their folders be read, so it would be another,
smaller program.

Source: AppImage documentation, "AppDir specification".
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from deb import check, copyright_text, set_modes, set_times
from libraries import UnknownLibrary, architecture
from share import ICONS, __version__, add_share, epoch, write
from words import APP_ID

_TREE = "usr/lib/kireji"
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
"""As AppImages are named, by Debian's names."""


def make(built: Path, out: Path) -> Path:
    """Make the folder.

    Args:
        built: The folder of the built program.
        out: Where it goes; one of an earlier run is replaced.

    Raises:
        ValueError: The folder holds no program, or one of another version than this checkout's.
    """
    check(built)
    root = out.resolve() / "Kireji.AppDir"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(built, root / _TREE, symlinks=True)
    add_share(root / "usr/share", "kireji")
    write(root / "usr/share/doc/kireji/copyright", copyright_text(built, f"AppDir/{_TREE}").encode())
    (root / "usr/bin").mkdir()
    for link, target in {
        "usr/bin/kireji": "../lib/kireji/kireji",
        "AppRun": f"{_TREE}/kireji",
        f"{APP_ID}.desktop": f"usr/share/applications/{APP_ID}.desktop",
        ".DirIcon": f"{APP_ID}.png",
    }.items():
        (root / link).symlink_to(target)
    write(root / f"{APP_ID}.png", (ICONS / "kireji-256.png").read_bytes())
    set_modes(root, root / _TREE)
    set_times(root, epoch())
    return root


def image(folder: Path, machine: str) -> Path | None:
    """Make the AppImage of such a folder; None where appimagetool is not installed.

    Args:
        folder: The AppDir.
        machine: Debian's name for the processor.
    """
    tool = shutil.which("appimagetool")
    if tool is None:
        return None
    target = folder.with_name(f"Kireji-{__version__}-{_MACHINES[machine]}.AppImage")
    environment = os.environ | {"ARCH": _MACHINES[machine], "SOURCE_DATE_EPOCH": str(epoch())}
    subprocess.run([tool, str(folder), str(target)], env=environment, check=True, stdout=sys.stderr)
    return target


def main() -> int:
    parser = argparse.ArgumentParser(description="Makes the folder that an AppImage is made of, and the AppImage.")
    parser.add_argument("built", type=Path, metavar="DIST")
    parser.add_argument("out", type=Path, metavar="OUT")
    arguments = parser.parse_args()
    try:
        folder = make(arguments.built, arguments.out)
        made = image(folder, architecture(arguments.built / "kireji"))
    except (ValueError, OSError, UnknownLibrary, subprocess.CalledProcessError) as problem:
        sys.exit(f"appdir.py: {problem}")
    print(made or folder)
    if made is None:
        print("appimagetool is not installed: the folder runs by its AppRun, and is not one file yet", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
