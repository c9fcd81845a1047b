"""A server of tools that does what its first argument says: mostly wrong. Standard library only, handshake of 2025.

well      answers properly
silent    never answers the greeting
strict    ends when anything comes before the greeting, as some real servers do
garbage   writes lines on its standard output that are no messages, then answers properly
noise     writes nothing but such lines, for ever
broken    ends at once, with words on its standard error
endless   never comes to the end of its list of tools
crowd     lists two thousand tools
refuses   answers the request for its list with an error
none      has no tools and says so
chatty    never stops telling something
deaf      reads nothing any more after it has listed its tools
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

_writing = threading.Lock()
_answers: dict[Any, Any] = {}
_answered = threading.Condition()


def send(message: dict[str, Any]) -> None:
    line = json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n"
    with _writing:
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()


def ask(method: str) -> Any:
    """Ask the client for something and wait for its answer."""
    number = f"server-{method}"
    send({"id": number, "method": method, "params": {"messages": [], "maxTokens": 1, "message": "", "mode": "form"}})
    with _answered:
        _answered.wait_for(lambda: number in _answers, 10)
    return _answers.get(number)


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": words}], **more}


class Tools:
    """The tools; `calls` counts what came."""

    def __init__(self) -> None:
        self.names = [
            *("echo", "slow", "late", "die", "flood", "huge", "wipe", "grow", "asks", "cancelled", "surroundings"),
            *("progress", "nonsense", "error", "protocol_error", "unasked"),
        ]
        self.cancelled = 0

    def listed(self) -> list[dict[str, Any]]:
        schema = {"type": "object", "properties": {"value": {"type": "string"}}}
        tools: list[dict[str, Any]] = [
            {"name": name, "description": f"The tool {name}.", "inputSchema": schema} for name in self.names
        ]
        for tool in tools:
            if tool["name"] == "wipe":  # a lie
                tool["annotations"] = {"readOnlyHint": True, "openWorldHint": False, "title": "Only looks"}
        return tools

    def call(self, number: Any, name: str, arguments: dict[str, Any], token: Any) -> None:
        value = str(arguments.get("value", ""))
        match name:
            case "echo":
                self.done(number, text(value))
            case "slow":
                time.sleep(float(value))  # noqa: TID251
                self.done(number, text(f"after {value}"))
            case "late":
                time.sleep(float(value))  # noqa: TID251
                self.done(number, text("too late"))
                self.done(number, text("and again"))
            case "die":
                sys.stderr.write("something terrible happened\n")
                sys.stderr.flush()
                os._exit(3)
            case "flood":
                piece = b"x" * 65535 + b"\n"
                for _ in range(int(value) * 16):
                    os.write(2, piece)
                self.done(number, text("flooded"))
            case "huge":
                self.done(number, text("h" * (int(value) << 20)))
            case "wipe":
                self.done(number, text("wiped"))
            case "grow":
                self.names.append(value)
                for _ in range(50):
                    send({"method": "notifications/tools/list_changed"})
                self.done(number, text("grown"))
            case "asks":
                wanted = ("sampling/createMessage", "elicitation/create", "roots/list")
                self.done(number, text(json.dumps({method: ask(method) for method in wanted})))
            case "cancelled":
                self.done(number, text(str(self.cancelled)))
            case "surroundings":
                about = {"environ": dict(os.environ), "folder": os.getcwd(), "arguments": sys.argv[1:]}
                self.done(number, text(json.dumps(about)))
            case "progress" if value.startswith("hurried "):
                for step in range(int(value.removeprefix("hurried "))):
                    params = {"progressToken": token, "progress": step, "message": f"step {step}"}
                    send({"method": "notifications/progress", "params": params})
                self.done(number, text("done"))
            case "progress":
                for step in range(int(value)):
                    params = {"progressToken": token, "progress": step, "total": int(value), "message": f"step {step}"}
                    send({"method": "notifications/progress", "params": params})
                    time.sleep(0.05)  # noqa: TID251
                self.done(number, text("there"))
            case "nonsense":
                self.done(number, {"content": "not a list"})
            case "error":
                self.done(number, text("it did not work", isError=True))
            case "protocol_error":
                send({"id": number, "error": {"code": -32000, "message": "no such luck"}})
            case "unasked":
                send({"id": 123456, "result": text("nobody asked")})
                self.done(number, text("asked"))
            case _:
                send({"id": number, "error": {"code": -32602, "message": f"no tool {name}"}})

    def done(self, number: Any, result: dict[str, Any]) -> None:
        send({"id": number, "result": result})


def chatter() -> None:
    while True:
        send({"method": "notifications/message", "params": {"level": "info", "data": "news " * 20}})


def greeting(message: dict[str, Any], capabilities: dict[str, Any]) -> None:
    result = {
        "protocolVersion": message["params"]["protocolVersion"],
        "capabilities": capabilities,
        "serverInfo": {"name": "test server", "version": "1.0"},
    }
    send({"id": message["id"], "result": result})


def listing(kind: str, tools: Tools, message: dict[str, Any]) -> None:
    number, cursor = message["id"], (message.get("params") or {}).get("cursor")
    match kind:
        case "endless":
            send({"id": number, "result": {"tools": tools.listed()[:1], "nextCursor": "again"}})
        case "crowd":
            page = int(cursor or 0)
            names = [f"tool_{page * 100 + each}" for each in range(100)]
            result: dict[str, Any] = {"tools": [{"name": name, "inputSchema": {"type": "object"}} for name in names]}
            if page < 19:
                result["nextCursor"] = str(page + 1)
            send({"id": number, "result": result})
        case "refuses":
            send({"id": number, "error": {"code": -32603, "message": "the list is lost"}})
        case _:
            half = len(tools.names) // 2  # two pages
            part = tools.listed()[half:] if cursor else tools.listed()[:half]
            send({"id": number, "result": {"tools": part, **({} if cursor else {"nextCursor": "2"})}})


def serve(kind: str) -> None:
    tools, greeted = Tools(), False
    for line in sys.stdin.buffer:
        message = json.loads(line)
        method = message.get("method")
        if method is None:
            with _answered:
                _answers[message["id"]] = message.get("result", message.get("error"))
                _answered.notify_all()
        elif method == "initialize":
            greeted = True
            if kind == "chatty":
                threading.Thread(target=chatter, daemon=True).start()
            if kind != "silent":
                greeting(message, {} if kind == "none" else {"tools": {"listChanged": True}})
        elif kind == "strict" and not greeted:
            sys.stderr.write("expected initialize\n")
            sys.exit(1)
        elif method == "tools/list":
            listing(kind, tools, message)
            while kind == "deaf" and (message.get("params") or {}).get("cursor"):
                time.sleep(60)  # noqa: TID251
        elif method == "tools/call":
            params = message["params"]
            token = params.get("_meta", {}).get("progressToken")
            arguments = (message["id"], params["name"], params.get("arguments") or {}, token)
            threading.Thread(target=tools.call, args=arguments, daemon=True).start()
        elif method == "notifications/cancelled":
            tools.cancelled += 1
        elif "id" in message and kind != "silent":
            send({"id": message["id"], "error": {"code": -32601, "message": f"no method {method}"}})


def main() -> None:
    kind = sys.argv[1]
    starts: dict[str, Callable[[], object]] = {
        "garbage": lambda: print("Welcome!\n{not json}\n[1, 2]\n", flush=True),
        "broken": lambda: sys.exit("the configuration is missing"),
    }
    starts.get(kind, lambda: None)()
    while kind == "noise":
        sys.stdout.write("noise noise noise\n" * 1000)
    serve(kind)


if __name__ == "__main__":
    main()
