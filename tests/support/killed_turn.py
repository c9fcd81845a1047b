"""One answer with tools whose process kills itself at a named point: `python -m tests.support.killed_turn POINT HOME`.

The service's address and key are in the environment. What took effect is a line in the file `effects` of the folder.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from kireji.core.events import PartDelta, PartFinished
from kireji.core.messages import MessageState, TextPart, ToolCallPart, ToolResultPart
from kireji.core.permissions import Approval
from kireji.core.tool_ports import CallContext
from kireji.core.tools import Arguments, ToolOutput
from kireji.services.turns import ApprovalAsked, ApprovalGiven, Question, ToolBegins, TurnEvent
from tests.fakes.tools import said
from tests.support.tool_scene import ToolScene, tool_scene

POINTS = (
    "words stream",
    "arguments stream",
    "a call is whole",
    "the person is asked",
    "the person has answered",
    "a call begins",
    "a call runs",
    "a call has taken effect",
    "one result is there",
    "all results are there",
    "the second round streams",
    "the second call has taken effect",
    "the last words stream",
)
"""In the order in which an answer reaches them."""


def die() -> None:
    """What `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)


class Doomed:
    """Dies when the turn reaches a point.

    Args:
        point: One of POINTS.
        scene: The program.
        effects: Where effects are written down.
    """

    def __init__(self, point: str, scene: ToolScene, effects: Path) -> None:
        self._point = point
        self._scene = scene
        self._effects = effects
        self._results = 0
        self._rounds = 1
        scene.plugin.behaviours["act"] = self.act
        scene.person = self.answer

    def reach(self, point: str) -> None:
        if point == self._point:
            die()

    def answer(self, asked: ApprovalAsked) -> Approval:
        self.reach("the person is asked")
        return Approval(True)

    async def act(self, arguments: Arguments, context: CallContext) -> ToolOutput:
        self.reach("a call runs")
        with self._effects.open("a") as file:
            file.write(f"{arguments['n']}\n")
        self.reach("a call has taken effect" if self._rounds == 1 else "the second call has taken effect")
        return said(f"done {arguments['n']}")

    def observe(self, event: TurnEvent) -> None:
        match event:
            case ApprovalGiven():
                self.reach("the person has answered")
            case ToolBegins():
                self.reach("a call begins")
            case PartDelta(index):
                self._streams(index)
            case PartFinished(part=ToolCallPart()):
                self.reach("a call is whole")
            case PartFinished(part=ToolResultPart()):
                self._results += 1
                self.reach("one result is there")
                if self._results == 2:
                    self.reach("all results are there")
                    self._rounds = 2
        self._scene.observe(event)

    def _streams(self, index: int) -> None:
        if self._results == 0:
            self.reach("words stream" if index == 0 else "arguments stream")
        elif self._results == 2:
            self.reach("the second round streams")
        else:
            self.reach("the last words stream")


async def main(point: str, home: Path) -> None:
    environ = {name: os.environ[name] for name in ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY")}
    async with tool_scene(home, environ) as scene:
        doomed = Doomed(point, scene, home / "effects")
        stored = await scene.services.chat.ask(Question("q"), doomed.observe)
        assert stored.state is MessageState.COMPLETE
        assert any(isinstance(part, TextPart) for part in stored.message.parts)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
