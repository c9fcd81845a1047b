"""A real tray: tint2, which takes icons by the XEmbed system-tray protocol."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.x11 import XClient, wait_until

_CONFIGURATION = """\
panel_items = S
panel_size = 300 32
panel_position = top left horizontal
panel_background_id = 0
systray_padding = 4 4 4
systray_icon_size = 24
"""


@contextmanager
def tray_host(client: XClient, variables: dict[str, str]) -> Iterator[None]:
    """Run tint2 with nothing but a tray; it owns the tray selection when this yields."""
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder) / "tint2rc"
        configuration.write_text(_CONFIGURATION)
        process = subprocess.Popen(
            ["tint2", "-c", str(configuration)], env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_until(client.tray_owner, "the tray")
            yield
        finally:
            process.terminate()
            process.wait(10)
