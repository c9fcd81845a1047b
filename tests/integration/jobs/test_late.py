"""Nothing of jobs is loaded or opened before somebody wants them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LOADED = """
import asyncio, sys
from kireji.bootstrap.services import Overrides, open_services
from kireji.desktop.paths import Paths

async def main():
    environ = {"KIREJI_HOME": sys.argv[1]}
    async with open_services(Paths.find(environ), environ) as services:
        await services.jobs.jobs()
        names = sorted(name for name in sys.modules if "jobs" in name and name.startswith("kireji"))
        print("\\n".join(names))

asyncio.run(main())
"""
LIGHT = {
    *("kireji.bootstrap.jobs", "kireji.core.jobs", "kireji.core.jobs.limits", "kireji.core.jobs.outgoing"),
    *("kireji.core.jobs.settings", "kireji.services.jobs", "kireji.services.jobs.news"),
    "kireji.services.jobs.service",
}


def test_a_start_loads_a_few_lines_and_makes_no_file(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-c", LOADED, str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (set(result.stdout.split()), result.stderr) == (LIGHT, "")
    assert not list(tmp_path.glob("jobs*"))
