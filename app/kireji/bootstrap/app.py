"""The program with its windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from kireji.core.errors import KirejiError
    from kireji.core.geometry import ScreenPlace
    from kireji.desktop.instance import InstanceLock
    from kireji.desktop.paths import Paths
    from kireji.desktop.protocol import Request
    from kireji.services.application import Services
    from kireji.services.preferences import Preferences
    from kireji.ui.shortcut import GlobalShortcuts


def qt_failed(said: Sequence[str], paths: Paths | None = None) -> NoReturn:
    """Say why Qt can show no windows, and end: it would abort the process.

    Args:
        said: By Qt.
        paths: Where to keep a log of it.
    """
    import logging
    import os
    import sys

    from kireji import diagnostics
    from kireji.desktop.display import no_windows
    from kireji.ui.platform.plugins import loading_problems

    problems = loading_problems(os.environ)
    error = no_windows(problems, os.environ)
    if paths is not None:
        diagnostics.start(paths.logs)
        logging.getLogger("kireji.qt").critical("%s", "\n".join([error.sentence, *said, *problems]))
    if sys.stderr is not None:
        sys.stderr.write(f"kireji: {error.sentence}\n")
        sys.stderr.flush()
    os._exit(1)


def show_failure(error: KirejiError) -> None:
    """Show why the program cannot start, where even the folders of the one instance cannot be used."""
    from kireji.ui import aio, failure
    from kireji.ui.language import load_language
    from kireji.ui.qt_application import create

    app = create(["kireji"], qt_failed)
    load_language(app, "")

    async def main(stop: asyncio.Event) -> int:
        await failure.show_failure(error, stop)
        return 1

    aio.run(main, app)


def run_desktop(paths: Paths, lock: InstanceLock, environ: Mapping[str, str], first: Request) -> int:
    """Start the windows and stay until the program ends.

    The order is the point: application object, shortcut, tray; only then asyncio, the database and all else.

    Args:
        paths: Where things are kept.
        lock: Proof that no other instance runs; released at the end.
        environ: The process's environment.
        first: What to do once up, as another start would ask for it; "hide" stays in the tray.

    Returns:
        The exit code.

    Raises:
        KirejiError: The program cannot run; the person has been told in a window if there was a display.
    """
    from kireji.bootstrap import desktop as system
    from kireji.bootstrap.personal import erase_marked, is_marked
    from kireji.desktop.memory import give_back, keep_one_heap
    from kireji.storage.early_settings import early_settings
    from kireji.ui.language import load_language
    from kireji.ui.qt_application import create
    from kireji.ui.shortcut import GlobalShortcuts, watch_descriptor
    from kireji.ui.tray import Tray

    keep_one_heap()  # before Qt's threads
    if is_marked(paths):  # a deletion was ended in the middle
        erase_marked(paths, again=True)
    system.introduce(environ)
    app = create(["kireji"], lambda said: qt_failed(said, paths))
    early = early_settings(paths.settings)
    load_language(app, early.language)  # before the first text: a chord that is taken has a sentence
    hotkeys = system.hotkeys(environ, watch_descriptor(app))
    shortcuts = GlobalShortcuts(hotkeys, early.capture, paused=early.paused)
    tray = Tray()
    app.sync()  # what was asked of the X server goes out now; there is no loop yet that would send it
    tray.look_for_host()

    import logging

    from kireji import diagnostics
    from kireji.bootstrap.services import read_preferences
    from kireji.desktop.protocol import Reply, capture_request
    from kireji.storage.window_geometry import WindowGeometryFile
    from kireji.ui import aio
    from kireji.ui.application import DesktopApplication
    from kireji.ui.settings.places import Places

    diagnostics.start(paths.logs)
    for sentence in app.said:
        logging.getLogger("kireji.qt").warning("%s", sentence)
    crashes = diagnostics.CrashWatch(paths.logs)
    crashes.begin()
    preferences = read_preferences(paths)
    services = _services(paths, environ, preferences, shortcuts)

    def program() -> str:
        from kireji.desktop.launching import outside_command

        return outside_command(environ)

    places = Places(paths.data, paths.settings, paths.logs, program)
    window_file = WindowGeometryFile(paths.state / "window")
    geometry = (window_file.read(), window_file.write)
    portal = system.shortcut_portal(environ)
    desktop = DesktopApplication(app, tray, shortcuts, preferences, services, places, geometry, give_back, portal)

    async def obey(request: Request) -> Reply:
        sentence = await desktop.command(request.command, capture_request(request.options), request.activation_token)
        return Reply(not sentence, sentence)

    async def main(stop: asyncio.Event) -> int:
        async with lock.serve(obey):
            return await desktop.main(stop, first.command, capture_request(first.options))

    try:
        return aio.run(main, app)
    finally:
        shortcuts.release()
        tray.close()
        crashes.end()
        if is_marked(paths):
            _erase(paths)
        lock.release()


def _erase(paths: Paths) -> None:
    """Delete everything, as the person has asked; where that cannot be, they are told in a window."""
    from kireji.bootstrap.personal import erase_marked
    from kireji.core.errors import KirejiError

    try:
        erase_marked(paths, again=False)
    except KirejiError as error:
        show_failure(error)


def _services(
    paths: Paths, environ: Mapping[str, str], preferences: Preferences, shortcuts: GlobalShortcuts
) -> Callable[[], AbstractAsyncContextManager[Services]]:
    """What opens the use cases of the program with windows."""

    def held() -> bool:
        from kireji.ui.shortcut import ShortcutStatus

        return shortcuts.state().status is ShortcutStatus.HELD

    def services() -> AbstractAsyncContextManager[Services]:
        from kireji.bootstrap.clipboard import qt_clipboard
        from kireji.bootstrap.services import open_services

        def screen_places() -> Sequence[ScreenPlace]:
            from kireji.ui.platform import screens

            return screens.screen_places()

        return open_services(
            paths,
            environ,
            preferences=preferences,
            shortcut_held=held,
            screens=screen_places,
            clipboard=qt_clipboard(environ, preferences),
        )

    return services
