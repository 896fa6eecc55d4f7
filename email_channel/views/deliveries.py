"""All mail that went out, recipient by recipient."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.decorators import MemberRequest, member_required
from conversations.views.shapes.shape import Shape
from email_channel.enums import DeliveryFate, SendState
from email_channel.models import OutgoingDelivery
from email_channel.parsing.bounces_codes import is_own_status
from email_channel.queries.deliveries import delivery_page
from email_channel.views.mail_log import MailLog, mail_manager
from email_channel.views.shapes import delivery_label

_LOOKS = {
    SendState.DELIVERED: "chip-ok",
    SendState.DELAYED: "chip-warn",
    SendState.COMPLAINED: "chip-warn",
    SendState.UNKNOWN: "chip-warn",
    SendState.BOUNCED: "chip-danger",
    SendState.FAILED: "chip-danger",
    SendState.SUPPRESSED: "chip-danger",
}


@member_required
@require_GET
def delivery_list(request: MemberRequest) -> HttpResponse:
    """Show the deliveries that match."""
    viewer = mail_manager(request)
    log = MailLog("settings-deliveries", request, DeliveryFate)
    page = delivery_page(log.text, DeliveryFate(log.show), cursor=log.cursor)
    rows = [_row(delivery) for delivery in page.rows]
    return log.page(request, viewer, rows=rows, next_cursor=page.next_cursor)


def _row(delivery: OutgoingDelivery) -> Shape:
    email = delivery.email
    url = reverse("conversation-detail", args=[email.conversation.display_id])
    return {
        "url": f"{url}?view=all#message-{email.conversation_message_id}",
        "recipient": delivery.recipient,
        "subject": email.subject,
        "mailbox": email.mailbox.address,
        "fate": delivery_label(delivery),
        "look": _LOOKS.get(SendState(delivery.state), ""),
        "error": _said(delivery),
        "at": delivery.told_at or delivery.sent_at or email.created_at,
    }


def _said(delivery: OutgoingDelivery) -> str:
    """Return what the other server said, with its status in front unless its words hold it."""
    status = delivery.status_code
    is_known = is_own_status(status) or status in delivery.error
    return delivery.error if is_known else f"{status} {delivery.error}".strip()
