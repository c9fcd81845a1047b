"""Calls that wait for the person."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from kireji.core.permissions import ApprovalRequest, Effects, Reason, Scope, ScopeOffer
from kireji.core.tools import Tool

FOLDER = ScopeOffer(Scope.FOLDER, "/home/you/src/shop")
CONVERSATION = ScopeOffer(Scope.CONVERSATION)
UNTIL = ScopeOffer(Scope.UNTIL)


def tool(name: str = "read_file", title: str = "", source: str = "built-in") -> Tool:
    return Tool(name, name.rpartition("__")[2], source, title or name, "", b"{}", b"{}")


def request(number: int = 1, name: str = "read_file", arguments: Any | None = None, **more: Any) -> ApprovalRequest:
    """What is asked about a call with the id `c` and the number."""
    given = {"path": "~/src/shop/deploy.py"} if arguments is None else arguments
    made = ApprovalRequest(
        number,
        1,
        f"c{number}",
        tool(name),
        "Built-in",
        json.dumps(given, ensure_ascii=False, indent=2),
        Effects(changes=False, sends=False),
        reason=Reason.NEW,
    )
    return msgspec.structs.replace(made, **more)


class Watch:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time
