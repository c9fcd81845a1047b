"""What all commands read their arguments with. Standard library only, as all of `parser`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn, TypeAlias

from kireji.core.capturing import MOST_DELAY

PROVIDERS = ("anthropic", "openrouter", "local", "device")
LATEST = 0
"""Stands for the latest conversation where a conversation's number is expected; rows count from 1."""


class Parser(argparse.ArgumentParser):
    """Reads the arguments of a command.

    Attributes:
        advice: What to write instead of words that mean nothing; empty where there is no more to say.
    """

    advice = ""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """As argparse's, but what means nothing is said by the command that it was typed for."""
        found, strange = super().parse_known_args(args, namespace)
        if strange:
            self.error(f"{' '.join(_told(strange))} means nothing here{self.advice and f'; {self.advice}'}")
        return found, strange

    def error(self, message: str) -> NoReturn:
        """Say what is wrong on one line instead of a page of usage."""
        self.exit(2, f"{self.prog}: {message}. See: {self.prog} --help\n")

    def _print_message(self, message: str, file: Any = None) -> None:
        """As argparse's, which some versions of Python let fail where there is nothing to print to.

        A program without a console has no standard streams on Windows.
        """
        stream = file if file is not None else sys.stderr
        if stream is None:
            return
        try:
            super()._print_message(message, stream)
            stream.flush()
        except BrokenPipeError:  # nobody reads it; the interpreter's last flush is not to complain either
            with open(os.devnull, "wb") as nothing:
                os.dup2(nothing.fileno(), stream.fileno())


def _told(words: Sequence[str]) -> list[str]:
    """The first of some words, short."""
    told = [word if len(word) <= 40 else f"{word[:39]}…" for word in words[:4]]
    return [*told, "…"] if len(words) > len(told) else told


Commands: TypeAlias = "argparse._SubParsersAction[Parser]"
"""What a command is added to."""


def command(commands: Commands, name: str, summary: str) -> Parser:
    """Add a command.

    Args:
        commands: To these.
        name: As it is typed.
        summary: In the list, without a full stop.
    """
    return commands.add_parser(
        name, help=summary, description=summary[0].upper() + summary[1:] + ".", allow_abbrev=False
    )


def as_json(parser: Parser, text: str = "print JSON") -> None:
    """Add the option --json."""
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


def variable(text: str) -> tuple[str, str]:
    """Read `NAME=VALUE`."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name.strip(), value


def add_images(parser: Parser) -> None:
    """Let pictures be named."""
    parser.add_argument(
        "-i",
        "--image",
        action="append",
        default=[],
        dest="images",
        metavar="FILE",
        help="a picture, a folder of pictures, or an address that begins with http:// or https://; repeatable",
    )


def add_answering(parser: Parser) -> None:
    """Let be said who answers, and that what would be asked first needs no asking."""
    parser.add_argument("-p", "--provider", choices=PROVIDERS[:-1], default="", help="who answers, and nobody else")
    parser.add_argument("-m", "--model", default="", metavar="MODEL", help="the provider's model id")
    parser.add_argument(
        "--no-redact", action="store_true", help="send keys, cards, addresses and the like as they are, this once"
    )
    parser.add_argument(
        "--yes", action="store_true", help="ask nothing; also send although a price is not known and there is a budget"
    )


def filled(text: str) -> str:
    """Read what may not be empty: an empty variable of a script's would be taken for an option that is not there."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty; say something, or leave it out")
    return text


def positive(text: str) -> int:
    """Read a whole number above 0 that a row can have."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 2**63:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def field_names(text: str) -> tuple[str, ...]:
    """Read names of a body's fields, with commas between them."""
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if not name or name in ("model", "messages"):
            raise argparse.ArgumentTypeError(f"{name!r} cannot be left out")
    return names


def positive_or_latest(text: str) -> int:
    """Read a conversation's number, or `latest`."""
    return LATEST if text == "latest" else positive(text)


def seconds(text: str) -> float:
    """Read a number of seconds that can be waited."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= MOST_DELAY:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0 to {MOST_DELAY:g}")
    return value


def seconds_apart(text: str) -> float:
    """Read a number of seconds that lie between two looks."""
    value = seconds(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 1 to {MOST_DELAY:g}")
    return value


def dollars(text: str) -> float:
    """Read a sum of US dollars."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a sum of US dollars above 0")
    return value
