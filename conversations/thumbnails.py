"""Small pictures of images, made in a process of their own: `python -m conversations.thumbnails`.

The process limits its own memory and time, so that the worst image ends it and nothing else. No Django in here.
"""

import resource
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import IO, Any

SIDE_PIXELS = 320
# An image may unpack to a million times its bytes: what is larger than a camera's is left alone.
MOST_PIXELS = 50_000_000
MOST_BYTES = 25 * 1024 * 1024
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
_MEMORY_BYTES = 768 * 1024 * 1024
_CPU_TIME_S = 10
_TIME_OUT_S = 30
_ROOT = Path(__file__).resolve().parent.parent
_COMMAND = (sys.executable, "-B", "-m", "conversations.thumbnails")


def thumbnail_of(image: IO[Any]) -> bytes | None:
    """Return a WebP of at most 320 by 320 pixels, None where there is none to be had, whatever the reason.

    `image` is a file of the system, read from its start.
    """
    image.seek(0)
    environment = {"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(
            _COMMAND, stdin=image, capture_output=True, timeout=_TIME_OUT_S, env=environment, check=True
        )
    except (subprocess.SubprocessError, OSError):
        return None
    return done.stdout or None


def shrink(image: IO[bytes]) -> bytes:
    """Return the thumbnail. Raises whatever Pillow does on what it can't or should not read."""
    from PIL import Image, ImageOps  # the parent does without

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow warns over it, and refuses twice as much
    with Image.open(image, formats=_FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise Image.DecompressionBombError
        picture.thumbnail((SIDE_PIXELS, SIDE_PIXELS))
        upright = ImageOps.exif_transpose(picture)
        target = BytesIO()
        upright.convert("RGBA" if upright.has_transparency_data else "RGB").save(target, "WEBP", quality=80, exif=b"")
    return target.getvalue()


def main() -> None:
    """Read an image from stdin, and write its thumbnail to stdout."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_TIME_S, _CPU_TIME_S + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    content = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        sys.exit("too large")
    sys.stdout.buffer.write(shrink(BytesIO(content)))


if __name__ == "__main__":
    main()
