"""Where the doctor looks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from kireji.bootstrap import desktop, network

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kireji.core.ports import Reader
    from kireji.core.prompt_ports import PromptStore
    from kireji.desktop.paths import Paths
    from kireji.services.capture import CaptureService
    from kireji.services.credentials import Credentials
    from kireji.services.doctor import Check
    from kireji.services.local_servers import LocalServers
    from kireji.services.preferences import Preferences
    from kireji.services.tools.service import ToolService


def doctor_checks(
    paths: Paths,
    environ: Mapping[str, str],
    capture: CaptureService,
    credentials: Credentials,
    preferences: Preferences,
    local_servers: LocalServers,
    reader: Reader,
    prompts: PromptStore,
    shortcut_held: Callable[[], bool],
    tools: ToolService,
) -> Sequence[Check]:
    """All of the doctor's checks: the program's own state, and those of the self-test that are quick."""
    import asyncio
    import os

    from kireji.bootstrap.self_test import quick_checks
    from kireji.desktop import instance, machine
    from kireji.services.checks import Surroundings, checks

    def unwatched(_descriptor: int, _ready: Callable[[], None]) -> Callable[[], None]:
        return lambda: None

    async def runs() -> bool:
        return await asyncio.to_thread(instance.runs, paths)

    async def app_shortcut() -> str | None:
        reply = await asyncio.to_thread(instance.send, paths, "shortcut", timeout=2.0)
        return reply.message if reply else None

    at = Surroundings(
        environ=environ,
        platform=sys.platform,
        capture=capture.availability,
        hotkeys=desktop.hotkeys(environ, unwatched),
        portal=desktop.shortcut_portal(environ),
        shortcut_held=shortcut_held,
        app_runs=runs,
        app_shortcut=app_shortcut,
        credentials=credentials,
        preferences=preferences,
        local_servers=local_servers,
        reader=reader,
        prompts=prompts,
        folder=lambda: asyncio.to_thread(machine.look_at_folder, paths.data),
        has_route=lambda: asyncio.to_thread(machine.has_route),
        system_proxies=lambda: asyncio.to_thread(network.system_proxies, environ),
        file_exists=os.path.exists,
        holds_certificates=network.holds_certificates,
        tools=tools,
        start_program=lambda: _start_program(environ),
    )
    return (*checks(at), *quick_checks(paths, environ))


async def _start_program(environ: Mapping[str, str]) -> int:
    """Start what only says its version, under a supervisor of its own."""
    import tempfile

    from kireji.core.child_environment import clean
    from kireji.tools.children import child_processes

    children = child_processes()
    try:
        program = await children.start(
            [sys.executable, "--version"], environ=clean(environ), folder=tempfile.gettempdir()
        )
        try:
            return await program.wait()
        finally:
            await program.end()
    finally:
        await children.aclose()
