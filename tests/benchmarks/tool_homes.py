"""Folders of the program with plugins and servers in them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from kireji.core.permissions import Scope
from kireji.desktop.paths import Paths
from kireji.services.application import Services

_PLUGIN = '''"""A plugin of the benchmark."""

import time

from kireji.plugins import tool


@tool(read_only=True)
def echo(words: str) -> str:
    """Give the words back.

    Args:
        words: Any.
    """
    return words


@tool(read_only=True)
def wait(seconds: float, number: int) -> str:
    """Wait, then give the number back.

    Args:
        seconds: How long.
        number: Any.
    """
    time.sleep(seconds)
    return str(number)
'''
_SERVER = Path(__file__).resolve().parents[1] / "support" / "tool_server.py"


def furnish(home: Path, plugins: int, servers: int = 0) -> None:
    """Put plugins and servers into a folder of the program.

    Args:
        home: KIREJI_HOME.
        plugins: How many, with two tools each.
        servers: How many.
    """
    paths = Paths.find({"KIREJI_HOME": str(home)})
    paths.plugins.mkdir(parents=True)
    for number in range(plugins):
        (paths.plugins / f"plugin_{number:02}.py").write_text(_PLUGIN)
    paths.config.mkdir(parents=True, exist_ok=True)
    (paths.config / "settings.toml").write_text("[general]\nwelcomed = true\n[local]\ndiscover = false\n")
    if servers:
        entry = {"command": sys.executable, "args": [str(_SERVER), "well"]}
        entries = {f"server-{number}": entry for number in range(servers)}
        (paths.config / "mcp.json").write_text(json.dumps({"mcpServers": entries}))


async def allow_all(services: Services) -> None:
    """Let every tool that is not built in be called without asking."""
    await services.tools.toolbox.refresh()
    for tool in await services.tools.toolbox.tools():
        if tool.source != "built-in":
            await services.tools.permissions.allow(tool, Scope.UNTIL)
