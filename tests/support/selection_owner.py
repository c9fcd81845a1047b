"""Another program that has copied something: owns an X11 selection in any forms, also in pieces, also badly.

Run as a process of its own: `owner` starts it. The first line of standard input says what to give.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from Xlib import X, Xatom
from Xlib.display import Display
from Xlib.protocol.event import SelectionNotify

PIECE = 100_000


@contextmanager
def owner(
    display: str,
    forms: Mapping[str, bytes],
    *,
    selection: str = "CLIPBOARD",
    pieces: tuple[str, ...] = (),
    ends_after: int = -1,
    targets: bool = True,
) -> Iterator[subprocess.Popen[bytes]]:
    """Own a selection until the end of the block.

    Args:
        display: DISPLAY.
        forms: What is given for each form.
        selection: CLIPBOARD or PRIMARY.
        pieces: The forms that are given in pieces (INCR).
        ends_after: So many pieces later the program is gone; never when negative.
        targets: Whether it says which forms it has.
    """
    order = {
        "selection": selection,
        "forms": {name: base64.b64encode(data).decode() for name, data in forms.items()},
        "pieces": pieces,
        "ends_after": ends_after,
        "targets": targets,
    }
    command = [sys.executable, "-m", "tests.support.selection_owner"]
    environment = {**os.environ, "DISPLAY": display}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"owned\n"
        try:
            yield process
        finally:
            process.kill()


class Owner:
    """Answers requests for the selection."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._display = Display()
        self._window = self._display.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        self._forms = {self._atom(name): base64.b64decode(data) for name, data in order["forms"].items()}
        self._pieces = {self._atom(name) for name in order["pieces"]}
        self._ends_after = order["ends_after"]
        self._targets = order["targets"]
        self._waiting: dict[tuple[int, int], tuple[int, list[bytes]]] = {}
        selection = self._atom(order["selection"])
        self._window.set_selection_owner(selection, X.CurrentTime)
        self._display.sync()
        assert self._display.get_selection_owner(selection) == self._window

    def _atom(self, name: str) -> int:
        return int(self._display.intern_atom(name))

    def run(self) -> None:
        while True:
            event = self._display.next_event()
            if event.type == X.SelectionRequest:
                self._answer(event)
            elif event.type == X.PropertyNotify and event.state == X.PropertyDelete:
                self._give_piece(event.window, event.atom)
            elif event.type == X.SelectionClear:
                return

    def _answer(self, request: Any) -> None:
        into = request.property or request.target
        if request.target == self._atom("TARGETS") and self._targets:
            request.requestor.change_property(into, Xatom.ATOM, 32, [request.target, *self._forms])
        elif request.target in self._pieces:
            data = self._forms[request.target]
            pieces = [data[at : at + PIECE] for at in range(0, len(data), PIECE)]
            self._waiting[(request.requestor.id, into)] = (request.target, [*pieces, b""])
            request.requestor.change_attributes(event_mask=X.PropertyChangeMask)
            request.requestor.change_property(into, self._atom("INCR"), 32, [len(data)])
        elif request.target in self._forms:
            request.requestor.change_property(into, request.target, 8, self._forms[request.target])
        else:
            into = 0
        request.requestor.send_event(
            SelectionNotify(
                time=request.time,
                requestor=request.requestor,
                selection=request.selection,
                target=request.target,
                property=into,
            )
        )
        self._display.flush()

    def _give_piece(self, window: Any, into: int) -> None:
        if (window.id, into) not in self._waiting:
            return
        if self._ends_after == 0:
            os._exit(0)
        self._ends_after -= 1
        kind, pieces = self._waiting[(window.id, into)]
        window.change_property(into, kind, 8, pieces.pop(0))
        if not pieces:
            del self._waiting[(window.id, into)]
        self._display.flush()


if __name__ == "__main__":
    owning = Owner(json.loads(sys.stdin.readline()))
    print("owned", flush=True)
    owning.run()
