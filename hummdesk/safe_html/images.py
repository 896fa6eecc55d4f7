"""The images of sanitised HTML: markers that load nothing, until somebody says what they stand for."""

import html
import re
from collections.abc import Callable
from urllib.parse import unquote

from hummdesk.safe_html.reduction import REMOTE_SCHEME

# nh3 writes attributes in this form only, so that this finds its images and no text that looks like one.
_IMAGE = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')
_SOURCE = re.compile(r' src="([^"]*)"')


def resolve_images(sanitised: str, image_url: Callable[[str], str | None]) -> str:
    """Return sanitised HTML with the images that `image_url` gives an address for; others show their `alt` text.

    `image_url` gets `cid:<content id>` or the address on the web.
    """
    return _IMAGE.sub(lambda match: _resolved(match[1], image_url), sanitised)


def count_remote_images(sanitised: str) -> int:
    """Return how many images wait for somebody to load them from the web."""
    sources = (_SOURCE.search(match[1]) for match in _IMAGE.finditer(sanitised))
    return sum(source is not None and source[1].startswith(f"{REMOTE_SCHEME}:") for source in sources)


def _resolved(image: str, image_url: Callable[[str], str | None]) -> str:
    source = _SOURCE.search(image)
    if source is None:
        return f"<img{image}>"
    marker = html.unescape(source[1])
    scheme, _, rest = marker.partition(":")
    url = image_url(unquote(rest) if scheme == REMOTE_SCHEME else marker)
    replacement = f' src="{html.escape(url)}"' if url else ""
    return f"<img{image[: source.start()]}{replacement}{image[source.end() :]}>"
