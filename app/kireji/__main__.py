"""What `kireji` does first: hand over to a running instance, run one command, or start the app."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import MutableMapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kireji.desktop.paths import Paths

READER_WORKER = "--reader-worker"
"""The frozen program starts itself with this to read pictures; it comes before anything else is imported."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        argv: The arguments without the program's name; the process's own when None.

    Returns:
        The exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == [READER_WORKER]:
        from kireji.reader.worker import main as read_pictures

        return read_pictures()
    if not arguments:
        return _app("raise")
    if arguments == ["capture"]:
        return _app("capture")
    if arguments == ["--hidden"]:  # the start with the session: reading arguments would cost it 12 ms
        return _app("hide")
    try:
        return _command(arguments)
    except KeyboardInterrupt:  # while modules were loading; later on each command ends in its own way
        return 130


def _command(arguments: Sequence[str]) -> int:
    """Run the command that was typed, or start the app."""
    from kireji.cli.parser import opens_overlay, parse

    parsed = parse(arguments)
    if parsed.command is None:
        return _app("hide" if parsed.hidden else "raise")
    if opens_overlay(parsed):
        return _app("capture")
    from kireji.bootstrap.services import services_for_command_line
    from kireji.cli.program import run

    # A sign-in starts the browser, which inherits what is left.
    return run(parsed, services_for_command_line(take_keys(os.environ)))


def _app(first: str) -> int:
    """Hand over to the running instance, or become it.

    Args:
        first: raise, capture or hide.
    """
    from kireji.core.errors import KirejiError
    from kireji.desktop.paths import Paths

    paths = Paths.find(os.environ)
    try:
        return _hand_over(paths, first) if first != "hide" else _become(paths, first)
    except KirejiError as error:
        print(f"kireji: {error.sentence}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _hand_over(paths: Paths, first: str) -> int:
    from kireji.desktop.instance import send

    reply = send(paths, first, token=os.environ.get("XDG_ACTIVATION_TOKEN", ""))
    if reply is None:
        return _become(paths, first)
    if not reply.ok:
        print(f"kireji: {reply.message}", file=sys.stderr)
    return 0 if reply.ok else 1


def _become(paths: Paths, first: str) -> int:
    from kireji.core.errors import KirejiError
    from kireji.desktop.display import require_display
    from kireji.desktop.instance import InstanceLock

    require_display(os.environ)
    try:
        lock = InstanceLock.acquire(paths)
    except KirejiError as error:
        from kireji.bootstrap.app import show_failure

        show_failure(error)
        raise
    if lock is None:
        return 0 if first == "hide" else _hand_over(paths, first)
    # Nothing of what is loaded from here on ever becomes garbage, and looking for it costs a twentieth of the start;
    # the app turns collection on again when it has settled.
    gc.disable()
    from kireji.bootstrap.app import run_desktop

    return run_desktop(paths, lock, take_keys(os.environ), first)


def take_keys(environ: MutableMapping[str, str]) -> dict[str, str]:
    """A copy of the environment with the keys in it, which `environ` itself then no longer has.

    What the app starts inherits the process's environment: the browser behind a link, the file manager, and whatever
    these start in turn.
    """
    copy = dict(environ)
    for name in copy:
        if name.endswith("_API_KEY"):
            del environ[name]
    return copy


if __name__ == "__main__":
    raise SystemExit(main())
