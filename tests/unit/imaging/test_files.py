"""Picture files from outside."""

from __future__ import annotations

import io
import random
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw
from PIL.PngImagePlugin import PngInfo

from kireji.core.errors import PictureError
from kireji.core.ports import EncodedPicture
from kireji.imaging.codec import PillowCodec


def halves(mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> Image.Image:
    """Left half red, right half blue."""
    image = Image.new("RGB", size, (200, 30, 30))
    ImageDraw.Draw(image).rectangle((size[0] // 2, 0, size[0], size[1]), fill=(30, 30, 200))
    return image.convert(mode)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def decoded(picture: EncodedPicture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.data))
    image.load()
    assert Image.MIME[image.format or ""] == picture.media_type
    assert image.size == (picture.width, picture.height)
    return image


def encoded(data: bytes) -> EncodedPicture:
    return PillowCodec().encode_file(data)


def pixel(picture: EncodedPicture, x: int, y: int) -> tuple[int, int, int]:
    red, green, blue = decoded(picture).convert("RGB").getpixel((x, y))  # type: ignore[misc]
    return red, green, blue


def near(left: tuple[int, ...], right: tuple[int, ...], by: int = 12) -> bool:
    return all(abs(a - b) <= by for a, b in zip(left, right, strict=True))


def exif(orientation: int) -> Image.Exif:
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010F] = "Secret Camera"
    return data


CLEAN = {
    "image/png": saved(halves(), "PNG"),
    "image/jpeg": saved(halves(), "JPEG"),
    "image/webp": saved(halves(), "WEBP"),
    "image/gif": saved(halves("P"), "GIF"),
}


@pytest.mark.parametrize("media_type", CLEAN)
def test_a_file_that_needs_no_change_keeps_its_bytes(media_type: str) -> None:
    picture = encoded(CLEAN[media_type])
    assert picture == EncodedPicture(CLEAN[media_type], media_type, 60, 40)


@pytest.mark.parametrize("mode", ["L", "P", "1", "RGBA", "LA"])
def test_plain_modes_without_holes_keep_their_bytes(mode: str) -> None:
    data = saved(halves(mode), "PNG")
    assert encoded(data).data == data


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"hello", "not a picture"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (saved(halves(), "BMP"), "BMP"),
        (saved(halves(), "TIFF"), "TIFF"),
        (b"\0\0\0\x20ftypheic", "HEIC"),
    ],
)
def test_another_kind_of_file_is_named(data: bytes, said: str) -> None:
    with pytest.raises(PictureError, match=said) as caught:
        encoded(data)
    assert "PNG" in caught.value.hint


@pytest.mark.parametrize("media_type", CLEAN)
@pytest.mark.parametrize("kept", [0.2, 0.6, 0.95])
def test_a_file_that_is_cut_off_is_damaged(media_type: str, kept: float) -> None:
    data = saved(random_picture(), media_type.removeprefix("image/").upper())
    with pytest.raises(PictureError, match="damaged"):
        encoded(data[: int(len(data) * kept)])


def random_picture() -> Image.Image:
    return Image.frombytes("RGB", (80, 60), random.Random(1).randbytes(80 * 60 * 3))


@pytest.mark.parametrize(
    ("orientation", "size", "red_at"),
    [(1, (60, 40), (5, 20)), (3, (60, 40), (55, 20)), (6, (40, 60), (20, 5)), (8, (40, 60), (20, 55))],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_turned_photograph_is_put_upright(
    kind: str, orientation: int, size: tuple[int, int], red_at: tuple[int, int]
) -> None:
    picture = encoded(saved(halves(), kind, exif=exif(orientation)))
    assert (picture.width, picture.height) == size
    assert near(pixel(picture, *red_at), (200, 30, 30), 25)


def png_text() -> PngInfo:
    text = PngInfo()
    text.add_text("Author", "Secret Camera")
    return text


DIRTY = {
    "jpeg exif": saved(halves(), "JPEG", exif=exif(1)),
    "jpeg comment": saved(halves(), "JPEG", comment=b"Secret Camera"),
    "jpeg xmp": saved(halves(), "JPEG", xmp=b"Secret Camera"),
    "webp exif": saved(halves(), "WEBP", exif=exif(1), lossless=True),
    "png exif": saved(halves(), "PNG", exif=exif(1)),
    "png text": saved(halves(), "PNG", pnginfo=png_text()),
    "gif comment": saved(halves("P"), "GIF", comment=b"Secret Camera"),
    **{f"{media_type} tail": data + b"Secret Camera" for media_type, data in CLEAN.items()},
}


@pytest.mark.parametrize("name", DIRTY)
def test_whatever_is_not_the_picture_is_dropped(name: str) -> None:
    data = DIRTY[name]
    assert b"Secret Camera" in data
    picture = encoded(data)
    assert b"Secret Camera" not in picture.data
    assert not decoded(picture).getexif()
    assert near(pixel(picture, 5, 5), (200, 30, 30), 25)


def test_a_large_file_is_shrunk() -> None:
    picture = encoded(saved(halves(size=(3000, 1500)), "PNG"))
    assert (picture.width, picture.height) == (2000, 1000)


def test_a_large_photograph_is_shrunk_too() -> None:
    picture = encoded(saved(halves(size=(5000, 2500)), "JPEG", exif=exif(6)))
    assert (picture.width, picture.height) == (1000, 2000)


def test_a_png_over_3_mb_becomes_a_jpeg() -> None:
    noise = Image.frombytes("RGB", (1200, 1000), random.Random(2).randbytes(3_600_000))
    assert encoded(saved(noise, "PNG")).media_type == "image/jpeg"


def test_of_an_animation_the_first_frame_is_taken() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ((200, 30, 30), (30, 200, 30))]
    for kind in ("GIF", "PNG", "WEBP"):
        picture = encoded(saved(frames[0], kind, save_all=True, append_images=frames[1:]))
        assert picture.media_type == "image/png"
        assert near(pixel(picture, 10, 10), (200, 30, 30))
        assert getattr(decoded(picture), "n_frames", 1) == 1


def test_dark_words_on_nothing_get_a_white_background() -> None:
    image = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    ImageDraw.Draw(image).rectangle((10, 5, 20, 15), fill=(10, 10, 10, 255))
    picture = encoded(saved(image, "PNG"))
    assert pixel(picture, 0, 0) == (255, 255, 255)
    assert pixel(picture, 15, 10) == (10, 10, 10)


def test_light_words_on_nothing_get_a_black_background() -> None:
    image = Image.new("RGBA", (40, 20), (255, 255, 255, 0))
    ImageDraw.Draw(image).rectangle((10, 5, 20, 15), fill=(250, 250, 250, 255))
    picture = encoded(saved(image, "PNG"))
    assert pixel(picture, 0, 0) == (0, 0, 0)
    assert pixel(picture, 15, 10) == (250, 250, 250)


def test_a_transparent_palette_colour_counts_as_a_hole() -> None:
    image = halves("P")
    picture = encoded(saved(image, "GIF", transparency=image.getpixel((55, 5))))
    assert pixel(picture, 55, 5) == (255, 255, 255)
    assert near(pixel(picture, 5, 5), (200, 30, 30), 25)


def test_print_colours_become_screen_colours() -> None:
    picture = encoded(saved(halves("CMYK"), "JPEG", quality=95))
    assert picture.media_type == "image/png"
    assert near(pixel(picture, 5, 5), (200, 30, 30), 25)


def test_sixteen_bits_of_grey_are_scaled_to_eight() -> None:
    image = Image.new("I;16", (20, 10), 32896)
    assert near(pixel(encoded(saved(image, "PNG")), 5, 5), (128, 128, 128), 1)


def exchanged_primaries() -> bytes:
    """An RGB profile in which red is what sRGB calls blue, and the other way round."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"????", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"????", b"bXYZ", 1)


def test_the_colours_of_another_profile_are_brought_to_srgb() -> None:
    picture = encoded(saved(halves(), "PNG", icc_profile=exchanged_primaries()))
    assert "icc_profile" not in decoded(picture).info
    assert near(pixel(picture, 5, 5), (30, 30, 200), 6)


@pytest.mark.parametrize("profile", [b"not a profile", bytes(200)])
def test_a_profile_that_cannot_be_used_counts_as_none(profile: bytes) -> None:
    assert pixel(encoded(saved(halves(), "PNG", icc_profile=profile)), 5, 5) == (200, 30, 30)


def test_a_profile_for_other_channels_counts_as_none() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert pixel(encoded(saved(halves(), "PNG", icc_profile=profile)), 5, 5) == (200, 30, 30)


def test_a_picture_that_would_fill_the_memory_is_refused_by_its_size() -> None:
    for side in (9000, 12_000, 60_000):
        header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
        bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000)))
        with pytest.raises(PictureError, match="too large"):
            encoded(bomb + chunk(b"IEND", b""))


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@settings(max_examples=150)
@given(
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\x20\0\0\0WEBPVP8L"]),
    st.binary(max_size=200),
)
def test_arbitrary_bytes_are_refused_or_read(start: bytes, rest: bytes) -> None:
    try:
        picture = encoded(start + rest)
    except PictureError:
        return
    decoded(picture)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(CLEAN)), st.integers(0, 2000), st.binary(min_size=1, max_size=4))
def test_a_picture_with_wrong_bytes_in_it_is_refused_or_read(media_type: str, at: int, wrong: bytes) -> None:
    data = bytearray(CLEAN[media_type])
    at %= len(data)
    data[at : at + len(wrong)] = wrong
    try:
        picture = encoded(bytes(data))
    except PictureError:
        return
    decoded(picture)
