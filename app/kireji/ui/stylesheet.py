"""The one stylesheet of the program, built from the tokens.

Widgets choose a look by dynamic properties: `kind` on buttons and frames, `role` on labels, `state` on chips.
"""

from __future__ import annotations

from kireji.ui.tokens import (
    LIGHT,
    RADIUS_CARD,
    RADIUS_CONTROL,
    TYPE_BODY,
    TYPE_DISPLAY,
    TYPE_LABEL,
    TYPE_LEAD,
    TYPE_SMALL,
    TYPE_TITLE,
    Colours,
)


def stylesheet(colours: Colours, scale: float, *, mirrored: bool = False) -> str:
    """The whole stylesheet.

    Args:
        colours: Of the theme in force.
        scale: 1.0 is the normal size of text.
        mirrored: Whether the windows begin at the right.
    """
    start, end = ("right", "left") if mirrored else ("left", "right")
    return "\n".join(
        (
            _base(colours, scale),
            _labels(colours, scale),
            _buttons(colours, scale, start),
            _fields(colours, scale, end),
            _surfaces(colours, start, end),
            _lists(colours, scale),
            _bars(colours),
            _rings(colours, end) if colours.strong else "",
        )
    )


def _px(size: float, scale: float) -> str:
    return f"{round(size * scale)}px"


def _base(c: Colours, scale: float) -> str:
    return f"""
QWidget {{ color: {c.ink}; font-size: {_px(TYPE_BODY, scale)}; }}
QMainWindow, QDialog {{ background: {c.background}; }}
QToolTip {{ background: {c.raised}; color: {c.ink}; border: 1px solid {c.line}; padding: 4px 8px; }}
QBalloonTip QLabel {{ color: {LIGHT.ink}; }} /* Qt paints the ground of the tray's balloon, in light yellow */
QMenu {{ background: {c.surface}; border: 1px solid {c.line}; padding: 4px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {c.raised}; }}
QMenu::item:disabled {{ color: {c.muted}; }}
QRadioButton::indicator {{ width: {_px(12, scale)}; height: {_px(12, scale)}; border: 2px solid {c.muted};
    border-radius: {_px(8, scale)}; background: {c.surface}; }}
QRadioButton::indicator:checked {{ width: {_px(6, scale)}; height: {_px(6, scale)};
    border: {_px(5, scale)} solid {c.accent}; }}
QProgressBar {{ background: {c.raised}; border: none; border-radius: 3px; }}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
QMenu::separator {{ height: 1px; background: {c.line}; margin: 4px 8px; }}
QScrollArea, QScrollArea > QWidget > QWidget[kind="page"] {{ background: transparent; border: none; }}
"""


def _labels(c: Colours, scale: float) -> str:
    return f"""
QLabel {{ background: transparent; }}
QLabel[role="muted"] {{ color: {c.muted}; font-size: {_px(TYPE_LABEL, scale)}; }}
QLabel[role="small"] {{ color: {c.muted}; font-size: {_px(TYPE_SMALL, scale)}; }}
QLabel[role="trouble"] {{ color: {c.warn}; font-size: {_px(TYPE_SMALL, scale)}; }}
QLabel[role="section"] {{ color: {c.muted}; font-size: {_px(TYPE_SMALL, scale)}; }}
QLabel[role="value"] {{ font-size: {_px(TYPE_LABEL, scale)}; font-weight: 500; }}
QLabel[role="strong"] {{ font-weight: 600; }}
QLabel[role="lead"] {{ font-size: {_px(TYPE_LEAD, scale)}; font-weight: 600; }}
QLabel[role="title"] {{ font-size: {_px(TYPE_TITLE, scale)}; font-weight: 600; }}
QLabel[role="title"][state="ok"] {{ color: {c.ok}; }}
QLabel[role="title"][state="warn"] {{ color: {c.warn}; }}
QLabel[role="title"][state="error"] {{ color: {c.error}; }}
QLabel[role="display"] {{ font-size: {_px(TYPE_DISPLAY, scale)}; font-weight: 600; }}
QLabel[role="warn"] {{ color: {c.warn}; font-size: {_px(TYPE_LABEL, scale)}; }}
QLabel[role="error"] {{ color: {c.error}; font-size: {_px(TYPE_LABEL, scale)}; }}
QLabel[role="ok"] {{ color: {c.ok}; font-size: {_px(TYPE_LABEL, scale)}; }}
QLabel[role="chip"] {{ background: {c.raised}; color: {c.muted}; border: 1px solid {c.line};
    border-radius: {_chip_radius(scale)}; padding: 3px 9px; font-size: {_px(TYPE_SMALL, scale)}; }}
QLabel[role="badge"] {{ background: {c.accent_soft}; color: {c.accent}; border-radius: {_chip_radius(scale)};
    padding: 4px 10px; font-size: {_px(TYPE_SMALL, scale)}; }}
QLabel[role="badge"][state="warn"] {{ background: {c.background}; color: {c.warn}; border: 1px solid {c.line};
    padding: 3px 9px; }}
QLabel[role="chip"][state="ok"] {{ color: {c.ok}; font-weight: 600; }}
QLabel[role="chip"][state="warn"] {{ color: {c.warn}; font-weight: 600; }}
QLabel[role="chip"][state="error"] {{ color: {c.error}; font-weight: 600; }}
QLabel[role="chip"][state="idle"] {{ font-weight: 600; }}
"""


def _chip_radius(scale: float) -> str:
    # Qt draws square corners when the radius is more than half the height.
    return f"{int((TYPE_SMALL * scale * 1.17 + 8) / 2)}px"


def _buttons(c: Colours, scale: float, start: str) -> str:
    return f"""
QPushButton, QToolButton {{ background: {c.surface}; border: 1px solid {c.line}; border-radius: {RADIUS_CONTROL}px;
    padding: 6px 13px; font-weight: 500; }}
QPushButton:hover, QToolButton:hover {{ background: {c.raised}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {c.accent_soft if c.strong else c.line}; }}
QPushButton:focus, QToolButton:focus {{ border-color: {c.accent}; outline: none; }}
QPushButton:disabled, QToolButton:disabled {{ color: {c.muted}; background: {c.raised}; }}
QPushButton[kind="primary"] {{ background: {c.accent}; border-color: {c.accent}; color: {c.on_accent};
    font-weight: 600; }}
QPushButton[kind="primary"]:hover, QPushButton[kind="primary"]:pressed {{ background: {c.accent}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {c.ink}; padding: 5px 12px; }}
QPushButton[kind="primary"]:disabled {{ background: {c.raised}; border-color: {c.line}; color: {c.muted}; }}
QPushButton[kind="chip"] {{ background: {c.raised}; border-radius: {_chip_radius(scale)}; padding: 3px 11px;
    color: {c.muted}; font-size: {_px(TYPE_SMALL, scale)}; font-weight: 400; }}
QPushButton[kind="chip"]:hover {{ color: {c.ink}; }}
QPushButton[kind="chip"][state="off"] {{ background: transparent; }}
QPushButton[kind="quiet"], QToolButton[kind="quiet"] {{ background: transparent; border: 1px solid transparent;
    padding: 4px 8px; color: {c.muted}; font-size: {_px(TYPE_LABEL, scale)}; font-weight: 400; }}
QPushButton[kind="quiet"][narrow="true"] {{ padding: 4px 4px; }}
QPushButton[kind="quiet"]:hover, QToolButton[kind="quiet"]:hover {{ background: {c.raised}; color: {c.ink}; }}
QPushButton[kind="quiet"]:focus, QToolButton[kind="quiet"]:focus {{ border-color: {c.accent}; }}
QPushButton[kind="fold"] {{ background: transparent; border: 1px solid transparent; border-radius: 6px;
    padding: 3px 6px 3px 3px; color: {c.muted}; font-size: {_px(TYPE_LABEL, scale)}; font-weight: 400; }}
QPushButton[kind="fold"]:hover {{ color: {c.ink}; }}
QPushButton[kind="fold"]:focus {{ border-color: {c.accent}; }}
QPushButton[kind="fold"]:disabled {{ background: transparent; color: {c.muted}; }}
QPushButton[kind="code"] {{ background: {c.code}; border: 1px solid transparent; border-radius: 4px;
    padding: 1px 6px; color: {c.muted}; font-size: {_px(TYPE_SMALL, scale)}; font-weight: 400; }}
QPushButton[kind="code"]:hover {{ color: {c.ink}; }}
QPushButton[kind="code"]:focus {{ border-color: {c.accent}; }}
QPushButton[kind="segment"] {{ background: {c.surface}; border: 1px solid {c.line}; padding: 3px 10px;
    border-radius: {_chip_radius(scale)}; color: {c.muted}; font-size: {_px(TYPE_SMALL, scale)}; font-weight: 400; }}
QPushButton[kind="segment"]:hover {{ color: {c.ink}; }}
QPushButton[kind="segment"]:checked {{ background: {c.accent_soft}; border-color: {c.accent}; color: {c.ink};
    font-weight: 600; }}
QPushButton[kind="segment"]:focus {{ border-color: {c.ink}; }}
QPushButton[kind="tool"] {{ padding: 6px 7px; }}
QPushButton[kind="tool"]:checked {{ background: {c.accent_soft}; border-color: {c.accent}; }}
QPushButton[kind="tool"]:checked:focus {{ border-color: {c.ink}; }}
QPushButton[kind="row"] {{ background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 4px 6px;
    text-align: left; font-size: {_px(TYPE_LABEL, scale)}; font-weight: 400; }}
QPushButton[kind="row"]:hover {{ background: {c.raised}; }}
QPushButton[kind="row"]:focus {{ border-color: {c.accent}; }}
QPushButton[kind="nav"] {{ background: transparent; border: 1px solid transparent;
    border-{start}: 2px solid transparent; text-align: left; padding: 7px 9px; font-weight: 400; }}
QPushButton[kind="nav"]:hover {{ background: {c.raised}; }}
QPushButton[kind="nav"]:checked {{ background: {c.surface}; border-{start}-color: {c.accent}; }}
QPushButton[kind="nav"]:focus {{ border-color: {c.accent}; }}
"""


def _fields(c: Colours, scale: float, end: str) -> str:
    return f"""
QLineEdit, QComboBox, QDateEdit {{ background: {c.surface}; border: 1px solid {c.line};
    border-radius: {RADIUS_CONTROL}px; padding: 6px 10px; selection-background-color: {c.accent_soft};
    selection-color: {c.ink}; placeholder-text-color: {c.muted}; }}
QLineEdit:focus, QComboBox:focus, QDateEdit:focus {{ border-color: {c.accent}; }}
QLineEdit:disabled, QComboBox:disabled {{ color: {c.muted}; background: {c.raised}; }}
QDateEdit::up-button, QDateEdit::down-button {{ width: 0; border: none; }}
QDateEdit QLineEdit, QDateEdit QLineEdit:focus {{ background: transparent; border: none; }}
QLineEdit[kind="search"] {{ padding: 7px 9px; }}
QLineEdit[kind="title"] {{ padding: 0 8px; border-color: {c.accent}; }}
QComboBox {{ padding-{end}: 28px; font-weight: 500; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox QAbstractItemView {{ background: {c.surface}; border: 1px solid {c.line}; padding: 4px; outline: none;
    selection-background-color: {c.raised}; selection-color: {c.ink}; }}
QPlainTextEdit {{ background: transparent; border: none; font-size: {_px(TYPE_BODY, scale)};
    placeholder-text-color: {c.muted};
    selection-background-color: {c.accent_soft}; selection-color: {c.ink}; }}
QPlainTextEdit[kind="exact"] {{ font-size: {_px(TYPE_LABEL, scale)}; }}
QPlainTextEdit[role="muted"] {{ color: {c.muted}; font-size: {_px(TYPE_LABEL, scale)}; }}
"""


def _surfaces(c: Colours, start: str, end: str) -> str:
    return f"""
QFrame[kind="card"] {{ background: {c.surface}; border: 1px solid {c.line}; border-radius: {RADIUS_CARD}px; }}
QFrame[kind="composer"] {{ background: {c.surface}; border: 1px solid {c.line}; border-radius: {RADIUS_CARD}px; }}
QFrame[kind="composer"][focused="true"] {{ border-color: {c.muted}; }}
QFrame[kind="question"] {{ background: {c.raised}; border: none; border-radius: {RADIUS_CARD}px; }}
QFrame[kind="attachment"] {{ background: {c.raised}; border: 1px solid {c.line}; border-radius: {RADIUS_CONTROL}px; }}
QFrame[kind="attachment"][state="off"] {{ background: transparent; border-style: dashed; }}
QFrame[kind="target"] {{ background: transparent; border: 1px dashed {c.faint}; border-radius: {RADIUS_CARD}px; }}
QFrame[kind="target"][state="on"] {{ background: {c.accent_soft}; border-color: {c.accent}; }}
QFrame[kind="notice"] {{ background: {c.raised}; border: 1px solid {c.line}; border-radius: {RADIUS_CONTROL}px; }}
QFrame[kind="editor"] {{ background: {c.surface}; border: 1px solid {c.line}; border-radius: {RADIUS_CONTROL}px; }}
QFrame[kind="editor"][focused="true"] {{ border-color: {c.muted}; }}
QFrame[kind="details"] {{ background: {c.code}; border: 1px solid {c.line}; border-radius: {RADIUS_CONTROL}px; }}
QFrame[kind="sidebar"] {{ background: {c.raised}; border: none; border-{end}: 1px solid {c.line}; }}
QFrame[kind="inspector"] {{ background: {c.background}; border: none; border-{start}: 1px solid {c.line}; }}
QFrame[kind="header"] {{ background: {c.background}; border: none; border-bottom: 1px solid {c.line}; }}
QFrame[kind="pages"] {{ background: {c.background}; border: none; border-{end}: 1px solid {c.line}; }}
QFrame[kind="banner"] {{ background: {c.raised}; border: none; border-{start}: 4px solid {c.muted};
    border-radius: {RADIUS_CONTROL}px; }}
QFrame[kind="banner"][state="ok"] {{ border-{start}-color: {c.ok}; }}
QFrame[kind="banner"][state="warn"] {{ border-{start}-color: {c.warn}; }}
QFrame[kind="banner"][state="error"] {{ border-{start}-color: {c.error}; }}
QAbstractButton[kind="quoted"] {{ background: {c.code}; border: 1px solid transparent;
    border-radius: {RADIUS_CONTROL}px; }}
QAbstractButton[kind="quoted"]:hover {{ background: {c.raised}; }}
QAbstractButton[kind="quoted"][state="on"] {{ background: {c.accent_soft}; }}
QAbstractButton[kind="quoted"]:focus {{ border-color: {c.accent}; }}
QSplitter::handle {{ background: transparent; }}
QSplitter::handle:horizontal {{ border-{end}: 1px solid {c.line}; }}
QSplitter::handle:vertical {{ border-top: 1px solid {c.line}; }}
QSplitter::handle:hover {{ background: {c.raised}; }}
QFrame[kind="line"] {{ background: {c.line}; border: none; }}
"""


def _lists(c: Colours, scale: float) -> str:
    return f"""
QListView, QTreeView {{ background: transparent; border: none; outline: none; font-size: {_px(TYPE_BODY, scale)}; }}
QTreeView {{ show-decoration-selected: 0; selection-background-color: transparent; }}
QTreeView::branch {{ background: transparent; }}
QTableView {{ background: transparent; border: none; outline: none; font-size: {_px(TYPE_LABEL, scale)}; }}
QTableView[kind="verdicts"] {{ selection-background-color: transparent; }}
QTableCornerButton::section {{ background: transparent; border: none; border-bottom: 1px solid {c.line}; }}
QHeaderView, QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QHeaderView::section {{ background: transparent; color: {c.muted}; border: none;
    border-bottom: 1px solid {c.line}; padding: 0 8px; font-size: {_px(TYPE_SMALL, scale)}; }}
QListWidget[kind="receipts"] {{ font-size: {_px(TYPE_LABEL, scale)}; }}
QListWidget[kind="receipts"]::item {{ padding: 6px 8px; border-radius: 6px; border: 1px solid transparent; }}
QListWidget[kind="receipts"]::item:hover {{ background: {c.raised}; }}
QListWidget[kind="receipts"]::item:selected {{ background: {c.accent_soft}; color: {c.ink}; }}
QListWidget[kind="receipts"]::item:selected:focus {{ border-color: {c.accent}; }}
QTextBrowser[kind="receipt"] {{ background: {c.surface}; border: 1px solid {c.line};
    border-radius: {RADIUS_CARD}px; selection-background-color: {c.accent_soft}; selection-color: {c.ink}; }}
"""


def _bars(c: Colours) -> str:
    return f"""
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {c.line}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {c.faint}; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{ background: none;
    border: none; width: 0; height: 0; }}
"""


def _rings(c: Colours, end: str) -> str:
    """High contrast: what has the keyboard is framed twice as strong, in ink; the frame grows inwards."""
    return f"""
QPushButton:focus, QToolButton:focus {{ border: 2px solid {c.ink}; padding: 5px 12px; }}
QPushButton[kind="chip"]:focus, QPushButton[kind="segment"]:focus {{ border: 2px solid {c.ink}; padding: 2px 9px; }}
QPushButton[kind="quiet"]:focus, QToolButton[kind="quiet"]:focus {{ border: 2px solid {c.ink}; padding: 3px 7px; }}
QPushButton[kind="quiet"][narrow="true"]:focus {{ border: 2px solid {c.ink}; padding: 3px 3px; }}
QPushButton[kind="code"]:focus {{ border: 2px solid {c.ink}; padding: 0px 5px; }}
QPushButton[kind="tool"]:focus {{ border: 2px solid {c.ink}; padding: 5px 6px; }}
QPushButton[kind="row"]:focus {{ border: 2px solid {c.ink}; padding: 3px 5px; }}
QPushButton[kind="nav"]:focus {{ border: 2px solid {c.ink}; padding: 6px 8px; }}
QAbstractButton[kind="quoted"]:focus {{ border: 2px solid {c.ink}; }}
QListWidget[kind="receipts"]::item:selected:focus {{ border: 2px solid {c.ink}; padding: 5px 7px; }}
QLineEdit:focus, QComboBox:focus, QDateEdit:focus {{ border: 2px solid {c.ink}; padding: 5px 9px; }}
QComboBox:focus {{ padding-{end}: 27px; }}
QFrame[kind="composer"][focused="true"], QFrame[kind="editor"][focused="true"] {{ border-color: {c.ink}; }}
QMenu::item:selected, QPushButton:checked {{ font-weight: 600; }}
"""
