"""`kireji --self-test`: the program looks at itself. It needs no data folder, no settings and no display."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from kireji.bootstrap import desktop, parts, qt_check
from kireji.core.errors import KirejiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from kireji.core.ports import KeyStore, Reader
    from kireji.core.self_reports import DatabaseReport, PartsReport, TlsReport, WindowsReport
    from kireji.desktop.paths import Paths
    from kireji.services.doctor import Check, Finding

_Report = TypeVar("_Report")

_ABOUT = """\
Look whether every part of this program works here: a table with one line for each, exit code 1 where one failed.
Nothing leaves this computer, and nothing stays on it. kireji doctor looks at your keys and settings as well."""
NAMES = ("parts", "reader", "windows", "fonts", "database", "tls", "keychain", "capture", "plugins", "mcp", "versions")
_AT_ONCE = 3
_EXAMPLE = "error.png"
_WORDS = ("python deploy.py --env prod", "Traceback", "KeyError")
_CHECKED_SECONDS = 6.0


def main(arguments: Sequence[str]) -> int:
    """Make all checks and tell what was found; returns the exit code."""
    from kireji.cli.console import Console
    from kireji.cli.findings import tell

    parser = _parser()
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.checks if name not in NAMES]:
        parser.error(f"there is no check {unknown[0]}; choose from {', '.join(NAMES)}")
    try:
        findings = asyncio.run(_examined(os.environ, options.checks))
        if not options.output:
            return tell(Console.of_process(), findings, as_json=options.json)
        with open(options.output, "w", encoding="utf-8") as file:
            return tell(Console(None, file, None), findings, as_json=options.json)
    except OSError as problem:
        sys.stderr.write(f"kireji: {problem.filename or 'The folder for temporary files'}: {problem.strerror}.\n")
        return 1
    except KirejiError as problem:
        sys.stderr.write(f"kireji: {problem.sentence}\n")
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kireji --self-test", description=_ABOUT, allow_abbrev=False)
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=f"only these: {', '.join(NAMES)}")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--output", metavar="FILE", help="write it into a file")
    return parser


async def _examined(environ: Mapping[str, str], wanted: Sequence[str]) -> Sequence[tuple[str, Finding]]:
    from kireji.cli.program import end_in_order_on_signals
    from kireji.services.doctor import Doctor

    end_in_order_on_signals()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kireji-self-test-")))
        checks = [check for check in _all_checks(stack, folder, environ) if not wanted or check.name in wanted]
        return await Doctor(lambda: checks, at_once=_AT_ONCE).examine()


def _all_checks(stack: AsyncExitStack, folder: Path, environ: Mapping[str, str]) -> Sequence[Check]:
    from kireji.desktop.keystore import KeyringKeyStore
    from kireji.desktop.paths import Paths
    from kireji.reader.client import ReaderProcess
    from kireji.resources import resource
    from kireji.services import self_checks

    keychain: KeyStore = KeyringKeyStore()
    reader: Reader = ReaderProcess()
    stack.push_async_callback(reader.aclose)

    async def look_at_parts() -> PartsReport:
        from kireji.core.self_reports import PartsReport

        return await _child(parts.SWITCH, environ, PartsReport)

    async def plugin() -> str:
        from kireji.tools.trial import try_plugin

        return await try_plugin(resource("examples/plugins/word_count.py"), _within(folder, "plugin"), environ)

    async def servers() -> str:
        loopback = await asyncio.to_thread(_loopback)
        return await loopback()

    quick = {check.name: check for check in quick_checks(Paths.find(environ), environ, folder, "show")}
    return (
        self_checks.parts(look_at_parts),  # the longest two first
        self_checks.reader(reader, lambda: resource(f"examples/{_EXAMPLE}").read_bytes(), _WORDS),
        *quick.values(),
        self_checks.keychain(keychain),
        self_checks.capture(lambda: desktop.capture_backends(environ), asks=desktop.on_wayland(environ)),
        self_checks.work_of("plugins", plugin, 30.0),
        self_checks.work_of("mcp", servers, 30.0),
        self_checks.versions(lambda: _versions(environ)),
    )


def quick_checks(
    paths: Paths, environ: Mapping[str, str], folder: Path | None = None, *options: str
) -> Sequence[Check]:
    """Those that `kireji doctor` makes as well.

    Args:
        paths: Where the person's things are.
        environ: The process's environment.
        folder: For what is made and thrown away; made, and removed after each check, when None.
        options: For the process that looks at Qt.
    """
    from kireji.services import self_checks

    look = _asked_once(lambda: _look_at_windows(environ, options))

    async def trial() -> str:
        from kireji.storage.soundness import make_trial

        return await _in_folder(folder, "database", make_trial)

    async def databases() -> Sequence[DatabaseReport]:
        from kireji.storage.soundness import look_at_databases

        return await asyncio.to_thread(look_at_databases, paths.database, paths.jobs_database, _CHECKED_SECONDS)

    async def tls() -> TlsReport:
        return await _in_folder(folder, "tls", lambda place: asyncio.to_thread(_try_tls, place))

    return (
        self_checks.windows(look),
        self_checks.fonts(look),
        self_checks.database(trial, databases),
        self_checks.tls(tls),
    )


async def _look_at_windows(environ: Mapping[str, str], options: Sequence[str]) -> WindowsReport:
    from kireji.core.self_reports import WindowsReport

    return await _child(qt_check.SWITCH, environ, WindowsReport, *options)


async def _in_folder(folder: Path | None, name: str, work: Callable[[Path], Awaitable[_Report]]) -> _Report:
    """Do `work` in a folder of its own."""
    if folder is not None:
        return await work(_within(folder, name))
    made = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="kireji-"))
    try:
        return await work(made)
    finally:
        await asyncio.to_thread(shutil.rmtree, made, ignore_errors=True)


def _within(folder: Path, name: str) -> Path:
    place = folder / name
    place.mkdir()
    return place


def _asked_once(look: Callable[[], Awaitable[_Report]]) -> Callable[[], Awaitable[_Report]]:
    """Two checks look at the same report."""
    lock = asyncio.Lock()
    found: list[_Report] = []

    async def asked() -> _Report:
        async with lock:
            if not found:
                found.append(await look())
        return found[0]

    return asked


async def _child(switch: str, environ: Mapping[str, str], kind: type[_Report], *options: str) -> _Report:
    """What a process of this program reports.

    Raises:
        KirejiError: It ended without a report.
    """
    import msgspec

    own = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-P", "-m", "kireji"]
    process = await asyncio.create_subprocess_exec(
        *own,
        switch,
        *options,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={name: value for name, value in environ.items() if not name.endswith("_API_KEY")},
    )
    try:
        said, complaints = await process.communicate()
    finally:
        if process.returncode is None:  # the check took too long
            process.kill()
            await process.wait()
    try:
        return msgspec.json.decode(said, type=kind)
    except msgspec.DecodeError as problem:
        last = (complaints.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]
        raise KirejiError(
            f"The process that looks ended early ({_ending(process.returncode)}): {last[:300]}", "Install Kireji again."
        ) from problem


def _ending(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


def _try_tls(folder: Path) -> TlsReport:
    from kireji.desktop.own_certificate import make_certificate
    from kireji.providers.tls_trial import HOST, try_tls

    return try_tls(*make_certificate(folder, HOST))


def _loopback() -> Callable[[], Awaitable[str]]:
    """Loaded in a thread: it takes a second."""
    from kireji.tools.mcp.loopback import try_servers

    return try_servers


async def _versions(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Of the program, of what it runs on, and of every part in it."""
    from kireji.bootstrap.about import late_about
    from kireji.desktop.paths import Paths

    about = late_about(Paths.find(environ), environ)()
    facts = {fact.name: fact.value for fact in await about.facts()}
    return facts | {part.name: part.version for part in await about.parts() if part.name not in facts}
