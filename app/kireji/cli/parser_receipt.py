"""What can be typed after `kireji receipt`."""

from __future__ import annotations

import argparse
import re

from kireji.cli.arguments import Commands, Parser, as_json, command, positive

_MARK = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


def add_receipt(commands: Commands) -> None:
    """Add this command."""
    receipt = command(commands, "receipt", "what left this computer: all requests, one of them exactly, or a check")
    receipt.description = (
        "Without ID, list what left this computer, newest first. With ID, show exactly what left with that request, as "
        "far as it is kept or can be made again to the byte. With --verify, check that nothing in the ledger was "
        "changed, removed or added; the exit code is 1 when something was."
    )
    receipt.add_argument("id", nargs="?", type=positive, metavar="ID", help="which request, as in the list")
    receipt.add_argument("--verify", action="store_true", help="check the ledger")
    receipt.add_argument(
        "--known",
        type=_mark,
        action="append",
        default=[],
        metavar="ROW:HASH",
        help="with --verify: what an earlier check printed and you have kept elsewhere; repeatable",
    )
    receipt.add_argument("-n", "--limit", type=positive, default=20, metavar="N", help="how many are listed (20)")
    receipt.add_argument("--conversation", type=positive, metavar="ID", help="list only what left in this conversation")
    receipt.add_argument(
        "-o", "--output", metavar="FILE", help="with ID: write the exact bytes of the body there; - is standard output"
    )
    as_json(receipt)


def add_to_ask(ask: Parser) -> None:
    """Add what `ask` takes about receipts."""
    ask.add_argument(
        "--receipt",
        action="store_true",
        help="tell what left this computer, on standard error; with --json as lines of type receipt",
    )


def _mark(text: str) -> tuple[int, str]:
    found = _MARK.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError("that is no ROW:HASH; `kireji receipt --verify` prints it")
    return int(found[1]), found[2]
