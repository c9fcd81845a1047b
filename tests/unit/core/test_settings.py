"""Settings: every problem is told, and something that can be used always comes out."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.settings import Settings, Theme, changed, parse

OPTIONS = [
    f"{section.name}.{option.name}"
    for section in msgspec.structs.fields(Settings)
    for option in msgspec.structs.fields(getattr(Settings(), section.name))
]
TREE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def value_of(settings: Settings, option: str) -> Any:
    section, name = option.split(".")
    return getattr(getattr(settings, section), name)


def test_an_empty_file_gives_the_defaults() -> None:
    assert parse({}) == (Settings(), ())
    assert parse({"version": 1}) == (Settings(), ())


def test_values_are_read() -> None:
    tree = {"appearance": {"theme": "dark", "text_scale": 2}, "shortcuts": {"capture": "Alt+F5", "paused": True}}
    settings, problems = parse(tree)
    assert problems == ()
    assert (settings.appearance.theme, settings.appearance.text_scale) == (Theme.DARK, 2.0)
    assert (settings.shortcuts.capture, settings.shortcuts.paused) == ("Alt+F5", True)


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("appearance.theme", "black", "must be one of 'system', 'light', 'dark'; 'system' is used instead"),
        ("appearance.text_scale", 9.5, "must be between 0.5 and 3; 1.0 is used instead"),
        ("appearance.text_scale", float("nan"), "must be between"),
        ("models.max_tokens", 1.5, "must be a whole number; 8192 is used instead"),
        ("models.max_tokens", True, "must be a whole number"),
        ("models.max_tokens", 15, "must be between 16 and 128000"),
        ("models.provider", "nobody", "must be one of"),
        ("models.effort", 3, "must be text in quotes"),
        ("shortcuts.paused", "yes", "must be true or false"),
        ("shortcuts.capture", "Space", "is not a key combination such as Ctrl+Shift+Space"),
    ],
)
def test_a_bad_value_is_told_and_its_default_holds(option: str, value: Any, words: str) -> None:
    section, name = option.split(".")
    settings, [problem] = parse({section: {name: value}})
    assert settings == Settings()
    assert problem.option == option
    assert words in problem.sentence


def test_every_problem_is_told_at_once() -> None:
    _, problems = parse({"models": {"effort": "x", "max_tokens": "y"}, "nowhere": {}, "shortcuts": 3})
    assert {problem.option for problem in problems} == {"models.effort", "models.max_tokens", "nowhere", "shortcuts"}


def test_a_misspelt_name_is_answered_with_the_right_one() -> None:
    _, [section, option] = parse({"shortcut": {}, "appearance": {"them": "dark"}})
    assert "did you mean shortcuts" in section.sentence
    assert "did you mean theme" in option.sentence


def test_a_good_value_beside_a_bad_one_counts() -> None:
    settings, _ = parse({"models": {"effort": "x", "model": "claude-haiku-5-5"}})
    assert settings.models.model == "claude-haiku-5-5"


@given(st.dictionaries(st.sampled_from(["general", "models", "shortcuts", "appearance", "other"]), TREE))
def test_any_tree_gives_usable_settings(tree: dict[str, Any]) -> None:
    settings, _ = parse(tree)
    assert parse_back(settings) == (settings, ())


@given(st.sampled_from(OPTIONS), TREE)
def test_any_value_of_any_option_is_taken_or_told(option: str, value: Any) -> None:
    section, name = option.split(".")
    settings, problems = parse({section: {name: value}})
    assert problems or value_of(settings, option) == (Theme(value) if name == "theme" else value)


def parse_back(settings: Settings) -> tuple[Settings, Any]:
    tree = {name: msgspec.structs.asdict(section) for name, section in msgspec.structs.asdict(settings).items()}
    tree["appearance"]["theme"] = settings.appearance.theme.value
    return parse(tree)


def test_one_option_is_changed_and_the_rest_stays() -> None:
    settings = changed(Settings(), "appearance.theme", Theme.LIGHT)
    assert settings.appearance.theme is Theme.LIGHT
    assert msgspec.structs.replace(settings, appearance=Settings().appearance) == Settings()


def test_a_change_that_breaks_a_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="must be between"):
        changed(Settings(), "models.max_tokens", 1)
