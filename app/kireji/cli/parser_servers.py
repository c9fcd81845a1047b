"""What can be typed after `kireji mcp`."""

from __future__ import annotations

from collections.abc import Sequence

from kireji.cli.arguments import Commands, Parser, as_json, command, variable


def program_apart(argv: Sequence[str]) -> tuple[Sequence[str], list[str] | None]:
    """Take the program of `mcp add ... -- COMMAND [ARGUMENT ...]` from the arguments: its own options are not ours.

    Returns:
        The other arguments, and the program; None where there is no such part.
    """
    if tuple(argv[:2]) != ("mcp", "add") or "--" not in argv:
        return argv, None
    at = list(argv).index("--")
    return argv[:at], list(argv[at + 1 :])


def add_servers(commands: Commands) -> None:
    """Add the command `mcp`."""
    mcp = command(commands, "mcp", "servers of tools (Model Context Protocol)")
    mcp.description = (
        "Servers of tools (Model Context Protocol). They stand in mcp.json in the settings folder, in the form that "
        "other programs use. What a server sends, and to whom, is not recorded by Kireji."
    )
    actions = mcp.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    as_json(command(actions, "list", "all servers, with what is wrong with them; starts none"))
    _add_add(actions)
    for name, summary in (
        ("remove", "remove a server and its secrets"),
        ("enable", "use a server again"),
        ("disable", "leave a server alone without removing it"),
    ):
        _name(command(actions, name, summary))
    test = command(actions, "test", "start a server and list its tools; says at which stage it fails")
    _name(test)
    as_json(test)
    _add_import(actions)


def _add_add(actions: Commands) -> None:
    add = command(actions, "add", "add a server; nothing is started")
    add.usage = "kireji mcp add NAME [options] (--url URL | -- COMMAND [ARGUMENT ...])"
    _name(add)
    add.set_defaults(program=[])
    add.advice = "a program stands after two dashes: kireji mcp add NAME -- COMMAND [ARGUMENT ...]"
    add.epilog = "After --: the program and its arguments, as they are typed in a terminal."
    add.add_argument("--url", default="", metavar="URL", help="the address of a server that is reached over HTTP")
    add.add_argument(
        "--env",
        type=variable,
        action="append",
        default=[],
        metavar="K=V",
        help="a variable for the program; repeatable",
    )
    add.add_argument(
        "--header", type=variable, action="append", default=[], metavar="K=V", help="a header for the url; repeatable"
    )
    add.add_argument(
        "--secret",
        action="append",
        default=[],
        metavar="K",
        help="a variable, or with --url a header, whose value is typed at a hidden prompt or piped in; repeatable",
    )
    add.add_argument("--cwd", default="", metavar="FOLDER", help="where the program works; else your home folder")
    add.add_argument("--replace", action="store_true", help="replace the server of this name")
    _secrets(add)


def _add_import(actions: Commands) -> None:
    bring = command(actions, "import", "add servers from another program's file")
    bring.description = (
        "Add servers from another program's file, which is only read. Without PATH: say which programs on this "
        "computer have servers, and where."
    )
    bring.add_argument("path", nargs="?", default="", metavar="PATH", help="a file in the mcpServers form")
    bring.add_argument("--name", action="append", default=None, metavar="NAME", help="only this server; repeatable")
    _secrets(bring)
    as_json(bring)


def _name(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", help="the server's name")


def _secrets(parser: Parser) -> None:
    parser.add_argument(
        "--secrets-in-file",
        action="store_true",
        help="keep values that look like secrets in mcp.json instead of the keychain",
    )
