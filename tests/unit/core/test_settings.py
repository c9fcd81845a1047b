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
        ("models.fallback", ["device", "nobody"], "holds 'nobody', which is not one of anthropic, openrouter, local"),
        ("models.fallback", "device", "must be a list of texts in quotes; ['device'] is used instead"),
        ("models.fallback", ["device", 3], "must be a list of texts in quotes"),
        ("openrouter.order", [["a"]], "must be a list of texts in quotes; [] is used instead"),
        ("openrouter.data_collection", "perhaps", "must be one of 'deny', 'allow'; 'deny' is used instead"),
        ("openrouter.sort", "beauty", "must be one of '', 'price', 'throughput', 'latency'"),
        ("openrouter.zero_retention", 1, "must be true or false"),
        ("local.address", "localhost:11434", "must be an address that begins with http:// or https://"),
        ("local.address", "http:/localhost:11434/v1", "must be an address that begins with http:// or https://"),
        ("local.address", "http:///v1", "must be an address"),
        ("local.address", "http://local host/v1", "must be an address"),
        ("network.proxy", "", "must be 'system', 'none', or an address"),
        ("network.proxy", "socks5://proxy.example", "must be 'system', 'none', or an address"),
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
    assert section.sentence.endswith("did you mean shortcuts?")
    assert option.sentence.endswith("did you mean theme?")


def test_a_good_value_beside_a_bad_one_counts() -> None:
    settings, _ = parse({"models": {"effort": "x", "anthropic": "claude-haiku-5-5"}})
    assert settings.models.anthropic == "claude-haiku-5-5"


def test_lists_are_read() -> None:
    tree = {"models": {"fallback": ["openrouter", "device"]}, "openrouter": {"order": ["a", "b"], "ignore": []}}
    settings, problems = parse(tree)
    assert problems == ()
    assert settings.models.fallback == ("openrouter", "device")
    assert (settings.openrouter.order, settings.openrouter.ignore) == (("a", "b"), ())


@pytest.mark.parametrize("value", ["http://localhost:8080/v1", "https://models.example", ""])
def test_an_address_of_a_model_server_is_taken(value: str) -> None:
    settings, problems = parse({"local": {"address": value}})
    assert (settings.local.address, problems) == (value, ())


@pytest.mark.parametrize("value", ["system", "none", "http://proxy.example:3128", "https://me:secret@proxy.example"])
def test_a_proxy_is_taken(value: str) -> None:
    settings, problems = parse({"network": {"proxy": value}})
    assert (settings.network.proxy, problems) == (value, ())


@pytest.mark.parametrize("value", ["me:secret@proxy.example", "http://me:secret@", "socks5://me:secret@proxy.example"])
def test_a_proxy_that_cannot_be_used_does_not_show_its_password(value: str) -> None:
    _, [problem] = parse({"network": {"proxy": value}})
    assert "secret" not in problem.sentence


@pytest.mark.parametrize(
    ("provider", "model"), [("anthropic", "a"), ("openrouter", "o"), ("local", "l"), ("device", ""), ("other", "")]
)
def test_each_provider_has_its_own_model(provider: str, model: str) -> None:
    settings, _ = parse({"models": {"anthropic": "a", "openrouter": "o", "local": "l"}})
    assert settings.models.model_of(provider) == model


class TestEarlierNames:
    @pytest.mark.parametrize(("offline", "fallback"), [("device", ("device",)), ("error", ())])
    def test_what_happened_offline_becomes_who_answers_instead(self, offline: str, fallback: tuple[str, ...]) -> None:
        settings, problems = parse({"models": {"offline": offline}})
        assert (settings.models.fallback, problems) == (fallback, ())

    def test_the_model_was_always_anthropics(self) -> None:
        settings, problems = parse({"models": {"model": "claude-sonnet-5"}})
        assert (settings.models.anthropic, problems) == ("claude-sonnet-5", ())

    def test_this_computers_reader_is_no_model_of_anthropic(self) -> None:
        settings, problems = parse({"models": {"provider": "device", "model": "reader"}})
        assert (settings.models.provider, settings.models.anthropic, problems) == ("device", "", ())

    @pytest.mark.parametrize("names", [("model", "anthropic"), ("anthropic", "model")])
    def test_the_new_name_counts_wherever_it_stands(self, names: tuple[str, str]) -> None:
        models = {"model": "old", "anthropic": "new"}
        settings, problems = parse({"models": {name: models[name] for name in names}})
        assert (settings.models.anthropic, problems) == ("new", ())

    def test_a_bad_value_is_told_under_the_name_that_stands_in_the_file(self) -> None:
        settings, [problem] = parse({"models": {"model": 3}})
        assert (settings, problem.option) == (Settings(), "models.anthropic")
        assert problem.sentence == "models.model must be text in quotes; '' is used instead."


SECTIONS = [section.name for section in msgspec.structs.fields(Settings)]


@given(st.dictionaries(st.sampled_from([*SECTIONS, "other"]), TREE))
def test_any_tree_gives_usable_settings(tree: dict[str, Any]) -> None:
    settings, _ = parse(tree)
    assert parse_back(settings) == (settings, ())


@given(st.sampled_from(OPTIONS), TREE)
def test_any_value_of_any_option_is_taken_or_told(option: str, value: Any) -> None:
    section, name = option.split(".")
    settings, problems = parse({section: {name: value}})
    expected = Theme(value) if name == "theme" and not problems else value
    assert problems or value_of(settings, option) == (tuple(expected) if isinstance(expected, list) else expected)


def parse_back(settings: Settings) -> tuple[Settings, Any]:
    tree = {name: msgspec.structs.asdict(section) for name, section in msgspec.structs.asdict(settings).items()}
    tree["appearance"]["theme"] = settings.appearance.theme.value
    return parse(_with_lists(tree))


def _with_lists(tree: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """As a file would hold it."""
    return {
        section: {name: list(value) if isinstance(value, tuple) else value for name, value in table.items()}
        for section, table in tree.items()
    }


def test_one_option_is_changed_and_the_rest_stays() -> None:
    settings = changed(Settings(), "appearance.theme", Theme.LIGHT)
    assert settings.appearance.theme is Theme.LIGHT
    assert msgspec.structs.replace(settings, appearance=Settings().appearance) == Settings()


def test_a_change_that_breaks_a_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="must be between"):
        changed(Settings(), "models.max_tokens", 1)


@pytest.mark.parametrize("value", [["openrouter", "device"], ("openrouter", "device")])
def test_a_list_may_be_changed_as_a_list_or_as_a_tuple(value: object) -> None:
    assert changed(Settings(), "models.fallback", value).models.fallback == ("openrouter", "device")


@pytest.mark.parametrize("value", [("nobody",), ("device", 3), "device"])
def test_a_list_that_breaks_its_rule_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"holds 'nobody'|must be a list"):
        changed(Settings(), "models.fallback", value)


def test_rules_for_answers_are_texts_or_patterns() -> None:
    settings, problems = parse({"privacy": {"masks": ["secret", "/[0-9]+/"], "stops": ["THE END"]}})
    assert problems == ()
    assert [(rule.text, rule.pattern, rule.stops) for rule in settings.privacy.rules] == [
        ("secret", False, False),
        ("[0-9]+", True, False),
        ("THE END", False, True),
    ]


def test_a_rule_that_is_no_pattern_is_told() -> None:
    settings, (problem,) = parse({"privacy": {"masks": ["/(a/"]}})
    assert settings.privacy.masks == ()
    assert problem.sentence.startswith("privacy.masks has '/(a/', which has an opening bracket")


def test_what_is_looked_for_is_named_by_kinds() -> None:
    _, (problem,) = parse({"privacy": {"off": ["mails"]}})
    assert "'mails'" in problem.sentence
