"""HTML from strangers made safe to show (nh3).

Safe means: within a page with a strict Content-Security-Policy nothing runs, loads, styles or submits, and no element
can be found by name. Links leave without a referrer.
"""

import nh3

from hummdesk.html_text import HTML_CHARS
from hummdesk.safe_html.reduction import ALLOWED, REMOTE_SCHEME, reduce_html

_MARKERS = ("cid:", f"{REMOTE_SCHEME}:")


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

    No image loads: `src` is `cid:…` for a part of a mail or `remote:…` for one on the web, until `resolve_images`.
    """
    return _cleaner.clean(reduce_html(source[:HTML_CHARS]))
