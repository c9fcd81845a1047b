"""What built-in tools are given with a call: the way into the program that plugins have, and the places it is for."""

from __future__ import annotations

import asyncio
import io
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from kireji.core.errors import CaptureError, ClipboardError, ProviderError, ToolRefused
from kireji.core.tool_ports import CallContext
from kireji.plugins import AsyncContext, ClippedContent, FetchedPage, Image, Refused, ToolError

if TYPE_CHECKING:
    from kireji.tools.command_runner import CommandRunner

T = TypeVar("T")


class ProgramContext(AsyncContext):
    """The context of a call that runs in the program's own process.

    Args:
        context: What the services gave.
        commands: Gives what runs commands.
    """

    def __init__(self, context: CallContext, commands: Callable[[], CommandRunner]) -> None:
        self._context = context
        self.commands = commands

    def progress(self, text: str, fraction: float | None = None) -> None:
        self._context.progress(text, fraction)

    async def clipboard(self) -> ClippedContent:
        try:
            return await self._context.clipboard()
        except (ClipboardError, ToolRefused) as error:
            raise _told(error) from error

    async def capture(self) -> Image:
        try:
            return Image(await self._context.capture())
        except (CaptureError, ToolRefused) as error:
            raise _told(error) from error

    async def fetch(self, url: str) -> FetchedPage:
        try:
            return await self._context.fetch(url)
        except (ProviderError, ToolRefused) as error:
            raise _told(error) from error

    async def open(self, path: str | os.PathLike[str]) -> io.BytesIO:
        try:
            return io.BytesIO(await self._context.read(os.fspath(path)))
        except ToolRefused as error:
            raise _told(error) from error

    @property
    def seconds(self) -> float:
        """How long the call may take in all."""
        return self._context.seconds

    def place(self, argument: str, default: str = "") -> str:
        """The file or folder that an argument names, as the call was allowed for it: whole, with every link followed.

        Args:
            argument: Its name.
            default: What it names where it is left out.

        Raises:
            ToolError: It names none that can be told.
        """
        paths = self._context.paths
        path = (
            paths[argument] if argument in paths else os.path.realpath(os.path.expanduser(default)) if default else ""
        )
        if not path:
            raise ToolError("Write the whole path, such as /home/me/notes.txt or ~/notes.txt.")
        return path


def in_program(context: AsyncContext) -> ProgramContext:
    """The context of a built-in tool as what it is."""
    assert isinstance(context, ProgramContext)
    return context


async def in_thread(work: Callable[[Callable[[], bool]], T]) -> T:
    """Run blocking work in a thread; it is told when nobody waits for it any more.

    Args:
        work: Takes what says that it should end.
    """
    stopped = threading.Event()
    try:
        return await asyncio.to_thread(work, stopped.is_set)
    finally:
        stopped.set()


def _told(error: CaptureError | ClipboardError | ProviderError | ToolRefused) -> ToolError:
    return Refused(error.sentence) if isinstance(error, ToolRefused) else ToolError(error.sentence)
