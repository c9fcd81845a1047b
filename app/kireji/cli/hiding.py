"""Asks the person at the terminal whether something leaves hidden, as it is, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kireji.cli.console import Console
from kireji.cli.keyboard import Keyboard
from kireji.core.redaction import Hidden
from kireji.services.application import Services
from kireji.services.hidden_words import told
from kireji.services.names import title
from kireji.services.redaction import Asked

_HIDDEN, _AS_IT_IS, _NO = "y", "a", "n"
_ANSWERS = {_HIDDEN: True, _AS_IT_IS: False, _NO: None}


@contextmanager
def asked_before_sending(services: Services, console: Console, *, yes: bool) -> Iterator[None]:
    """While inside, the person at the terminal is asked where the settings say so; nobody there, all is hidden.

    Args:
        services: What sends.
        console: Where it is asked.
        yes: Whether the person wants to be asked nothing; then all is hidden, too.
    """
    redaction, keyboard = services.outbox.redaction, console.keyboard
    if redaction is None or keyboard is None or yes:
        yield
        return

    async def ask(asked: Asked) -> bool | None:
        return await _ask(asked, console, keyboard)

    before, redaction.asker = redaction.asker, ask
    try:
        yield
    finally:
        redaction.asker = before


async def _ask(asked: Asked, console: Console, keyboard: Keyboard) -> bool | None:
    keyboard.forget()
    console.show("\n".join(["", *_words(asked)]))
    answers = _choices(asked)
    default = _NO if asked.problem else _HIDDEN
    while True:
        choices = ", ".join(f"{key} = {words}" for key, words in answers.items())
        console.show(f"Send it? {choices} (Enter: {default})")
        typed = (await keyboard.line()).strip().lower()
        typed = {"": default, "no": _NO, "yes": _HIDDEN}.get(typed, typed)
        if typed in answers:
            return _ANSWERS[typed]


def _words(asked: Asked) -> Iterator[str]:
    where = title(asked.provider)
    if asked.problem:
        count = "A picture" if len(asked.unread) == 1 else f"{len(asked.unread)} pictures"
        yield f"{count} for {where} could not be looked through: {_line(asked.problem)}"
    if asked.hidden.count:
        yield f"This goes to {where}. {told(Hidden(asked.hidden.texts, asked.hidden.pictures))}"
    if asked.hidden.unchecked:
        yield f"Nothing here can look into: {', '.join(map(_line, asked.hidden.unchecked))}."


def _choices(asked: Asked) -> dict[str, str]:
    if not asked.problem:
        kept = "hidden" if asked.hidden.count else "yes"
        return {_HIDDEN: kept} | ({_AS_IT_IS: "as it is"} if asked.hidden.count else {}) | {_NO: "not at all"}
    seen = "with these pictures as they are"
    if not asked.hidden.count:
        return {_HIDDEN: seen, _NO: "not at all"}
    return {_HIDDEN: f"{seen}, the rest hidden", _AS_IT_IS: "all as it is", _NO: "not at all"}


def _line(text: str) -> str:
    """Words of others on one line, so that none of them can be taken for a line of ours."""
    return " ".join(text.split())
