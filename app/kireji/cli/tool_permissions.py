"""`kireji tools allow`, `deny`, `permissions`, `revoke`, `trust`, `distrust` and `log`."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from kireji.cli.console import Console
from kireji.cli.tool_values import (
    Chosen,
    decision_value,
    find,
    find_source,
    grant_value,
    grant_words,
)
from kireji.cli.work import DONE, Work
from kireji.core.errors import KirejiError
from kireji.core.permissions import Grant, Pattern, Scope
from kireji.core.places import host_of
from kireji.core.tools import PlaceKind, SourceKind, Tool
from kireji.services.application import Services
from kireji.services.tools.facts import whole_path

_SHOWN = 100
"""Characters of a call's arguments in a row of the log; --json has all that is kept."""


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Nothing is read beforehand."""
    match arguments.action:
        case "allow":
            return _allow(arguments, console)
        case "deny":
            return _deny(arguments.name, console)
        case "permissions":
            return _permissions(console, as_json=arguments.json)
        case "revoke":
            return _revoke(arguments.id, console)
        case "trust" | "distrust":
            return _trust(arguments.source, console, on=arguments.action == "trust")
    return _log(arguments.limit, arguments.conversation, console, as_json=arguments.json)


def _allow(arguments: argparse.Namespace, console: Console) -> Work:
    async def work(services: Services) -> int:
        chosen = await find(services, arguments.name)
        tool = chosen.tool
        assert tool is not None  # no source was to be found
        if tool.asks_always:
            raise KirejiError(f"{tool.name} asks every time; no permission for it lasts.", "Allow it when it asks.")
        scope, place = _place(tool, arguments.folder, arguments.host)
        await _take_back_denials(services, chosen, console)
        grant = await services.tools.permissions.allow(tool, scope, place=place, until=arguments.until)
        console.line(f"{tool.name} is allowed for {grant_words(grant)}{_until(grant)} (number {grant.id}).")
        if grant.fingerprint and chosen.status.kind is not SourceKind.BUILT_IN:
            console.note(f"That ends when {chosen.status.id} changes.")
        return DONE

    return work


def _place(tool: Tool, folder: str | None, host: str | None) -> tuple[Scope, str]:
    """The scope of a permission and its place.

    Raises:
        KirejiError: The tool takes no such place, or it is none.
    """
    kinds = {place.kind for place in tool.places}
    if folder is not None:
        if PlaceKind.PATH not in kinds:
            raise KirejiError(f"{tool.name} names no file or folder in its arguments.", "Leave --folder out.")
        path = whole_path(str(Path(folder).expanduser().absolute()))
        if not path or not Path(path).is_dir():
            raise KirejiError(f"{folder} is no folder.", "Name one that is there.")
        return Scope.FOLDER, path
    if host is not None:
        if PlaceKind.ADDRESS not in kinds:
            raise KirejiError(f"{tool.name} names no address in its arguments.", "Leave --host out.")
        name = host_of(host if "://" in host else f"https://{host}")
        if not name:
            raise KirejiError(f"{host} is no name of a host.", "Name one such as example.com.")
        return Scope.HOST, name
    return Scope.UNTIL, ""


async def _take_back_denials(services: Services, chosen: Chosen, console: Console) -> None:
    """A denial wins over what is allowed, so what stands against the person's new word goes, and is told.

    Raises:
        KirejiError: The whole source is denied.
    """
    for grant in await services.tools.permissions.grants():
        if grant.allows or grant.source != chosen.status.id or grant.conversation is not None:
            continue
        if not grant.tool:
            raise KirejiError(
                f"All tools of {grant.source} are denied, and that wins.",
                f"Take it back with: kireji tools revoke {grant.id}",
            )
        if chosen.tool is not None and grant.tool == chosen.tool.own_name and grant.pattern == Pattern():
            await services.tools.permissions.revoke(grant.id)
            console.note(f"It was denied (number {grant.id}); that is taken back.")


def _deny(name: str, console: Console) -> Work:
    async def work(services: Services) -> int:
        status, tool = await find(services, name, sources_too=True)
        own_name = tool.own_name if tool else ""
        grant = await services.tools.permissions.deny(status.id, own_name, status.fingerprint)
        what = tool.name if tool else f"every tool of {status.id}"
        console.line(f"Calls of {what} are refused (number {grant.id}).")
        return DONE

    return work


def _permissions(console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        grants = await services.tools.permissions.grants()
        if as_json:
            console.object({"permissions": [grant_value(grant) for grant in grants]})
        elif grants:
            now = services.clock.now()
            fingerprints = {status.id: status.fingerprint for status in await services.tools.toolbox.sources()}
            rows = [
                (
                    str(grant.id),
                    grant.source,
                    grant.tool or "all",
                    "allowed" if grant.allows else "denied",
                    grant_words(grant),
                    _when(grant, now, fingerprints.get(grant.source)),
                )
                for grant in grants
            ]
            console.table(("ID", "SOURCE", "TOOL", "IS", "FOR", "UNTIL"), rows)
        else:
            console.note("Nothing was allowed or denied beyond single calls.")
        return DONE

    return work


def _when(grant: Grant, now: datetime, fingerprint: str | None) -> str:
    if grant.until is not None and grant.until <= now:
        return f"over since {grant.until.astimezone():%Y-%m-%d %H:%M}"
    if grant.allows and fingerprint != grant.fingerprint:
        return "void: it has changed" if fingerprint is not None else "void: it is not there"
    return f"{grant.until.astimezone():%Y-%m-%d %H:%M}" if grant.until else "-"


def _until(grant: Grant) -> str:
    return f" until {grant.until.astimezone():%Y-%m-%d %H:%M}" if grant.until else ""


def _revoke(number: int, console: Console) -> Work:
    async def work(services: Services) -> int:
        if not await services.tools.permissions.revoke(number):
            raise KirejiError(f"There is no permission {number}.", "List them with: kireji tools permissions")
        console.line(f"Number {number} is taken back.")
        return DONE

    return work


def _trust(name: str, console: Console, *, on: bool) -> Work:
    async def work(services: Services) -> int:
        status = await find_source(services, name)
        if status.kind is SourceKind.BUILT_IN:
            raise KirejiError("The built-in tools are always believed.", "Name a plugin or a server.")
        await services.tools.permissions.trust(status.id, on)
        console.line(
            f"What {status.id} says of its tools is believed until it changes."
            if on
            else f"What {status.id} says of its tools is not believed."
        )
        return DONE

    return work


def _log(limit: int, conversation: int | None, console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        found = await services.tools.permissions.decisions(limit, conversation)
        if as_json:
            console.object({"decisions": [decision_value(one) for one in found]})
        elif found:
            rows = [
                (
                    f"{one.time.astimezone():%Y-%m-%d %H:%M:%S}",
                    one.source,
                    one.tool,
                    "allowed" if one.allowed else "refused",
                    one.by,
                    one.reason.value,
                    str(one.conversation) if one.conversation is not None else "-",
                    _shortened(one.arguments),
                )
                for one in found
            ]
            console.table(("TIME", "SOURCE", "TOOL", "IS", "BY", "BECAUSE", "IN", "ARGUMENTS"), rows)
        else:
            console.note("Nothing was decided yet.")
        return DONE

    return work


def _shortened(arguments: str) -> str:
    text = " ".join(arguments.split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
