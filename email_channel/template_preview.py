"""What a preview shows of a mail: a page for a frame, kept for a while under a name that nobody can guess."""

import secrets
from uuid import UUID

from django.core.cache import cache

_KEPT_S = 15 * 60
# As mail programs show mail without colours of its own; the light one is what the thread's frames have.
_STYLE = """
:root { color-scheme: %(look)s; }
body { margin: 0; background: %(paper)s; color: %(ink)s; }
.mail { box-sizing: border-box; padding: 16px; overflow-wrap: break-word; font: 14px/1.5 system-ui, sans-serif; }
.mail img { max-width: 100%%; height: auto; }
.mail table { max-width: 100%%; }
.mail a { color: %(link)s; }
.mail p { margin: 0 0 8px; }
.mail mark { background: #ffd54d; color: #16181d; }
"""
_COLOURS = {
    "light": {"look": "light", "paper": "#fff", "ink": "#16181d", "link": "#1a56c4"},
    "dark": {"look": "dark", "paper": "#1b1c1e", "ink": "#e6e6e6", "link": "#8ab4f8"},
}
_PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>&#8203;</title><style>{style}</style></head>
<body><div class="mail" dir="auto">{mail}</div></body></html>"""


def keep_preview(mail: str, *, look: str, language: str, user_id: UUID) -> str:
    """Return the name under which this user finds the page for 15 minutes. `mail` is sanitised HTML."""
    name = secrets.token_urlsafe(16)
    page = _PAGE.format(style=_STYLE % _COLOURS[look], mail=mail, language=language)
    cache.set(_key(user_id, name), page, _KEPT_S)
    return name


def kept_preview(name: str, *, user_id: UUID) -> str | None:
    """Return the page that this user keeps under the name, None where there is none any more."""
    page: str | None = cache.get(_key(user_id, name))
    return page


def _key(user_id: UUID, name: str) -> str:
    return f"template-preview/{user_id}/{name}"
