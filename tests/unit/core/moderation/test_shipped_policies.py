"""The policies that come with the program."""

from __future__ import annotations

from collections import Counter

import pytest

from kireji.core.moderation.asking import instructions
from kireji.core.moderation.labelled import LabelledSet
from kireji.core.moderation.labelled import parse as parse_set
from kireji.core.moderation.policies import Policy
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


def labelled(name: str) -> tuple[Policy, LabelledSet]:
    policy = parse(name, (resource("policies") / f"{name}.toml").read_bytes()).policy
    assert policy is not None
    return policy, parse_set((resource("policies") / "sets" / f"{name}.jsonl").read_bytes(), policy)


@pytest.mark.parametrize("name", NAMES)
def test_its_set_names_only_what_the_policy_knows(name: str) -> None:
    _, found = labelled(name)
    assert found.problems == ()
    assert 40 <= len(found.items) <= 50


@pytest.mark.parametrize("name", NAMES)
def test_its_set_covers_every_category_every_action_and_what_only_looks_like_it(name: str) -> None:
    policy, found = labelled(name)
    counts = Counter(category for item in found.items for category in item.categories)
    assert {category.name: counts[category.name] >= 2 for category in policy.categories} == {
        category.name: True for category in policy.categories
    }
    assert {item.action for item in found.items} == set(Action)
    assert sum(not item.categories for item in found.items) >= 12


@pytest.mark.parametrize("name", NAMES)
def test_no_item_of_its_set_is_an_example_of_the_policy(name: str) -> None:
    policy, found = labelled(name)
    examples = {
        example for category in policy.categories for example in (*category.examples, *category.counterexamples)
    }
    assert not examples & {item.text for item in found.items}
