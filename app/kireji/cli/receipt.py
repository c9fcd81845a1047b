"""`kireji receipt`: what left this computer, and whether the ledger of it is whole."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from kireji.cli.console import Console
from kireji.cli.receipt_text import (
    SENT_HEAD,
    receipt_lines,
    receipt_value,
    sent_row,
    sent_value,
    verification_value,
)
from kireji.cli.work import DONE, FAILED, Work, WrongUsage
from kireji.core.errors import KirejiError
from kireji.core.receipts import Receipt
from kireji.services import receipt_words
from kireji.services.application import Services


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Nothing is read beforehand.

    Raises:
        WrongUsage: What was typed does not go together.
    """
    if arguments.known and not arguments.verify:
        raise WrongUsage("--known is for a check, so it needs --verify")
    if arguments.output and arguments.id is None:
        raise WrongUsage("-o writes the bytes of one request, so it needs its ID")
    if arguments.verify and arguments.id is not None:
        raise WrongUsage("--verify checks the whole ledger, so it takes no ID")
    if arguments.conversation is not None and (arguments.verify or arguments.id is not None):
        raise WrongUsage("--conversation is for the list, so it goes with neither ID nor --verify")
    if arguments.verify:
        return _verify(dict(arguments.known), console, as_json=arguments.json)
    if arguments.id is None:
        return _list(arguments.limit, arguments.conversation, console, as_json=arguments.json)
    return _show(arguments.id, arguments.output, console, as_json=arguments.json)


def _list(limit: int, conversation: int | None, console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        found = await services.receipts.recent(limit, conversation)
        if as_json:
            console.object({"requests": [sent_value(sent) for sent in found]})
        elif found:
            console.table(SENT_HEAD, [sent_row(sent) for sent in found])
        else:
            console.note("Nothing has left this computer.")
        return DONE

    return work


def _show(number: int, output: str | None, console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        receipt = await services.receipts.find(number, whole=output is not None)
        if receipt is None:
            raise KirejiError(f"There is no request {number}.", "List them with: kireji receipt")
        if output is not None:
            _write(receipt, output, console)
        elif as_json:
            console.object(receipt_value(receipt))
        else:
            for line in receipt_lines(receipt):
                console.line(line)
        return DONE

    return work


def _write(receipt: Receipt, output: str, console: Console) -> None:
    if receipt.body is None or not receipt.exact:
        raise KirejiError(receipt_words.evidence(receipt), receipt.note)
    if output == "-":
        console.bytes(receipt.body)
        return
    try:
        Path(output).write_bytes(receipt.body)
    except OSError as error:
        raise KirejiError(f"{output} cannot be written: {error.strerror}.", "Name another file after -o.") from error
    console.note(f"{len(receipt.body):,} bytes are in {output}.")


def _verify(known: Mapping[int, str], console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        found = await services.receipts.verify(known)
        if as_json:
            console.object(verification_value(found))
        else:
            console.line(receipt_words.outcome(found))
            for one in found.findings:
                console.line(receipt_words.finding(one))
            for sentence in filter(None, (*receipt_words.limits(found), receipt_words.mark_of(found))):
                console.line(sentence)
        return DONE if found.intact else FAILED

    return work


async def last_row(services: Services) -> int:
    """Number of the newest request."""
    newest = await services.receipts.recent(1)
    return newest[0].id if newest else 0


async def tell(services: Services, conversation: int, after: int, console: Console, *, as_json: bool) -> None:
    """What has left in a conversation since a request: on standard error, or as lines of JSON.

    Args:
        services: Have the ledger.
        conversation: Which.
        after: Number of the last request before.
        console: Where to.
        as_json: As JSON.
    """
    for sent in reversed(await services.receipts.recent(1000, conversation)):
        if sent.id <= after:
            continue
        receipt = await services.receipts.of(sent)
        if as_json:
            console.object({"type": "receipt", **receipt_value(receipt, contents=False)})
        else:
            console.show("\n".join(receipt_lines(receipt, contents=False)))
