"""What a running call asks of the program, judged like a call of the built-in tool that does the same.

So no plugin can do by a callback what the model could not do by a call. It is asked about in the plugin's name: a
permission for it is bound to the plugin and its fingerprint, and none that was given to the built-in tool holds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from kireji.core.errors import ToolRefused
from kireji.core.permissions import Reason, Verdict
from kireji.core.tools import BUILT_IN, Arguments, SourceStatus, Tool
from kireji.core.words import say
from kireji.services.tools.calls import Permitted
from kireji.services.tools.facts import facts_of
from kireji.services.tools.gate import CallGate, Circumstances
from kireji.services.tools.permissions import Permissions
from kireji.services.tools.toolbox import Found, Toolbox

PREFIX = ":"
"""Before the built-in tool's name in that of such a tool; no plugin can have one of this name."""

Preview = Callable[[Found, Arguments], Callable[[], Awaitable[str]]]


class InnerCalls:
    """Lets what calls ask for pass, or refuses it.

    Args:
        toolbox: Knows the built-in tools.
        permissions: Whose hints are believed, and what was denied.
        gate: Judges and asks.
        preview: Says what a call would do.
    """

    def __init__(self, toolbox: Toolbox, permissions: Permissions, gate: CallGate, preview: Preview) -> None:
        self._toolbox = toolbox
        self._permissions = permissions
        self._gate = gate
        self._preview = preview

    async def permit(
        self, call_id: str, caller: SourceStatus, name: str, arguments: Arguments, where: Circumstances
    ) -> Permitted:
        """Return when it may be done.

        Args:
            call_id: Of the call that asks.
            caller: Its source.
            name: Of the built-in tool that does the same.
            arguments: It would be called with.
            where: Where it is asked, with what the call itself has brought in.

        Raises:
            ToolRefused: It may not; the sentence is for the model.
            StoreError: It could not be judged or written down.
        """
        found = await self._built_in(name)
        if not self._toolbox.is_on(found.tool):
            raise ToolRefused(say("The person has switched this tool off."))
        own = await facts_of(found.tool, found.status, arguments, where, trusted=True)
        if (await self._permissions.judge(own)).verdict is Verdict.DENY:
            await self._permissions.log(own, call_id, str(arguments), allowed=False, by="rule", reason=Reason.DENIED)
            raise ToolRefused(say("The person has denied this tool."))
        trusted = await self._permissions.trusts(caller)
        facts = await facts_of(in_the_name_of(caller, found.tool), caller, arguments, where, trusted=trusted)
        passage = await self._gate.pass_through(
            call_id, caller.title, arguments, facts, where, self._preview(found, arguments)
        )
        return Permitted(facts, passage)

    async def _built_in(self, name: str) -> Found:
        tools = await self._toolbox.tools()
        tool = next((each for each in tools if each.source == BUILT_IN and each.own_name == name), None)
        found = None if tool is None else await self._toolbox.find(tool.name, (tool,))
        if found is None:
            raise ToolRefused(say("There is no tool with the name {name}.", name=name))
        return found


def in_the_name_of(caller: SourceStatus, tool: Tool) -> Tool:
    """A built-in tool as something that another source does."""
    return msgspec.structs.replace(tool, source=caller.id, own_name=PREFIX + tool.own_name)
