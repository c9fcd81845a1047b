"""The pane on the right: who answers, what answers used and cost, and what left this computer."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from kireji.core.history import SentTotals
from kireji.core.messages import Usage
from kireji.ui.chat.header import ElidedLabel
from kireji.ui.chat.words import count, dollars, size
from kireji.ui.instructions import Instructions
from kireji.ui.parts import label, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE

WIDTH = 248
_UNKNOWN = "–"
_ROW_NAMES = {"Total cost": "Cost", "Size in all": "Size"}


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers the next question, in words.

    Args:
        provider: Its name.
        model: The model's name.
        effort: How hard it works; empty where that cannot be chosen.
        context: How much it reads at most, in tokens; 0 if unknown.
        price: Per million tokens in and out; empty if unknown.
    """

    provider: str = ""
    model: str = ""
    effort: str = ""
    context: int = 0
    price: str = ""


class Inspector(QFrame):
    """Shows numbers that matter, each always in the same place.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "inspector")
        self.setAccessibleName("Details")
        self._theme = theme
        self._context = self._tokens = 0
        self._values: dict[str, QLabel] = {}
        self.instructions = Instructions(theme)
        self._fill = _Fill(theme)
        self._cache = label("", "small", wrap=True)
        body = QWidget()
        body.setProperty("kind", "page")
        self._layout = QVBoxLayout(body)
        spread(self._layout, (SPACE[3], SPACE[3], SPACE[3], SPACE[3]), SPACE[2])
        self._build()
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setWidget(body)
        outer = QVBoxLayout(self)
        spread(outer, (1, 0, 0, 0))
        outer.addWidget(self._area)
        self.show_answerer(Answerer())
        self.show_usage(None)
        self.show_conversation(())
        self.show_sent(SentTotals(0, 0), SentTotals(0, 0))

    def _build(self) -> None:
        self._section("Who answers", ("Provider", "Model", "Effort", "Price in", "Price out"))
        self._heading("Instructions")
        self._layout.addWidget(self.instructions)
        self._heading("Context")
        self._layout.addWidget(self._fill)
        self._rows(("In window",))
        self._section("This answer", ("Tokens read", "Tokens written", "From cache", "Cost"))
        self._layout.addWidget(self._cache)
        self._section("Conversation", ("Answers", "Tokens", "Total cost"))
        self._section("Left this computer", ("This conversation", "Size", "In all", "Size in all"))
        self._layout.addStretch(1)

    def show_answerer(self, answerer: Answerer) -> None:
        """Who answers the next question."""
        self._context = answerer.context
        self._show_window(self._tokens)
        self._set("Provider", answerer.provider or _UNKNOWN)
        self._set("Model", answerer.model or _UNKNOWN)
        self._set("Effort", answerer.effort or _UNKNOWN)
        into, _, out = answerer.price.partition(" · ")
        self._set("Price in", _per_million(into.removesuffix(" in")))
        self._set("Price out", _per_million((out or into).removesuffix(" out")))

    def show_usage(self, usage: Usage | None, saved: float | None = None) -> None:
        """What the newest answer has used so far.

        Args:
            usage: None while nothing was reported.
            saved: US dollars that the cache saved; None if nothing or unknown.
        """
        if usage is None:
            for name in ("Tokens read", "Tokens written", "From cache", "Cost"):
                self._set(name, _UNKNOWN)
            self._show_window(0)
            self._cache.hide()
            return
        prompt = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        self._set("Tokens read", count(prompt))
        self._set("Tokens written", count(usage.output_tokens))
        self._set("From cache", f"{usage.cache_read_tokens * 100 // prompt} %" if prompt else _UNKNOWN)
        self._set("Cost", dollars(usage.cost))
        self._show_window(prompt + usage.output_tokens)
        self._cache.setText(_cached(usage.cache_read_tokens, prompt, saved))
        self._cache.setVisible(usage.cache_read_tokens > 0)

    def _show_window(self, tokens: int) -> None:
        """How much of what the model can read the conversation takes."""
        self._tokens = tokens
        known = bool(tokens and self._context)
        self._fill.set_share(tokens / self._context if known else 0.0)
        most = f" / {count(self._context)}" if self._context else ""
        self._set("In window", f"{count(tokens)}{most}" if tokens else _UNKNOWN)

    def show_conversation(self, usages: tuple[Usage, ...]) -> None:
        """All answers of the conversation that reported what they used."""
        if not usages:
            for name in ("Answers", "Tokens", "Total cost"):
                self._set(name, _UNKNOWN)
            return
        tokens = sum(
            one.input_tokens + one.cache_read_tokens + one.cache_write_tokens + one.output_tokens for one in usages
        )
        known = [one.cost for one in usages if one.cost is not None]
        self._set("Answers", count(len(usages)))
        self._set("Tokens", count(tokens))
        self._set("Total cost", dollars(sum(known)) if len(known) == len(usages) else "not known")

    def show_sent(self, conversation: SentTotals | None, everything: SentTotals) -> None:
        """What the ledger says; no conversation sends nothing."""
        conversation = conversation or SentTotals(0, 0)
        self._set("This conversation", _requests(conversation.requests))
        self._set("Size", size(conversation.size))
        self._set("In all", _requests(everything.requests))
        self._set("Size in all", size(everything.size))

    def value(self, name: str) -> str:
        """What a row says, uncut."""
        return self._values[name].accessibleName().partition(": ")[2]

    def _section(self, title: str, names: tuple[str, ...]) -> None:
        self._heading(title)
        self._rows(names)

    def _heading(self, title: str) -> None:
        if self._layout.count():
            self._layout.addSpacing(SPACE[2])
        self._layout.addWidget(label(title.upper(), "section", name=title))

    def _rows(self, names: tuple[str, ...]) -> None:
        for name in names:
            row = QHBoxLayout()
            spread(row, 0, SPACE[1])
            value = ElidedLabel("value")
            value.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
            self._values[name] = value
            row.addWidget(label(_ROW_NAMES.get(name, name), "muted"))
            row.addStretch(1)
            row.addWidget(value, 1000)
            self._layout.addLayout(row)

    def _set(self, name: str, text: str) -> None:
        value = self._values[name]
        assert isinstance(value, ElidedLabel)
        value.set_words(text)
        value.setAccessibleName(f"{name}: {text}")


class _Fill(QWidget):
    """A thin bar: how full the model's window is."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._share = 0.0
        self.setFixedHeight(6)
        theme.changed.connect(self.update)

    def set_share(self, share: float) -> None:
        self._share = min(1.0, max(0.0, share))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = self._theme.colours
        whole = QRectF(self.rect())
        painter.fillRect(whole, QColor(colours.line))
        if self._share:
            width = max(2.0, whole.width() * self._share)
            left = whole.right() - width if self.isRightToLeft() else whole.left()
            painter.fillRect(QRectF(left, whole.top(), width, whole.height()), QColor(colours.info))


def _per_million(amount: str) -> str:
    return f"{amount} per million" if "$" in amount else amount or _UNKNOWN


def _cached(read: int, prompt: int, saved: float | None) -> str:
    gain = f", saved {dollars(saved)}" if saved is not None else ""
    return f"{count(read)} of {count(prompt)} tokens from the cache{gain}"


def _requests(number: int) -> str:
    return "1 request" if number == 1 else f"{count(number)} requests"
