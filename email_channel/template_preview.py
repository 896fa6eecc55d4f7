"""What a preview shows of a mail: a page for a frame, kept for a while under a name that nobody can guess."""

import secrets
from uuid import UUID

from django.core.cache import cache

_KEPT_S = 15 * 60
# What a mail program adds: paper and ink, which are its own where a mail has none.
_STYLE = """<style>
:root {{ color-scheme: {look}; }}
body {{ margin: 0; padding: 16px; background: {paper}; color: {ink}; overflow-wrap: break-word; }}
a {{ color: {link}; }}
table {{ max-width: 100%; }}
mark {{ background: #ffd54d; color: #16181d; }}
</style></head>"""
_COLOURS = {
    "light": {"look": "light", "paper": "#fff", "ink": "#16181d", "link": "#1a56c4"},
    "dark": {"look": "dark", "paper": "#1b1c1e", "ink": "#e6e6e6", "link": "#8ab4f8"},
}


def keep_preview(document: str, *, look: str, user_id: UUID) -> str:
    """Return the name under which this user finds the page for 15 minutes.

    `document` is what `mail_document` makes of sanitised HTML; `look` is light or dark.
    """
    name = secrets.token_urlsafe(16)
    page = document.replace("</head>", _STYLE.format(**_COLOURS[look]), 1)
    cache.set(_key(user_id, name), page, _KEPT_S)
    return name


def kept_preview(name: str, *, user_id: UUID) -> str | None:
    """Return the page that this user keeps under the name, None where there is none any more."""
    page: str | None = cache.get(_key(user_id, name))
    return page


def _key(user_id: UUID, name: str) -> str:
    return f"template-preview/{user_id}/{name}"
