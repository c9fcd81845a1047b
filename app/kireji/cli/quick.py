"""Reads the `capture` that people bind to a key, without argparse, which would cost it a third of its time.

Only what is beyond doubt is read here. Everything else, mistakes included, is left to `parser`.
"""

from __future__ import annotations

from collections.abc import Sequence

from kireji.core.capturing import MOST_DELAY, Action, CaptureMode, CaptureRequest

_MODES = {
    "--window": CaptureMode.WINDOW,
    "--pointer": CaptureMode.SCREEN,
    "--all": CaptureMode.ALL,
    "--last": CaptureMode.LAST,
}
_ACTIONS = {"--clipboard": Action.CLIPBOARD, "--selection": Action.SELECTION}


def capture_typed(argv: Sequence[str]) -> CaptureRequest | Action | None:
    """What the running app is to do.

    Args:
        argv: The arguments without the program's name.

    Returns:
        A capture, or the action for clipboard and selection; None when `parser` must look.
    """
    if argv[:1] != ["capture"]:
        return None
    if len(argv) == 2 and argv[1] in _ACTIONS:
        return _ACTIONS[argv[1]]
    mode, delay, add, prompt = CaptureMode.REGION, 0.0, False, ""
    words = iter(argv[1:])
    for word in words:
        name, _, value = word.partition("=")
        if name in ("--delay", "--prompt") and "=" not in word:
            value = next(words, "")
        if word in _MODES and mode is CaptureMode.REGION:
            mode = _MODES[word]
        elif word == "--add":
            add = True
        elif name == "--delay" and _is_plain(value):
            delay = float(value)
        elif name == "--prompt" and value and not value.startswith("-"):
            prompt = value
        else:
            return None
    return CaptureRequest(mode, delay, add, prompt) if delay <= MOST_DELAY else None


def _is_plain(number: str) -> bool:
    whole, _, part = number.partition(".")
    return len(number) < 10 and (whole + part).isascii() and (whole + part).isdigit()
