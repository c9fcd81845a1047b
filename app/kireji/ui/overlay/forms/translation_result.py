"""A translation in the card: the picture itself shows it, here it is switched and taken along."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.structured.translation import Translation
from kireji.ui.flow import FlowLayout
from kireji.ui.overlay.forms.languages import LanguageMenu, shown_name
from kireji.ui.overlay.forms.result_view import ResultView
from kireji.ui.parts import button, label, restyle, spread
from kireji.ui.tokens import SPACE
from kireji.ui.translation import plural, tr

_PEEK_MILLISECONDS = 450
"""Space that is held longer than this shows the original only as long as it is held."""


class TranslationResult(ResultView):
    """Switches between the original and the translation.

    Args:
        margin: Round the words, so that they line up with those of an answer.
        language: Into which it is translated.
    """

    switched = Signal(object)
    """Whether the translation shall be seen."""
    language_chosen = Signal(object)
    """Another language, by its English name."""

    keys = (Qt.Key.Key_Space,)

    def __init__(self, margin: int, language: str) -> None:
        super().__init__()
        self._translation: Translation | None = None
        self._language = language
        self._on = self._folded = True
        self._missing = 0
        self._pressed = QElapsedTimer()
        self._menu: LanguageMenu | None = None
        self._told = label(role="muted", wrap=True)
        self._told.setContentsMargins(margin, 0, margin, 0)
        self._buttons = QWidget()
        flow = self._flow = FlowLayout(SPACE[0], self._buttons)
        flow.setContentsMargins(margin, 0, margin, 0)
        self.original = button(tr("Original"), "segment", name=tr("Show the original (Space; hold it to peek)"))
        self.original.setCheckable(True)
        self.original.clicked.connect(self._press)
        self._copy = button(tr("Copy text"), "chip", name=tr("Copy all of the translated text (Ctrl+C)"))
        self._copy.clicked.connect(self.copy)
        self.into = button(shown_name(language), "chip", name=tr("Translate into another language"))
        self.into.clicked.connect(self._choose)
        self.more = button("", "chip")
        self.more.clicked.connect(self._fold_otherwise)
        self.more.hide()
        for each in (self.original, self._copy, self.into, self.more):
            flow.addWidget(each)
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        layout.addWidget(self._told)
        layout.addWidget(self._buttons)
        self._buttons.hide()

    @property
    def is_on(self) -> bool:
        """Whether the translation is seen, not the original."""
        return self._on

    def show_result(self, translation: Translation) -> None:
        """All of it has come."""
        self._translation = translation
        # Numbers, names and what was in this language already come back as they are.
        done = sum(block.text.strip() not in ("", block.block.text.strip()) for block in translation.blocks)
        parts = [plural(done, "1 text translated", "{n} texts translated")]
        self._missing = missing = sum(block.missing for block in translation.blocks)
        if not done:
            parts = [tr("Nothing had to be translated")]
        if missing:
            parts.append(plural(missing, "1 was left out by the model", "{n} were left out by the model"))
        if done:
            parts.append(tr("Space shows the original"))
        self._told.setText(" · ".join(parts))
        self._buttons.show()
        self.resized.emit()

    # Original and translation.

    def toggle(self) -> bool:
        self._pressed.start()
        self._switch(not self._on)
        return True

    def released(self) -> bool:
        """Space was let go: what was only looked at for as long as it was held is put back."""
        held = self._pressed.isValid() and self._pressed.elapsed() > _PEEK_MILLISECONDS
        self._pressed.invalidate()
        if held:
            self._switch(not self._on)
        return held

    def _press(self) -> None:
        self._switch(not self._on)

    def _switch(self, on: bool) -> None:
        self._on = on
        self.original.setChecked(not on)
        restyle(self.original)
        self.switched.emit(on)

    # Folded, so that what is translated is seen.

    def folds(self, *, offered: bool) -> bool:
        folded = offered and self._folded
        self.more.setVisible(offered)
        self.more.setText(tr("Follow up…") if folded else tr("Less"))
        all_of_it, less = tr("Show the field, too (Enter)"), tr("Show only these, so that more of the picture is seen")
        self.more.setAccessibleName(all_of_it if folded else less)
        self.more.setToolTip(all_of_it if folded else less)
        self._told.setVisible(not folded or bool(self._missing))
        return folded

    def unfold(self) -> None:
        self._folded = False
        self.resized.emit()

    def folded_width(self) -> int:
        margins = self._flow.contentsMargins()
        return self._flow.sizeHint().width() + margins.left() + margins.right()

    def _fold_otherwise(self) -> None:
        self._folded = not self._folded
        self.resized.emit()

    # Taking it along, and another language.

    def copy(self) -> bool:
        if self._translation is None:
            return False
        QGuiApplication.clipboard().setText(self._translation.text)
        self._copy.setText(tr("Copied"))
        return True

    def _choose(self) -> None:
        if self._menu is None:
            self._menu = LanguageMenu("", self)
            self._menu.chosen.connect(self.language_chosen)
        self._menu.show_languages(self._language)
        self._menu.popup(self.into.mapToGlobal(QPoint(0, self.into.height() + SPACE[0])))

    def height_for(self, width: int) -> int:
        heights = [each.heightForWidth(width) for each in (self._told, self._buttons) if not each.isHidden()]
        return sum(heights) + SPACE[1] * max(0, len(heights) - 1)
