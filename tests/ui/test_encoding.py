"""Pictures of Qt become files, and what is no picture becomes none."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage

from kireji.ui.chat.sources import ImageSource
from kireji.ui.encoding import encoded
from tests.fakes.services import FakeSurroundings

pytestmark = pytest.mark.qt


def picture() -> QImage:
    made = QImage(3, 2, QImage.Format.Format_RGB32)
    made.fill(QColor("#204060"))
    return made


def test_a_picture_keeps_every_pixel() -> None:
    read = QImage.fromData(encoded(picture()))
    assert read.size() == picture().size()
    assert {read.pixelColor(x, y).name() for x in range(3) for y in range(2)} == {"#204060"}


def test_the_kind_can_be_chosen() -> None:
    assert encoded(picture(), "JPEG", 90).startswith(b"\xff\xd8")


@pytest.mark.parametrize(("image", "kind"), [(QImage(), "PNG"), (picture(), "NONE")])
def test_what_cannot_be_encoded_gives_nothing(image: QImage, kind: str) -> None:
    assert encoded(image, kind) == b""


async def test_pixels_that_were_dropped_are_attached_as_a_picture_file() -> None:
    services = FakeSurroundings().build()
    loaded = await ImageSource("dropped", picture()).read(services)
    assert loaded.content.data == encoded(picture())
