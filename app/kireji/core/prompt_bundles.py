"""Prompts that come from a file, before the person has said what becomes of each."""

from __future__ import annotations

import enum
from collections.abc import Mapping

import msgspec

from kireji.core.prompt_files import name_from
from kireji.core.prompts import Prompt

MOST_PROMPTS = 200
"""In one file."""
LONGEST_BUNDLE = 16 * 1024 * 1024
"""Bytes of such a file."""


class Clash(enum.Enum):
    """What becomes of a prompt whose name another one has."""

    KEEP_BOTH = "both"
    """It takes another name."""
    REPLACE = "replace"
    SKIP = "skip"


class FoundPrompt(msgspec.Struct, frozen=True):
    """One prompt of a file.

    Args:
        prompt: What it is; without its shortcut, which nobody should get without having asked for it.
        source: Its file, comments and all.
        remarks: What the person should know of it: half sentences.
        shortcut: The keys it would have.
    """

    prompt: Prompt
    source: bytes
    remarks: tuple[str, ...] = ()
    shortcut: str = ""


class PromptBundle(msgspec.Struct, frozen=True):
    """What a file holds.

    Args:
        found: The prompts that can be used, by name.
        problems: One sentence for each that cannot.
    """

    found: tuple[FoundPrompt, ...] = ()
    problems: tuple[str, ...] = ()


class Placed(msgspec.Struct, frozen=True):
    """A prompt as it is to be saved.

    Args:
        prompt: With its name.
        source: As of FoundPrompt.
    """

    prompt: Prompt
    source: bytes


def clashes(bundle: PromptBundle, there: Mapping[str, Prompt]) -> tuple[str, ...]:
    """Names of the prompts in a file that other ones have which are not the same.

    Args:
        bundle: What the file holds.
        there: The prompts there are, by name.
    """
    return tuple(each.prompt.name for each in bundle.found if _differs(each.prompt, there.get(each.prompt.name)))


def placed(bundle: PromptBundle, there: Mapping[str, Prompt], answers: Mapping[str, Clash]) -> tuple[Placed, ...]:
    """What is to be saved. What is there already, word for word, is not among it.

    Args:
        bundle: What the file holds.
        there: The prompts there are, by name.
        answers: What becomes of those whose names others have; one without an answer keeps both.
    """
    taken = {*there, *(each.prompt.name for each in bundle.found)}
    found: list[Placed] = []
    for each in bundle.found:
        prompt, other = each.prompt, there.get(each.prompt.name)
        if other is not None and not _differs(prompt, other):
            continue
        answer = answers.get(prompt.name, Clash.KEEP_BOTH) if other is not None else Clash.REPLACE
        if answer is Clash.SKIP:
            continue
        if answer is Clash.KEEP_BOTH:
            name = name_from(f"{prompt.name}-2" if f"{prompt.name}-2" not in taken else prompt.name, tuple(taken))
            taken.add(name)
            prompt = msgspec.structs.replace(prompt, name=name)
        found.append(Placed(prompt, each.source))
    return tuple(found)


def _differs(prompt: Prompt, other: Prompt | None) -> bool:
    if other is None:
        return False
    return prompt != msgspec.structs.replace(other, own=prompt.own, shortcut=prompt.shortcut)
