"""Addresses to which nothing is sent: which there are, one more, and lifting one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import MemberRequest, member_required
from conversations.views.shapes.shape import Shape
from email_channel.actions.suppress_address import lift_suppression, suppress_by_hand
from email_channel.forms import SuppressionForm
from email_channel.models import SuppressedAddress
from email_channel.queries.suppressions import get_suppression, suppression_page
from email_channel.views.mail_log import MailLog, mail_manager
from hummdesk.errors import ValidationFailed
from hummdesk.http import see_other
from teams.access import Viewer


@member_required
@require_http_methods(["GET", "POST"])
def suppression_list(request: MemberRequest) -> HttpResponse:
    """Show the suppressed addresses that match, or add one."""
    viewer = mail_manager(request)
    form = SuppressionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            entry = suppress_by_hand(viewer=viewer, **form.cleaned_data)
            messages.success(request, _("Nothing is sent to %(address)s") % {"address": entry.address})
            return see_other(reverse("settings-suppressions"))
        except ValidationFailed as error:
            form.add_error("address", [text for texts in error.errors.values() for text in texts])
    return _list(request, viewer, form)


@member_required
@require_POST
def suppression_lift(request: MemberRequest, id: UUID) -> HttpResponse:
    """Send to an address again."""
    viewer = mail_manager(request)
    address = get_suppression(id).address
    if lift_suppression(viewer=viewer, suppression_id=id):
        messages.success(request, _("Mail to %(address)s is sent again") % {"address": address})
    else:
        text = _("Mail to %(address)s is sent again. The mail service could not be asked to lift its own block.")
        messages.warning(request, text % {"address": address})
    return see_other(reverse("settings-suppressions"))


def _list(request: MemberRequest, viewer: Viewer, form: SuppressionForm) -> HttpResponse:
    log = MailLog("settings-suppressions", request)
    page = suppression_page(log.text, cursor=log.cursor)
    rows = [_row(entry) for entry in page.rows]
    status = 422 if form.errors else 200
    return log.page(request, viewer, rows=rows, next_cursor=page.next_cursor, status=status, form=form)


def _row(entry: SuppressedAddress) -> Shape:
    return {
        "address": entry.address,
        "reason": entry.get_reason_display(),
        "detail": entry.detail,
        "at": entry.created_at,
        "lift_url": reverse("suppression-lift", args=[entry.id]),
    }
