"""A translation on the page: the picture with the translation laid over it, the original, or both."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence

from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QVBoxLayout

from kireji.core.structured.translation import TranslatedBlock, Translation
from kireji.ui.parts import label, spread
from kireji.ui.results.box_marks import PlacedBox
from kireji.ui.results.content import Copy, ResultContent
from kireji.ui.results.entry_list import MOST, Entry, EntryList, Line
from kireji.ui.results.kinds import ShownResult
from kireji.ui.results.page import ResultPage
from kireji.ui.results.translated_picture import LaidBlock, TranslatedPicture, translated_picture
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, plural, tr

_CHOICES = (
    ("translation", mark("Translation")),
    ("original", mark("Original")),
    ("both", mark("Side by side")),
)


class ShownTranslation(ShownResult):
    """One picture and its words in another language.

    Args:
        page: Where.
        translation: What is shown.
        theme: Colours and text size.
    """

    saves = True

    def __init__(self, page: ResultPage, translation: Translation, theme: Theme) -> None:
        self._content = TranslationContent(theme)
        super().__init__(page, self._content, scrolls=False)
        self._translation = translation
        self._laid: TranslatedPicture | None = None
        self._value = "translation"
        self._content.show_translation(translation)

    def take_pictures(self, pictures: Sequence[QImage]) -> None:
        self.pictures = [picture for picture in pictures if not picture.isNull()][:1]
        self._show()

    async def prepare(self) -> None:
        if not self.pictures:
            return
        if self._translation.blocks and not any(map(_is_placed, self._translation.blocks)):
            self.page.stage.say(tr("Which words belong to which place could not be told."))
            return
        self._laid = await asyncio.to_thread(translated_picture, self.pictures[0], self._translation)
        self._content.show_laid(self._laid.laid)
        choices = [(value, tr(words)) for value, words in _CHOICES]
        self.page.stage.show_choices(choices, self._value)
        self._show()

    def choose(self, value: str) -> None:
        self._value = value
        self._show()

    def show_picture(self, number: int) -> None:
        """There is one picture."""

    def picture_to_save(self) -> QImage | None:
        return self._laid.image if self._laid is not None else None

    def _show(self) -> None:
        original = self.pictures[:1]
        laid = [self._laid.image] if self._laid is not None else []
        self.page.picture = self.page.second_picture = 0
        captions: tuple[str, ...] = ()
        if not laid or self._value == "original":
            shown = original
        elif self._value == "both":
            shown, captions = [*original, *laid], (tr("Original"), tr("Translation"))
        else:
            shown = laid
        self.page.stage.show_pictures(shown, captions)
        self.page.draw_boxes()


class TranslationContent(ResultContent):
    """The blocks of a translation as a list.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._translation = Translation("", ())
        self.about = label("", "muted", wrap=True)
        self.list = EntryList(theme, tr("Translated words"))
        self._short: frozenset[int] = frozenset()
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        layout.addWidget(self.about)
        layout.addWidget(self.list, 1)
        self.list.went.connect(self.went)
        self.list.copied.connect(self._copy_one)

    def show_translation(self, translation: Translation) -> None:
        """Show one."""
        self._translation = translation
        missing = sum(block.missing for block in translation.blocks)
        languages = (
            tr("{source} → {target}", source=translation.source_language, target=translation.language)
            if translation.source_language
            else translation.language
        )
        told = plural(len(translation.blocks), "1 block of words", "{n} blocks of words")
        lines = [f"{languages} · {told}"]
        if missing:
            lines.append(
                plural(missing, "1 block was left out by the model.", "{n} blocks were left out by the model.")
            )
        if (more := len(translation.blocks) - MOST) > 0:
            lines.append(plural(more, "1 more block is not shown.", "{n} more blocks are not shown."))
        self.about.setText("\n".join(lines))
        self.list.show_entries([_entry(place, block) for place, block in enumerate(translation.blocks[:MOST])])

    def show_laid(self, laid: Sequence[LaidBlock]) -> None:
        """Say which blocks had no room on the picture."""
        self._short = frozenset(each.place for each in laid if each.shortened)
        blocks = self._translation.blocks[:MOST]
        self.list.show_entries([_entry(place, block, short=place in self._short) for place, block in enumerate(blocks)])
        self.boxes_changed.emit()

    def boxes(self, picture: int) -> Sequence[PlacedBox]:
        return [
            PlacedBox(place, block.block.box, "doubt" if block.missing else "faint", 0, block.text or block.block.text)
            for place, block in enumerate(self._translation.blocks[:MOST])
            if _is_placed(block)
        ]

    def picture_of(self, key: Hashable) -> int:
        return 0

    def choose(self, key: Hashable | None) -> None:
        self.list.go_to(key)

    def focus(self) -> None:
        self.list.setFocus()

    def copies(self) -> Sequence[Copy]:
        return [Copy("text", tr("Copy the translation")), Copy("both", tr("Copy original and translation"))]

    def copied(self, form: str) -> str:
        if form == "both":
            return "\n\n".join(f"{each.block.text}\n{each.text}" for each in self._translation.blocks)
        return self._translation.text

    def _copy_one(self, _text: str) -> None:
        place = self.list.currentIndex().row()
        if 0 <= place < len(self._translation.blocks):
            QGuiApplication.clipboard().setText(self._translation.blocks[place].text)


def _is_placed(block: TranslatedBlock) -> bool:
    left, top, right, bottom = block.block.box
    return right > left and bottom > top


def _entry(place: int, block: TranslatedBlock, *, short: bool = False) -> Entry:
    lines = [Line(block.text or block.block.text)]
    if block.block.text.strip() not in ("", block.text.strip()) and block.text:
        lines.append(Line(block.block.text, "muted"))
    if block.missing:
        lines.append(Line(tr("Left out by the model"), "warn"))
    if short:
        lines.append(Line(tr("Shortened on the picture, for lack of room"), "small"))
    return Entry(place, tuple(lines))
