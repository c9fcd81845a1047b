"""Memory a minute after a capture was made, asked about and put away, on a 3840 x 2160 screen."""

from __future__ import annotations

import subprocess

import psutil

from tests.benchmarks.idle import bare_tray_bytes, private_bytes
from tests.benchmarks.table import Row
from tests.service import KEY, Rule, ServiceProcess, Text
from tests.support.desktop import desktop
from tests.support.program import environment, running
from tests.support.tray_host import tray_host
from tests.support.x11 import XClient, pause, wait_until, x_client

_WIDTH, _HEIGHT = 3840, 2160
_MEGABYTE = 1_000_000
_ALLOWED = 75 * _MEGABYTE + 8 * _WIDTH * _HEIGHT


def measure() -> list[Row]:
    answer = Text(["An answer ", "of a few ", "words."])
    with (
        desktop(_WIDTH, _HEIGHT) as place,
        x_client(place.display) as client,
        ServiceProcess(Rule(answer, times=None)) as service,
    ):
        variables = environment(
            place,
            KIREJI_HOME=str(place.home / "kireji"),
            ANTHROPIC_BASE_URL=service.base_url,
            ANTHROPIC_API_KEY=KEY,
        )
        subprocess.run(["xsetroot", "-solid", "#808080"], env=variables, check=True)
        with tray_host(client, variables):
            floor = bare_tray_bytes(variables)
            with running(variables, ["--hidden"]) as process:
                wait_until(client.tray_icons, "the tray icon")
                pause(4)
                for _ in range(2):
                    _capture_and_ask(client, variables, service)
                peak = _private_with_children(process.pid)
                pause(60)
                after = _private_with_children(process.pid)
    allowed = floor + _ALLOWED
    return [
        Row("Memory 60 s after capture and ask, 4K", "≤ bare + 75 MB + 8 B per pixel",
            f"bare tray program: {floor / _MEGABYTE:.0f} MB private, allowed {allowed / _MEGABYTE:.0f} MB",
            f"{after / _MEGABYTE:.0f} MB private (at the end of the answer {peak / _MEGABYTE:.0f} MB)",
            f"{after / allowed:.2f}", after <= allowed),
    ]  # fmt: skip


def _capture_and_ask(client: XClient, variables: dict[str, str], service: ServiceProcess) -> None:
    asked = len(service.requests)
    client.press_chord("Control_L", "Shift_L", "space")
    wait_until(lambda: client.pixel(_WIDTH - 1, _HEIGHT - 1) != 0x808080, "the frozen screen")
    drag = ["mousemove", "300", "300", "mousedown", "1", "mousemove", "900", "500", "mousemove", "1500", "900"]
    subprocess.run(["xdotool", *drag, "mouseup", "1"], env=variables, check=True)
    pause(0.5)
    subprocess.run(["xdotool", "type", "What is this?"], env=variables, check=True)
    subprocess.run(["xdotool", "key", "Return"], env=variables, check=True)
    wait_until(lambda: len(service.requests) > asked, "the question")
    pause(2)
    client.press_chord("Escape")
    wait_until(lambda: client.pixel(_WIDTH - 1, _HEIGHT - 1) == 0x808080, "the desktop again")


def _private_with_children(pid: int) -> int:
    process = psutil.Process(pid)
    return sum(private_bytes(item.pid) for item in [process, *process.children(recursive=True)])
