"""What the program costs while nobody uses it: memory before first use, and a minute of doing nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil

from tests.benchmarks.table import Row
from tests.support.desktop import desktop
from tests.support.program import environment, running
from tests.support.tray_host import tray_host
from tests.support.x11 import pause, wait_until, x_client

_SETTLE_SECONDS = 8
_MINUTE = 60
_MEGABYTE = 1_000_000
_FLOOR = [sys.executable, str(Path(__file__).parent / "floors" / "bare_tray.py")]


def private_bytes(pid: int) -> int:
    """Memory that only this process has (Private_Clean + Private_Dirty of /proc/PID/smaps_rollup)."""
    return int(psutil.Process(pid).memory_full_info().uss)


def proportional_bytes(pid: int) -> int:
    """Private memory plus this process's share of what it has in common with others (Pss)."""
    return int(psutil.Process(pid).memory_full_info().pss)


def voluntary_switches(pid: int) -> int:
    """Summed over all threads."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        for line in (task / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                total += int(line.split()[1])
    return total


def measure() -> list[Row]:
    with desktop() as place, x_client(place.display) as client:
        variables = environment(place, KIREJI_HOME=str(place.home / "kireji"))
        with tray_host(client, variables):
            floor = bare_tray_bytes(variables)
            with running(variables, ["--hidden"]) as process:
                wait_until(client.tray_icons, "the tray icon")
                pause(_SETTLE_SECONDS)
                private, proportional = private_bytes(process.pid), proportional_bytes(process.pid)
                switches, cpu = voluntary_switches(process.pid), _cpu(process.pid)
                pause(_MINUTE)
                switches = voluntary_switches(process.pid) - switches
                cpu = _cpu(process.pid) - cpu
    peer = f"bare tray program: {floor / _MEGABYTE:.0f} MB private"
    return [
        Row("Memory before first use", "< 90 MB", peer,
            f"{private / _MEGABYTE:.0f} MB private, {proportional / _MEGABYTE:.0f} MB proportional",
            f"{private / floor:.2f}", proportional < 90 * _MEGABYTE),
        Row("Idle: voluntary context switches", "< 60 per minute", "none: absolute", f"{switches} per minute",
            f"{switches / 60:.2f}", switches < 60),
        Row("Idle: processor time", "< 0.1 s per minute", "none: absolute", f"{cpu:.2f} s per minute",
            f"{cpu / 0.1:.2f}", cpu < 0.1),
    ]  # fmt: skip


def bare_tray_bytes(variables: dict[str, str]) -> int:
    """Private memory of the least program that shows a tray icon."""
    icon = Path(__file__).resolve().parents[2] / "resources" / "icons" / "tray-22.png"
    command = [*_FLOOR, str(icon)]
    process = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        pause(3)
        return private_bytes(process.pid)
    finally:
        process.terminate()
        process.wait(10)


def _cpu(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)
