"""Menus of a permission card: for what else a call is allowed or denied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QDate, QObject, Signal
from PySide6.QtWidgets import QDateEdit, QDialog, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from kireji.core.permissions import Approval, Scope, ScopeOffer
from kireji.ui.chat.header import open_below
from kireji.ui.chat.permission.wording import choice_words, until_tonight
from kireji.ui.parts import button, label, spread
from kireji.ui.tokens import SPACE
from kireji.ui.translation import locale, tr

_WEEK = timedelta(days=7)
_DENY_ALWAYS = Approval(allowed=False, scope=Scope.UNTIL)
_DENY_HERE = Approval(allowed=False, scope=Scope.CONVERSATION)


class Choices(QObject):
    """Shows the menus and says what was chosen.

    Args:
        owner: Over which they open.
        offers: What can be allowed beyond the call.
        now: The present time in the person's own zone.
    """

    chosen = Signal(object)
    """An `Approval`."""

    def __init__(self, owner: QWidget, offers: Sequence[ScopeOffer], now: Callable[[], datetime] | None = None) -> None:
        super().__init__(owner)
        self._owner = owner
        self._offers = tuple(offers)
        self._now = now or _local_time

    def open_offers(self, anchor: QWidget) -> None:
        """What can be allowed beyond this call."""
        menu = self.offers_menu()
        open_below(menu, anchor)

    def open_denials(self, anchor: QWidget) -> None:
        """What can be denied beyond this call."""
        open_below(self.denials_menu(), anchor)

    def offers_menu(self) -> QMenu:
        """The same menu, not yet shown."""
        menu = self._menu()
        # The place that the button names comes first; what follows holds whatever the tool is called with.
        for offer in filter(lambda offer: offer.place, self._offers):
            self._add(menu, choice_words(offer), Approval(allowed=True, scope=offer.scope, place=offer.place))
            menu.addSeparator()
        for offer in filter(lambda offer: not offer.place, self._offers):
            if offer.scope is not Scope.UNTIL:
                self._add(menu, choice_words(offer), Approval(allowed=True, scope=offer.scope))
                continue
            now = self._now()
            self._add(menu, tr("Every call of this tool until tonight"), _until(until_tonight(now)))
            self._add(menu, tr("Every call of this tool for a week"), _until(now + _WEEK))
            action = menu.addAction(tr("Every call of this tool until a date…"))
            action.triggered.connect(self._pick_date)
        return menu

    def denials_menu(self) -> QMenu:
        """The same menu, not yet shown."""
        menu = self._menu()
        self._add(menu, tr("Deny in this conversation"), _DENY_HERE)
        self._add(menu, tr("Always deny this tool"), _DENY_ALWAYS)
        return menu

    def _menu(self) -> QMenu:
        menu = QMenu(self._owner)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _add(self, menu: QMenu, words: str, approval: Approval) -> None:
        action = menu.addAction(words.replace("&", "&&"))
        action.setData(approval)
        action.triggered.connect(self._triggered)

    def _triggered(self) -> None:
        self.chosen.emit(self.sender().data())  # type: ignore[attr-defined]

    def _pick_date(self) -> None:
        dialog = UntilDialog(self._owner.window(), self._now())
        dialog.chosen.connect(self.chosen)
        dialog.open()


class UntilDialog(QDialog):
    """Asks until which day something is allowed.

    Args:
        parent: Over which it opens.
        now: The present time in the person's own zone.
    """

    chosen = Signal(object)
    """An `Approval`."""

    def __init__(self, parent: QWidget, now: datetime) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Allow until a date"))
        self._now = now
        self.field = QDateEdit(_date(now + _WEEK))
        self.field.setMinimumDate(_date(now))
        self.field.setMaximumDate(_date(now).addYears(2))
        if (language := locale()) is not None:
            self.field.setLocale(language)
        self.field.setDisplayFormat(tr("d MMMM yyyy"))
        self.field.lineEdit().setTextMargins(SPACE[1], 0, SPACE[1], 0)  # what the stylesheet says of it has no effect
        self.field.setAccessibleName(tr("Allow until the end of"))
        self.allow = button(tr("Allow"), "primary")
        cancel = button(tr("Cancel"))
        layout = QVBoxLayout(self)
        spread(layout, SPACE[3], SPACE[2])
        layout.addWidget(label(tr("Allow every call of this tool until the end of"), "muted"))
        layout.addWidget(self.field)
        row = QHBoxLayout()
        spread(row, 0, SPACE[1])
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.allow)
        layout.addLayout(row)
        self.allow.clicked.connect(self._allow)
        cancel.clicked.connect(self.reject)
        self.finished.connect(self.deleteLater)

    def _allow(self) -> None:
        chosen = self.field.date()
        day = self._now.replace(year=chosen.year(), month=chosen.month(), day=chosen.day())
        self.chosen.emit(_until(until_tonight(day)))
        self.accept()


def _until(moment: datetime) -> Approval:
    return Approval(allowed=True, scope=Scope.UNTIL, until=moment.astimezone(UTC))


def _date(moment: datetime) -> QDate:
    return QDate(moment.year, moment.month, moment.day)


def _local_time() -> datetime:
    return datetime.now().astimezone()
