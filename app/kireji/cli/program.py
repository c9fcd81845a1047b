"""Runs one command: reads what it needs, wires the services, turns every outcome into an exit code."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

from kireji.cli.console import Console, OutputClosed
from kireji.cli.work import DONE, FAILED, INTERRUPTED, USAGE, Work, WrongUsage
from kireji.core.errors import KirejiError
from kireji.services.application import Services
from kireji.services.doctor import Check

Build: TypeAlias = Callable[[], AbstractAsyncContextManager[Services]]


def run(
    arguments: argparse.Namespace,
    build: Build,
    console: Console | None = None,
    alone: Callable[[], Sequence[Check]] | None = None,
) -> int:
    """Run the command that was typed.

    Args:
        arguments: From `parser.parse`; `command` is set.
        build: Wires the services; entered only after everything that was typed or piped has been read.
        console: The standard streams; the process's own when None.
        alone: What the doctor can look at where the services cannot be opened.

    Returns:
        The exit code. Failures that a person can understand are told on standard error; anything else is a fault of
        this program and propagates.
    """
    console = console or Console.of_process()
    try:
        work = _prepare(arguments, console)
        return asyncio.run(_run(work, build, None if arguments.command == "doctor" else console))
    except KirejiError as error:
        if arguments.command == "doctor" and alone is not None:
            return _without_services(arguments, console, error, alone)
        console.note(f"kireji: {error.sentence}")
        return FAILED
    except WrongUsage as error:
        console.note(f"kireji {arguments.command}: {error}")
        return USAGE
    except OutputClosed:
        return DONE
    except (KeyboardInterrupt, asyncio.CancelledError):
        return INTERRUPTED


def _without_services(
    arguments: argparse.Namespace, console: Console, error: KirejiError, checks: Callable[[], Sequence[Check]]
) -> int:
    from kireji.cli.doctor import without_services

    try:
        return asyncio.run(without_services(arguments, console, error, checks))
    except KirejiError as problem:
        console.note(f"kireji: {problem.sentence}")
        return FAILED


async def _run(work: Work, build: Build, console: Console | None) -> int:
    """Run `work` with the services; the doctor has no console, because telling what is wrong is its own work."""
    end_in_order_on_signals()
    async with build() as services:
        if console is not None and services.preferences.problems:
            console.note(services.preferences.told)
        if console is not None and services.told_at_start:
            console.note(services.told_at_start)
        return await work(services)


def end_in_order_on_signals() -> None:
    """Make SIGTERM and SIGHUP cancel the command: what had arrived of an answer is kept, what is temporary goes."""
    task = asyncio.current_task()
    assert task is not None
    if sys.platform == "win32":
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # under nohup it is ignored, and stays so
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)


def _prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Read input that may block, outside the loop where Ctrl+C interrupts it, and choose the command.

    Each command is imported only when it is the one.
    """
    match arguments.command:
        case "ask":
            from kireji.cli import ask

            return ask.prepare(arguments, console)
        case "translate":
            from kireji.cli import translate

            return translate.prepare(arguments, console)
        case "compare":
            from kireji.cli import compare

            return compare.prepare(arguments, console)
        case "capture":
            from kireji.cli import capture

            return capture.prepare(arguments, console)
        case "watch":
            from kireji.cli import watch

            return watch.prepare(arguments, console)
        case "prompts":
            from kireji.cli import prompts

            return prompts.prepare(arguments, console)
        case "moderate":
            from kireji.cli import moderate

            return moderate.prepare(arguments, console)
        case "policies":
            from kireji.cli import policies

            return policies.prepare(arguments, console)
        case "keys":
            from kireji.cli import keys

            return keys.prepare(arguments, console)
        case "models":
            from kireji.cli import models

            return models.prepare(arguments, console)
        case "batch":
            from kireji.cli import batch

            return batch.prepare(arguments, console)
        case "extract":
            from kireji.cli import extract

            return extract.prepare(arguments, console)
        case "history":
            from kireji.cli import history

            return history.prepare(arguments, console)
        case "mcp":
            from kireji.cli import mcp

            return mcp.prepare(arguments, console)
        case "tools":
            from kireji.cli import tools

            return tools.prepare(arguments, console)
        case "count":
            from kireji.cli import count

            return count.prepare(arguments, console)
        case "budget":
            from kireji.cli import budget

            return budget.prepare(arguments, console)
        case "receipt":
            from kireji.cli import receipt

            return receipt.prepare(arguments, console)
        case "updates":
            from kireji.cli import updates

            return updates.prepare(arguments, console)
        case "about":
            from kireji.cli import about

            return about.prepare(arguments, console)
        case "data":
            from kireji.cli import data

            return data.prepare(arguments, console)
        case "doctor":
            from kireji.cli import doctor

            return doctor.prepare(arguments, console)
    raise ValueError(f"no such command: {arguments.command}")
