"""Asks the person at the terminal whether a call of a tool may run."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from kireji.cli.console import Console
from kireji.cli.keyboard import Keyboard
from kireji.core.permissions import Approval, ApprovalRequest, Effects, Reason, Scope
from kireji.core.tools import Outside, SourceKind
from kireji.services.tools.approvals import Approvals
from kireji.services.turns import ApprovalAsked, ApprovalGiven, TurnEvent

_OUTSIDE = {
    Outside.SCREEN: "pictures",
    Outside.WEB: "the web",
    Outside.FILE: "files",
    Outside.CLIPBOARD: "the clipboard",
    Outside.QUOTE: "quoted text",
    Outside.TOOL: "other tools",
}
_REASONS = {
    Reason.ALWAYS_ASKS: "this tool asks every time",
    Reason.OUTSIDE: "words from outside stand in this conversation, and it is not harmless",
    Reason.CHANGED: "it was allowed, but its plugin or server has changed since",
    Reason.EXPIRED: "it was allowed, but that time is over",
    Reason.NEW: "nothing was decided about it yet",
}
_ONCE, _NO = "y", "n"


class Approver:
    """Answers what waits, one after the other; to be used as a context around what makes the calls.

    Args:
        approvals: What waits.
        console: Where it is asked.
        yes: Whether everything is allowed without asking.
    """

    def __init__(self, approvals: Approvals, console: Console, *, yes: bool) -> None:
        self._approvals = approvals
        self._console = console
        self._yes = yes
        self._one = asyncio.Lock()
        self._group: asyncio.TaskGroup | None = None
        self._asking: list[tuple[str, asyncio.Task[None]]] = []

    @property
    def attended(self) -> bool:
        """Whether somebody decides: a person at a terminal, or one who has said yes beforehand."""
        return self._yes or self._console.keyboard is not None

    async def __aenter__(self) -> Self:
        self._group = await asyncio.TaskGroup().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        group, self._group = self._group, None
        assert group is not None
        for _, task in self._asking:
            task.cancel()
        await group.__aexit__(None, None, None)

    def observe(self, event: TurnEvent) -> None:
        """Take what happens in a turn."""
        match event:
            case ApprovalAsked(request) if self._group is not None:
                task = self._group.create_task(self._decide(request), name="approval")
                self._asking.append((request.call_id, task))
            case ApprovalGiven(call_id, None):  # the turn was stopped: nothing is asked any more
                for asked, task in self._asking:
                    if asked == call_id:
                        task.cancel()

    async def _decide(self, request: ApprovalRequest) -> None:
        keyboard = self._console.keyboard
        if self._yes:
            self._approvals.answer(request.id, Approval(True))
        elif keyboard is None:
            self._approvals.answer(request.id, Approval(False))
        else:
            async with self._one:
                self._approvals.answer(request.id, await self._ask(request, keyboard))

    async def _ask(self, request: ApprovalRequest, keyboard: Keyboard) -> Approval:
        keyboard.forget()
        answers = _answers(request)
        self._console.show(told(request))
        while True:
            self._console.show("Allow it? " + ", ".join(f"{key} = {words}" for key, (words, _) in answers.items()))
            typed = (await keyboard.line()).strip().lower()
            typed = {"": _NO, "no": _NO, "yes": _ONCE}.get(typed, typed)
            if typed in answers:
                return answers[typed][1]


def told(request: ApprovalRequest) -> str:
    """What a person must know of a call to decide about it, on several lines."""
    tool = request.tool
    lines = [
        "",
        f"{_line(tool.title)} ({tool.name}, {_whose(request)}) is to be called with:",
        *_indented(request.arguments),
    ]
    if request.change:
        lines += ["This would be done:", *_indented(request.change)]
    lines.append(effects_words(request.effects))
    if request.outside:
        places = ", ".join(words for place, words in _OUTSIDE.items() if place in request.outside)
        lines.append(f"Words that neither you nor the model has said stand in this conversation: from {places}.")
    lines.append(f"It is asked because {_REASONS.get(request.reason, 'it is not allowed yet')}.")
    return "\n".join(lines)


def _whose(request: ApprovalRequest) -> str:
    """Whose tool it is; no plugin can be called as if it were none."""
    kind = request.tool.source.partition(":")[0]
    if kind == SourceKind.BUILT_IN.value:
        return "built in"
    return f"of the {'plugin' if kind == SourceKind.PLUGIN.value else 'server'} {_line(request.source)}"


def effects_words(effects: Effects) -> str:
    """What a call could do, as one sentence."""
    able = [
        *(["change something"] if effects.changes else []),
        *(["send data out of this computer"] if effects.sends else []),
    ]
    return f"It could {' and '.join(able)}." if able else "It only reads."


def _answers(request: ApprovalRequest) -> dict[str, tuple[str, Approval]]:
    answers = {_ONCE: ("once", Approval(True))}
    for offer in request.offers:
        match offer.scope:
            case Scope.CONVERSATION:
                answers["c"] = ("in this conversation", Approval(True, Scope.CONVERSATION))
            case Scope.FOLDER:
                answers["f"] = (f"in the folder {_line(offer.place)}", Approval(True, Scope.FOLDER, offer.place))
            case Scope.HOST:
                answers["h"] = (f"for the host {_line(offer.place)}", Approval(True, Scope.HOST, offer.place))
    return answers | {_NO: ("no", Approval(False))}


def _line(text: str) -> str:
    """Words of others on one line, so that none of them can be taken for a line of ours."""
    return " ".join(text.split())


def _indented(text: str) -> list[str]:
    """Lines of others, set apart so that none of them can be taken for one of ours."""
    return [f"  | {line}" for line in text.split("\n")]
