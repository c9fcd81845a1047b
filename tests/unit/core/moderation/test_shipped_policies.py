"""The policies that come with the program."""

from __future__ import annotations

import pytest

from kireji.core.moderation.asking import instructions
from kireji.core.moderation.policy_file import parse
from kireji.core.moderation.verdicts import Action
from kireji.core.secrets.detection import Detection
from kireji.resources import resource

NAMES = ("community", "minors", "sharing", "workplace")


def test_they_are_these() -> None:
    assert tuple(sorted(path.stem for path in resource("policies").glob("*.toml"))) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_parses_without_a_remark(name: str) -> None:
    parsed = parse(name, (resource("policies") / f"{name}.toml").read_bytes())
    assert parsed.problems == ()
    assert parsed.policy is not None


@pytest.mark.parametrize("name", NAMES)
def test_each_category_has_examples_of_both_kinds_and_a_way_to_stop_it(name: str) -> None:
    policy = parse(name, (resource("policies") / f"{name}.toml").read_bytes()).policy
    assert policy is not None
    for category in policy.categories:
        assert category.examples, category.name
        assert len(category.counterexamples) >= 2, category.name
        assert category.levels[-1].action is Action.BLOCK, category.name


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_the_instructions_would_be_hidden_on_its_way(name: str) -> None:
    policy = parse(name, (resource("policies") / f"{name}.toml").read_bytes()).policy
    assert policy is not None
    assert Detection().find(instructions(policy)) == ()
