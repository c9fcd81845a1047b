"""What a built program brings along for desktop, shells and readers of manuals: the files below usr/share.

The same for the .deb and for the AppImage.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
from pathlib import Path

from completions import bash, fish, zsh
from desktop_entry import desktop_entry
from manual import manual
from metainfo import metainfo
from usage import program
from words import APP_ID

from kireji import __version__

ROOT = Path(__file__).resolve().parents[2]
ICONS = ROOT / "resources" / "icons"


def add_share(share: Path, command: str) -> None:
    """Write them.

    Args:
        share: The folder, made if it is missing.
        command: What the desktop file starts.
    """
    typed, day = program(), epoch()
    texts = {
        f"applications/{APP_ID}.desktop": desktop_entry(command),
        f"metainfo/{APP_ID}.metainfo.xml": metainfo(__version__, day),
        "bash-completion/completions/kireji": bash(typed),
        "zsh/vendor-completions/_kireji": zsh(typed),
        "fish/vendor_completions.d/kireji.fish": fish(typed),
    }
    for name, text in texts.items():
        write(share / name, text.encode())
    write(share / "man/man1/kireji.1.gz", packed(manual(typed, __version__, day)))
    for icon in sorted(ICONS.glob("kireji-*.png")):
        size = re.sub(r"\D", "", icon.stem)
        target = share / f"icons/hicolor/{size}x{size}/apps/{APP_ID}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(icon, target)
    write(share / f"icons/hicolor/scalable/apps/{APP_ID}.svg", (ICONS / "kireji.svg").read_bytes())


def write(path: Path, content: bytes) -> None:
    """Write a file and the folders it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def packed(text: str) -> bytes:
    """As gzip -9n: neither name nor time stands in it."""
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def epoch() -> int:
    """The time that stands in what is built: SOURCE_DATE_EPOCH, or that of the last commit.

    Source: reproducible-builds.org, specification of SOURCE_DATE_EPOCH.
    """
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    asked = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False)
    return int(asked.stdout) if asked.returncode == 0 else int((ROOT / "CHANGELOG.md").stat().st_mtime)
