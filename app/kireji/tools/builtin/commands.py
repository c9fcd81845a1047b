"""The tool that runs commands."""

from __future__ import annotations

import asyncio
import os.path
from typing import Annotated

from kireji.plugins import AsyncContext, Field, ToolError, tool
from kireji.tools.builtin.in_program import in_program

_LONGEST = 10_000
_LEAVE = 10.0
"""Seconds that ending a command and telling of it may take."""


@tool(read_only=False, open_world=True, asks_always=True, seconds=600 + _LEAVE)
async def run_command(
    command: Annotated[str, Field(min_length=1, max_length=_LONGEST)],
    context: AsyncContext,
    folder: Annotated[str, Field(format="path")] = "~",
    seconds: Annotated[int, Field(ge=1, le=600)] = 60,
) -> str:
    """Run a command line in the user's shell; they see it first and may refuse. Nobody can type into it.

    Args:
        command: One line or a script.
        folder: Where it works.
        seconds: It is ended after so many.
    """
    inside = in_program(context)
    place = inside.place("folder", "~")
    if not await asyncio.to_thread(os.path.isdir, place):
        raise ToolError(f"There is no folder {place}.")
    runner = inside.commands()
    result = await runner.run(command, place, seconds=seconds, heard=lambda line: context.progress(line[:200]))
    if result.code is None:
        end = f"It did not end within {seconds} seconds and was ended."
    elif result.code < 0:
        end = f"It was ended by signal {-result.code}."
    else:
        end = f"Exit code {result.code}."
    return f"{result.output.rstrip()}\n\n{end}".lstrip()
