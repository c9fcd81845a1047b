"""What can be typed after `kireji`. Standard library only, so that help and hand-over to a running app stay instant."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from kireji import __version__
from kireji.cli.arguments import PROVIDERS, Commands, Parser, as_json, command
from kireji.cli.parser_asking import ACTIONS, add_asking, check_capture, latest_made_explicit, regions_attached
from kireji.cli.parser_batch import add_batch
from kireji.cli.parser_counting import add_counting
from kireji.cli.parser_data import add_data
from kireji.cli.parser_extracting import add_extracting
from kireji.cli.parser_history import add_history
from kireji.cli.parser_moderation import add_moderation
from kireji.cli.parser_prompts import add_prompts
from kireji.cli.parser_receipt import add_receipt
from kireji.cli.parser_seeing import add_seeing
from kireji.cli.parser_servers import add_servers, program_apart
from kireji.cli.parser_tools import add_tools, options_first
from kireji.cli.parser_updates import add_updates
from kireji.core.capturing import Action, CaptureMode, CaptureRequest

KEY_PROVIDERS = ("anthropic", "openrouter", "local")
WEBHOOK = "webhook"
"""Not a service with a key: the secret that signs what the person's own address is told."""
SIGN_IN_PROVIDERS = ("openrouter",)

_EPILOG = """\
Without a command the app starts; a second start raises the one that runs.
Exit codes: 0 done, 1 failed (one line says why), 2 wrong usage, 130 interrupted."""


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read the command line.

    Args:
        argv: The arguments without the program's name.

    Returns:
        `command` is None to start the app, else one of ask, capture, watch, extract, translate, compare, moderate,
        policies, prompts, keys, models, batch, history, tools, mcp, count, budget, receipt, data, about, updates,
        doctor, quit, help.

    Raises:
        SystemExit: Help or version was printed (0), or the usage is wrong (2).
    """
    argv, program = program_apart(argv)
    arguments = whole_parser().parse_args(options_first(regions_attached(latest_made_explicit(argv))))
    if program is not None:
        arguments.program = program
    if arguments.command == "capture":
        check_capture(arguments)
    return arguments


def wanted_of_app(arguments: argparse.Namespace) -> CaptureRequest | Action | None:
    """What the running app is to do for this command; None for commands that do all themselves."""
    if arguments.command != "capture" or arguments.output:
        return None
    if arguments.what in ACTIONS:
        return ACTIONS[arguments.what]
    mode = CaptureMode(arguments.what or CaptureMode.REGION.value)
    return CaptureRequest(mode, arguments.delay, arguments.add, arguments.prompt)


def whole_parser() -> Parser:
    """Everything that can be typed; `parse` reads with it, and the manual page and the completions are made from it."""
    parser = Parser(
        prog="kireji",
        description="Cut out a piece of the screen, ask, and read the answer as it streams.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"kireji {__version__}")
    parser.add_argument("--hidden", action="store_true", help="start without a window, in the tray only")
    parser.add_argument(
        "--self-test",
        action="store_true",
        help="look whether every part of this program works here (with --json: for programs)",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    add_asking(commands)
    add_extracting(commands)
    add_seeing(commands)
    add_prompts(commands)
    add_moderation(commands)
    _add_keys(commands)
    _add_models(commands)
    add_batch(commands)
    add_history(commands)
    add_tools(commands)
    add_servers(commands)
    add_counting(commands)
    add_receipt(commands)
    add_updates(commands)
    add_data(commands)
    as_json(command(commands, "doctor", "say what works on this machine and what does not; nothing leaves it"))
    command(commands, "quit", "end the app that runs, and wait until it has ended")
    _add_help(commands)
    return parser


def _add_help(commands: Commands) -> None:
    pages = command(commands, "help", "print a page of the help; without a topic, list the pages")
    pages.add_argument("topic", nargs="*", metavar="TOPIC", help="name or title of a page")
    pages.add_argument("--search", default="", metavar="WORDS", help="list the places in which all these words stand")


def _add_models(commands: Commands) -> None:
    models = command(commands, "models", "list the models with prices (US dollars per million tokens) and limits")
    models.description = (
        "List what can answer now, with prices in US dollars per million tokens. A service with a key is asked for its "
        "list; for the others it is the one that is known."
    )
    models.add_argument("--provider", choices=PROVIDERS, help="only this provider's")
    as_json(models)


def _add_keys(commands: Commands) -> None:
    keys = command(commands, "keys", "keep keys in the operating system's keychain")
    actions = keys.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    command(actions, "set", "read a key from a hidden prompt or standard input, keep it, and test it").add_argument(
        "provider", choices=(*KEY_PROVIDERS, WEBHOOK)
    )
    command(
        actions, "new", "make the secret that signs what the address jobs.webhook is told, keep it, and print it once"
    ).add_argument("provider", choices=(WEBHOOK,))
    command(actions, "delete", "remove a key").add_argument("provider", choices=(*KEY_PROVIDERS, WEBHOOK))
    command(
        actions, "test", "ask the service whether it takes the key, and what is left on the account; costs nothing"
    ).add_argument("provider", choices=KEY_PROVIDERS)
    command(actions, "login", "sign in in the browser instead of pasting a key").add_argument(
        "provider", choices=SIGN_IN_PROVIDERS
    )
    as_json(command(actions, "list", "say which keys there are; never prints one"))
