"""`kireji policies`: what there is, and one's own."""

from __future__ import annotations

import argparse

import msgspec

from kireji.cli.console import Console
from kireji.cli.policy_files import (
    ENDING,
    name_of,
    named_policy,
    problem_value,
    tell,
    usable_policy,
)
from kireji.cli.sources import whole_file
from kireji.cli.work import DONE, Work, WrongUsage
from kireji.core.errors import KirejiError
from kireji.core.moderation.policies import Category, ParsedPolicy, Policy
from kireji.services.application import Services

_STDIN = "-"


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Read what an action needs.

    Raises:
        WrongUsage: The arguments do not fit together.
        KirejiError: A file or standard input cannot be read.
    """
    match arguments.action:
        case "list":
            return _list(console, as_json=arguments.json)
        case "show":
            return _show(arguments, console)
        case "check":
            from kireji.cli import policy_checking

            return policy_checking.prepare(arguments, console)
        case "copy":
            return _copy(arguments, console)
        case "add":
            return _add(arguments, console)
    return _remove(arguments, console)


def _list(console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        found = await services.habits().moderation.policies()
        if as_json:
            console.object({"policies": [_entry_value(name, parsed) for name, parsed in found.items()]})
            return DONE
        rows = [_row(name, parsed) for name, parsed in found.items()]
        console.table(("NAME", "TITLE", "VERSION", "CATEGORIES", "FROM"), rows, gives_way=3)
        for name, parsed in found.items():
            tell(f"{name}{ENDING}", parsed.problems, console)
        return DONE

    return work


def _row(name: str, parsed: ParsedPolicy) -> tuple[str, ...]:
    policy = parsed.policy
    if policy is None:
        return name, "cannot be used", "-", "-", "yours"
    categories = ", ".join(category.name for category in policy.categories)
    return name, policy.title, str(policy.version), categories, _source(policy)


def _show(arguments: argparse.Namespace, console: Console) -> Work:
    named = named_policy(arguments.name)

    async def work(services: Services) -> int:
        if arguments.source:
            data = named.data if named.data is not None else await services.habits().moderation.store.read(named.name)
            console.bytes(data)
            return DONE
        policy = await usable_policy(services, named, console)
        if arguments.json:
            console.object(policy_value(policy))
            return DONE
        console.line(f"{policy.title}, version {policy.version} ({_source(policy)})")
        if policy.description:
            console.line(policy.description)
        if policy.instructions:
            console.line(f"\n{policy.instructions}")
        if policy.unsure_below:
            console.line(f"\nFindings that are less than {policy.unsure_below * 100:.0f} % sure are for review.")
        console.line(f"What the model refuses to judge: {policy.refusal.value}.")
        for category in policy.categories:
            console.line()
            _show_category(category, console)
        return DONE

    return work


def _show_category(category: Category, console: Console) -> None:
    console.line(f"{category.name}: {category.title}")
    console.line(f"  {' '.join(category.definition.split())}")
    for level in category.levels:
        console.line(f"  {level.name} -> {level.action.value}: {' '.join(level.definition.split())}")
    for head, texts in (("such as", category.examples), ("not", category.counterexamples)):
        for text in texts:
            console.line(f"  {head}: {' '.join(text.split())}")


def _copy(arguments: argparse.Namespace, console: Console) -> Work:
    named = named_policy(arguments.name)

    async def work(services: Services) -> int:
        store = services.habits().moderation.store
        data = named.data if named.data is not None else await store.read(named.name)
        return await _save(services, arguments.new, data, arguments, console)

    return work


def _add(arguments: argparse.Namespace, console: Console) -> Work:
    if arguments.file == _STDIN:
        if not arguments.name:
            raise WrongUsage("standard input has no name; give one with --name NAME")
        data = console.piped_text().encode()
        if not data.strip():
            raise WrongUsage("nothing was piped in")
    else:
        data = whole_file(arguments.file, "Check the name.", "A policy has 256 KB at most.")
    name = arguments.name or name_of(arguments.file)

    async def work(services: Services) -> int:
        parsed = await services.habits().moderation.parsed(name, data)
        if parsed.policy is None:
            tell(arguments.file, parsed.problems, console)
            raise KirejiError(f"{arguments.file} cannot be used as a policy.", "Correct it and add it again.")
        return await _save(services, name, data, arguments, console)

    return work


async def _save(services: Services, name: str, data: bytes, arguments: argparse.Namespace, console: Console) -> int:
    moderation = services.habits().moderation
    existing = (await moderation.policies()).get(name)
    if existing is not None and not arguments.replace and (existing.policy is None or existing.policy.own):
        raise KirejiError(f"You have a policy {name} already.", "Take another name, or --replace it.")
    await moderation.store.save(name, data)
    place = moderation.store.place(name)
    if arguments.json:
        console.object({"name": name, "path": place})
    else:
        console.line(place)
    parsed = (await moderation.policies()).get(name, ParsedPolicy(None))
    tell(place, parsed.problems, console)
    return DONE


def _remove(arguments: argparse.Namespace, console: Console) -> Work:
    async def work(services: Services) -> int:
        moderation = services.habits().moderation
        if not await moderation.store.remove(arguments.name):
            if arguments.name in await moderation.policies():
                raise KirejiError(
                    f"The policy {arguments.name} came with Kireji and stays.", "Only your own can be removed."
                )
            await moderation.policy(arguments.name)  # which says what may have been meant
        again = arguments.name in await moderation.policies()
        if arguments.json:
            console.object({"removed": arguments.name, "shipped_holds": again})
        else:
            holds = "; the one from Kireji holds again" if again else ""
            console.line(f"The policy {arguments.name} was removed{holds}.")
        return DONE

    return work


def policy_value(policy: Policy) -> dict[str, object]:
    """All of a policy as JSON."""
    value: dict[str, object] = msgspec.to_builtins(policy)
    return value


def _entry_value(name: str, parsed: ParsedPolicy) -> dict[str, object]:
    policy = parsed.policy
    return {
        "name": name,
        "title": policy.title if policy else None,
        "version": policy.version if policy else None,
        "description": policy.description if policy else None,
        "categories": [category.name for category in policy.categories] if policy else [],
        "own": policy.own if policy else True,
        "problems": [problem_value(problem) for problem in parsed.problems],
    }


def _source(policy: Policy) -> str:
    return "yours" if policy.own else "kireji"
