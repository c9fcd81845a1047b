"""What the program looks at of itself: whether each part is there and does its work. Nothing leaves this computer.

`kireji --self-test` makes all of these checks, `kireji doctor` those that are quick and leave no trace.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence

from kireji.core.desktop_ports import CaptureBackend
from kireji.core.errors import KeyStoreError
from kireji.core.ports import Availability, KeyStore, Reader
from kireji.core.secret import Secret, SecretName
from kireji.core.self_reports import DatabaseReport, PartsReport, TlsReport, WindowsReport, Writing
from kireji.services.doctor import Check, Finding, Verdict

_WAIT_FOR_KEYCHAIN = 8.0
_SHOWN_PROBLEMS = 3
_SHOWN_VERSIONS = ("Kireji", "Build", "Python", "Qt", "SQLite")
_INSTALL_AGAIN = "Install Kireji again."


def parts(look: Callable[[], Awaitable[PartsReport]]) -> Check:
    """Every module can be loaded and every file is there."""

    async def probe() -> Finding:
        found = await look()
        data = {"modules": found.modules, "files": found.files, "problems": found.problems}
        if found.problems:
            more = len(found.problems) - _SHOWN_PROBLEMS
            named = "; ".join(found.problems[:_SHOWN_PROBLEMS]) + (f"; and {more} more" if more > 0 else "")
            return Finding(Verdict.FAILED, f"Not all parts are there: {named}.", _INSTALL_AGAIN, data)
        files = f" and {found.files} files" if found.files else ""
        return Finding(Verdict.OK, f"{found.modules} modules{files} are there.", data=data)

    return Check("parts", probe, 180.0)


def windows(look: Callable[[], Awaitable[WindowsReport]]) -> Check:
    """Qt can paint windows."""

    async def probe() -> Finding:
        found = await look()
        data = {"qt": found.qt, "platform": found.platform, "screens": found.screens, "on_screen": found.on_screen}
        if found.problem:
            return Finding(Verdict.FAILED, found.problem, found.hint, data)
        named = f"Qt {found.qt}, {found.platform}"
        if not found.painted:
            return Finding(Verdict.FAILED, f"A window was not painted as it should be ({named}).", "", data)
        if found.platform == "offscreen":
            return Finding(
                Verdict.WARNING, f"There is no display: windows are painted in memory only ({named}).", "", data
            )
        if found.on_screen is False:
            sentence = f"A window was painted, but its pixels were not seen on the screen ({named})."
            return Finding(Verdict.WARNING, sentence, "Another window may have been in front of it.", data)
        where = " and were seen on the screen" if found.on_screen else ""
        return Finding(Verdict.OK, f"Windows are painted{where} ({named}).", data=data)

    return Check("windows", probe, 30.0)


def fonts(look: Callable[[], Awaitable[WindowsReport]]) -> Check:
    """The letters of the interface's languages, and of the person's own, can be shown."""

    async def probe() -> Finding:
        found = await look()
        if found.problem:
            return Finding(Verdict.WARNING, "Fonts could not be looked at, because no window can be shown.")
        return find_fonts(found.writings)

    return Check("fonts", probe, 30.0)


def find_fonts(writings: Sequence[Writing]) -> Finding:
    """Which writings can be shown, and what to install for the others."""
    data = {each.name: each.shown for each in writings}
    lost = [each for each in writings if not each.shown]
    if not lost:
        return Finding(Verdict.OK, f"Shown: {', '.join(each.name for each in writings)}.", data=data)
    packages = " ".join(dict.fromkeys(each.package for each in lost))
    hint = f"Install fonts; on Debian and Ubuntu: sudo apt-get install {packages}"
    if len(lost) == len(writings):
        return Finding(Verdict.FAILED, "There is no font, so no text can be shown.", hint, data)
    named = ", ".join(f"{each.name} (yours)" if each.own else each.name for each in lost)
    return Finding(Verdict.WARNING, f"No font here has these letters: {named}.", hint, data)


def keychain(store: KeyStore) -> Check:
    """An entry can be written, read and deleted; none of the person's own is touched."""

    async def probe() -> Finding:
        name = SecretName("self-test", f"https://self-test.invalid/{secrets.token_hex(8)}")
        available = await store.availability()
        if not available.ok:
            sentence = f"{available.reason} Keys are kept for one session only."
            return Finding(Verdict.WARNING, sentence, available.hint)
        try:
            async with asyncio.timeout(_WAIT_FOR_KEYCHAIN):
                await store.get(name)  # a keychain that waits for its password does so here
                return await _tried(store, name, available.reason)
        except TimeoutError:
            return Finding(Verdict.WARNING, f"{available.reason} does not answer.", "Is it asking for its password?")
        except KeyStoreError as error:
            return Finding(Verdict.WARNING, f"{error.message} Keys are kept for one session only.", error.hint)

    return Check("keychain", probe, 15.0)


async def _tried(store: KeyStore, name: SecretName, where: str) -> Finding:
    secret = Secret(secrets.token_hex(16))
    await store.set(name, secret)
    try:
        same = await store.get(name) == secret
    finally:
        gone = await store.delete(name)
    if same and gone and await store.get(name) is None:
        return Finding(Verdict.OK, f"{where}: an entry was written, read and deleted.")
    return Finding(Verdict.FAILED, f"{where} did not give back what was written into it.", "Restart it.")


def database(trial: Callable[[], Awaitable[str]], look: Callable[[], Awaitable[Sequence[DatabaseReport]]]) -> Check:
    """A new database can be made, and the person's own is whole and of a form that is known.

    Args:
        trial: Makes one elsewhere, uses what is needed of SQLite, and removes it; gives SQLite's name and version.
        look: Looks at the person's own without changing it.
    """

    async def probe() -> Finding:
        library = await trial()
        found = [report for report in await look() if report.found]
        data = {"library": library, "files": {each.path: {"version": each.version} for each in found}}
        if not found:
            return Finding(Verdict.OK, f"{library}: a new one works; yours will be made when it is needed.", data=data)
        named = ", ".join(f"{each.path} (form {each.version})" for each in found)
        late = [each.path for each in found if each.whole is None]
        if late:
            sentence = f"No damage found in {', '.join(late)} so far; it is too large to be read to its end here."
            return Finding(Verdict.OK, f"{library}: a new one works. {sentence}", data=data)
        return Finding(Verdict.OK, f"{library}: a new one works, and yours is whole: {named}.", data=data)

    return Check("database", probe, 20.0)


def capture(backends: Callable[[], Sequence[CaptureBackend]], *, asks: bool) -> Check:
    """A picture of the screens can be taken; it is not kept.

    Args:
        backends: What copies the screens' pixels, best first.
        asks: Whether the desktop may ask the person at each picture; then none is taken.
    """

    async def probe() -> Finding:
        lacking: list[Availability] = []
        for backend in backends():
            available = await backend.availability()
            if not available.ok:
                lacking.append(available)
            elif asks:
                sentence = f"Pictures can be taken with {backend.name}; none was, because the desktop may ask you."
                return Finding(Verdict.OK, sentence, data={"backend": backend.name})
            else:
                sizes = ", ".join(f"{screen.width} x {screen.height}" for screen in await backend.grab())
                return Finding(Verdict.OK, f"Taken with {backend.name}: {sizes}.", data={"backend": backend.name})
        first = lacking[0]
        return Finding(Verdict.WARNING, first.reason, first.hint)

    return Check("capture", probe, 15.0)


def reader(tool: Reader, picture: Callable[[], bytes], words: Sequence[str]) -> Check:
    """A known picture is read, by the process that reads all of them.

    Args:
        tool: Reads.
        picture: Gives the bytes.
        words: What stands in it.
    """

    async def probe() -> Finding:
        available = await tool.availability()
        if not available.ok:
            return Finding(Verdict.FAILED, available.reason, available.hint)
        reading = await tool.read_all(picture())
        text = " ".join(line.text for line in reading.lines)
        lost = [word for word in words if word not in text]
        if lost:
            return Finding(Verdict.FAILED, f"A known picture was misread: {', '.join(lost)}.", _INSTALL_AGAIN)
        return Finding(Verdict.OK, f"A known picture was read right, {len(reading.lines)} lines.")

    return Check("reader", probe, 120.0)


def tls(try_it: Callable[[], Awaitable[TlsReport]]) -> Check:
    """Encrypted connections work and strangers are refused; all inside this process."""

    async def probe() -> Finding:
        found = await try_it()
        data = {"library": found.library, "version": found.version, "authorities": found.authorities}
        if not found.refused:
            return Finding(Verdict.FAILED, "A certificate that nobody vouches for was accepted.", _INSTALL_AGAIN, data)
        said = f"{found.library} speaks {found.version} and refuses unknown certificates"
        if found.authorities == 0:
            hint = "Install them; on Debian and Ubuntu: sudo apt-get install ca-certificates"
            return Finding(Verdict.WARNING, f"{said}, but this system has no authorities' certificates.", hint, data)
        many = "" if found.authorities is None else f"; {found.authorities} authorities are known"
        return Finding(Verdict.OK, f"{said}{many}. No service was asked.", data=data)

    return Check("tls", probe, 15.0)


def work_of(name: str, do: Callable[[], Awaitable[str]], seconds: float) -> Check:
    """A part that is tried by using it.

    Args:
        name: Of the check.
        do: Uses it, and says what it did; raises KirejiError.
        seconds: How long it may take.
    """

    async def probe() -> Finding:
        return Finding(Verdict.OK, await do())

    return Check(name, probe, seconds)


def versions(look: Callable[[], Awaitable[Mapping[str, str]]]) -> Check:
    """What the parts are; those that say most as a sentence."""

    async def probe() -> Finding:
        known = await look()
        shown = ", ".join(f"{name} {known[name]}" for name in _SHOWN_VERSIONS if name in known)
        return Finding(Verdict.OK, f"{shown}.", data=dict(known))

    return Check("versions", probe, 15.0)
