from io import BytesIO
from tempfile import TemporaryFile
from typing import Any

import pytest
from PIL import Image

from conversations.thumbnails import thumbnail_of


def thumbnail(picture: Image.Image, kind: str, **options: Any) -> Image.Image | None:
    with TemporaryFile() as file:
        picture.save(file, kind, **options)
        made = thumbnail_of(file)
    return None if made is None else Image.open(BytesIO(made))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_thumbnail_is_a_small_webp(kind: str) -> None:
    made = thumbnail(Image.new("RGB", (640, 480), "red"), kind)

    assert made is not None
    assert (made.format, made.size) == ("WEBP", (320, 240))


def test_thumbnail_of_a_small_image_is_no_larger() -> None:
    made = thumbnail(Image.new("RGBA", (20, 10), (0, 0, 0, 0)), "PNG")

    assert made is not None
    assert made.size == (20, 10)
    assert made.convert("RGBA").getchannel("A").getextrema() == (0, 0)


def test_thumbnail_stands_upright_and_tells_nothing_of_the_camera() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    exif[0x010F] = "A camera"

    made = thumbnail(Image.new("RGB", (640, 480)), "JPEG", exif=exif)

    assert made is not None
    assert made.size == (240, 320)
    assert not made.getexif()


def test_image_that_unpacks_to_too_much_has_no_thumbnail() -> None:
    assert thumbnail(Image.new("1", (30_000, 30_000)), "PNG") is None


@pytest.mark.parametrize("content", [b"", b"GIF89a and no more", b"%PDF-1.4", b"\x89PNG\r\n\x1a\n" + b"\xff" * 100])
def test_what_is_no_image_has_no_thumbnail(content: bytes) -> None:
    with TemporaryFile() as file:
        file.write(content)

        assert thumbnail_of(file) is None


def test_format_that_is_not_shown_has_no_thumbnail() -> None:
    assert thumbnail(Image.new("RGB", (40, 40)), "TIFF") is None
