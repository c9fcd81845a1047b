"""Walks what assistive technology sees of a window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QWidget

_ACTED_UPON = frozenset(
    {
        QAccessible.Role.Button,
        QAccessible.Role.ButtonDropDown,
        QAccessible.Role.ButtonMenu,
        QAccessible.Role.CheckBox,
        QAccessible.Role.RadioButton,
        QAccessible.Role.ComboBox,
        QAccessible.Role.EditableText,
        QAccessible.Role.List,
        QAccessible.Role.ListItem,
        QAccessible.Role.MenuItem,
        QAccessible.Role.Slider,
        QAccessible.Role.SpinBox,
        QAccessible.Role.Link,
    }
)


@dataclass(frozen=True)
class Node:
    """One thing in the tree.

    Args:
        name: What is read out.
        role: Of `QAccessible.Role`.
        focusable: Whether the keyboard can go there.
        kind: The widget's class, for complaints.
        path: The names above it, for complaints.
    """

    name: str
    role: QAccessible.Role
    focusable: bool
    kind: str
    path: str

    @property
    def acted_upon(self) -> bool:
        return self.focusable or self.role in _ACTED_UPON


def tree(widget: QWidget) -> list[Node]:
    """Everything visible in a window, as assistive technology sees it."""
    interface = QAccessible.queryAccessibleInterface(widget)
    assert interface is not None
    return list(_walk(interface, ""))


def _walk(interface: QAccessibleInterface, path: str) -> Iterator[Node]:
    state = interface.state()
    if state.invisible:
        return
    thing = interface.object()
    kind = type(thing).__name__ if thing is not None else ""
    name = interface.text(QAccessible.Text.Name).strip()
    yield Node(name, interface.role(), bool(state.focusable), kind, path)
    for number in range(interface.childCount()):
        child = interface.child(number)
        if child is not None and child.isValid():
            yield from _walk(child, f"{path}/{name or kind}")


def unnamed(widget: QWidget) -> list[str]:
    """Controls that nobody could tell apart by ear."""
    return [
        f"{node.path}/{node.kind} {node.role.name}"
        for node in tree(widget)
        if node.acted_upon and not node.name and node.kind != widget.__class__.__name__
    ]


def reached_by_tab(window: QWidget) -> set[QWidget]:
    """Widgets that Tab comes to, beginning anywhere."""
    found: set[QWidget] = set()
    current = window.nextInFocusChain()
    while current is not window and current not in found:
        found.add(current)
        current = current.nextInFocusChain()
    return found
