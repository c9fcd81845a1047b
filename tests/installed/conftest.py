"""The built program, and a place to run it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end2end.conftest import module_desktop, seat  # noqa: F401 - the same desktops
from tests.support.program import BUILT

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder that packaging/build has made; only looked at."""
    folder = Path(BUILT).parent if BUILT else ROOT / "dist" / "kireji"
    if not (folder / "kireji").exists():
        pytest.skip("packaging/build has not been run")
    return folder


@pytest.fixture
def elsewhere(built: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Puts the program into a folder of that name, without copying half a gigabyte; gives the program."""

    def moved(name: str) -> Path:
        folder = tmp_path / name
        try:
            shutil.copytree(built, folder, symlinks=True, copy_function=os.link)
        except OSError:  # another disk
            shutil.rmtree(folder)
            shutil.copytree(built, folder, symlinks=True)
        return folder / "kireji"

    return moved


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """Somebody at a terminal: no display, no keychain, no key."""
    home = tmp_path / "home"
    (home / "kireji").mkdir(parents=True, mode=0o700)
    (home / "kireji" / "settings.toml").write_text("[local]\ndiscover = false\n")
    (home / "run").mkdir(mode=0o700)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "KIREJI_HOME": str(home / "kireji"),
    }
