"""`kireji tools`: what models may call."""

from __future__ import annotations

import argparse
from contextlib import suppress

from kireji.cli.approving import effects_words
from kireji.cli.console import Console
from kireji.cli.schema_text import Argument, arguments_of
from kireji.cli.tool_values import find, grant_value, grant_words, source_value, tool_value
from kireji.cli.work import DONE, Work
from kireji.core.errors import ToolSourceError
from kireji.core.permissions import Grant, effects
from kireji.core.tools import SourceKind, SourceState, SourceStatus, Tool
from kireji.resources import resource
from kireji.services.application import Services

_PERMISSIONS = {
    "allowed": "A call is allowed without asking.",
    "ask": "A call is asked about.",
    "denied": "Every call is refused.",
}


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Read what is piped in for `call`; the other actions need nothing.

    Raises:
        WrongUsage: The arguments of a call are no JSON object, or are given twice.
        KirejiError: Standard input cannot be read.
    """
    match arguments.action:
        case "list":
            return _list(console, start=not arguments.known, as_json=arguments.json)
        case "show":
            return _show(arguments.name, console, as_json=arguments.json)
        case "on" | "off":
            return _switch(arguments.name, console, on=arguments.action == "on")
        case "call":
            from kireji.cli import tool_calls

            return tool_calls.prepare(arguments, console)
    from kireji.cli import tool_permissions

    return tool_permissions.prepare(arguments, console)


def _list(console: Console, *, start: bool, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        toolbox, permissions = services.tools.toolbox, services.tools.permissions
        if start:
            console.progress("Asking for tools …")
            await toolbox.refresh()
            console.progress("")
        known = await toolbox.tools()  # before the sources, which then say how many each is known to have
        sources = await permissions.marked(await toolbox.sources())
        words = await permissions.words(known)
        tools = [(tool, words[tool.name]) for tool in known]
        if as_json:
            off = services.preferences.settings.tools.off
            console.object(
                {
                    "sources": [
                        source_value(status, trusted=status.trusted, on=status.id not in off) for status in sources
                    ],
                    "tools": [
                        tool_value(tool, on=toolbox.is_on(tool), permission=permission) for tool, permission in tools
                    ],
                    "enabled": services.preferences.settings.tools.enabled,
                    "plugins": services.tools.plugins,
                }
            )
            return DONE
        _print_tools([(tool, toolbox.is_on(tool), permission) for tool, permission in tools], console)
        console.table(
            ("SOURCE", "STATE", "TRUSTED", "TOOLS", "FROM"),
            [
                (
                    status.id,
                    status.state.value,
                    "yes" if status.trusted else "no",
                    str(status.tools),
                    status.origin or "-",
                )
                for status in sources
            ],
        )
        for status in sources:
            if status.state is SourceState.FAILED:
                console.note(f"{status.id}: {status.detail}")
        if not any(status.kind is SourceKind.PLUGIN for status in sources):
            example = resource("examples/plugins/word_count.py")
            console.note(f"There are no plugins. They are Python files in {services.tools.plugins}, such as {example}.")
        if not services.preferences.settings.tools.enabled:
            console.note("Tools are switched off in the settings: models are offered none.")
        return DONE

    return work


def _print_tools(tools: list[tuple[Tool, bool, str]], console: Console) -> None:
    if not tools:
        return
    console.table(
        ("NAME", "OFFERED", "CALLS", "SOURCE", "TITLE"),
        [(tool.name, "yes" if on else "no", permission, tool.source, tool.title) for tool, on, permission in tools],
    )
    console.line()


def _show(name: str, console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        status, tool = await find(services, name, sources_too=True)
        tools: list[Tool] = []
        if tool is None:
            status, tools = await _asked(services, status)
        trusted = await services.tools.permissions.trusts(status)
        grants = [grant for grant in await services.tools.permissions.grants() if _concerns(grant, status, tool)]
        off = services.preferences.settings.tools.off
        if tool is None:
            if as_json:
                value = source_value(status, trusted=trusted, on=status.id not in off)
                names = {"tool_names": [each.name for each in tools]}
                console.object(value | names | {"permissions": [grant_value(grant) for grant in grants]})
            else:
                _tell_source(status, console, trusted=trusted)
                for each in tools:
                    console.line(f"  {each.name}  {' '.join(each.title.split())}")
                _tell_grants(grants, console)
            return DONE
        on, word = services.tools.toolbox.is_on(tool), await services.tools.permissions.word(tool)
        if as_json:
            value = tool_value(tool, on=on, permission=word)
            more = {"believed": trusted, "origin": status.origin, "permissions": [grant_value(one) for one in grants]}
            console.object(value | more)
            return DONE
        console.line(f"{' '.join(tool.title.split())} ({tool.name})")
        if words := tool.description.strip():
            console.line()
            for line in words.splitlines():  # set apart, so that none of them is taken for a line of ours
                console.line(f"  {line}".rstrip())
        _tell_arguments(tool, console)
        console.line()
        _tell_source(status, console, trusted=trusted)
        console.line(_hints_words(tool, status, trusted=trusted))
        console.line(f"A call may take {tool.seconds:g} seconds.")
        if not on:
            console.line("It is not offered to models.")
        console.line(_PERMISSIONS[word])
        if tool.asks_always:
            console.line("It asks every time: no permission lasts.")
        _tell_grants(grants, console)
        return DONE

    return work


async def _asked(services: Services, status: SourceStatus) -> tuple[SourceStatus, list[Tool]]:
    """A source and its tools; asked for them if it never was, which says what is wrong with it."""
    toolbox = services.tools.toolbox
    tools = [tool for tool in await toolbox.tools() if tool.source == status.id]
    if not tools and status.state is not SourceState.OFF:
        with suppress(ToolSourceError):  # it stands in the status
            tools = list(await toolbox.describe(status.id))
        status = await toolbox.source(status.id) or status
    return status, tools


def _concerns(grant: Grant, status: SourceStatus, tool: Tool | None) -> bool:
    return grant.source == status.id and (tool is None or grant.tool in ("", tool.own_name))


def _tell_source(status: SourceStatus, console: Console, *, trusted: bool) -> None:
    origin = f", {status.origin}" if status.origin else ""
    console.line(f"Source: {status.id}{origin} ({status.state.value})")
    if status.detail:
        console.line(status.detail)
    if status.kind is not SourceKind.BUILT_IN:
        console.line(
            "What it says of its tools is believed."
            if trusted
            else f"What it says of its tools is not believed; that takes: kireji tools trust {status.id}"
        )
    if status.log:
        console.line(f"What it has written on standard error: {status.log}")


def _hints_words(tool: Tool, status: SourceStatus, *, trusted: bool) -> str:
    if tool.hints.pure and trusted:
        return "It only computes: it neither reads, sends nor changes anything."
    believed, said = effects_words(effects(tool, trusted=trusted)), effects_words(effects(tool, trusted=True))
    if trusted or status.kind is SourceKind.BUILT_IN or believed == said:
        return believed
    return f"{believed} It says of itself: {said.removeprefix('It ')}"


def _tell_arguments(tool: Tool, console: Console) -> None:
    arguments = arguments_of(tool.schema)
    if not arguments:
        console.line("\nIt takes no arguments.")
        return
    console.line("\nArguments:")
    places = {place.argument: place.kind.value for place in tool.places}
    rows = [(one.name, _needed(one), one.kind, _about(one, places)) for one in arguments]
    widths = [min(40, max(len(row[column]) for row in rows)) for column in range(3)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        console.line(f"  {'  '.join((*cells, row[3]))}".rstrip())


def _needed(one: Argument) -> str:
    if one.required:
        return "required"
    return f"else {one.default}" if one.default else "optional"


def _about(one: Argument, places: dict[str, str]) -> str:
    kinds = {"path": "a permission can hold for its folder", "address": "a permission can hold for its host"}
    return " ".join(filter(None, (one.description, f"({kinds[places[one.name]]})" if one.name in places else "")))


def _tell_grants(grants: list[Grant], console: Console) -> None:
    for grant in grants:
        until = f" until {grant.until.astimezone():%Y-%m-%d %H:%M}" if grant.until else ""
        word = "allowed" if grant.allows else "denied"
        tool = f"{grant.tool}: " if grant.tool else ""
        console.line(f"{grant.id:>4}  {tool}{word} for {grant_words(grant)}{until}")


def _switch(name: str, console: Console, *, on: bool) -> Work:
    async def work(services: Services) -> int:
        status, tool = await find(services, name, sources_too=True)
        await services.tools.toolbox.set_on(tool.name if tool else status.id, on)
        what = tool.name if tool else status.id
        console.line(
            f"{what} is offered in new conversations." if on else f"{what} is no longer offered in new conversations."
        )
        return DONE

    return work
