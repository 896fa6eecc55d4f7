"""HTML from mail made safe to show (nh3), and its images, which are shown only when somebody says so.

Safe means: within a page with a strict Content-Security-Policy nothing runs, loads, styles or submits, and no element
can be found by name. Links leave without a referrer.
"""

import html
import re
from collections.abc import Callable
from urllib.parse import unquote

import nh3

from email_channel.parsing import limits
from email_channel.parsing.html_reduce import ALLOWED, REMOTE_SCHEME, reduce_html
from email_channel.parsing.html_text import html_to_text
from email_channel.parsing.reply_html import SplitHtml, split_reply_html

__all__ = ["SplitHtml", "count_remote_images", "html_to_text", "resolve_images", "sanitise_html", "split_reply_html"]

_MARKERS = ("cid:", f"{REMOTE_SCHEME}:")
# nh3 writes attributes in this form only, so that this finds its images and no text that looks like one.
_IMAGE = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')
_SOURCE = re.compile(r' src="([^"]*)"')


def _filter_attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src":
        return value if value.startswith(_MARKERS) else None
    return value


_cleaner = nh3.Cleaner(
    tags=set(ALLOWED),
    attributes={tag: set(names) for tag, names in ALLOWED.items()},
    attribute_filter=_filter_attribute,
    url_schemes={"http", "https", "mailto", "cid", REMOTE_SCHEME},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)


def sanitise_html(source: str) -> str:
    """Return HTML that is safe to put into a page. Linear in the length; what is beyond the limit is cut off.

    No image loads: `src` is `cid:…` for a part of the mail or `remote:…` for one on the web, until `resolve_images`.
    """
    return _cleaner.clean(reduce_html(source[: limits.HTML_CHARS]))


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
