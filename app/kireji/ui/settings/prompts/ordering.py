"""Where a prompt stands among the others."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kireji.core.prompts import Prompt

_STEP = 10
_FIRST, _LAST = -10_000, 10_000


def moved(prompts: Sequence[Prompt], name: str, step: int) -> Sequence[Prompt]:
    """What is to be saved so that a prompt stands one place higher or lower; as few as possible.

    Args:
        prompts: In menu order.
        name: Which is moved.
        step: -1 moves it up, 1 down.
    """
    order = list(prompts)
    at = next((number for number, prompt in enumerate(order) if prompt.name == name), None)
    if at is None or not 0 <= at + step < len(order):
        return ()
    prompt = order.pop(at)
    order.insert(at + step, prompt)
    place = at + step
    before = order[place - 1].order if place else None
    behind = order[place + 1].order if place + 1 < len(order) else None
    number = _between(before, behind)
    if number is not None:
        return (msgspec.structs.replace(prompt, order=number),)
    # There is no room: the others make some, as few of them as need to.
    changed: list[Prompt] = []
    number = before if before is not None else _FIRST
    for each in order[place:]:
        number += 1
        if each is not prompt and each.order >= number:
            break
        changed.append(msgspec.structs.replace(each, order=min(number, _LAST)))
    return changed


def _between(before: int | None, behind: int | None) -> int | None:
    """A number between two; None when there is none."""
    if before is None:
        return max(behind - _STEP, _FIRST) if behind is not None and behind > _FIRST else None
    if behind is None:
        return min(before + _STEP, _LAST) if before < _LAST else None
    return (before + behind) // 2 if behind - before > 1 else None
