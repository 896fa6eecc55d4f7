"""The mail behind a message: who got it, how it came, and one more try."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import MemberRequest, member_required
from conversations.file_responses import StreamedFile
from conversations.views.messages import answer_change
from email_channel.actions.retry_reply import retry_reply, settle_delivery
from email_channel.queries import kept_mail_of, mail_of_message
from email_channel.raw_files import raw_beginning, raw_response
from email_channel.views.shapes import address_lines, because, recipients
from teams.access import viewer_of


@member_required
@require_GET
def message_mail(request: MemberRequest, id: Any) -> HttpResponse:
    """Show what a message's menu says of its mail: why it is here, and the ways to more of it."""
    mail = mail_of_message(viewer_of(request.membership), id)
    original_url = reverse("message-original", args=[id]) if mail and mail.raw else ""
    why = because(mail) if mail else ""
    context = {"because": why, "why_url": reverse("message-why", args=[id]), "original_url": original_url}
    return render(request, "email_channel/_message_mail.html", context)


@member_required
@require_GET
def message_deliveries(request: MemberRequest, id: Any) -> HttpResponse:
    """Show how a reply fares with each of its recipients."""
    mail = mail_of_message(viewer_of(request.membership), id)
    name = "_message_deliveries" if request.htmx else "message_deliveries"
    shown = {"recipients": recipients(mail), "subject": mail.subject} if mail else {}
    context = shown | {"back_url": reverse("message-detail", args=[id])}
    return render(request, f"email_channel/{name}.html", context)


@member_required
@require_GET
def message_original(request: MemberRequest, id: Any) -> HttpResponse:
    """Show the headers of a mail and the beginning of its source, as text."""
    mail = kept_mail_of(viewer_of(request.membership), id)
    source, is_cut = raw_beginning(mail.raw)
    context = {
        "subject": mail.subject,
        "back_url": reverse("message-detail", args=[id]),
        "download_url": reverse("message-source", args=[id]),
        "lines": address_lines(mail),
        "headers": [{"name": name, "value": value} for name, value in mail.headers],
        "source": source,
        "is_cut": is_cut,
    }
    return render(request, "email_channel/message_original.html", context)


@member_required
@require_GET
def message_source(request: MemberRequest, id: Any) -> StreamedFile:
    """Hand out a mail as it came."""
    mail = kept_mail_of(viewer_of(request.membership), id)
    return raw_response(mail.raw, name=f"{id}.eml")


@member_required
@require_POST
def message_retry(request: MemberRequest, id: Any) -> HttpResponse:
    """Send a reply again to whom it did not reach."""
    viewer = viewer_of(request.membership)
    message = retry_reply(viewer=viewer, message_id=id)
    return answer_change(request, viewer, message.conversation.display_id)


@member_required
@require_POST
def message_settle(request: MemberRequest, id: Any) -> HttpResponse:
    """Take a person's word for a reply of which nobody knows whether it left: it has arrived, or is sent again."""
    viewer = viewer_of(request.membership)
    has_arrived = request.POST.get("outcome") == "arrived"
    message = settle_delivery(viewer=viewer, message_id=id, has_arrived=has_arrived)
    return answer_change(request, viewer, message.conversation.display_id)
