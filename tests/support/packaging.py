"""The programs below packaging/, which are no package: they lie beside each other and find each other there."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
LINUX = ROOT / "packaging" / "linux"


def module(name: str, folder: Path = LINUX) -> ModuleType:
    """Load one of them as the programs themselves do.

    Args:
        name: Without its suffix.
        folder: Where it lies.
    """
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))
