"""HTML from strangers made safe to show (nh3).

Safe means: within a page with a strict Content-Security-Policy nothing runs, loads, styles or submits, and no element
can be found by name. Links leave without a referrer.
"""

import nh3

from hummdesk.html_text import HTML_CHARS
from hummdesk.safe_html.looks import safe_style
from hummdesk.safe_html.reduction import ALLOWED, ALLOWED_WITH_LOOKS, REMOTE_SCHEME, reduce_html

_MARKERS = ("cid:", f"{REMOTE_SCHEME}:")


def _filter_attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src":
        return value if value.startswith(_MARKERS) else None
    if name == "style":
        return safe_style(value)
    return value


def _cleaner_of(allowed: dict[str, frozenset[str]]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(allowed),
        attributes={tag: set(names) for tag, names in allowed.items()},
        attribute_filter=_filter_attribute,
        url_schemes={"http", "https", "mailto", "cid", REMOTE_SCHEME},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


_cleaner = _cleaner_of(ALLOWED)
_cleaner_with_looks = _cleaner_of(ALLOWED_WITH_LOOKS)


def sanitise_html(source: str) -> str:
    """Return HTML that is safe to put into a page. Linear in the length; what is beyond the limit is cut off.

    No image loads: `src` is `cid:…` for a part of a mail or `remote:…` for one on the web, until `resolve_images`.
    """
    return _cleaner.clean(reduce_html(source[:HTML_CHARS]))


def sanitise_with_looks(source: str) -> str:
    """Return the same with inline styles and colours as far as they are harmless: for a frame of its own only."""
    return _cleaner_with_looks.clean(reduce_html(source[:HTML_CHARS], keeps_looks=True))
