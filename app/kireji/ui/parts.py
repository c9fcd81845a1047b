"""Small building blocks that every surface uses: labels, buttons and lines that the stylesheet knows."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QLayout, QPushButton, QSizePolicy, QWidget

from kireji.ui.icons import icon
from kireji.ui.theme import Theme


def label(text: str = "", role: str = "", *, wrap: bool = False, name: str = "") -> QLabel:
    """Plain text; markup in it shows as the text it is.

    Args:
        text: The words.
        role: Of the stylesheet: muted, small, section, value, strong, lead, title, display, chip, ok, warn, error.
        wrap: Whether it may take several lines.
        name: For screen readers, when the words alone do not say what it is.
    """
    result = QLabel()
    result.setTextFormat(Qt.TextFormat.PlainText)
    result.setText(text)
    result.setWordWrap(wrap)
    if role:
        result.setProperty("role", role)
    if name:
        result.setAccessibleName(name)
    return result


def button(text: str, kind: str = "", *, name: str = "") -> QPushButton:
    """A button.

    Args:
        text: A verb; empty for a button with an icon only, which then needs a name.
        kind: Of the stylesheet: primary, chip, quiet, code, nav.
        name: For screen readers and the tool tip.
    """
    result = QPushButton(text.replace("&", "&&"))
    result.setAutoDefault(False)
    if kind:
        result.setProperty("kind", kind)
    if name:
        result.setAccessibleName(name)
        result.setToolTip(name)
    else:
        result.setAccessibleName(text)
    return result


def frame(kind: str) -> QFrame:
    """A surface of the stylesheet: card, composer, question, notice, sidebar, inspector, header, pages, line."""
    result = QFrame()
    result.setProperty("kind", kind)
    return result


def separator() -> QFrame:
    """A thin line across."""
    result = frame("line")
    result.setFixedHeight(1)
    return result


def restyle(widget: QWidget, **properties: object) -> None:
    """Set dynamic properties and let the stylesheet look again."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def spread(layout: QLayout, margin: int | tuple[int, int, int, int] = 0, spacing: int = 0) -> None:
    """Set margins and spacing of a layout, in logical pixels from the tokens."""
    sides = (margin,) * 4 if isinstance(margin, int) else margin
    layout.setContentsMargins(*sides)
    layout.setSpacing(spacing)


def set_icon(target: QPushButton, theme: Theme, name: str, colour: str, size: int = 16, *, solid: bool = False) -> None:
    """Give a button an icon that grows with the text."""
    edge = theme.px(size)
    gap = theme.px(3) if target.text() else 0
    target.setIcon(icon(name, colour, edge, solid=solid, gap=gap))
    target.setIconSize(QSize(edge + gap, edge))


def grow_across(widget: QWidget) -> None:
    """Let a widget take the width there is and only the height it needs."""
    widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
