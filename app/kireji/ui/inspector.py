"""The pane on the right: what answers used and cost, and what left this computer."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from kireji.core.history import SentTotals
from kireji.core.messages import Usage
from kireji.ui.chat.words import count, dollars, size
from kireji.ui.parts import label, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE

WIDTH = 248


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
        self._values: dict[str, QLabel] = {}
        body = QWidget()
        body.setProperty("kind", "page")
        self._layout = QVBoxLayout(body)
        spread(self._layout, (SPACE[3], SPACE[3], SPACE[3], SPACE[3]), SPACE[2])
        self._section("This answer", ("Model", "Tokens read", "Tokens written", "From cache", "Cost"))
        self._section("Conversation", ("Answers", "Tokens", "Total cost"))
        self._section("Left this computer", ("This conversation", "Size", "In all", "Size in all"))
        self._layout.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(body)
        outer = QVBoxLayout(self)
        spread(outer, (1, 0, 0, 0))
        outer.addWidget(area)
        self.show_answer("", None)
        self.show_conversation(())
        self.show_sent(SentTotals(0, 0), SentTotals(0, 0))

    def show_answer(self, model: str, usage: Usage | None) -> None:
        """The newest answer.

        Args:
            model: Its name; empty when there is none.
            usage: None while nothing was reported.
        """
        self._set("Model", model or "–")
        self.show_usage(usage)

    def show_usage(self, usage: Usage | None) -> None:
        """What the newest answer has used so far."""
        if usage is None:
            for name in ("Tokens read", "Tokens written", "From cache", "Cost"):
                self._set(name, "–")
            return
        prompt = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        self._set("Tokens read", count(prompt))
        self._set("Tokens written", count(usage.output_tokens))
        self._set("From cache", f"{usage.cache_read_tokens * 100 // prompt} %" if prompt else "–")
        self._set("Cost", dollars(usage.cost))

    def show_conversation(self, usages: tuple[Usage, ...]) -> None:
        """All answers of the conversation that reported what they used."""
        if not usages:
            for name in ("Answers", "Tokens", "Total cost"):
                self._set(name, "–")
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

    def _section(self, title: str, names: tuple[str, ...]) -> None:
        heading = label(title.upper(), "section", name=title)
        if self._values:
            self._layout.addSpacing(SPACE[2])
        self._layout.addWidget(heading)
        for name in names:
            row = QHBoxLayout()
            spread(row, 0, SPACE[1])
            value = label("", "value")
            self._values[name] = value
            row.addWidget(label({"Total cost": "Cost", "Size in all": "Size"}.get(name, name), "muted"))
            row.addStretch(1)
            row.addWidget(value)
            self._layout.addLayout(row)

    def _set(self, name: str, text: str) -> None:
        self._values[name].setText(text)
        self._values[name].setAccessibleName(f"{name}: {text}")


def _requests(number: int) -> str:
    return "1 request" if number == 1 else f"{count(number)} requests"
