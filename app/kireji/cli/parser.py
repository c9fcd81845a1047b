"""What can be typed after `kireji`. Standard library only, so that help and hand-over to a running app stay instant."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

from kireji import __version__
from kireji.core.capturing import MOST_DELAY, Action, CaptureMode, CaptureRequest

PROVIDERS = ("anthropic", "openrouter", "local", "device")
KEY_PROVIDERS = ("anthropic", "openrouter", "local")
SIGN_IN_PROVIDERS = ("openrouter",)
EFFORTS = ("low", "medium", "high", "xhigh", "max")
_WHAT = {
    "--pointer": (CaptureMode.SCREEN.value, "the screen under the pointer"),
    "--all": (CaptureMode.ALL.value, "all screens in one picture"),
    "--window": (CaptureMode.WINDOW.value, "a window, picked in the overlay; with -o the one under the pointer"),
    "--last": (CaptureMode.LAST.value, "the same region as the last time"),
    "--clipboard": (Action.CLIPBOARD.value, "not the screen: ask about what was copied"),
    "--selection": (Action.SELECTION.value, "not the screen: ask about the text that is selected in another program"),
}
_ACTIONS = {action.value: action for action in (Action.CLIPBOARD, Action.SELECTION)}
LATEST = 0
"""Stands for the latest conversation where a conversation's number is expected; rows count from 1."""

_EPILOG = """\
Without a command the app starts; a second start raises the one that runs.
Exit codes: 0 done, 1 failed (one line says why), 2 wrong usage, 130 interrupted."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong on one line instead of a page of usage."""
        self.exit(2, f"{self.prog}: {message}. See: {self.prog} --help\n")


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read the command line.

    Args:
        argv: The arguments without the program's name.

    Returns:
        `command` is None to start the app, else one of ask, capture, watch, prompts, keys, models, history,
        doctor.

    Raises:
        SystemExit: Help or version was printed (0), or the usage is wrong (2).
    """
    arguments = _parser().parse_args(_regions_attached(_latest_made_explicit(argv)))
    if arguments.command == "capture":
        _check_capture(arguments)
    return arguments


def wanted_of_app(arguments: argparse.Namespace) -> CaptureRequest | Action | None:
    """What the running app is to do for this command; None for commands that do all themselves."""
    if arguments.command != "capture" or arguments.output:
        return None
    if arguments.what in _ACTIONS:
        return _ACTIONS[arguments.what]
    mode = CaptureMode(arguments.what or CaptureMode.REGION.value)
    return CaptureRequest(mode, arguments.delay, arguments.add, arguments.prompt)


def _parser() -> _Parser:
    parser = _Parser(
        prog="kireji",
        description="Cut out a piece of the screen, ask, and read the answer as it streams.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"kireji {__version__}")
    parser.add_argument("--hidden", action="store_true", help="start without a window, in the tray only")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _add_ask(commands)
    _add_capture(commands)
    _add_watch(commands)
    _add_prompts(commands)
    _add_keys(commands)
    _add_models(commands)
    _add_history(commands)
    _json(_command(commands, "doctor", "say what works on this machine and what does not; nothing leaves it"))
    return parser


def _add_ask(commands: argparse._SubParsersAction[_Parser]) -> None:
    ask = _command(
        commands, "ask", "ask one question; the answer streams to standard output and is kept in the history"
    )
    ask.description = (
        "Ask one question. Text piped to standard input is added to it. Without a key, a model server on this computer "
        "answers; without that, this computer reads the text in the picture."
    )
    ask.add_argument(
        "prompt", nargs="?", default="", metavar="PROMPT", help="the question; optional with a picture or --continue"
    )
    ask.add_argument(
        "-i",
        "--image",
        action="append",
        default=[],
        dest="images",
        metavar="FILE",
        help="a picture: a file, or an address that begins with http:// or https://; repeatable",
    )
    ask.add_argument("--screen", type=region, metavar="X,Y,W,H", help="a region of the screen, in the desktop's pixels")
    ask.add_argument("--prompt", dest="quick", default="", metavar="NAME", help="ask this quick prompt")
    ask.add_argument(
        "--var",
        type=_variable,
        action="append",
        default=[],
        dest="values",
        metavar="K=V",
        help="a value for a variable of the quick prompt; repeatable",
    )
    ask.add_argument("-p", "--provider", choices=PROVIDERS, default="", help="who answers, and nobody else")
    ask.add_argument("-m", "--model", default="", help="the provider's model id")
    ask.add_argument("-s", "--system", metavar="TEXT", help="instructions that replace the ones in the settings")
    ask.add_argument(
        "--stop", action="append", default=[], metavar="TEXT", help="end the answer where TEXT would come; repeatable"
    )
    ask.add_argument("--max-tokens", type=_positive, metavar="N", help="longest answer, thinking included")
    ask.add_argument(
        "--effort",
        choices=EFFORTS,
        help="how much work the model puts in; a model that lacks this level gets the next lower one, and that is said",
    )
    ask.add_argument(
        "--continue",
        dest="conversation",
        type=_positive_or_latest,
        metavar="[ID]",
        help="go on with conversation ID, or with the latest; without a question, a cut answer goes on",
    )
    ask.add_argument(
        "--no-stream", action="store_true", help="ask for the answer in one piece (of Anthropic, at most 21,333 tokens)"
    )
    _json(ask, "print JSON: one event per line, or one object with --no-stream")


def _add_capture(commands: argparse._SubParsersAction[_Parser]) -> None:
    capture = _command(commands, "capture", "cut out a piece of the screen")
    capture.description = (
        "Without -o: open the overlay in the running app (and start the app if none runs); this is what to bind to a "
        "key in the desktop's own settings. With -o: write the picture to a file, as it would be sent (at most 2000 "
        "pixels a side), without asking anything."
    )
    what = capture.add_mutually_exclusive_group()
    what.add_argument("--region", type=region, metavar="X,Y,W,H", help="this region, in the desktop's pixels; with -o")
    what.add_argument("--screen", type=_positive, metavar="N", help="screen N, counted from 1; with -o")
    for word, (value, text) in _WHAT.items():
        what.add_argument(word, action="store_const", const=value, default="", dest="what", help=text)
    capture.add_argument("-o", "--output", metavar="FILE", help="where the picture goes; - is standard output")
    capture.add_argument("--delay", type=_seconds, default=0.0, metavar="S", help="wait S seconds first")
    capture.add_argument("--add", action="store_true", help="one more region for the question that is being asked")
    capture.add_argument(
        "--prompt", default="", metavar="NAME", help="ask this quick prompt as soon as something is cut out"
    )


def _add_watch(commands: argparse._SubParsersAction[_Parser]) -> None:
    watch = _command(commands, "watch", "ask about a region of the screen, and again when it really changes")
    watch.description = (
        "Ask about a region of the screen, and again only when its picture really changes and has come to rest. Each "
        "answer is printed with its time; all stand in one conversation of the history. It goes on until it is "
        "interrupted (130), or a limit is reached (0): --max-cost, or 60 questions in an hour; questions are at least "
        "30 seconds apart."
    )
    watch.add_argument("prompt", metavar="PROMPT", help="the question")
    watch.add_argument(
        "--region", type=region, required=True, metavar="X,Y,W,H", help="the region, in the desktop's pixels"
    )
    watch.add_argument(
        "--every", type=_seconds_apart, default=10.0, metavar="S", help="seconds between two looks, at least 1 (10)"
    )
    watch.add_argument(
        "--max-cost", type=_dollars, metavar="USD", help="end before an answer that would pass this sum, in US dollars"
    )
    _json(watch, "print JSON, one event per line")


def _add_prompts(commands: argparse._SubParsersAction[_Parser]) -> None:
    prompts = _command(commands, "prompts", "the quick prompts")
    actions = prompts.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    _json(_command(actions, "list", "all quick prompts, in the order of the menus"))
    show = _command(actions, "show", "one quick prompt with its words and variables")
    show.add_argument("name", metavar="NAME", help="as in the list")
    _json(show)


def _add_models(commands: argparse._SubParsersAction[_Parser]) -> None:
    models = _command(commands, "models", "list the models with prices (US dollars per million tokens) and limits")
    models.description = (
        "List what can answer now, with prices in US dollars per million tokens. A service with a key is asked for its "
        "list; for the others it is the one that is known."
    )
    models.add_argument("--provider", choices=PROVIDERS, help="only this provider's")
    _json(models)


def _add_keys(commands: argparse._SubParsersAction[_Parser]) -> None:
    keys = _command(commands, "keys", "keep keys in the operating system's keychain")
    actions = keys.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    _command(actions, "set", "read a key from a hidden prompt or standard input, keep it, and test it").add_argument(
        "provider", choices=KEY_PROVIDERS
    )
    _command(actions, "delete", "remove a key").add_argument("provider", choices=KEY_PROVIDERS)
    _command(
        actions, "test", "ask the service whether it takes the key, and what is left on the account; costs nothing"
    ).add_argument("provider", choices=KEY_PROVIDERS)
    _command(actions, "login", "sign in in the browser instead of pasting a key").add_argument(
        "provider", choices=SIGN_IN_PROVIDERS
    )
    _json(_command(actions, "list", "say which keys there are; never prints one"))


def _add_history(commands: argparse._SubParsersAction[_Parser]) -> None:
    history = _command(commands, "history", "earlier conversations: read, export, import, back up")
    actions = history.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    listing = _command(actions, "list", "the conversations, newest first")
    listing.add_argument("-n", "--limit", type=_positive, default=20, metavar="N", help="how many (20)")
    listing.add_argument("--archived", action="store_true", help="those that were archived instead of the others")
    _json(listing)
    search = _command(actions, "search", "find titles, questions, answers, and text in pictures by their words")
    search.add_argument("words", nargs="+", metavar="WORDS", help="all must be there; the last may be a beginning")
    search.add_argument("-n", "--limit", type=_positive, default=20, metavar="N", help="how many places (20)")
    _json(search)
    show = _command(actions, "show", "one conversation")
    show.add_argument("id", nargs="?", type=_positive, default=LATEST, metavar="ID", help="its number; else the latest")
    _json(show)
    _add_transfer(actions)


def _add_transfer(actions: argparse._SubParsersAction[_Parser]) -> None:
    export = _command(actions, "export", "write conversations to a file or a folder, with all that is in them")
    export.add_argument("ids", nargs="*", type=_positive, metavar="ID", help="their numbers; else the latest")
    export.add_argument("--all", action="store_true", help="all conversations")
    export.add_argument(
        "--format",
        choices=("md", "json", "html"),
        default="md",
        help="md to read (the default), html to read without anything else, json to import again with all branches",
    )
    export.add_argument(
        "-o",
        "--output",
        metavar="PATH",
        help="a name that ends with .zip, a folder, or one file; else a new name in this folder",
    )
    export.add_argument("--overwrite", action="store_true", help="replace a file of that name")
    _json(export)
    bring = _command(actions, "import", "add the conversations of an export of ChatGPT, Claude or Kireji")
    bring.description = (
        "Add the conversations of an export, with branches and pictures. What is there already is not added again, so "
        "a newer export of the same account adds only what is new."
    )
    bring.add_argument("path", metavar="PATH", help="the zip file, its unpacked folder, or conversations.json")
    bring.add_argument("--from", dest="kind", choices=("chatgpt", "claude", "kireji"), help="whose export it must be")
    bring.add_argument("--removed", action="store_true", help="bring back conversations that were removed since")
    bring.add_argument("--dry-run", action="store_true", help="only say what would be added")
    _json(bring)
    backup = _command(actions, "backup", "copy the whole history, with its pictures, and check the copy")
    backup.add_argument(
        "path",
        nargs="?",
        metavar="PATH",
        help="a name that ends with .zip, or a folder; else beside the automatic ones",
    )
    _json(backup)
    restore = _command(actions, "restore", "add what a backup has and the history has not; nothing is overwritten")
    restore.add_argument("path", metavar="PATH", help="the folder or zip file of a backup")
    restore.add_argument("--removed", action="store_true", help="bring back conversations that were removed since")
    sure = restore.add_mutually_exclusive_group()
    sure.add_argument("--dry-run", action="store_true", help="only say what would be added")
    sure.add_argument("--yes", action="store_true", help="do not ask")
    _json(restore)


def _command(commands: argparse._SubParsersAction[_Parser], name: str, summary: str) -> _Parser:
    return commands.add_parser(
        name, help=summary, description=summary[0].upper() + summary[1:] + ".", allow_abbrev=False
    )


def _json(parser: _Parser, text: str = "print JSON") -> None:
    parser.add_argument("--json", action="store_true", help=text)


def region(text: str) -> tuple[int, int, int, int]:
    """Read `X,Y,W,H`; width and height are at least 1."""
    try:
        x, y, width, height = (int(number) for number in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not X,Y,W,H in whole pixels") from None
    if width < 1 or height < 1:
        raise argparse.ArgumentTypeError(f"{text!r} has no area")
    return x, y, width, height


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name.strip(), value


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 2**63:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _positive_or_latest(text: str) -> int:
    return LATEST if text == "latest" else _positive(text)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= MOST_DELAY:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0 to {MOST_DELAY:g}")
    return value


def _seconds_apart(text: str) -> float:
    value = _seconds(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 1 to {MOST_DELAY:g}")
    return value


def _dollars(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a sum of US dollars above 0")
    return value


def _latest_made_explicit(argv: Sequence[str]) -> list[str]:
    """Write `--continue` without a number as `--continue=latest`, so that it does not swallow the question after it."""
    if "ask" not in argv[:1]:
        return list(argv)
    result: list[str] = []
    for index, word in enumerate(argv):
        if word == "--":
            return [*result, *argv[index:]]
        following = argv[index + 1] if index + 1 < len(argv) else ""
        bare = word == "--continue" and following != "latest" and not following.isdigit()
        result.append("--continue=latest" if bare else word)
    return result


def _regions_attached(argv: Sequence[str]) -> list[str]:
    """Write `--region -1920,0,640,480` with an equals sign: argparse takes a leading minus for an option.

    A screen to the left of the first one begins there.
    """
    result: list[str] = []
    for word in argv:
        if "--" not in result and result[-1:] in (["--region"], ["--screen"]) and word[:1] == "-" and "," in word:
            word = f"{result.pop()}={word}"
        result.append(word)
    return result


def _check_capture(arguments: argparse.Namespace) -> None:
    problem = ""
    named = bool(arguments.region or arguments.screen)
    more = arguments.delay or arguments.add or arguments.prompt
    if named and not arguments.output:
        problem = "say with -o FILE where the picture goes"
    elif arguments.what in _ACTIONS and (arguments.output or more):
        problem = f"--{arguments.what} goes with nothing else"
    elif arguments.output and not named and not arguments.what:
        problem = "-o needs --region, --screen, --pointer, --all, --window or --last"
    elif arguments.output and (arguments.add or arguments.prompt):
        problem = "--add and --prompt ask something, so they do not go with -o"
    if problem:
        _Parser(prog="kireji capture").error(problem)
