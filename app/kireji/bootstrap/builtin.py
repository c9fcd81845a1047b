"""The built-in tools, and what running calls may ask of the program; each part is loaded when it is first wanted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from kireji.core.publisher import Publisher

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kireji.core.desktop_ports import Clipboard
    from kireji.core.tool_ports import CallContext, ChildProcesses, ToolSource
    from kireji.desktop.paths import Paths
    from kireji.providers.http import HttpClient
    from kireji.services.capture import CaptureService
    from kireji.services.outbox import Outbox
    from kireji.services.preferences import Preferences
    from kireji.services.tools.calls import Contexts, RunningCall
    from kireji.tools.command_runner import CommandRunner


class CallNeeds(NamedTuple):
    """What running calls may ask for.

    Args:
        clipboard: Reads what was copied.
        capture: Takes pictures of the screen.
        http: Fetches pages.
        outbox: Records what leaves.
    """

    clipboard: Clipboard
    capture: CaptureService
    http: HttpClient
    outbox: Outbox


def contexts(needs: CallNeeds, preferences: Preferences) -> Contexts:
    """Makes what sources are given with their calls."""
    from kireji.bootstrap import network
    from kireji.bootstrap.waiting import Once

    def make() -> Callable[[RunningCall], CallContext]:
        from kireji.services.tools.context import Surroundings, contexts
        from kireji.tools.contained import ContainedFiles

        pages = Once(lambda: network.web_pages(needs.http))
        return contexts(
            Surroundings(needs.clipboard, needs.capture, pages.get, needs.outbox, ContainedFiles(), preferences)
        )

    made = Once(make)
    return lambda running: made.get()(running)


class WaitingBuiltIn:
    """The built-in tools as a kind of sources.

    Args:
        paths: Where the search path of commands is kept.
        environ: The process's environment.
        preferences: The folders that models are told of.
        children: Starts commands; asked when the first one runs.

    Attributes:
        changed: Publishes nothing.
    """

    def __init__(
        self, paths: Paths, environ: Mapping[str, str], preferences: Preferences, children: Callable[[], ChildProcesses]
    ) -> None:
        self._paths = paths
        self._environ = environ
        self._preferences = preferences
        self._children = children
        self._sources: tuple[ToolSource, ...] = ()
        self.changed: Publisher[str] = Publisher()

    async def sources(self) -> Sequence[ToolSource]:
        """As in ToolSources."""
        if not self._sources:
            await asyncio.to_thread(_load)
        if not self._sources:  # another may have made it meanwhile
            self._sources = (self._make(),)
        return self._sources

    async def aclose(self) -> None:
        """As in ToolSources; commands end with the supervisor."""

    def _make(self) -> ToolSource:
        from kireji.bootstrap.waiting import Once
        from kireji.resources import resource
        from kireji.tools.builtin_source import BuiltInSource

        runner = Once(self._runner)
        return BuiltInSource(resource, lambda: self._preferences.settings.tools.folders, runner.get)

    def _runner(self) -> CommandRunner:
        from kireji.tools.command_runner import CommandRunner
        from kireji.tools.commands import Commands

        children = self._children()
        search = Commands(children, self._environ, self._paths.cache / "search-path.json")
        return CommandRunner(children, search, self._environ)


def _load() -> None:
    import kireji.tools.builtin_source  # noqa: F401 - 4 ms, in a thread
