"""`kireji batch`: many questions as one job."""

from __future__ import annotations

import argparse

from kireji.cli.console import Console
from kireji.cli.work import Work


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Choose the action; each is imported only when it is the one.

    Raises:
        WrongUsage: The arguments do not go together.
        KirejiError: The schema's file cannot be read.
    """
    match arguments.action:
        case "add" | "estimate" | "dry-run":
            from kireji.cli import batch_add

            return batch_add.prepare(arguments, console)
        case "run" | "cancel":
            from kireji.cli import batch_run

            return batch_run.prepare(arguments, console)
        case "results" | "bad":
            from kireji.cli import batch_results

            return batch_results.prepare(arguments, console)
        case "review":
            from kireji.cli import batch_review

            return batch_review.prepare(arguments, console)
        case "list" | "show":
            from kireji.cli import batch_list

            return batch_list.prepare(arguments, console)
    from kireji.cli import batch_orders

    return batch_orders.prepare(arguments, console)
