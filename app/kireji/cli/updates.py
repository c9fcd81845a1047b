"""`kireji updates`: newer versions of this program."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from kireji.cli.console import Console
from kireji.cli.terminal_text import made_visible
from kireji.cli.work import DONE, Work, WrongUsage
from kireji.core.errors import Doubt, KirejiError, UpdateError
from kireji.core.updates import LARGEST, Release, ReleaseFile
from kireji.core.versions import Version
from kireji.services.application import Services
from kireji.services.updates import Updates, UpdateState

_COMMAND_LANGUAGE = "en"
"""What the command line says is English; so are the notes that it prints."""


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Read the list for `verify`; the other actions need nothing."""
    match arguments.action:
        case "allow" | "off":
            return _allow(console, on=arguments.action == "allow")
        case "skip":
            return _skip(_version(arguments.version) if arguments.version else "", console)
        case "verify":
            published = _list_in(arguments.list) if arguments.list else b""
            return _verify(Path(arguments.file), published, console, as_json=arguments.json)
    return _show(console, ask=arguments.action == "check", as_json=arguments.json)


def _version(text: str) -> str:
    try:
        return Version(text).text
    except ValueError:
        raise WrongUsage(f"“{made_visible(text)}” is no version") from None


def _list_in(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise KirejiError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from error


def _show(console: Console, *, ask: bool, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        updates = services.updates()
        state = await (updates.check() if ask else updates.state())
        if as_json:
            console.object(_value(state))
        else:
            _print(state, console)
        return DONE

    return work


def _print(state: UpdateState, console: Console) -> None:
    release = state.release
    if release is not None and state.newer:
        console.line(f"Kireji {release.version} is there ({_day(release.date)}); {state.running} runs.")
        if state.skipped:
            console.line("You wanted to skip it.")
        if notes := release.notes_in(_COMMAND_LANGUAGE).strip():
            console.line(f"\n{made_visible(notes)}\n")
        if state.file is not None:
            console.line(f"File:     {state.file.url} ({state.file.size} bytes)")
            console.line(f"SHA-256:  {state.file.sha256}")
        console.line(f"Page:     {release.page}")
        console.line(made_visible(state.how))
    elif release is not None:
        console.line(f"Kireji {state.running} is the newest version, as of {_day(release.date)}.")
    else:
        console.line(f"Kireji {state.running}. Nothing is known of newer versions.")
    _print_asking(state, console)


def _print_asking(state: UpdateState, console: Console) -> None:
    if not state.source.address:
        console.line("No address is known that could be asked: set updates.address and updates.keys in the settings.")
    elif not state.source.keys:
        console.line("No key is known by which an answer could be believed: set updates.keys in the settings.")
    elif not state.allowed:
        console.line("The app does not ask by itself. To let it ask once a day: kireji updates allow")
    else:
        console.line(f"The app asks {state.source.address} once a day.")
    if state.asked is not None:
        console.line(f"Last asked: {_day(state.asked)}.")
    if state.problem:
        console.line(state.problem)


def _allow(console: Console, *, on: bool) -> Work:
    async def work(services: Services) -> int:
        updates = services.updates()
        await updates.allow(on)
        if on and not (updates.source.address and updates.source.keys):
            console.note("Allowed; but there is no address or no key yet, so nothing is asked. See: kireji updates")
        return DONE

    return work


def _skip(version: str, console: Console) -> Work:
    async def work(services: Services) -> int:
        updates = services.updates()
        wanted = version or await _found(updates)
        await updates.skip(wanted)
        console.note(f"Nothing more is said of version {wanted}. Later versions are told of.")
        return DONE

    return work


async def _found(updates: Updates) -> str:
    state = await updates.state()
    if state.release is None or not state.newer:
        raise UpdateError("No newer version is known that could be skipped.", doubt=Doubt.NO_LIST)
    return state.release.version


def _verify(file: Path, published: bytes, console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        release, named = await services.updates().verify(file, published)
        if as_json:
            console.object({"ok": True, "version": release.version, "file": _file(named)})
        else:
            console.line(f"{file.name} is {named.name} of version {release.version}, as it was signed.")
        return DONE

    return work


def _value(state: UpdateState) -> dict[str, object]:
    release = state.release
    return {
        "version": state.running,
        "installed": state.installed.name,
        "allowed": state.allowed,
        "address": state.source.address or None,
        "keys": list(state.keys),
        "asked": state.asked.isoformat() if state.asked else None,
        "problem": state.problem or None,
        "newer": state.newer,
        "skipped": state.skipped,
        "newest": None if release is None else _release(release),
        "file": None if state.file is None else _file(state.file),
        "how": state.how or None,
    }


def _release(release: Release) -> dict[str, object]:
    return {
        "version": release.version,
        "channel": release.channel,
        "date": release.date.isoformat(),
        "expires": release.expires.isoformat(),
        "page": release.page,
        "notes": dict(release.notes),
    }


def _file(file: ReleaseFile) -> dict[str, object]:
    return {"name": file.name, "url": file.url, "size": file.size, "sha256": file.sha256}


def _day(time: datetime) -> str:
    return f"{time.astimezone():%Y-%m-%d}"
