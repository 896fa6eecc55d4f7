"""Mail with its look, as a page of its own for a frame: it runs nothing and may do nothing (decision 0014)."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from accounts.decorators import MemberRequest, member_required
from conversations.access import get_message_for
from conversations.attachment_links import content_url
from conversations.models import Message
from conversations.queries.thread import mail_page_of
from conversations.remote_images import remote_image_url
from conversations.shown_html import RemoteUrl, shown_html, shows_remote_images
from teams.access import viewer_of

# Light, whatever the theme: mail is made for white paper. Too wide tables shrink first, then scroll.
_STYLE = """
:root { color-scheme: light; }
body { margin: 0; background: #fff; color: #16181d; }
.mail { display: flow-root; box-sizing: border-box; padding: 8px; overflow-x: auto; overflow-wrap: break-word;
  font: 14px/1.5 system-ui, sans-serif; }
.mail img { max-width: 100%; height: auto; }
.mail table { max-width: 100%; }
.mail a { color: #1a56c4; }
.mail p { margin: 0 0 8px; }
"""
_PAGE = """<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light"><title>&#8203;</title><style>{style}</style></head>
<body><div class="mail" dir="auto">{mail}</div></body></html>"""
_POLICY = (
    "default-src 'none'; img-src {origin}/api/v1/; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
# Its pictures' addresses are good for longer.
_FRESH_S = 60


@member_required
@require_GET
@xframe_options_sameorigin
def message_html(request: MemberRequest, id: Any) -> HttpResponse:
    """Show a mail with its look; `pictures` with those of the web this once."""
    message = get_message_for(viewer_of(request.membership), id)
    shows = "pictures" in request.GET or shows_remote_images(message)
    mail = _with_pictures(message, mail_page_of(message).html, remote_image_url if shows else None)
    response = HttpResponse(_PAGE.format(style=_STYLE, mail=mail))
    response["Content-Security-Policy"] = _POLICY.format(origin=request.build_absolute_uri("/").rstrip("/"))
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = f"private, max-age={_FRESH_S}"
    return response


def _with_pictures(message: Message, mail: str, remote_url: RemoteUrl | None) -> str:
    """Return the mail with its own pictures; a frame without an origin sends no cookies, so they have signatures."""
    return shown_html(mail, message.attachments.all(), lambda file: content_url(file.id), remote_url)
