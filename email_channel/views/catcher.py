"""The mail catcher: what went out, for the operator of an installation without a mail provider."""

from email.message import EmailMessage as StandardMessage
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.decorators import operator_required
from email_channel.catcher import CaughtMail, caught_mail, caught_mails, caught_raw
from hummdesk.errors import NotFound

PAGE_SIZE = 50
# A mail's HTML is a stranger's: no script, nothing loaded, shown in a frame of our own page only.
_HTML_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"


@operator_required
@require_GET
def catcher_list(request: HttpRequest) -> HttpResponse:
    """List what has gone out, newest first."""
    before = request.GET.get("before", "")
    mails = caught_mails(limit=PAGE_SIZE + 1, before=before)
    shown = mails[:PAGE_SIZE]
    next_url = f"{reverse('catcher-list')}?before={shown[-1].id}" if len(mails) > PAGE_SIZE else None
    context = {"mails": [_row(mail) for mail in shown], "next_url": next_url}
    return render(request, "platform/catcher_list.html", context)


@operator_required
@require_GET
def catcher_message(request: HttpRequest, folder: str, name: str) -> HttpResponse:
    """Show one mail with its headers."""
    mail = caught_mail(f"{folder}/{name}")
    text, html = mail.message.get_body(("plain",)), mail.message.get_body(("html",))
    context = _row(mail) | {
        "headers": [{"name": name, "value": str(value)} for name, value in mail.message.items()],
        "text": text.get_content() if text else "",
        "html_url": _url("catcher-html", mail) if html else "",
        "raw_url": _url("catcher-raw", mail),
        "attachments": [
            _attachment(mail, number, part) for number, part in enumerate(mail.message.iter_attachments())
        ],
    }
    return render(request, "platform/catcher_message.html", {"mail": context, "back_url": reverse("catcher-list")})


@operator_required
@require_GET
def catcher_html(request: HttpRequest, folder: str, name: str) -> HttpResponse:
    """Serve the HTML part by itself, for a frame."""
    part = caught_mail(f"{folder}/{name}").message.get_body(("html",))
    if part is None:
        raise NotFound
    response = HttpResponse(part.get_content())
    response["Content-Security-Policy"] = _HTML_POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


@operator_required
@require_GET
def catcher_raw(request: HttpRequest, folder: str, name: str) -> HttpResponse:
    """Hand out the mail as it left."""
    return _download(caught_raw(f"{folder}/{name}"), f"{name}.eml", "message/rfc822")


@operator_required
@require_GET
def catcher_attachment(request: HttpRequest, folder: str, name: str, number: int) -> HttpResponse:
    """Hand out an attachment, as a download without a type."""
    parts = list(caught_mail(f"{folder}/{name}").message.iter_attachments())
    if number >= len(parts):
        raise NotFound
    content = parts[number].get_payload(decode=True) or b""
    return _download(bytes(content), parts[number].get_filename() or "attachment", "application/octet-stream")


def _download(content: bytes, filename: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    return response


def _row(mail: CaughtMail) -> dict[str, Any]:
    return {
        "id": mail.id,
        "url": _url("catcher-message", mail),
        "to": str(mail.message.get("To", "")),
        "sender": str(mail.message.get("From", "")),
        "subject": str(mail.message.get("Subject", "")),
        "at": mail.at,
        "state_label": _("Caught"),
        "tone": "",
    }


def _attachment(mail: CaughtMail, number: int, part: StandardMessage) -> dict[str, Any]:
    folder, name = mail.id.split("/")
    return {
        "name": part.get_filename() or _("Attachment"),
        "size_bytes": len(part.get_payload(decode=True) or b""),
        "url": reverse("catcher-attachment", args=[folder, name, number]),
    }


def _url(view: str, mail: CaughtMail) -> str:
    folder, name = mail.id.split("/")
    return reverse(view, args=[folder, name])
