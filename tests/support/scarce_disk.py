"""Folders that are full or cannot be written, for programs that are started with a prefix."""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

import pytest

IN_A_NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]


@functools.cache
def mounting_works() -> bool:
    """Whether a child may mount where nobody else sees it."""
    if shutil.which("unshare") is None:
        return False
    tried = [*IN_A_NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


def _prefix(script: str, folder: Path) -> list[str]:
    if not mounting_works():
        pytest.skip("this system lets nobody mount; tests/integration/storage has the same with limits and modes")
    return [*IN_A_NAMESPACE, "sh", "-ec", f'{script}; shift; exec "$@"', "sh", str(folder)]


def with_full_disk(folder: Path) -> list[str]:
    """A prefix: `folder`, with what is in it, is on a disk without any room."""
    return _prefix(
        'cp -a "$1" "$1.kept"; mount -t tmpfs -o size=1m none "$1"; cp -a "$1.kept/." "$1"; '
        'cat /dev/zero >"$1/ballast" 2>/dev/null || true',
        folder,
    )


def with_disk_that_fills_up(folder: Path) -> list[str]:
    """A prefix: `folder` is on a disk of 1 MB; whoever writes `ballast` there fills it."""
    return _prefix('mount -t tmpfs -o size=1m none "$1"', folder)


def with_folder_read_only(folder: Path) -> list[str]:
    """A prefix: nothing below `folder` can be written."""
    return _prefix('mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"', folder)
