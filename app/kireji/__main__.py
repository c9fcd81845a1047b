"""What `kireji` does first: hand over to a running instance, run one command, or start the app."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from argparse import Namespace

    from kireji.core.capturing import Action, CaptureRequest
    from kireji.desktop.paths import Paths
    from kireji.desktop.protocol import Request
    from kireji.services.doctor import Check

_SYSTEM: str = sys.platform
"""As a plain text, so that the type checker reads the code of every system on each of them."""

READER_WORKER = "--reader-worker"
"""The frozen program starts itself with this to read pictures; it comes before anything else is imported."""

TOOL_SUPERVISOR = "--tool-supervisor"
"""The same for the process that watches over tools; the number of a descriptor follows."""

PLUGIN_HOST = "--plugin-host"
"""The same for the process of a plugin; the plugin's name follows."""

PDF_WORKER = "--pdf-worker"
"""The same for the process that takes the words out of a PDF document."""

JOB_IMPORT = "--job-import"
"""The same for the process that reads the rows of a job."""

QT_CHECK = "--qt-check"
"""The same for the process that looks how Qt fares here."""

PARTS_CHECK = "--parts-check"
"""The same for the process that loads every part of the program."""

SELF_TEST = "--self-test"
"""What people type to have the program look at itself; handled before the rest, which may be what is broken."""

_END_SECONDS = 30.0
"""How long the app may take to end: it saves what is coming in, and its tools have a few seconds."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        argv: The arguments without the program's name; the process's own when None.

    Returns:
        The exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if (code := _own_process(arguments)) is not None:
        return code
    if not arguments:
        return _app("raise")
    if arguments == ["--hidden"]:  # the start with the session: reading arguments would cost it 12 ms
        return _app("hide")
    if arguments[0] == "capture":
        from kireji.cli.quick import capture_typed

        if (wanted := capture_typed(arguments)) is not None:
            return _obey(wanted)
    try:
        return _command(arguments)
    except ImportError as problem:
        return _not_loaded(problem)
    except FileNotFoundError:
        return _from_nowhere()
    except KeyboardInterrupt:  # while modules were loading; later on each command ends in its own way
        return 130


def _own_process(arguments: list[str]) -> int | None:
    """Become one of the processes that this program starts of itself, or the self-test; None for all else."""
    if arguments[:1] == [READER_WORKER]:
        from kireji.reader.worker import main as read_pictures

        return read_pictures()
    if arguments[:1] == [TOOL_SUPERVISOR]:
        from kireji.tools.supervisor.process import main as watch_over_tools

        return watch_over_tools(arguments[1:])
    if arguments == [PDF_WORKER]:
        from kireji.sources.pdf_worker import main as read_document

        return read_document()
    if arguments == [JOB_IMPORT]:
        from kireji.bootstrap.job_import import main as import_job

        return import_job()
    if arguments[:1] == [PLUGIN_HOST]:
        from kireji.tools.host import main as run_plugin

        return run_plugin(arguments[1:])
    if arguments[:1] == [QT_CHECK]:
        from kireji.bootstrap.qt_check import main as look_at_qt

        return look_at_qt(arguments[1:])
    if arguments == [PARTS_CHECK]:
        from kireji.bootstrap.parts import main as look_at_parts

        return look_at_parts()
    if arguments[:1] == [SELF_TEST]:
        from kireji.bootstrap.self_test import main as test_itself

        return test_itself(arguments[1:])
    return None


def _command(arguments: Sequence[str]) -> int:
    """Run the command that was typed, or start the app."""
    from kireji.cli.parser import parse, wanted_of_app

    parsed = parse(arguments)
    if parsed.self_test:  # after another option
        from kireji.bootstrap.self_test import main as test_itself

        return test_itself([])
    if parsed.command is None:
        return _app("hide" if parsed.hidden else "raise")
    if (wanted := wanted_of_app(parsed)) is not None:
        return _obey(wanted)
    if parsed.command == "quit":
        return _quit()
    if parsed.command == "help":
        from kireji.cli.help import run as show_help

        return show_help(parsed)
    from kireji.bootstrap.services import services_for_command_line
    from kireji.cli.program import run

    # A sign-in starts the browser, which inherits what is left.
    environ = take_keys(os.environ)
    code = run(parsed, services_for_command_line(environ), alone=lambda: _checks_alone(environ))
    return _deleted(parsed, environ) if code == 0 and parsed.command == "data" and parsed.action == "delete" else code


def _checks_alone(environ: Mapping[str, str]) -> Sequence[Check]:
    from kireji.bootstrap.self_test import quick_checks
    from kireji.desktop.paths import Paths

    return quick_checks(Paths.find(environ), environ)


def _deleted(parsed: Namespace, environ: Mapping[str, str]) -> int:
    """Delete everything, which the command that was typed has only prepared: now nothing is open any more."""
    from kireji.bootstrap.personal import erase_now
    from kireji.cli.data import finish
    from kireji.desktop.paths import Paths

    return finish(parsed, lambda: erase_now(Paths.find(environ)))


def _obey(wanted: CaptureRequest | Action) -> int:
    """Have the running instance capture, or take what was copied or selected; start it if none runs."""
    from kireji.core.capturing import CaptureRequest
    from kireji.desktop.protocol import capture_options

    if isinstance(wanted, CaptureRequest):
        return _app("capture", capture_options(wanted))
    return _app(wanted.value)


def _quit() -> int:
    """Have the running instance end, and wait until it has: what asks for it wants to replace or remove its files."""
    from kireji.core.errors import KirejiError
    from kireji.desktop.instance import send, wait_until_ended
    from kireji.desktop.paths import Paths

    paths = Paths.find(os.environ)
    try:
        reply = send(paths, "quit")
    except KirejiError as error:
        problem = error.sentence
    else:
        problem = "" if reply is None or reply.ok else reply.message
    if not problem and not wait_until_ended(paths, _END_SECONDS):
        problem = "Kireji has not ended yet."
    if problem:
        print(f"kireji: {problem}", file=sys.stderr)
    elif reply is None:
        print("kireji: It does not run.", file=sys.stderr)
    return 1 if problem else 0


def _app(command: str, options: Mapping[str, Any] | None = None) -> int:
    """Hand over to the running instance, or become it.

    Args:
        command: As in `desktop.protocol.Request`, or "hide", which only becomes it.
        options: The same.
    """
    from kireji.core.errors import KirejiError
    from kireji.desktop.paths import Paths
    from kireji.desktop.protocol import Request

    paths = Paths.find(os.environ)
    first = Request(command, options or {}, os.environ.get("XDG_ACTIVATION_TOKEN", ""))
    try:
        return _hand_over(paths, first) if command != "hide" else _become(paths, first)
    except KirejiError as error:
        print(f"kireji: {error.sentence}", file=sys.stderr)
        return 1
    except ImportError as problem:
        return _not_loaded(problem)
    except KeyboardInterrupt:
        return 130


def _from_nowhere() -> int:
    """Told when a command was typed in a folder that was deleted, and has names relative to it.

    Raises:
        FileNotFoundError: That is not it: the one that was caught.
    """
    try:
        os.getcwd()
    except FileNotFoundError:
        _tell("The folder in which this was typed is gone. Go to another one, then try again.")
        return 1
    raise


def _not_loaded(problem: ImportError) -> int:
    """Say which part could not be loaded, and what brings it."""
    from kireji.desktop.system_libraries import explained, said_by

    reason = explained(said_by(problem), ("qt", "x11"))
    if reason is None and not getattr(sys, "frozen", False):
        raise problem  # a checkout in which something is being changed: its developer wants to know where
    _tell(reason.sentence if reason else f"A part of Kireji is missing ({problem}). Install Kireji again.")
    return 1


def _tell(sentence: str) -> None:
    """Say something on standard error; without one, on Windows, in a box of the system's own."""
    if sys.stderr is None and _SYSTEM == "win32":
        from kireji.desktop.message_win32 import show

        show(sentence)
    else:
        print(f"kireji: {sentence}", file=sys.stderr)


def _hand_over(paths: Paths, first: Request) -> int:
    from kireji.core.errors import KirejiError
    from kireji.desktop.instance import send

    try:
        reply = send(paths, first.command, first.options, token=first.activation_token)
    except KirejiError as error:
        _tell(error.sentence)
        return 1
    if reply is None:
        return _become(paths, first)
    if not reply.ok:
        _tell(reply.message)
    return 0 if reply.ok else 1


def _become(paths: Paths, first: Request) -> int:
    from kireji.core.errors import KirejiError
    from kireji.desktop.display import require_display
    from kireji.desktop.instance import InstanceLock

    if _SYSTEM == "win32":
        from kireji.desktop.launching import hand_to_windowed

        if hand_to_windowed(sys.executable, sys.argv[1:]):
            return 0
    require_display(os.environ)
    try:
        lock = InstanceLock.acquire(paths)
    except KirejiError as error:
        from kireji.bootstrap.app import show_failure

        show_failure(error)
        raise
    if lock is None:
        return 0 if first.command == "hide" else _hand_over(paths, first)
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
    keys = [name for name in copy if name.endswith("_API_KEY")]
    if keys and sys.platform == "linux":
        _blot_out(keys)
    for name in keys:
        del environ[name]
    return copy


def _blot_out(names: Sequence[str]) -> None:
    """Overwrite the values in the block that the process was started with.

    Deleting a variable leaves its text there, and /proc/<pid>/environ shows it to every process of the same user
    (proc_pid_environ(5)), plugins among them. getenv(3) points into that very block.
    """
    import ctypes

    getenv = ctypes.CDLL(None).getenv
    getenv.restype = ctypes.c_void_p
    for name in names:
        if address := getenv(os.fsencode(name)):
            ctypes.memset(address, ord("x"), len(ctypes.string_at(address)))


if __name__ == "__main__":
    raise SystemExit(main())
