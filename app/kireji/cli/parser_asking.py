"""What can be typed after `kireji ask`, `capture` and `watch`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from kireji.cli import parser_receipt
from kireji.cli.arguments import (
    PROVIDERS,
    Commands,
    Parser,
    as_json,
    command,
    dollars,
    positive,
    positive_or_latest,
    region,
    seconds,
    seconds_apart,
    variable,
)
from kireji.cli.parser_sources import add_sources
from kireji.cli.parser_tools import add_to_ask
from kireji.core.capturing import Action, CaptureMode

EFFORTS = ("low", "medium", "high", "xhigh", "max")
_WHAT = {
    "--pointer": (CaptureMode.SCREEN.value, "the screen under the pointer"),
    "--all": (CaptureMode.ALL.value, "all screens in one picture"),
    "--window": (CaptureMode.WINDOW.value, "a window, picked in the overlay; with -o the one under the pointer"),
    "--last": (CaptureMode.LAST.value, "the same region as the last time"),
    "--clipboard": (Action.CLIPBOARD.value, "not the screen: ask about what was copied"),
    "--selection": (Action.SELECTION.value, "not the screen: ask about the text that is selected in another program"),
}
ACTIONS = {action.value: action for action in (Action.CLIPBOARD, Action.SELECTION)}


def add_asking(commands: Commands) -> None:
    """Add these commands."""
    _add_ask(commands)
    _add_capture(commands)
    _add_watch(commands)


def _add_ask(commands: Commands) -> None:
    ask = command(commands, "ask", "ask one question; the answer streams to standard output and is kept in the history")
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
        type=variable,
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
    ask.add_argument("--max-tokens", type=positive, metavar="N", help="longest answer, thinking included")
    ask.add_argument(
        "--effort",
        choices=EFFORTS,
        help="how much work the model puts in; a model that lacks this level gets the next lower one, and that is said",
    )
    ask.add_argument(
        "--continue",
        dest="conversation",
        type=positive_or_latest,
        metavar="[ID]",
        help="go on with conversation ID, or with the latest; without a question, a cut answer goes on",
    )
    add_sources(ask)
    add_to_ask(ask)
    parser_receipt.add_to_ask(ask)
    ask.add_argument(
        "--no-stream", action="store_true", help="ask for the answer in one piece (of Anthropic, at most 21,333 tokens)"
    )
    ask.add_argument(
        "--no-redact", action="store_true", help="send keys, cards, addresses and the like as they are, this once"
    )
    as_json(ask, "print JSON: one event per line, or one object with --no-stream")


def _add_capture(commands: Commands) -> None:
    capture = command(commands, "capture", "cut out a piece of the screen")
    capture.description = (
        "Without -o: open the overlay in the running app (and start the app if none runs); this is what to bind to a "
        "key in the desktop's own settings. With -o: write the picture to a file, as it would be sent (at most 2000 "
        "pixels a side), without asking anything."
    )
    what = capture.add_mutually_exclusive_group()
    what.add_argument("--region", type=region, metavar="X,Y,W,H", help="this region, in the desktop's pixels; with -o")
    what.add_argument("--screen", type=positive, metavar="N", help="screen N, counted from 1; with -o")
    for word, (value, text) in _WHAT.items():
        what.add_argument(word, action="store_const", const=value, default="", dest="what", help=text)
    capture.add_argument("-o", "--output", metavar="FILE", help="where the picture goes; - is standard output")
    capture.add_argument("--delay", type=seconds, default=0.0, metavar="S", help="wait S seconds first")
    capture.add_argument("--add", action="store_true", help="one more region for the question that is being asked")
    capture.add_argument(
        "--prompt", default="", metavar="NAME", help="ask this quick prompt as soon as something is cut out"
    )


def _add_watch(commands: Commands) -> None:
    watch = command(commands, "watch", "ask about a region of the screen, and again when it really changes")
    watch.description = (
        "Ask about a region of the screen, and again only when its picture really changes and has come to rest. Each "
        "answer is printed with its time; all stand in one conversation of the history. It goes on until it is "
        "interrupted (130), or a limit is reached (0): --max-cost, a budget of the settings, or 60 questions in an "
        "hour; questions are at least 30 seconds apart."
    )
    watch.add_argument("prompt", metavar="PROMPT", help="the question")
    watch.add_argument(
        "--region", type=region, required=True, metavar="X,Y,W,H", help="the region, in the desktop's pixels"
    )
    watch.add_argument(
        "--every", type=seconds_apart, default=10.0, metavar="S", help="seconds between two looks, at least 1 (10)"
    )
    watch.add_argument(
        "--max-cost", type=dollars, metavar="USD", help="end before an answer that would pass this sum, in US dollars"
    )
    watch.add_argument("--yes", action="store_true", help="ask although a price is not known and there is a budget")
    as_json(watch, "print JSON, one event per line")


def latest_made_explicit(argv: Sequence[str]) -> list[str]:
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


def regions_attached(argv: Sequence[str]) -> list[str]:
    """Write `--region -1920,0,640,480` with an equals sign: argparse takes a leading minus for an option.

    A screen to the left of the first one begins there.
    """
    result: list[str] = []
    for word in argv:
        if "--" not in result and result[-1:] in (["--region"], ["--screen"]) and word[:1] == "-" and "," in word:
            word = f"{result.pop()}={word}"
        result.append(word)
    return result


def check_capture(arguments: argparse.Namespace) -> None:
    """End with what is wrong with a `capture`, if anything is."""
    problem = ""
    named = bool(arguments.region or arguments.screen)
    more = arguments.delay or arguments.add or arguments.prompt
    if named and not arguments.output:
        problem = "say with -o FILE where the picture goes"
    elif arguments.what in ACTIONS and (arguments.output or more):
        problem = f"--{arguments.what} goes with nothing else"
    elif arguments.output and not named and not arguments.what:
        problem = "-o needs --region, --screen, --pointer, --all, --window or --last"
    elif arguments.output and (arguments.add or arguments.prompt):
        problem = "--add and --prompt ask something, so they do not go with -o"
    if problem:
        Parser(prog="kireji capture").error(problem)
