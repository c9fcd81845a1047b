"""The list of what goes along: unfolded where somebody looks, switched and pinned by mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kireji.core.sources import Entry, Source, SourceKind
from kireji.ui.chat.context.delegate import Zone
from kireji.ui.chat.context.lines import Shown
from kireji.ui.chat.context.table import Node, Table
from kireji.ui.chat.context.tree import ContextTree
from kireji.ui.chat.context.tree_model import PAGE
from kireji.ui.theme import Theme

pytestmark = pytest.mark.qt

SOURCE = Source(SourceKind.FOLDER, "/home/you/shop", "shop")
OTHER = Source(SourceKind.PAGE, "https://example.com/", "example.com")


@pytest.fixture
async def tree() -> Iterator[ContextTree]:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme = Theme(app)
    tree = ContextTree(theme)
    tree.resize(500, 400)
    tree.show()
    yield tree
    tree.close()
    tree.deleteLater()
    theme.deleteLater()


def shop(*names: str, source: Source = SOURCE) -> Shown:
    return Shown("shop", "folder", source=source, table=Table([Entry(name, 40, tokens=10) for name in names]))


def page() -> Shown:
    return Shown("example.com", "globe", source=OTHER, table=Table([Entry("example.com", 40, tokens=10)]))


def seen(tree: ContextTree) -> list[str]:
    """The titles of all lines that are unfolded."""
    titles, index = [], tree.lines.index(0, 0)
    while index.isValid():
        titles.append(str(index.data()))
        index = tree.indexBelow(index)
    return titles


def go(tree: ContextTree, name: str) -> None:
    tree.setCurrentIndex(tree.lines.find(shop().key, name))


def heard(tree: ContextTree) -> list[tuple[str, bool]]:
    """What is switched and pinned from now on: names, and whether they are on."""
    told: list[tuple[str, bool]] = []

    def take(_shown: Shown, node: Node | None, on: bool) -> None:
        told.append((node.name if node is not None else "", on))

    tree.switched.connect(take)
    tree.pinned.connect(take)
    return told


async def test_a_source_alone_is_unfolded_and_its_folders_are_not(tree: ContextTree) -> None:
    tree.show_lines([shop("a/b.py", "c.py")])
    assert seen(tree) == ["shop", "a", "c.py"]


async def test_several_sources_are_folded_and_a_page_has_nothing_to_unfold(tree: ContextTree) -> None:
    tree.show_lines([shop("a/b.py", "c.py"), page()])
    assert seen(tree) == ["shop", "example.com"]
    assert not tree.lines.hasChildren(tree.lines.find(page().key))


async def test_what_is_unfolded_and_current_stays_so_when_more_is_known(tree: ContextTree) -> None:
    tree.show_lines([shop("a/b.py", "c.py")])
    tree.expand(tree.lines.find(shop().key, "a/"))
    go(tree, "a/b.py")
    tree.show_lines([shop("a/b.py", "a/d.py", "c.py"), page()])
    assert seen(tree) == ["shop", "a", "b.py", "d.py", "c.py", "example.com"]
    assert tree.currentIndex().data() == "b.py"


async def test_of_a_long_folder_only_what_was_scrolled_to_is_made(tree: ContextTree) -> None:
    tree.show_lines([shop(*(f"{number:05}.txt" for number in range(50_000)))])
    top = tree.lines.index(0, 0)
    assert tree.lines.rowCount(top) == PAGE
    tree.scrollToBottom()
    assert PAGE < tree.lines.rowCount(top) < 5 * PAGE
    assert tree.lines.find(shop().key, "00777.txt").data() == "00777.txt"


async def test_searching_lists_whole_paths_below_their_source(tree: ContextTree) -> None:
    tree.show_lines([shop("a/b.py", "c.py", "d.md"), page()])
    tree.search("PY")
    assert seen(tree) == ["shop", "a/b.py", "c.py"]
    tree.search("example")
    assert seen(tree) == ["example.com"]
    tree.search("")
    assert seen(tree) == ["shop", "example.com"]


async def test_keys_switch_pin_unfold_and_take_out(tree: ContextTree) -> None:
    tree.show_lines([shop("a/b.py", "c.py")])
    told = heard(tree)
    out: list[object] = []
    tree.removed.connect(out.append)
    go(tree, "a/")
    for key in (Qt.Key.Key_Space, Qt.Key.Key_P, Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Space):
        QTest.keyClick(tree, key)
    assert told == [("a/", False), ("a/", True), ("a/b.py", False)]
    QTest.keyClick(tree, Qt.Key.Key_Delete)
    assert out == []  # a single file is switched off instead
    go(tree, "")
    QTest.keyClick(tree, Qt.Key.Key_Delete)
    assert len(out) == 1


async def test_the_mouse_switches_pins_and_unfolds(tree: ContextTree) -> None:
    tree.show_lines([shop("a/b.py", "c.py")])
    told = heard(tree)
    index = tree.lines.find(shop().key, "a/")
    line = tree.visualRect(index)
    points = {tree._lines.zone(index, QPoint(x, line.center().y())): x for x in range(line.left(), line.right())}
    for zone in (Zone.SWITCH, Zone.PIN):
        QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(points[zone] - 4, line.center().y()))
    assert told == [("a/", False), ("a/", True)]
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(line.left() + 40, line.center().y()))
    assert seen(tree) == ["shop", "a", "b.py", "c.py"]


async def test_lines_say_all_of_themselves_to_screen_readers(tree: ContextTree) -> None:
    source = Source(SourceKind.FOLDER, "/home/you/shop", "shop", pins=("c.py",), off=("a/",))
    tree.show_lines([shop("a/b.py", "c.py", source=source)])
    model = tree.lines
    spoken = [model.find(shop().key, name).data(Qt.ItemDataRole.AccessibleTextRole) for name in ("", "a/", "c.py")]
    assert spoken == [
        "shop, 20 tokens · 2 files, goes along",
        "a, 10 · 1 file, switched off",
        "c.py, 10, goes along, pinned",
    ]
    states = [model.find(shop().key, name).data(Qt.ItemDataRole.CheckStateRole) for name in ("", "a/", "c.py")]
    assert states == [Qt.CheckState.PartiallyChecked, Qt.CheckState.Unchecked, Qt.CheckState.Checked]
