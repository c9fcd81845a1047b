"""Everything about tools that a front end works with, as one value."""

from __future__ import annotations

from dataclasses import dataclass

from kireji.core.messages import ToolCallPart, ToolResultPart
from kireji.services.tools.approvals import Approvals
from kireji.services.tools.gate import Circumstances
from kireji.services.tools.permissions import Permissions
from kireji.services.tools.runner import CallRound, ToolRunner
from kireji.services.tools.servers import ToolServers
from kireji.services.tools.toolbox import Offer, Toolbox
from kireji.services.turns import Observer


@dataclass(frozen=True, slots=True)
class ToolService:
    """Tools of models.

    Args:
        toolbox: Which there are.
        permissions: Who may call them.
        approvals: What waits for the person.
        runner: Runs calls.
        servers: The person's servers.
        plugins: Path of the folder of the person's plugins, to be shown.
    """

    toolbox: Toolbox
    permissions: Permissions
    approvals: Approvals
    runner: ToolRunner
    servers: ToolServers
    plugins: str = ""

    async def call(self, name: str, arguments: str, observe: Observer, *, attended: bool = True) -> ToolResultPart:
        """Call a tool without a model, under the same rule.

        Args:
            name: As it is offered; also one that is switched off.
            arguments: A JSON object as text.
            observe: Called with everything that happens; a call that waits is answered through `approvals`.
            attended: Whether somebody can be asked.

        Returns:
            The result; failures of the tool, unknown names and refusals are error results.

        Raises:
            StoreError: What is known of the tools could not be read.
        """
        offer = Offer(tuple(await self.toolbox.tools()), named=True)
        where = Circumstances(None, frozenset(), attended, observe)
        (result,) = await self.runner.run(CallRound((ToolCallPart("call", name, arguments),), offer, where))
        return result
