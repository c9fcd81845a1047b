"""Dragging a rectangle over 3840 x 2160: the time of each frame and the processor's share."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.benchmarks.table import Row, percentile
from tests.support.desktop import desktop
from tests.support.program import environment

_PROGRAM = Path(__file__).parent / "floors" / "drag_steps.py"


def measure() -> list[Row]:
    with desktop(3840, 2160, keychain=False) as place:
        variables = environment(place)
        kinds = ("idle", "rectangle", "strips", "ours")
        (idle, _), (_, rectangle), (_, strips), (frame, cpu) = (_run(kind, variables) for kind in kinds)
    return [
        Row("Dragging, 3840 x 2160: 99th percentile of a frame", "≤ 17 ms over the idle loop",
            f"idle loop: {idle:.1f} ms", f"{frame:.1f} ms", f"+{frame - idle:.1f} ms", frame <= idle + 17),
        Row("Dragging: processor time of 240 steps, with border, size and magnifier", "≤ 1.2 × floor",
            f"bare repaint of the changed rectangle: {rectangle:.2f} s (of its new strips alone: {strips:.2f} s)",
            f"{cpu:.2f} s", f"{cpu / rectangle:.2f}", cpu <= 1.2 * rectangle),
    ]  # fmt: skip


def _run(kind: str, variables: dict[str, str]) -> tuple[float, float]:
    """99th percentile of a frame in milliseconds, and seconds of processor time."""
    command = [sys.executable, str(_PROGRAM), kind]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=120, check=True)
    times, cpu = done.stdout.splitlines()
    return percentile([float(each) for each in times.split()], 0.99), float(cpu)
