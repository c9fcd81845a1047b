"""Words of a picture in another language, laid over it where the original ones stand."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QLinearGradient, QPainter

from kireji.core.structured.translation import TextBlock, TranslatedBlock
from kireji.ui.results.grounds import contrast, ground_of, readable
from kireji.ui.results.translated_picture import TranslatedPicture

pytestmark = pytest.mark.qt

GROUND, INK = "#f7f7fa", "#1a73e8"


class Page:
    """A picture with words upon it.

    Args:
        size: In pixels.
    """

    def __init__(self, size: tuple[int, int] = (600, 200)) -> None:
        self.image = QImage(*size, QImage.Format.Format_RGB32)
        self.image.fill(QColor(GROUND))
        self.blocks: list[TranslatedBlock] = []

    def write(self, text: str, translation: str, at: tuple[int, int] = (40, 60), ink: str = INK) -> QRect:
        """Put words onto it, and say where they stand."""
        font = QFont()
        font.setPixelSize(20)
        metrics = QFontMetrics(font)
        painter = QPainter(self.image)
        painter.setFont(font)
        painter.setPen(QColor(ink))
        painter.drawText(*at, text)
        painter.end()
        rect = QRect(at[0] - 2, at[1] - metrics.ascent(), metrics.horizontalAdvance(text) + 4, metrics.height())
        box = (rect.left(), rect.top(), rect.right() + 1, rect.bottom() + 1)
        self.blocks.append(TranslatedBlock(TextBlock(text, box, (box,)), translation))
        return rect

    def translated(self) -> TranslatedPicture:
        """The picture with all of it laid over."""
        result = TranslatedPicture(self.image, self.blocks)
        result.lay(self.blocks)
        return result


def colours(image: QImage, rect: QRect) -> set[str]:
    inside = [(x, y) for x in range(rect.left(), rect.right() + 1) for y in range(rect.top(), rect.bottom() + 1)]
    return {image.pixelColor(x, y).name() for x, y in inside}


async def test_nothing_of_the_original_words_is_left() -> None:
    page = Page()
    rect = page.write("A sentence that is rather long", "•")
    after = page.translated().image
    assert colours(after, rect.adjusted(40, 0, 0, 0)) == {GROUND}


async def test_the_translation_has_the_colour_of_the_words_where_that_can_be_read() -> None:
    page = Page()
    rect = page.write("The quick brown fox jumps", "Der flinke Fuchs", ink="#188038")
    ink = ground_of(page.image, rect).ink
    assert ink.name() == "#188038"
    assert "#188038" in colours(page.translated().image, rect)


async def test_words_that_could_hardly_be_read_get_an_ink_that_can() -> None:
    page = Page()
    rect = page.write("Low contrast", "Wenig Kontrast", ink="#d8d8dc")
    ground = ground_of(page.image, rect)
    assert contrast(ground.ink, ground.colour) >= 4.5


@pytest.mark.parametrize("ground", ["#000000", "#777777", "#7f8c5a", "#ffffff", "#ff0000"])
async def test_every_ground_has_an_ink_that_can_be_read(ground: str) -> None:
    for ink in ("#808080", ground, "#00ff00"):
        assert contrast(readable(QColor(ink), QColor(ground)), QColor(ground)) >= 4.5


async def test_a_block_that_the_model_left_out_stays_as_it_is() -> None:
    page = Page()
    page.write("Left out", "")
    page.write("Kireji", "Kireji", at=(40, 120))
    result = page.translated()
    assert result.image == page.image
    assert result.laid == ()


async def test_a_longer_translation_takes_the_empty_room_beside_it() -> None:
    page = Page()
    rect = page.write("Save", "Save all of the changes")
    (laid,) = page.translated().laid
    assert laid.box.contains(rect)
    assert laid.box.width() > rect.width() * 2
    assert not laid.shortened


async def test_it_never_grows_over_what_else_stands_there() -> None:
    page = Page()
    page.write("File", "Datei öffnen und lesen")
    other = page.write("Edit", "Bearbeiten und ändern", at=(100, 60))
    first, second = page.translated().laid
    assert not first.box.intersects(other)
    assert not first.box.intersects(second.box)


async def test_what_does_not_fit_at_all_is_shortened_and_says_so_in_full() -> None:
    page = Page((64, 40))
    page.write("Hi", "A very long translation that nobody could ever set in there", at=(20, 28))
    (laid,) = page.translated().laid
    assert laid.shortened
    assert laid.text.endswith("in there")


async def test_the_middle_of_a_button_stays_the_middle() -> None:
    page = Page()
    painter = QPainter(page.image)
    painter.fillRect(QRect(20, 30, 200, 48), QColor("#1a73e8"))
    painter.end()
    width = QFontMetrics(QFont()).horizontalAdvance("OK")
    rect = page.write("OK", "Save changes", at=(120 - width, 61), ink="#ffffff")
    (laid,) = page.translated().laid
    assert abs(laid.box.center().x() - rect.center().x()) <= 1
    assert QRect(20, 30, 200, 48).contains(laid.box)


async def test_a_gradient_shows_no_patch_where_the_words_were() -> None:
    page = Page()
    gradient = QLinearGradient(0, 0, 600, 0)
    gradient.setColorAt(0, QColor("#203050"))
    gradient.setColorAt(1, QColor("#b04070"))
    painter = QPainter(page.image)
    painter.fillRect(page.image.rect(), gradient)
    painter.end()
    bare = page.image.copy()
    rect = page.write("Upgrade now and save half of it all", "•", at=(150, 60), ink="#ffffff")
    after = page.translated().image
    for x in range(rect.left() + 40, rect.right(), 7):
        was, now = bare.pixelColor(x, rect.center().y()), after.pixelColor(x, rect.center().y())
        assert abs(was.red() - now.red()) <= 12
        assert abs(was.blue() - now.blue()) <= 12


async def test_blocks_are_laid_as_they_come() -> None:
    page = Page()
    page.write("One", "", at=(40, 60))
    page.write("Two", "Zwei", at=(40, 120))
    result = page.translated()
    assert [each.place for each in result.laid] == [1]
    later = [TranslatedBlock(page.blocks[0].block, "Eins"), page.blocks[1]]
    assert result.lay(later)
    assert not result.lay(later)
    assert [each.text for each in result.laid] == ["Eins", "Zwei"]


async def test_boxes_that_lie_outside_of_the_picture_hurt_nobody() -> None:
    page = Page((100, 50))
    for box in ((-40, -40, -10, -10), (90, 40, 900, 400), (10, 10, 10, 10), (50, 40, 20, 10)):
        page.blocks.append(TranslatedBlock(TextBlock("x", box, (box,)), "translated"))
    page.translated()


async def test_hostile_texts_are_words_and_have_an_end() -> None:
    page = Page()
    page.write("One", "<b>" + "x" * 200_000)
    (laid,) = page.translated().laid
    assert laid.shortened
