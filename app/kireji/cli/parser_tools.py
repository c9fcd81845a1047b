"""What can be typed after `kireji tools`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime, time

from kireji.cli.arguments import Commands, Parser, as_json, command, positive, variable

_NAME = "as in the list; a tool's own name does where only one has it"


def add_tools(commands: Commands) -> None:
    """Add this command."""
    tools = command(commands, "tools", "what models may call: see, call, allow and deny it")
    actions = tools.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    _add_looking(actions)
    _add_call(actions)
    _add_permissions(actions)


def _add_looking(actions: Commands) -> None:
    listing = command(actions, "list", "all sources of tools and all tools, with what is allowed")
    listing.description = (
        "List all sources of tools and all tools. Plugins and servers that were never asked for their tools are "
        "started and asked; one that cannot be used says why."
    )
    listing.add_argument("--known", action="store_true", help="only what is known already; nothing is started")
    as_json(listing)
    show = command(actions, "show", "explain a tool or a source: what it takes, what it may do, what is allowed")
    show.add_argument("name", metavar="NAME", help=f"{_NAME}; or a source")
    as_json(show)
    log = command(actions, "log", "what was decided about calls, newest first")
    log.add_argument("-n", "--limit", type=positive, default=20, metavar="N", help="how many (20)")
    log.add_argument("--conversation", type=positive, metavar="ID", help="only in this conversation")
    as_json(log)


def _add_call(actions: Commands) -> None:
    call = command(actions, "call", "call a tool as a model would, under the same permissions")
    call.description = (
        "Call a tool as a model would, under the same permissions. What needs permission is asked on the terminal. Its "
        "words go to standard output."
    )
    call.add_argument("name", metavar="NAME", help=_NAME)
    call.add_argument(
        "values", nargs="*", default=[], type=variable, metavar="K=V", help="an argument; repeat it for a list"
    )
    call.add_argument(
        "--json-arguments", metavar="JSON", help="all arguments as one JSON object; - reads it from standard input"
    )
    call.add_argument("--yes", action="store_true", help="allow this call, this once, without being asked")
    call.add_argument("-o", "--output", metavar="FILE", help="where a picture or document of the result goes")
    as_json(call)


def _add_permissions(actions: Commands) -> None:
    allow = command(actions, "allow", "let a tool be called without asking")
    allow.description = (
        "Let a tool be called without asking, as long as its plugin or server stays as it is. Where words from outside "
        "stand in a conversation, what could change something or send data out asks all the same."
    )
    allow.add_argument("name", metavar="NAME", help=_NAME)
    where = allow.add_mutually_exclusive_group()
    where.add_argument("--folder", metavar="PATH", help="only where all files of a call lie in this folder")
    where.add_argument("--host", metavar="HOST", help="only where all addresses of a call are of this host")
    allow.add_argument(
        "--until",
        type=_moment,
        metavar="DATE",
        help="until the end of this day, or this time: 2027-01-31 or 2027-01-31T18:00",
    )
    deny = command(actions, "deny", "refuse every call of a tool, or of a whole source, without asking; this wins")
    deny.add_argument("name", metavar="NAME", help=f"{_NAME}; or a source")
    as_json(command(actions, "permissions", "what was allowed and denied, newest first"))
    command(actions, "revoke", "take back what was allowed or denied").add_argument(
        "id", type=positive, metavar="ID", help="its number in the list of permissions"
    )
    for word, summary in (
        ("trust", "believe what a plugin or server says of its tools, until it changes"),
        ("distrust", "believe it no longer"),
    ):
        command(actions, word, summary).add_argument("source", metavar="SOURCE", help="its id, or its name")
    for word, summary in (
        ("on", "offer a tool, or a whole source, to models"),
        ("off", "offer it no longer"),
    ):
        command(actions, word, summary).add_argument("name", metavar="NAME", help=f"{_NAME}; or a source")


def options_first(argv: Sequence[str]) -> list[str]:
    """Write the options of `tools call` before its other words: argparse takes no K=V that stands behind an option."""
    if list(argv[:2]) != ["tools", "call"]:
        return list(argv)
    options: list[str] = []
    others: list[str] = []
    words = iter(argv[2:])
    for word in words:
        if word == "--":
            others += [word, *words]
        elif word.startswith("-"):
            options.append(word)
            if word in ("-o", "--output", "--json-arguments") and (value := next(words, None)) is not None:
                options.append(value)
        else:
            others.append(word)
    return ["tools", "call", *options, *others]


def add_to_ask(ask: Parser) -> None:
    """Add what `ask` takes about tools."""
    ask.add_argument(
        "--tools",
        type=_names,
        metavar="NAMES",
        help="the tools that the model may ask for, separated by commas: tools or sources as in `tools list`, or none",
    )
    ask.add_argument(
        "--yes",
        action="store_true",
        help="allow every call of a tool in this answer, and a price that is not known, without being asked",
    )


def _names(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(filter(None, (name.strip() for name in text.split(",")))))
    if not names:
        raise argparse.ArgumentTypeError("say which tools, or none")
    if "none" in names:
        if len(names) > 1:
            raise argparse.ArgumentTypeError("none goes with no other name")
        return ()
    return names


def _moment(text: str) -> datetime:
    """A day's end or a time, where the person is, as a time in UTC."""
    try:
        moment = datetime.fromisoformat(text)
        if len(text) <= len("2027-01-31"):
            moment = datetime.combine(moment.date(), time.max)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2027-01-31 or 2027-01-31T18:00") from None
    if moment <= datetime.now(UTC):
        raise argparse.ArgumentTypeError(f"{text!r} has passed")
    return moment
