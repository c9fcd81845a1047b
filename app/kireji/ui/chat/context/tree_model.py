"""What goes along as Qt's tree wants it: what is folded is not made, what is long is made as far as it was scrolled."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from kireji.ui.chat.context.lines import Line, Shown, line_of, top_line
from kireji.ui.chat.context.table import Node
from kireji.ui.parts import tip

Index = QModelIndex | QPersistentModelIndex
LINE = Qt.ItemDataRole.UserRole + 1
"""Role under which the `Line` is found."""
PAGE = 100
"""Lines that are made at a time."""

_NOWHERE = QModelIndex()


class Item:
    """A place in the tree; its words are made when somebody looks at it."""

    __slots__ = ("below", "children", "node", "parent", "row", "top")

    def __init__(self, top: int, row: int, node: Node | None, parent: Item | None) -> None:
        self.top = top
        self.row = row
        self.node = node
        self.parent = parent
        self.below: list[Node] | None = None
        self.children: list[Item] = []


class ContextModel(QAbstractItemModel):
    """Sources and attachments, and below a source its folders and entries.

    While words are searched for, the entries in which they stand are listed below their source with their whole paths.

    Args:
        parent: As usual in Qt.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown: Sequence[Shown] = ()
        self._tops: list[Item] = []
        self._words = ""

    @property
    def searching(self) -> bool:
        """Whether only what was searched for is listed."""
        return bool(self._words)

    def show(self, shown: Sequence[Shown]) -> bool:
        """List these.

        Returns:
            Whether the tree was made anew; otherwise only what its lines say may be different.
        """
        before = [(one.key, id(one.table.entries), one.unfolds) for one in self._shown]
        changed = before != [(one.key, id(one.table.entries), one.unfolds) for one in shown]
        if changed:
            self.beginResetModel()
            self._shown = tuple(shown)
            self._tops = self._build()
            self.endResetModel()
        else:
            self._shown = tuple(shown)
        return changed

    def search(self, words: str) -> None:
        """List only what has these words in its path; none lists all."""
        wanted = " ".join(words.split())
        if wanted == self._words:
            return
        self.beginResetModel()
        self._words = wanted
        self._tops = self._build()
        self.endResetModel()

    def shown(self, index: Index) -> Shown | None:
        """The source or the attachment at an index, or to which what is there belongs."""
        return self._shown[self._item(index).top] if index.isValid() else None

    def node(self, index: Index) -> Node | None:
        """The folder or the entry at an index; None for a whole source."""
        return self._item(index).node if index.isValid() else None

    def line(self, index: Index) -> Line:
        """What stands at an index."""
        item = self._item(index)
        shown = self._shown[item.top]
        return top_line(shown) if item.node is None else line_of(shown, item.node, whole_path=self.searching)

    def tops(self) -> Sequence[QModelIndex]:
        """The indexes of sources and attachments."""
        return [self.index(row, 0) for row in range(len(self._tops))]

    def find(self, key: tuple[str, str], name: str = "") -> QModelIndex:
        """Where something stands, unfolding what it stands in; invalid where it does not."""
        for index in self.tops():
            shown = self.shown(index)
            if shown is not None and shown.key == key:
                return self._descend(index, name) if name else index
        return QModelIndex()

    def _descend(self, index: QModelIndex, name: str) -> QModelIndex:
        while True:
            below = self._below(self._item(index))
            row = next((row for row, node in enumerate(below) if _leads_to(node, name)), -1)
            if row < 0:
                return QModelIndex()
            while len(self._item(index).children) <= row:
                self.fetchMore(index)
            index = self.index(row, 0, index)
            if below[row].name == name:
                return index

    def _build(self) -> list[Item]:
        tops: list[Item] = []
        for place, shown in enumerate(self._shown):
            item = Item(place, len(tops), None, None)
            if self._words:
                item.below = shown.table.find(self._words) if shown.unfolds else []
                folded = shown.title.casefold()
                if not item.below and not all(word in folded for word in self._words.casefold().split()):
                    continue
            tops.append(item)
        return tops

    def _item(self, index: Index) -> Item:
        item = index.internalPointer()
        assert isinstance(item, Item)
        return item

    def _below(self, item: Item) -> list[Node]:
        if item.below is None:
            shown = self._shown[item.top]
            node = item.node if item.node is not None else shown.table.root
            item.below = shown.table.children(node) if shown.unfolds and node.is_folder else []
        return item.below

    # As Qt asks.

    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QModelIndex:
        items = self._item(parent).children if parent.isValid() else self._tops
        return self.createIndex(row, column, items[row]) if column == 0 and 0 <= row < len(items) else QModelIndex()

    def parent(self, child: Index = _NOWHERE) -> QModelIndex:  # type: ignore[override]
        above = self._item(child).parent if child.isValid() else None
        return QModelIndex() if above is None else self.createIndex(above.row, 0, above)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return len(self._item(parent).children) if parent.isValid() else len(self._tops)

    def columnCount(self, _parent: Index = _NOWHERE) -> int:
        return 1

    def hasChildren(self, parent: Index = _NOWHERE) -> bool:
        if not parent.isValid():
            return bool(self._tops)
        item = self._item(parent)
        if item.below is not None:
            return bool(item.below)
        shown = self._shown[item.top]
        return shown.unfolds and (item.node is None or item.node.is_folder)

    def canFetchMore(self, parent: Index) -> bool:
        if not parent.isValid():
            return False
        item = self._item(parent)
        return self.hasChildren(parent) and len(item.children) < len(self._below(item))

    def fetchMore(self, parent: Index) -> None:
        item = self._item(parent)
        below, begin = self._below(item), len(item.children)
        end = min(begin + PAGE, len(below))
        if end > begin:
            self.beginInsertRows(self.createIndex(item.row, 0, item), begin, end - 1)
            item.children += [Item(item.top, row, below[row], item) for row in range(begin, end)]
            self.endInsertRows()

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags if self.line(index).on is None else flags | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        line = self.line(index)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return line.title
            case Qt.ItemDataRole.AccessibleTextRole:
                return line.spoken
            case Qt.ItemDataRole.ToolTipRole:
                return tip(f"{line.title}\n{line.note}")
            case Qt.ItemDataRole.CheckStateRole if line.on is not None:
                if line.on and line.partly:
                    return Qt.CheckState.PartiallyChecked
                return Qt.CheckState.Checked if line.on else Qt.CheckState.Unchecked
        return line if role == LINE else None


def _leads_to(node: Node, name: str) -> bool:
    return node.name == name or (node.is_folder and name.startswith(node.name))
