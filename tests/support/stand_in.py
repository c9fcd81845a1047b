"""A folder as PyInstaller makes it, in a moment: for tests of what is made out of a built program."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from kireji import __version__

_PROGRAM = """\
#include <stdio.h>
int main(int count, char **words) {{
  puts("kireji {version}");
  return 0;
}}
"""


def stand_in(folder: Path, version: str = __version__) -> Path:
    """A program that tells its version, a library, data that only its owner can read, and a link."""
    if shutil.which("cc") is None or shutil.which("objdump") is None:
        pytest.skip("no C compiler, or no objdump")
    inside = folder / "_internal"
    words = inside / "kireji" / "_resources" / "words.txt"
    words.parent.mkdir(parents=True)
    words.write_text("words\n")
    words.chmod(0o600)
    compile_ = ["cc", "-x", "c", "-o", str(folder / "kireji"), "-"]
    subprocess.run(compile_, input=_PROGRAM.format(version=version).encode(), check=True)
    library(inside / "libown.so.1")
    (inside / "libown.so").symlink_to("libown.so.1")
    return folder


def library(path: Path, *needed: Path) -> None:
    """A library with nothing in it that needs others."""
    command = ["cc", "-shared", "-Wl,--no-as-needed", "-x", "c", "/dev/null", "-x", "none", *map(str, needed)]
    subprocess.run([*command, f"-Wl,-soname,{path.name}", "-o", str(path)], check=True)
