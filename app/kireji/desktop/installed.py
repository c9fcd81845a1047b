"""How this very program was installed: that decides how it is replaced by a newer one."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from pathlib import Path

from kireji.core.update_ports import Installation
from kireji.desktop.launching import own_image

_SYSTEMS = {"linux": "linux", "win32": "windows", "darwin": "macos"}
_MACHINES = {"amd64": "x86_64", "x64": "x86_64", "aarch64": "arm64"}
_CHECKOUT = Path(__file__).resolve().parents[3]
_PACKAGED = ("/opt/", "/usr/")
"""Where packages of the system lie, and nothing that a person has unpacked."""


def installation(
    environ: Mapping[str, str],
    *,
    system: str = sys.platform,
    frozen: bool | None = None,
    program: str = sys.executable,
    checkout: Path = _CHECKOUT,
) -> Installation:
    """What can be seen of it from inside.

    Args:
        environ: The process's environment.
        system: As `sys.platform` says it.
        frozen: Whether this is a build; None looks.
        program: Path of the program.
        checkout: Where the project would lie, if this was started from its source.
    """
    frozen = bool(getattr(sys, "frozen", False)) if frozen is None else frozen
    machine = platform.machine().lower()
    return Installation(
        _name(environ, system, frozen, program, checkout),
        _SYSTEMS.get(system, system),
        _MACHINES.get(machine, machine),
    )


def _name(environ: Mapping[str, str], system: str, frozen: bool, program: str, checkout: Path) -> str:
    if environ.get("FLATPAK_ID") or os.path.exists("/.flatpak-info"):
        return "flatpak"
    if not frozen:
        return "checkout" if (checkout / ".git").exists() else "wheel"
    if own_image(environ, program):
        return "appimage"
    if system == "win32":
        return "setup"
    if system == "darwin":
        return "dmg"
    return "deb" if os.path.realpath(program).startswith(_PACKAGED) else "folder"
