"""How the reading process is started: which command, with which environment."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from kireji.core.child_environment import clean

SWITCH = "--reader-worker"
"""Argument with which the frozen program becomes its own reading process."""


def command() -> list[str]:
    """The command line of the worker.

    Python's `-P` keeps the current folder off the module path: a file called `numpy.py` in it must not be run.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, SWITCH]
    return [sys.executable, "-P", "-m", "kireji.reader.worker"]


def environment(parent: Mapping[str, str]) -> dict[str, str]:
    """The worker's environment: an allow-list, so that no key, proxy or token reaches it.

    Args:
        parent: This process's environment.
    """
    return clean(parent)
