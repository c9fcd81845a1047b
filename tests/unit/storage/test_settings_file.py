"""settings.toml: what a person wrote there stays."""

from __future__ import annotations

import math
import os
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kireji.core.errors import SettingsError
from kireji.core.settings import VERSION, Settings, changed, parse
from kireji.storage.settings_file import TomlSettingsFile

WRITTEN_BY_HAND = """\
# My settings.
version = 1

[future]            # a section of a newer version
thing = [1, 2, 3]

[models]
anthropic = "some-model"   # the one I like
colour = "blue"        # not a setting of this version

# The chord.
[shortcuts]
capture = "Ctrl+Alt+S"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.toml"


def written(path: Path, text: str | bytes) -> TomlSettingsFile:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return TomlSettingsFile(path)


def test_a_change_touches_nothing_but_its_own_value(path: Path) -> None:
    written(path, WRITTEN_BY_HAND).write("models.anthropic", "another")
    assert path.read_text() == WRITTEN_BY_HAND.replace('"some-model"', '"another"')


def test_a_new_option_joins_its_section(path: Path) -> None:
    written(path, WRITTEN_BY_HAND).write("shortcuts.paused", True)
    assert path.read_text() == WRITTEN_BY_HAND + "paused = true\n"


def test_a_new_section_comes_after_all_others(path: Path) -> None:
    store = written(path, WRITTEN_BY_HAND)
    store.write("general.welcomed", True)
    assert path.read_text().startswith(WRITTEN_BY_HAND)
    assert store.read()["general"] == {"welcomed": True}


def test_a_new_file_tells_its_version(path: Path) -> None:
    TomlSettingsFile(path).write("appearance.theme", "dark")
    assert tomllib.loads(path.read_text()) == {"version": VERSION, "appearance": {"theme": "dark"}}


def test_every_option_of_the_program_can_be_written_and_read(path: Path) -> None:
    store = TomlSettingsFile(path)
    values: dict[str, object] = {"models.effort": "high", "appearance.text_scale": 1.5}
    values |= {"shortcuts.capture": "", "general.welcomed": True, "models.max_tokens": 100}
    values |= {"models.fallback": ("openrouter", "device"), "openrouter.order": (), "network.proxy": "none"}
    expected = Settings()
    for option, value in values.items():
        store.write(option, value)
        expected = changed(expected, option, value)
    assert parse(store.read()) == (expected, ())


LISTS = """\
[models]
fallback = ["openrouter", "device"]   # the order I like
effort = "low"

[openrouter]
order = [
    # the good ones
    "a", # first
    "b", # second
    "c", # third
] # end
"""


def test_a_list_on_one_line_stays_there_with_its_comment(path: Path) -> None:
    written(path, LISTS).write("models.fallback", ["anthropic", "device"])
    assert path.read_text() == LISTS.replace('["openrouter", "device"]', '["anthropic", "device"]')


def test_items_that_stay_in_a_list_of_several_lines_keep_their_comments(path: Path) -> None:
    written(path, LISTS).write("openrouter.order", ["z", "a", "c"])
    assert path.read_text() == LISTS.replace('    "a",', '    "z",\n    "a",').replace('    "b", # second\n', "")


def test_a_list_that_holds_already_what_is_wanted_is_left_as_it_is(path: Path) -> None:
    written(path, LISTS).write("openrouter.order", ["a", "b", "c"])
    assert path.read_text() == LISTS


wanted_lists = st.lists(st.sampled_from("abcde") | st.text(max_size=4), max_size=6)


@given(wanted_lists)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
def test_any_list_takes_the_place_of_one_on_several_lines(path: Path, wanted: list[str]) -> None:
    store = written(path, LISTS)
    store.write("openrouter.order", wanted)
    assert store.read() == {**tomllib.loads(LISTS), "openrouter": {"order": wanted}}
    assert path.read_text(encoding="utf-8").startswith(LISTS[: LISTS.index("order")])


def test_a_text_in_a_list_that_no_file_can_hold_is_made_storable(path: Path) -> None:
    store = TomlSettingsFile(path)
    store.write("openrouter.ignore", ("a\ud83db",))
    assert store.read()["openrouter"] == {"ignore": ["a?b"]}


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_file_and_folder_are_the_persons_alone(path: Path) -> None:
    TomlSettingsFile(path).write("models.anthropic", "some-model")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_nothing_else_is_left_in_the_folder(path: Path) -> None:
    TomlSettingsFile(path).write("models.anthropic", "some-model")
    assert [file.name for file in path.parent.iterdir()] == ["settings.toml"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\nb = \n", 2),
        ("[models\n", 1),
        ("a = 1\na = 2\n", 2),
        ('a = 1\n\nb = "open', 3),
        (b"a = 1\nb = '\xff'\n", 2),
        ("[models]\nmodel = nothing\n", 2),
    ],
)
def test_a_broken_file_is_reported_with_its_line_and_left_as_it_is(path: Path, text: str | bytes, line: int) -> None:
    store = written(path, text)
    before = path.read_bytes()
    with pytest.raises(SettingsError, match=rf"settings.toml cannot be read: line {line}, "):
        store.read()
    with pytest.raises(SettingsError, match=f"line {line}"):
        store.write("models.anthropic", "another")
    assert path.read_bytes() == before


def test_edits_made_since_the_reading_are_kept(path: Path) -> None:
    store = written(path, WRITTEN_BY_HAND)
    store.read()
    path.write_text(WRITTEN_BY_HAND.replace("blue", "green"))
    store.write("models.anthropic", "another")
    assert store.read()["models"] == {"anthropic": "another", "colour": "green"}


def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.toml"
    target.write_text(WRITTEN_BY_HAND)
    path.parent.mkdir()
    path.symlink_to(target)
    TomlSettingsFile(path).write("models.anthropic", "another")
    assert path.is_symlink()
    assert tomllib.loads(target.read_text())["models"]["anthropic"] == "another"


@pytest.mark.parametrize(
    "text",
    [
        b"# privacy\n[models\n[budget]\n",
        b"[budget\nday = 5\n",
        b"budget.day = 5\n[models\n",
        b"budget = { day = 5 }\n[models\n",
        b"[ budget ]\nday = '\xff'\n",
    ],
)
def test_a_broken_file_tells_which_sections_do_not_hold(path: Path, text: bytes) -> None:
    store = written(path, text)
    with pytest.raises(SettingsError) as raised:
        store.read()
    assert "budget" in raised.value.sections
    assert "privacy" not in raised.value.sections


def test_line_ends_of_another_system_stay(path: Path) -> None:
    text = WRITTEN_BY_HAND.replace("\n", "\r\n")
    written(path, text).write("models.anthropic", "another")
    assert path.read_bytes().decode() == text.replace('"some-model"', '"another"')


def test_a_byte_order_mark_is_no_fault(path: Path) -> None:
    store = written(path, b"\xef\xbb\xbf" + WRITTEN_BY_HAND.encode())
    store.write("models.anthropic", "another")
    assert store.read()["models"] == {"anthropic": "another", "colour": "blue"}


@pytest.mark.parametrize(
    "text",
    [
        'models = {anthropic = "a", other = 1}\n',
        'models.anthropic = "a"\nmodels.other = 1\n',
        '["models"]\n"anthropic" = "a"\nother = 1',
    ],
)
def test_other_ways_to_write_a_section_are_understood(path: Path, text: str) -> None:
    store = written(path, text)
    store.write("models.anthropic", "b")
    assert store.read() == {"models": {"anthropic": "b", "other": 1}}


def test_a_folder_in_place_of_the_file_is_reported(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(SettingsError, match=r"settings\.toml"):
        TomlSettingsFile(path).read()


def test_a_file_in_place_of_the_folder_is_reported(path: Path) -> None:
    path.parent.write_text("")
    store = TomlSettingsFile(path)
    with pytest.raises(SettingsError, match="config"):
        store.write("models.anthropic", "a")


def test_a_value_no_file_can_hold_is_made_storable(path: Path) -> None:
    store = TomlSettingsFile(path)
    store.write("models.system", "a\ud83db")
    assert store.read()["models"] == {"system": "a?b"}


names = st.sampled_from(["models", "shortcuts", "fallback", "capture", "other", "a b", "ü", ""])
leaves = st.one_of(
    st.text(max_size=12),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.datetimes(),
    st.dates(),
    st.lists(st.integers() | st.text(max_size=5), max_size=3),
)
tables = st.dictionaries(names, st.one_of(leaves, st.dictionaries(names, leaves, max_size=3)), max_size=4)
trees = st.dictionaries(names, st.one_of(leaves, tables), max_size=5)


values = st.text() | st.booleans() | st.integers(0, 99) | st.lists(st.text(max_size=5), max_size=3)


@given(trees, st.sampled_from(["models.fallback", "shortcuts.capture"]), values)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
def test_writing_one_option_changes_no_other_value(
    tmp_path: Path, tree: dict[str, Any], option: str, value: Any
) -> None:
    section, name = option.split(".")
    path = tmp_path / "settings.toml"
    path.write_text("# My settings.\n" + tomlkit.dumps(tree), encoding="utf-8", newline="")
    store = TomlSettingsFile(path)
    expected = store.read()
    try:
        store.write(option, value)
    except SettingsError:
        assert not isinstance(tree.get(section, {}), dict)
    else:
        expected[section] = {**expected.get(section, {}), name: value}
    assert path.read_text(encoding="utf-8").startswith("# My settings.\n")
    assert repr(sorted_deep(store.read())) == repr(sorted_deep(expected))


def sorted_deep(value: Any) -> Any:
    """In one order, and with numbers that are none made equal."""
    if isinstance(value, dict):
        return {name: sorted_deep(value[name]) for name in sorted(value)}
    return "nan" if isinstance(value, float) and math.isnan(value) else value
