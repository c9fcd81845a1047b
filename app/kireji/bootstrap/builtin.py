"""The built-in tools, and what running calls may ask of the program; each part is loaded when it is first wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kireji.core.desktop_ports import Clipboard
    from kireji.core.tool_ports import CallContext, ChildProcesses
    from kireji.desktop.paths import Paths
    from kireji.providers.http import HttpClient
    from kireji.services.capture import CaptureService
    from kireji.services.outbox import Outbox
    from kireji.services.preferences import Preferences
    from kireji.services.tools.calls import Contexts, RunningCall
    from kireji.tools.builtin_source import BuiltInSources
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


def builtin_sources(
    paths: Paths, environ: Mapping[str, str], preferences: Preferences, children: Callable[[], ChildProcesses]
) -> BuiltInSources:
    """The built-in tools as a kind of sources.

    Args:
        paths: Where the search path of commands is kept.
        environ: The process's environment.
        preferences: The folders that models are told of.
        children: Starts commands; asked when the first one runs.
    """
    from kireji.bootstrap.waiting import Once
    from kireji.resources import resource
    from kireji.tools.builtin_source import BuiltInSource, BuiltInSources

    def commands() -> CommandRunner:
        from kireji.tools.command_runner import CommandRunner
        from kireji.tools.commands import Commands

        started = children()
        return CommandRunner(started, Commands(started, environ, paths.cache / "search-path.json"), environ)

    runner = Once(commands)
    return BuiltInSources(BuiltInSource(resource, lambda: preferences.settings.tools.folders, runner.get))
