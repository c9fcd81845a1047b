"""The process that reads the rows of a job, put together: the queue and what brings pictures into their limits."""

from __future__ import annotations

import sys

SWITCH = "--job-import"
"""Argument with which the frozen program becomes that process."""


def command() -> list[str]:
    """The command line of the process; `-P` keeps the current folder off the module path."""
    if getattr(sys, "frozen", False):
        return [sys.executable, SWITCH]
    return [sys.executable, "-P", "-m", "kireji.bootstrap.job_import"]


def main() -> int:
    """Carry out one order; returns the exit code."""
    from kireji.imaging.codec import PillowCodec
    from kireji.storage.jobs.import_process import serve

    return serve(PillowCodec().encode_file)


if __name__ == "__main__":
    sys.exit(main())
