"""`kireji mcp`: servers of tools."""

from __future__ import annotations

import argparse
import getpass
import os
import shlex
from collections.abc import Collection
from contextlib import suppress

from kireji.cli.console import Console, OutputClosed
from kireji.cli.work import DONE, FAILED, Work, WrongUsage
from kireji.core.errors import KeyStoreUnavailable, KirejiError, SettingsError, StoreError
from kireji.core.tool_servers import NOTICE, Imported, SecretPlace, ServerEntry, TestStep, shown_address
from kireji.core.tools import SourceKind, SourceState, SourceStatus
from kireji.core.words import say
from kireji.services.application import Services


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Read the secrets of `add`; the other actions need nothing."""
    secrets = SecretPlace.KEYCHAIN
    if getattr(arguments, "secrets_in_file", False):
        secrets = SecretPlace.FILE
    match arguments.action:
        case "list":
            return _list(console, as_json=arguments.json)
        case "add":
            return _add(_entry(arguments, console), secrets, console, replace=arguments.replace)
        case "remove":
            return _remove(arguments.name, console)
        case "enable" | "disable":
            return _switch(arguments.name, console, on=arguments.action == "enable")
        case "test":
            return _test(arguments.name, console, as_json=arguments.json)
        case "import":
            if not arguments.path:
                return _importable(console, as_json=arguments.json)
            return _import(arguments.path, arguments.name, secrets, console, as_json=arguments.json)
    raise ValueError(f"no such action: {arguments.action}")


def _entry(arguments: argparse.Namespace, console: Console) -> ServerEntry:
    program, url = list(arguments.program), arguments.url
    if bool(program) == bool(url):
        raise WrongUsage("add needs --url URL, or the program after --: kireji mcp add NAME -- COMMAND [ARGUMENT ...]")
    if url and (arguments.env or arguments.cwd):
        raise WrongUsage("--env and --cwd are for a program, not for --url")
    if program and arguments.header:
        raise WrongUsage("--header is for --url")
    fields = dict(arguments.header if url else arguments.env)
    for name in arguments.secret:
        fields[name] = _typed(name, console)
    if url:
        return ServerEntry(arguments.name, url=url, headers=fields)
    return ServerEntry(arguments.name, _whole(program[0]), tuple(program[1:]), fields, arguments.cwd)


def _whole(command: str) -> str:
    """A path as typed here, whole; a name that is looked for stays a name."""
    return os.path.abspath(command) if os.path.dirname(command) and command[:1] not in "~$" else command


def _typed(name: str, console: Console) -> str:
    value = getpass.getpass(f"{name} (not shown): ").strip() if console.typed_at else console.piped_line()
    if not value:
        raise KirejiError(f"No value was given for {name}.", "Type it at the prompt, or pipe it in, one line each.")
    return value


def _list(console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        problem = ""
        entries: dict[str, ServerEntry] = {}
        try:
            entries = {entry.source: entry for entry in await services.tools.servers.entries()}
        except (SettingsError, StoreError) as error:
            problem = error.sentence
        await services.tools.toolbox.tools()  # how many each is known to have
        found = [status for status in await services.tools.toolbox.sources() if status.kind is SourceKind.MCP]
        if as_json:
            facts = [_facts(status, entries.get(status.id)) for status in found]
            console.object({"servers": facts, "file": services.tools.servers.path})
        elif found:
            rows = [(each.title, each.state.value, str(each.tools or "-"), each.origin) for each in found]
            console.table(("NAME", "STATE", "TOOLS", "WHERE"), rows)
        else:
            console.note(
                "There are no servers. Add one with: kireji mcp add; those of other programs with: kireji mcp import"
            )
        for status in found:
            if status.detail and status.detail != problem:
                console.note(f"{status.title}: {status.detail}")
        console.note(f"They stand in {services.tools.servers.path}." if found and not problem else "")
        console.note(say(NOTICE) if found else "")
        if problem:
            console.note(f"kireji: {problem}")
        return FAILED if problem else DONE

    return work


def _facts(status: SourceStatus, entry: ServerEntry | None) -> dict[str, object]:
    return {
        "name": status.title,
        "state": status.state.value,
        "detail": status.detail,
        "where": status.origin,
        "tools": status.tools,
        "disabled": bool(entry and entry.disabled),
        "log": status.log,
    }


def _add(entry: ServerEntry, secrets: SecretPlace, console: Console, *, replace: bool) -> Work:
    async def work(services: Services) -> int:
        hidden = entry.open_secrets
        try:
            await services.tools.servers.add(entry, secrets=secrets, replace=replace)
        except KeyStoreUnavailable as error:
            raise _no_keychain(error) from error
        console.line(f"{entry.name} is added. See whether it works with: kireji mcp test {shlex.quote(entry.name)}")
        _tell_secrets(hidden, secrets, console)
        if shown_address(entry.url) != entry.url:
            console.note("Its whole address is in mcp.json, readable to every program of yours, with what it holds.")
        console.note(say(NOTICE))
        return DONE

    return work


def _no_keychain(error: KeyStoreUnavailable) -> KirejiError:
    return KirejiError(error.message, f"{error.hint} (--secrets-in-file)")


def _tell_secrets(names: tuple[str, ...], secrets: SecretPlace, console: Console) -> None:
    if names and secrets is SecretPlace.KEYCHAIN:
        console.note(f"In the keychain: {', '.join(names)}.")
    elif names:
        console.note(f"In mcp.json, readable to every program of yours: {', '.join(names)}.")


def _remove(name: str, console: Console) -> Work:
    async def work(services: Services) -> int:
        await services.tools.servers.remove(name)
        console.line(f"{name} is removed.")
        return DONE

    return work


def _switch(name: str, console: Console, *, on: bool) -> Work:
    async def work(services: Services) -> int:
        await services.tools.servers.set_disabled(name, not on)
        console.line(f"{name} is used again." if on else f"{name} is left alone.")
        return DONE

    return work


def _test(name: str, console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        told: list[TestStep] = []

        def tell(step: TestStep) -> None:
            with suppress(OutputClosed):  # it is no affair of the server; the rest is told below, and raises it
                _tell_step(step, console)
                told.append(step)

        steps = await services.tools.servers.test(name, None if as_json else tell)
        if as_json:
            console.object({"name": name, "steps": [_step(step) for step in steps]})
        else:
            for step in steps:
                if step not in told:
                    _tell_step(step, console)
        return DONE if steps and all(step.passed for step in steps) else FAILED

    return work


def _tell_step(step: TestStep, console: Console) -> None:
    console.line(f"{'ok' if step.passed else 'FAILED':<7} {step.stage.title}: {step.sentence}")
    if step.hint:
        console.line(f"        {step.hint}")
    for line in step.lines:
        console.line(f"        | {line}")


def _step(step: TestStep) -> dict[str, object]:
    return {
        "stage": step.stage.value,
        "passed": step.passed,
        "sentence": step.sentence,
        "hint": step.hint,
        "lines": list(step.lines),
    }


def _importable(console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        found = await services.tools.servers.importable()
        if as_json:
            facts = [
                {
                    "program": each.host,
                    "path": each.path,
                    "servers": [entry.name for entry in each.entries],
                    "problem": each.problem,
                }
                for each in found
            ]
            console.object({"files": facts})
            return DONE
        rows = [
            (each.host, each.problem or ", ".join(entry.name for entry in each.entries), each.path) for each in found
        ]
        if rows:
            console.table(("PROGRAM", "SERVERS", "FILE"), rows)
            console.note("Add them with: kireji mcp import FILE")
        else:
            console.note("No other program on this computer has servers. Name a file: kireji mcp import FILE")
        return DONE

    return work


def _import(path: str, names: list[str] | None, secrets: SecretPlace, console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        try:
            done = await services.tools.servers.import_from(path, names, secrets=secrets)
        except KeyStoreUnavailable as error:
            raise _no_keychain(error) from error
        unready = await _unready(services, done.added)
        if as_json:
            facts = {"added": list(done.added), "present": list(done.present), "problems": dict(done.problems)}
            console.object(facts | {"unready": unready})
        else:
            _tell_import(done, console)
            for name, why in unready.items():
                console.note(f"{name} cannot be started yet: {why}")
        console.note(say(NOTICE) if done.added else "")
        return FAILED if done.problems and not done.added else DONE

    return work


async def _unready(services: Services, names: Collection[str]) -> dict[str, str]:
    """What is missing of servers that were just added, as far as that is seen without starting them."""
    sources = await services.tools.toolbox.sources()
    return {
        status.title: status.detail
        for status in sources
        if status.kind is SourceKind.MCP and status.title in names and status.state is SourceState.FAILED
    }


def _tell_import(done: Imported, console: Console) -> None:
    console.line(f"Added: {', '.join(done.added)}." if done.added else "Nothing was added.")
    if done.present:
        console.line(f"There already, and left as they are: {', '.join(done.present)}.")
    for name, problem in done.problems.items():
        console.line(f"{name} cannot be used: {problem}")
