"""The card on which a person allows or denies one call of a tool."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from kireji.core.permissions import Approval, ApprovalRequest, Scope
from kireji.ui.chat.permission.beside import Beside, Natural
from kireji.ui.chat.permission.choices import Choices
from kireji.ui.chat.permission.exact import NO_ARGUMENTS, exact_arguments, exact_text
from kireji.ui.chat.permission.exact_view import ExactBox
from kireji.ui.chat.permission.guard import Guard
from kireji.ui.chat.permission.wording import asks_words, offer_words, reason_words, source_words
from kireji.ui.flow import FlowLayout
from kireji.ui.parts import button, label, row_of, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_LINES, _FEW_LINES = 10, 5
_SIDE = SPACE[2] + 2


class PermissionCard(QFrame):
    """Shows what a call would do, exactly, and takes the answer.

    It never takes the keyboard by itself, and no press in the first moment: what the person types or clicks was meant
    for what stood there before.

    Args:
        theme: Colours and text size.
        request: What is asked.
        name: The tool as people know it.
        compact: Where there is little room: allow once, deny, or go where there is more.
        whole: Whether long values are unfolded.
        clock: Seconds from some moment on.
    """

    answered = Signal(object)
    """An `Approval`; only once."""
    opened = Signal()
    """The rest shall be seen where there is more room."""
    unfolded = Signal()
    """Long values are shown whole from now on; the card needs more room."""

    def __init__(
        self,
        theme: Theme,
        request: ApprovalRequest,
        name: str,
        *,
        compact: bool = False,
        whole: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.request = request
        self._theme = theme
        self._compact, self._whole, self._over = compact, whole, False
        self.setProperty("kind", "plain" if compact else "card")
        self.setAccessibleName(asks_words(name))
        self.setAccessibleDescription(f"{source_words(request)}, {reason_words(request)}")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.allow = button(tr("Allow once"), "primary")
        self.more = button("")
        self.deny = button(tr("Deny"))
        self.denials = button("", name=tr("More ways to deny"))
        self.open = button(tr("Open"), name=tr("See all of it in the main window"))
        for each, words in ((self.allow, tr("Allow once")), (self.deny, tr("Deny"))):
            each.setAccessibleDescription(name)
            each.setAccessibleName(words)
        self._title = Natural(name, "strong")
        self._source = Natural(source_words(request), "chip", "idle")
        self._reason = Natural(reason_words(request), "chip")
        lines = _FEW_LINES if compact else _LINES
        self._arguments = ExactBox(theme, tr("What it is called with"), lines)
        effect = tr("What it would look at") if request.effects.harmless else tr("What it would do")
        self._change = ExactBox(theme, effect, lines)
        self._change_title = label(effect, "muted")
        self._choices = Choices(self, request.offers)
        self.guard = Guard(self, clock)
        self.guard.cover(self.allow, self.more, self.deny, self.denials, self.open)
        self._build()
        self._connect()
        self._fill()

    def _build(self) -> None:
        side = 0 if self._compact else _SIDE
        layout = QVBoxLayout(self)
        spread(layout, (side, 0 if self._compact else SPACE[2], side, 0 if self._compact else SPACE[2]), SPACE[1])
        layout.addWidget(Beside(self._title, self._source, SPACE[1], apart=False))
        layout.addLayout(self._arguments)
        layout.addWidget(self._change_title)
        layout.addLayout(self._change)
        layout.addWidget(Beside(self._buttons(), self._reason, SPACE[1] + 2, apart=True))

    def _buttons(self) -> QWidget:
        row = QWidget()
        flow = FlowLayout(SPACE[1], row)
        offers = self.request.offers
        self._single = len(offers) == 1 and offers[0].scope is not Scope.UNTIL
        denying = row_of(self.deny, self.denials)
        denying.layout().setSpacing(SPACE[0] // 2)  # type: ignore[union-attr]
        for each in (self.allow, self.more, denying, self.open):
            flow.addWidget(each)
        self.more.setVisible(bool(offers) and not self._compact)
        self.denials.setVisible(not self._compact)
        self.open.setVisible(self._compact)
        if offers:
            best = next((offer for offer in offers if offer.place), offers[0])
            words = offer_words(best, more=not self._single)
            self.more.setText(words)
            self.more.setAccessibleName(words)
        set_icon(self.denials, self._theme, "chevron-down", self._theme.colours.ink, 14)
        self.denials.setProperty("kind", "tool")
        self.denials.setMinimumHeight(self.deny.sizeHint().height())
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        row.setSizePolicy(policy)
        return row

    def _connect(self) -> None:
        self.allow.clicked.connect(self._allow)
        self.more.clicked.connect(self._allow_more)
        self.deny.clicked.connect(self._deny)
        self.denials.clicked.connect(self._deny_more)
        self.open.clicked.connect(self.opened)
        self._choices.chosen.connect(self._answer)
        self._arguments.unfolded.connect(self._unfold)
        self._change.unfolded.connect(self._unfold)

    def _fill(self) -> None:
        # What is asked about every time is a command: nobody should allow one whose middle they have not seen.
        whole = self._whole or self.request.tool.asks_always
        arguments = exact_arguments(self.request.arguments, whole=whole)
        self._arguments.set_shown(self.request.arguments.strip() not in NO_ARGUMENTS)
        self._arguments.show_exact(arguments)
        change = exact_text(self.request.change, whole=whole)
        # A command that is the only argument stands there already.
        told = bool(change.text) and (bool(change.left_out) or f'"{change.text}"' not in arguments.text)
        self._change.set_shown(told)
        self._change_title.setVisible(told)
        self._change.show_exact(change)

    def buttons(self) -> list[QPushButton]:
        """Those that are shown, in their order."""
        every = (self.allow, self.more, self.deny, self.denials, self.open)
        return [each for each in every if not each.isHidden()]

    def stops(self) -> list[QWidget]:
        """What Tab comes to, in order."""
        boxes = (self._arguments, self._change)
        shown = [part for box in boxes for part in (box.view, box.more) if part.isVisibleTo(self)]
        return [*shown, *self.buttons()]

    def sizeHint(self) -> QSize:
        width = max(80, self.width())
        return QSize(width, self.heightForWidth(width))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            event.accept()  # a press between the buttons is no press on what lies below
            return True
        return super().event(event)

    # The answer.

    def _allow(self) -> None:
        self._answer(Approval(allowed=True))

    def _deny(self) -> None:
        self._answer(Approval(allowed=False))

    def _allow_more(self) -> None:
        if self._single:
            offer = self.request.offers[0]
            self._answer(Approval(allowed=True, scope=offer.scope, place=offer.place))
        else:
            self._choices.open_offers(self.more)

    def _deny_more(self) -> None:
        self._choices.open_denials(self.denials)

    def _answer(self, approval: object) -> None:
        assert isinstance(approval, Approval)
        if not self._over:
            self._over = True
            self.answered.emit(approval)

    def _unfold(self) -> None:
        self._whole = True
        self._fill()
        self.unfolded.emit()
