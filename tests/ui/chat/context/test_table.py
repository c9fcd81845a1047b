"""What a source holds, as a tree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.sources import Entry, LeftOut, Source, SourceKind, Took, Why
from kireji.ui.chat.context.switching import MOST_NAMES, is_off, is_partly_off, pinned, switched
from kireji.ui.chat.context.table import Fate, Node, Sum, Table

SOURCE = Source(SourceKind.FOLDER, "/home/you/shop", "shop")
NAMES = ("README.md", "app/core/cart.py", "app/core/price.py", "app/ui/window.py", "app-notes.txt", "app.toml")


def table_of(*names: str) -> Table:
    return Table([Entry(name, 40, tokens=10) for name in names])


def node_of(table: Table, name: str) -> Node:
    """The node of that name, found by way of those above it."""
    here = table.root
    while here.name != name:
        below = table.children(here)
        here = next(each for each in below if each.name == name or (each.is_folder and name.startswith(each.name)))
    return here


def names_below(table: Table, node: Node) -> list[str]:
    return [each.name for each in table.children(node)]


def left(table: Table, source: Source) -> list[str]:
    """What still goes along."""
    off = frozenset(source.off)
    return [entry.name for entry in table.entries if not is_off(off, entry.name)]


def test_folders_come_first_and_names_that_only_begin_like_one_are_not_in_it() -> None:
    table = table_of(*NAMES)
    assert names_below(table, table.root) == ["app/", "README.md", "app-notes.txt", "app.toml"]
    assert names_below(table, node_of(table, "app/")) == ["app/core/", "app/ui/"]
    assert names_below(table, node_of(table, "app/core/")) == ["app/core/cart.py", "app/core/price.py"]


def test_the_label_of_a_node_is_the_last_part_of_its_path() -> None:
    table = table_of(*NAMES)
    assert [node_of(table, name).label for name in ("app/", "app/core/", "app/core/cart.py")] == [
        "app",
        "core",
        "cart.py",
    ]


@given(st.sets(st.text("ab/.-0", min_size=1, max_size=6).filter(lambda name: "//" not in f"/{name}/"), max_size=12))
def test_every_entry_is_reached_once_by_unfolding_all(names: set[str]) -> None:
    names -= {name for name in names if any(other.startswith(f"{name}/") for other in names)}
    table = table_of(*names)

    def leaves(node: Node) -> list[str]:
        return [
            name for each in table.children(node) for name in (leaves(each) if each.name.endswith("/") else [each.name])
        ]

    assert sorted(leaves(table.root)) == sorted(names)


def test_a_folder_sums_what_is_below_it() -> None:
    table = table_of(*NAMES)
    assert table.sum(node_of(table, "app/")) == Sum(3, 0, 30)
    cart, window = "app/core/cart.py", "app/ui/window.py"
    took = {cart: Took(SOURCE, cart, 10), window: Took(SOURCE, window, 4, whole=False)}
    table.take(table.reckoning(took, {}))
    assert table.sum(node_of(table, "app/")) == Sum(3, 2, 14)
    assert table.sum(node_of(table, "app/core/")) == Sum(2, 1, 10)


def test_what_becomes_of_an_entry_is_known_once_it_was_reckoned() -> None:
    table = Table([Entry("a", 1, tokens=1), Entry("b", 1, tokens=9), Entry("c", 1, problem="No text."), Entry("d", 1)])
    fates = [Fate.OPEN, Fate.OPEN, Fate.PROBLEM, Fate.OPEN]
    assert [table.fate(node) for node in table.children(table.root)] == fates
    left_out = {
        "b": LeftOut(SOURCE, "b", 9, Why.ROOM),
        "c": LeftOut(SOURCE, "c", 0, Why.PROBLEM),
        "d": LeftOut(SOURCE, "d", 0, Why.OFF),
    }
    table.take(table.reckoning({"a": Took(SOURCE, "a", 1)}, left_out))
    fates = [Fate.WHOLE, Fate.ROOM, Fate.PROBLEM, Fate.OFF]
    assert [table.fate(node) for node in table.children(table.root)] == fates


def test_entries_are_found_by_all_words_in_any_case() -> None:
    table = table_of(*NAMES)
    assert [node.name for node in table.find("CORE py")] == ["app/core/cart.py", "app/core/price.py"]
    assert table.find("core nothing") == []


def test_a_folder_that_is_switched_off_stands_for_all_below_it() -> None:
    table = table_of(*NAMES)
    one = switched(SOURCE, table, node_of(table, "app/core/cart.py"), on=False)
    assert one is not None
    source = switched(one, table, node_of(table, "app/core/"), on=False)
    assert source is not None
    assert source.off == ("app/core/",)
    assert left(table, source) == ["README.md", "app-notes.txt", "app.toml", "app/ui/window.py"]


def test_one_entry_of_a_folder_that_is_off_goes_along_alone() -> None:
    table = table_of(*NAMES)
    off = switched(SOURCE, table, node_of(table, "app/"), on=False)
    assert off is not None
    source = switched(off, table, node_of(table, "app/core/cart.py"), on=True)
    assert source is not None
    assert source.off == ("app/core/price.py", "app/ui/")
    assert left(table, source) == ["README.md", "app-notes.txt", "app.toml", "app/core/cart.py"]


def test_a_folder_that_is_switched_on_has_nothing_off_in_it() -> None:
    table = table_of(*NAMES)
    off = switched(SOURCE, table, node_of(table, "app/core/cart.py"), on=False)
    assert off is not None
    assert is_partly_off(off.off, "app/")
    source = switched(off, table, node_of(table, "app/"), on=True)
    assert source == SOURCE


def test_thousands_are_not_switched_off_one_by_one() -> None:
    table = table_of(*(f"data/{number}.txt" for number in range(MOST_NAMES + 2)))
    off = switched(SOURCE, table, node_of(table, "data/"), on=False)
    assert off is not None
    assert switched(off, table, node_of(table, "data/0.txt"), on=True) is None


@pytest.mark.parametrize(("name", "off"), [("app/core/cart.py", True), ("app/core/", True), ("application", False)])
def test_only_what_is_in_a_folder_is_off_with_it(name: str, off: bool) -> None:
    assert is_off(frozenset({"app/"}), name) is off


def test_pins_are_kept_for_entries_and_for_the_whole() -> None:
    source = pinned(pinned(SOURCE, "b", on=True), "a", on=True)
    assert source.pins == ("a", "b")
    assert pinned(source, "a", on=False).pins == ("b",)
    assert pinned(source, "", on=True).pinned
