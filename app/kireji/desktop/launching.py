"""How this very installation is called from outside, for a key of the desktop's own."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_SYSTEM: str = sys.platform
"""As a plain text, so that the type checker reads the code of every system on each of them."""
_CHECKOUT = Path(__file__).resolve().parents[3]


def outside_command(environ: Mapping[str, str], checkout: Path = _CHECKOUT) -> str:
    """What a shell or a keyboard setting calls; arguments can follow. With its folder, since those search few folders.

    Args:
        environ: The process's environment.
        checkout: Where the script `run` lies, if the program was started from its source.
    """
    if image := environ.get("APPIMAGE", ""):
        words = [image]  # sys.executable lies in a folder that is gone after this run
    elif getattr(sys, "frozen", False):
        words = [sys.executable]
    elif _SYSTEM != "win32" and os.access(checkout / "run", os.X_OK):
        words = [str(checkout / "run")]
    elif os.access(script := Path(sys.executable).with_name("kireji"), os.X_OK):
        words = [str(script)]
    else:
        words = [sys.executable, "-P", "-m", "kireji"]
    return subprocess.list2cmdline(words) if _SYSTEM == "win32" else shlex.join(words)
