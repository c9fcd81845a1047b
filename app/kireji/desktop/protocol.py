"""What a second start may ask of the running program: one JSON line of at most 64 KB each way.

    {"v": 1, "command": "capture", "options": {"mode": "window", "delay": 2.0}, "activation_token": "..."}
    {"v": 1, "ok": true, "message": ""}

What arrives is not trusted: commands and options stand in a table here, nothing in them is a path or is run.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from kireji.core.capturing import MOST_DELAY, CaptureMode, CaptureRequest
from kireji.core.errors import KirejiError

VERSION = 1
MAX_LINE = 64 * 1024
_MAX_TOKEN = 1024
_MAX_NAME = 64
_FIELDS = frozenset({"v", "command", "options", "activation_token"})


class Request(NamedTuple):
    """What another start asks for.

    Args:
        command: raise, capture, clipboard, selection, quit, or shortcut, which is done when the chord is held and else
            says why not.
        options: For capture: `mode` (the value of a `CaptureMode`), `delay` in seconds, `add` (one more region for the
            same question) and `prompt` (the name of a quick prompt).
        activation_token: Wayland's permission to come to the front; empty elsewhere.
    """

    command: str
    options: Mapping[str, Any] = MappingProxyType({})
    activation_token: str = ""


class Reply(NamedTuple):
    """What the running instance answers: done, or one sentence why not."""

    ok: bool
    message: str = ""


Handler: TypeAlias = Callable[[Request], Coroutine[Any, Any, Reply]]


def capture_options(wanted: CaptureRequest) -> dict[str, Any]:
    """A capture as the options of its command; what is as usual is left out."""
    options: dict[str, Any] = {}
    if wanted.mode is not CaptureMode.REGION:
        options["mode"] = wanted.mode.value
    if wanted.delay:
        options["delay"] = wanted.delay
    if wanted.add:
        options["add"] = True
    if wanted.prompt:
        options["prompt"] = wanted.prompt
    return options


def capture_request(options: Mapping[str, Any]) -> CaptureRequest:
    """The capture that checked options ask for."""
    return CaptureRequest(
        CaptureMode(options.get("mode", CaptureMode.REGION.value)),
        float(options.get("delay", 0.0)),
        options.get("add", False),
        options.get("prompt", ""),
    )


def parse_request(line: bytes) -> Request:
    """Read one line from a peer.

    Raises:
        ValueError: It is not a request of this version; the text is one sentence.
    """
    message = _parse_object(line)
    if message.get("v") != VERSION or isinstance(message["v"], bool):
        raise ValueError("Another version of Kireji is running. Quit it, then start this one.")
    command = message.get("command")
    if not isinstance(command, str) or command not in _COMMANDS:
        raise ValueError("The running Kireji does not know this command.")
    options = message.get("options", {})
    if not isinstance(options, dict):
        raise ValueError("The options must be an object.")
    for name, value in options.items():
        _check_option(command, name, value)
    token = message.get("activation_token", "")
    if not isinstance(token, str) or len(token) > _MAX_TOKEN or not token.isprintable():
        raise ValueError("The activation token is not one.")
    if message.keys() - _FIELDS:
        raise ValueError("The request holds fields that nobody knows.")
    return Request(command, MappingProxyType(options), token)


def parse_reply(line: bytes) -> Reply:
    """Read the running instance's answer.

    Raises:
        KirejiError: It cannot be read.
    """
    try:
        message = _parse_object(line)
        ok, text = message["ok"], message["message"]
    except (ValueError, KeyError):
        ok, text = None, None
    if not isinstance(ok, bool) or not isinstance(text, str):
        raise KirejiError("The running Kireji gave an answer that cannot be read.", "Quit it, then start this one.")
    return Reply(ok, text)


async def answer(line: bytes, handler: Handler) -> Reply:
    """Have a peer's line obeyed.

    Args:
        line: What the peer wrote.
        handler: Called for a valid request; a KirejiError it raises becomes the reply's sentence.
    """
    try:
        return await handler(parse_request(line))
    except KirejiError as problem:
        return Reply(False, problem.sentence)
    except ValueError as problem:
        return Reply(False, str(problem))


def encode(message: Mapping[str, Any]) -> bytes:
    """A message as its line.

    Raises:
        ValueError: It is longer than a line may be.
    """
    import json

    line = json.dumps({"v": VERSION, **message}, separators=(",", ":")).encode() + b"\n"
    if len(line) > MAX_LINE:
        raise ValueError("the message is too long")
    return line


def _parse_object(line: bytes) -> dict[str, Any]:
    import json

    try:
        message = json.loads(line.decode())
    except (ValueError, RecursionError) as problem:
        raise ValueError("The request is not JSON.") from problem
    if not isinstance(message, dict):
        raise ValueError("The request is not an object.")
    return message


def _mode(value: object) -> str:
    known = any(value == mode.value for mode in CaptureMode)
    return "" if known else "The running Kireji does not know this way of capturing."


def _delay(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "The option delay has the wrong type."
    return "" if 0 <= value <= MOST_DELAY else f"The delay must be between 0 and {MOST_DELAY:g} seconds."


def _yes_or_no(value: object) -> str:
    return "" if isinstance(value, bool) else "The option add has the wrong type."


def _prompt_name(value: object) -> str:
    if not isinstance(value, str):
        return "The option prompt has the wrong type."
    return "" if len(value) <= _MAX_NAME and value.isprintable() else "That is not the name of a prompt."


_COMMANDS: Mapping[str, Mapping[str, Callable[[object], str]]] = MappingProxyType(
    {
        "raise": {},
        "capture": {"mode": _mode, "delay": _delay, "add": _yes_or_no, "prompt": _prompt_name},
        "clipboard": {},
        "selection": {},
        "quit": {},
        "shortcut": {},
    }
)
"""Every command with its options; each check gives the sentence that says what is wrong, empty for nothing."""


def _check_option(command: str, name: str, value: object) -> None:
    check = _COMMANDS[command].get(name)
    problem = "The command has no such option." if check is None else check(value)
    if problem:
        raise ValueError(problem)
