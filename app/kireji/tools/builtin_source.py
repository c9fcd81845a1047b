"""The built-in tools as a source: known at once, loaded when they are called, run in the program's own process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kireji.core.errors import ToolSourceError
from kireji.core.tool_ports import CallContext
from kireji.core.tools import BUILT_IN, Arguments, SourceKind, SourceState, SourceStatus, Tool, ToolOutput, failed
from kireji.core.words import say
from kireji.tools.builtin.describing import RESOURCE, function_of, read
from kireji.tools.builtin.table import TABLE

if TYPE_CHECKING:
    from kireji.tools.command_runner import CommandRunner
    from kireji.tools.signature import Signature

log = logging.getLogger(__name__)

_LARGEST_RESULT = 40 * 1024 * 1024
"""Bytes; more than the largest picture or document that is read."""
_MOST_FOLDERS = 10


class BuiltInSource:
    """Satisfies `core.tool_ports.ToolSource`.

    Args:
        resources: Finds the files that travel with the program.
        folders: Those in which files may be read without asking, as the person has written them; models are told, so
            that they need not guess.
        commands: Gives what runs commands; asked when the first one runs.
    """

    def __init__(
        self,
        resources: Callable[[str], Path],
        folders: Callable[[], Sequence[str]],
        commands: Callable[[], CommandRunner],
    ) -> None:
        self._resources = resources
        self._folders = folders
        self._commands = commands
        self._tools: tuple[Tool, ...] = ()
        self._signatures: dict[str, Signature] = {}

    @property
    def id(self) -> str:
        return BUILT_IN

    def status(self) -> SourceStatus:
        """As in ToolSource."""
        return SourceStatus(
            BUILT_IN,
            SourceKind.BUILT_IN,
            say("Built in"),
            SourceState.READY,
            fingerprint=BUILT_IN,
            trusted=True,
            tools=len(TABLE),
        )

    async def known(self) -> Sequence[Tool]:
        """As in ToolSource."""
        if not self._tools:
            self._tools = tuple(
                msgspec.structs.replace(tool, title=say(tool.title))
                for tool in read(self._resources(RESOURCE).read_bytes())  # 8 KB
            )
        if not (folders := tuple(self._folders())):
            return self._tools
        told = f" Open without asking: {', '.join(folders[:_MOST_FOLDERS])}."
        return tuple(
            msgspec.structs.replace(tool, description=tool.description + told)
            if tool.own_name in ("list_folder", "search_files")
            else tool
            for tool in self._tools
        )

    async def describe(self) -> Sequence[Tool]:
        """As in ToolSource; there is nothing to ask."""
        return await self.known()

    async def call(self, tool: Tool, arguments: Arguments, context: CallContext) -> ToolOutput:
        """As in ToolSource."""
        from kireji.plugins import ToolError
        from kireji.tools.builtin.in_program import ProgramContext
        from kireji.tools.faults import ArgumentsFault
        from kireji.tools.results import output_of

        try:
            signature = await self._signature(tool.own_name)
            call = signature.bind(arguments, ProgramContext(context, self._commands))
            value = await call() if signature.awaited else await asyncio.to_thread(call)
            return output_of(value, _LARGEST_RESULT)
        except (ToolError, ArgumentsFault) as problem:
            return failed(str(problem))
        except ToolSourceError:
            raise
        except Exception as problem:  # our own fault: the call fails, the answer goes on
            log.exception("the tool %s failed", tool.own_name)
            raise ToolSourceError(say("Something in Kireji failed; the log says more.")) from problem

    async def preview(self, tool: Tool, arguments: Arguments) -> str:
        """As in ToolSource."""
        from kireji.tools.builtin.previews import preview

        return await asyncio.to_thread(preview, tool.own_name, arguments)

    async def aclose(self) -> None:
        """As in ToolSource; nothing was started."""

    async def _signature(self, name: str) -> Signature:
        """How the function of a tool is called; its module is loaded in a thread, because some take half a second."""
        if name not in self._signatures:
            if name not in TABLE:
                raise ToolSourceError(say("There is no tool with the name {name}.", name=name))
            self._signatures[name] = await asyncio.to_thread(_read, name)
        return self._signatures[name]


def _read(name: str) -> Signature:
    from kireji.tools.signature import read_signature

    return read_signature(function_of(name))
