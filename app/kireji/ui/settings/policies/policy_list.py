"""The list of policies."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from kireji.core.moderation.policies import ParsedPolicy
from kireji.ui.chat.header import ElidedLabel
from kireji.ui.parts import LivePair, button, label, restyle, separator, set_icon, spread, tip
from kireji.ui.settings.cards import Chip, tell
from kireji.ui.settings.policies.words import about, first_fatal, problem_words, state_words
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

EDIT, DUPLICATE, EXPORT, REMOVE = "edit", "duplicate", "export", "remove"
_MENU = ((DUPLICATE, mark("Duplicate…")), (EXPORT, mark("Export…")), (REMOVE, mark("Remove")))


class PolicyList(QFrame):
    """All policies by title, the broken ones with what is wrong.

    Args:
        theme: Colours and text size.
    """

    wanted = Signal(object, object)
    """What shall be done (`EDIT`, `DUPLICATE`, …) with the policy of a name."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setAccessibleName(tr("Your policies"))
        self._theme = theme
        self.rows: list[PolicyRow] = []
        self._lines: list[QWidget] = []
        self._column = QVBoxLayout(self)
        spread(self._column, (SPACE[2], SPACE[1], SPACE[2], SPACE[1]), SPACE[1])

    def show_policies(self, policies: Mapping[str, ParsedPolicy], shipped: Collection[str]) -> None:
        """Show these.

        Args:
            policies: By name, in their order.
            shipped: Names of those that came with the program.
        """
        kept = {row.name: row for row in self.rows}
        for line in self._lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines.clear()
        for name, row in kept.items():
            self._column.removeWidget(row)
            if name not in policies:
                row.hide()
                row.deleteLater()
        self.rows = []
        for name, parsed in policies.items():
            if self.rows:
                line = separator()
                self._lines.append(line)
                self._column.addWidget(line)
            row = kept.get(name) or self._made(name)
            row.show_policy(parsed, shipped=name in shipped)
            self.rows.append(row)
            self._column.addWidget(row)
            row.show()

    def row(self, name: str) -> PolicyRow | None:
        """The row of a policy."""
        return next((row for row in self.rows if row.name == name), None)

    def _made(self, name: str) -> PolicyRow:
        row = PolicyRow(self._theme, name)
        row.wanted.connect(self.wanted)
        return row


class PolicyRow(QWidget):
    """One policy.

    Args:
        theme: Colours and text size.
        name: Of the policy.
    """

    wanted = Signal(object, object)

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self.name = name
        self._own = self._shipped = False
        self.title = label("", "strong")
        self.chip = Chip()
        self.about = ElidedLabel("small")
        self.problem = label("", "error", wrap=True)
        self.edit = button(tr("Open"))
        self.more = button("", "quiet")
        self.menu: QMenu | None = None
        self._build()
        self.edit.clicked.connect(self._edit)
        self.more.clicked.connect(self._open)
        theme.changed.connect(self._dress)
        self._dress()

    def _build(self) -> None:
        ends = QWidget()
        layout = QHBoxLayout(ends)
        spread(layout, 0, SPACE[0])
        layout.addWidget(self.edit)
        layout.addWidget(self.more)
        column = QVBoxLayout(self)
        spread(column, 0, 0)
        column.addWidget(LivePair(LivePair(self.title, self.chip, spread_out=False), ends))
        column.addWidget(self.about)
        column.addWidget(self.problem)
        self.problem.hide()

    def show_policy(self, parsed: ParsedPolicy, *, shipped: bool) -> None:
        """What it is now.

        Args:
            parsed: What its file gives.
            shipped: One of its name came with the program.
        """
        policy = parsed.policy
        self._own = policy is None or policy.own
        self._shipped = shipped
        title = policy.title if policy is not None else self.name
        self.title.setText(title)
        words, state = self._state(broken=policy is None)
        self.chip.setText(words)
        self.chip.setVisible(bool(words))
        self.chip.setAccessibleName(f"{title}: {words}")
        restyle(self.chip, state=state)
        line = about(parsed)
        self.about.set_words(line)
        self.about.setVisible(bool(line))
        fatal = first_fatal(parsed.problems)
        if policy is None:
            tell(self.problem, "" if fatal is None else problem_words(fatal), "error")
        else:
            # Remarks are for whoever writes the policy.
            tell(self.problem, state_words(parsed.problems)[0] if parsed.problems and policy.own else "", "muted")
        for each, name in (
            (self.edit, tr("Open: {title}", title=title)),
            (self.more, tr("More: {title}", title=title)),
        ):
            each.setAccessibleName(name)
            each.setToolTip(tip(name))

    def entries(self) -> Sequence[tuple[str, str]]:
        """What the menu offers: what it does and how it is called."""
        found = []
        for what, title in _MENU:
            if what != REMOVE or self._own:
                restores = what == REMOVE and self._shipped
                found.append((what, tr("Restore the one from Kireji") if restores else tr(title)))
        return found

    def _state(self, *, broken: bool) -> tuple[str, str]:
        if broken:
            return tr("cannot be used"), "error"
        if not self._own:
            return "", "idle"
        return (tr("changed"), "idle") if self._shipped else (tr("yours"), "ok")

    def _edit(self) -> None:
        self.wanted.emit(EDIT, self.name)

    def _open(self) -> None:
        if self.menu is None:
            self.menu = QMenu(self)
            self.menu.triggered.connect(self._chosen)
        self.menu.clear()
        for what, title in self.entries():
            self.menu.addAction(title).setData(what)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        corner = self.more.rect().bottomLeft() if rtl else self.more.rect().bottomRight()
        place = self.more.mapToGlobal(corner) + QPoint(0, SPACE[0])
        self.menu.popup(place if rtl else place - QPoint(self.menu.sizeHint().width(), 0))

    def _chosen(self, action: QAction) -> None:
        self.wanted.emit(action.data(), self.name)

    def _dress(self) -> None:
        set_icon(self.more, self._theme, "ellipsis", self._theme.colours.muted)
