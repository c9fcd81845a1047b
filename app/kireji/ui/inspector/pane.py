"""The pane itself: the context, what answers cost and used, who answers, and what left this computer."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from kireji.core.history import SentTotals
from kireji.core.messages import Usage
from kireji.core.request_tokens import Share
from kireji.services.token_counts import Counted
from kireji.ui.chat.header import ElidedLabel
from kireji.ui.chat.words import count, dollars, money, size, sum_of_money
from kireji.ui.inspector.context_bar import ContextBar, Part
from kireji.ui.inspector.section import UNKNOWN, Section
from kireji.ui.inspector.tools import ToolsSection
from kireji.ui.instructions import Instructions
from kireji.ui.parts import button, label, spread
from kireji.ui.receipts import keys
from kireji.ui.settings.cards import actions, tell
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, plural, tr

WIDTH = 248

_SECTIONS = {
    "context": mark("Context"),
    "cost": mark("Cost"),
    "conversation": mark("Conversation"),
    "answerer": mark("Who answers"),
    "instructions": mark("Instructions"),
    "sent": mark("Left this computer"),
}
_TOOLS = "tools"
_ROWS = {
    "context": {
        "In window": mark("In window"),
        "Said": mark("Conversation"),
        "Images": mark("Images"),
        "Documents": mark("Documents"),
        "Tools": mark("Tools"),
        "System": mark("System"),
    },
    "cost": {
        "Cost": mark("This answer"),
        "Total cost": mark("Conversation"),
        "From cache": mark("From cache"),
        "Month": mark("This month"),
        "Tokens read": mark("Read anew"),
        "Tokens written": mark("Written"),
    },
    "conversation": {"Answers": mark("Answers"), "Tokens": mark("Tokens")},
    "answerer": {
        "Provider": mark("Provider"),
        "Model": mark("Model"),
        "Effort": mark("Effort"),
        "Price in": mark("Price in"),
        "Price out": mark("Price out"),
    },
    "sent": {
        "This conversation": mark("This conversation"),
        "Size": mark("Size"),
        "In all": mark("In all"),
        "Size in all": mark("Size"),
    },
}
_SHARES = {
    Share.CONVERSATION: "Said",
    Share.IMAGES: "Images",
    Share.DOCUMENTS: "Documents",
    Share.TOOLS: "Tools",
    Share.SYSTEM: "System",
}
_COLOURS = {"Said": "info", "Images": "accent", "Documents": "warn", "Tools": "ok", "System": "muted"}
"""Of the parts of the bar, and of the dots before their rows."""
_SOMETIMES = ("Images", "Documents")
"""Rows that are there only when there is something."""


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers the next question, in words.

    Args:
        provider: Its name.
        model: The model's name.
        effort: How hard it works; empty where that cannot be chosen.
        context: How much it reads at most, in tokens; 0 if unknown.
        price_in: What a million tokens cost that it reads; empty if unknown.
        price_out: The same of those it writes.
    """

    provider: str = ""
    model: str = ""
    effort: str = ""
    context: int = 0
    price_in: str = ""
    price_out: str = ""


class Inspector(QFrame):
    """Shows numbers that matter; what nobody has reported is a dash, and never a guess.

    Args:
        theme: Colours and text size.
    """

    folded_changed = Signal(object)
    """The names of the sections that are folded away, as a tuple of texts."""
    receipt_clicked = Signal()
    """What left this computer shall be shown."""
    ahead_clicked = Signal()
    """What would leave with the question that is being written shall be shown."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "inspector")
        self.setAccessibleName(tr("Details"))
        self._theme = theme
        self._context = 0
        self._parts: tuple[Part, ...] = ()
        self._taken = 0
        self._folded: frozenset[str] = frozenset()
        self._sections: list[Section] = []
        self._values: dict[str, ElidedLabel] = {}
        self._homes: dict[str, Section] = {}
        self.instructions = Instructions(theme)
        self._bar = ContextBar(theme)
        self._cache = label("", "small", wrap=True)
        self._counted = label("", "small", wrap=True)
        self.exact = button(tr("Count exactly"), "quiet")
        self.exact.setToolTip(tr("Sends what would be asked to the service, which counts it and charges nothing."))
        self._exact_row = actions(self.exact)
        self.receipt = button(tr("Show receipt"))
        self.ahead = button(tr("Show what will be sent"), "quiet")
        self.receipt.setToolTip(QKeySequence(keys.RECEIPT).toString(QKeySequence.SequenceFormat.NativeText))
        self.ahead.setToolTip(QKeySequence(keys.AHEAD).toString(QKeySequence.SequenceFormat.NativeText))
        self.receipt.clicked.connect(self.receipt_clicked)
        self.ahead.clicked.connect(self.ahead_clicked)
        body = QWidget()
        body.setProperty("kind", "page")
        self._layout = QVBoxLayout(body)
        spread(self._layout, (SPACE[3], SPACE[3], SPACE[3], SPACE[3]), SPACE[3] + 2)
        self._layout.addStretch(1)
        self._build()
        self._area = QScrollArea()
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its headings have the keyboard, and scroll it
        self._area.setWidgetResizable(True)
        self._area.setAccessibleName(tr("Details"))
        self._area.setWidget(body)
        outer = QVBoxLayout(self)
        spread(outer, (1, 0, 1, 0))
        outer.addWidget(self._area)
        self.show_answerer(Answerer())
        self.show_usage(None)
        self.show_meter(None)
        self.offer_exact(offered=False)
        self.show_exact("")
        self.show_month(None)
        self.show_conversation(())
        self.show_sent(SentTotals(0, 0), SentTotals(0, 0))

    def _build(self) -> None:
        for name, title in _SECTIONS.items():
            section = Section(name, tr(title), self._theme)
            if name == "context":
                section.add(self._bar)
            for key, words in _ROWS.get(name, {}).items():
                section.add_row(key, tr(words), _COLOURS.get(key, "") if name == "context" else "")
            if name == "context":
                section.add(self._exact_row)
                section.add(self._counted)
            if name == "cost":
                section.add(self._cache)
            if name == "instructions":
                section.add(self.instructions)
            if name == "sent":
                section.add(self.receipt)
                section.add(self.ahead)
            self.add_section(section)
        self.tools = ToolsSection(_TOOLS, self._theme)
        self.add_section(self.tools, before="sent")

    def add_section(self, section: Section, before: str = "") -> None:
        """Put another part into the pane; folded away if it was so last time.

        Args:
            section: With the rows that it has from the beginning.
            before: Name of the section above which it stands; empty puts it below all.
        """
        places = [one.name for one in self._sections]
        place = places.index(before) if before in places else len(places)
        self._sections.insert(place, section)
        self._layout.insertWidget(place, section)
        self._values |= section.values()
        self._homes |= dict.fromkeys(section.values(), section)
        section.set_folded(section.name in self._folded)
        section.folding_changed.connect(self._folding_changed)

    def set_folded(self, names: tuple[str, ...]) -> None:
        """Fold these sections away, and open all others; names that nobody has are kept for whoever comes later."""
        self._folded = frozenset(names)
        for section in self._sections:
            section.set_folded(section.name in self._folded)

    def show_answerer(self, answerer: Answerer) -> None:
        """Who answers the next question."""
        self._context = answerer.context
        self._show_window()
        self._set("Provider", answerer.provider or UNKNOWN)
        self._set("Model", answerer.model or UNKNOWN)
        self._set("Effort", answerer.effort or UNKNOWN)
        self._set("Price in", answerer.price_in or UNKNOWN)
        self._set("Price out", answerer.price_out or UNKNOWN)

    def show_usage(self, usage: Usage | None, saved: float | None = None) -> None:
        """What the newest answer has used so far, as the service reports it.

        Args:
            usage: None while nothing was reported.
            saved: US dollars that the cache saved; None if nothing or unknown.
        """
        if usage is None:
            for name in ("Tokens read", "Tokens written", "From cache", "Cost"):
                self._set(name, UNKNOWN)
            self._cache.hide()
            return
        fresh = usage.input_tokens + usage.cache_write_tokens
        prompt = fresh + usage.cache_read_tokens
        self._set("Tokens read", count(fresh))
        self._set("Tokens written", count(usage.output_tokens))
        self._set("From cache", f"{usage.cache_read_tokens * 100 // prompt} %" if prompt else UNKNOWN)
        self._set("Cost", dollars(usage.cost))
        self._cache.setText(_cached(usage.cache_read_tokens, prompt, saved))
        self._cache.setVisible(usage.cache_read_tokens > 0)

    def show_meter(self, counted: Counted | None) -> None:
        """What the next question would send, by what it is for.

        Args:
            counted: None while that is not known.
        """
        shares = counted.shares if counted is not None else {}
        self._taken = counted.tokens if counted is not None else 0
        self._parts = tuple(Part(shares.get(share, 0), _COLOURS[name]) for share, name in _SHARES.items())
        for share, name in _SHARES.items():
            tokens = shares.get(share, 0)
            self._set(name, count(tokens) if counted is not None else UNKNOWN)
            self._homes[name].show_row(name, shown=bool(tokens) or name not in _SOMETIMES)
        if counted is not None:
            self._homes["Images"].rename("Images", _several(tr("Images"), counted.images))
            self._homes["Documents"].rename("Documents", _several(tr("Documents"), counted.documents))
        self._show_window()

    def offer_exact(self, *, offered: bool) -> None:
        """Whether who answers counts exactly what it would be asked."""
        self._exact_row.setVisible(offered)

    def show_exact(self, sentence: str) -> None:
        """What the service's own count was; empty puts it away."""
        tell(self._counted, sentence, "small")

    def show_month(self, spent: float | None, budget: float = 0.0) -> None:
        """What this month has cost so far.

        Args:
            spent: US dollars; None while that is not known.
            budget: What it may cost at most; 0 for no bound.
        """
        most = f" / {money(budget)}" if budget else ""
        self._set("Month", UNKNOWN if spent is None else f"{sum_of_money(spent)}{most}")

    def _show_window(self) -> None:
        """How much of what the model can read the conversation takes."""
        self._bar.set_parts(self._parts, self._context)
        most = f" / {count(self._context)}" if self._context else ""
        self._set("In window", f"{count(self._taken)}{most}" if self._taken else UNKNOWN)

    def show_conversation(self, usages: tuple[Usage, ...]) -> None:
        """All answers of the conversation that reported what they used."""
        if not usages:
            for name in ("Answers", "Tokens", "Total cost"):
                self._set(name, UNKNOWN)
            return
        tokens = sum(
            one.input_tokens + one.cache_read_tokens + one.cache_write_tokens + one.output_tokens for one in usages
        )
        known = [one.cost for one in usages if one.cost is not None]
        self._set("Answers", count(len(usages)))
        self._set("Tokens", count(tokens))
        self._set("Total cost", dollars(sum(known) if len(known) == len(usages) else None))

    def show_sent(self, conversation: SentTotals | None, everything: SentTotals) -> None:
        """What the ledger says; no conversation sends nothing."""
        conversation = conversation or SentTotals(0, 0)
        self._set("This conversation", _requests(conversation.requests))
        self._set("Size", size(conversation.size))
        self._set("In all", _requests(everything.requests))
        self._set("Size in all", size(everything.size))

    def value(self, name: str) -> str:
        """What a row says, uncut."""
        return self._homes[name].value(name)

    def _folding_changed(self) -> None:
        here = {section.name for section in self._sections}
        now = {section.name for section in self._sections if section.folded}
        self._folded = (self._folded - here) | now
        self.folded_changed.emit(tuple(sorted(self._folded)))

    def _set(self, name: str, text: str) -> None:
        self._homes[name].set_value(name, text)


def _cached(read: int, prompt: int, saved: float | None) -> str:
    if saved is None:
        return tr("{read} of {prompt} tokens from the cache", read=count(read), prompt=count(prompt))
    return tr(
        "{read} of {prompt} tokens from the cache, saved {amount}",
        read=count(read),
        prompt=count(prompt),
        amount=dollars(saved),
    )


def _several(words: str, number: int) -> str:
    return tr("{things} ({count})", things=words, count=count(number)) if number else words


def _requests(number: int) -> str:
    return plural(number, "1 request", "{n} requests", n=count(number))
