"""All mail that came, whatever became of it, and reading it again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import MemberRequest, member_required
from conversations.file_responses import StreamedFile
from conversations.views.settings_page import render_settings
from email_channel.actions.rerun_mail import rerun_mail
from email_channel.enums import IntakeQueue, Outcome
from email_channel.provider.actions.look_after_events import fetch_again
from email_channel.provider.queries import mail_at_provider
from email_channel.queries.intake import get_incoming_mail, intake_page
from email_channel.raw_files import raw_beginning, raw_response
from email_channel.views.intake_shapes import intake_detail_shape, intake_row, provider_notice
from email_channel.views.mail_log import MailLog, mail_manager
from hummdesk.errors import NotFound
from hummdesk.http import see_other


@member_required
@require_GET
def intake_list(request: MemberRequest) -> HttpResponse:
    """Show the mails of one queue."""
    viewer = mail_manager(request)
    log = MailLog("settings-incoming-mail", request, IntakeQueue)
    page = intake_page(IntakeQueue(log.show), timezone.now(), cursor=log.cursor)
    rows = [intake_row(mail) for mail in page.rows]
    notice = provider_notice(mail_at_provider(request.account.schema_name))
    return log.page(request, viewer, rows=rows, next_cursor=page.next_cursor, at_provider=notice)


@member_required
@require_POST
def intake_fetch(request: MemberRequest) -> HttpResponse:
    """Ask the mail service again for what it did not hand out."""
    fetch_again(viewer=mail_manager(request))
    messages.info(request, _("The mail service is asked again."))
    return see_other(reverse("settings-incoming-mail"))


@member_required
@require_GET
def intake_detail(request: MemberRequest, id: UUID) -> HttpResponse:
    """Show what became of a mail, and the beginning of its source."""
    viewer = mail_manager(request)
    mail = get_incoming_mail(id)
    try:
        source, is_cut = raw_beginning(mail.raw)
    except NotFound:
        source, is_cut = "", False
    context = {"mail": intake_detail_shape(mail), "source": source, "is_cut": is_cut}
    return render_settings(request, viewer, "settings/incoming_mail_one.html", context, page="settings-incoming-mail")


@member_required
@require_GET
def intake_source(request: MemberRequest, id: UUID) -> StreamedFile:
    """Hand out a mail as it came."""
    mail_manager(request)
    return raw_response(get_incoming_mail(id).raw, name=f"{id}.eml")


@member_required
@require_POST
def intake_rerun(request: MemberRequest, id: UUID) -> HttpResponse:
    """Read a mail again, and say what became of it."""
    done = rerun_mail(viewer=mail_manager(request), incoming_mail_id=id)
    if done is None:
        messages.info(request, _("It is being read."))
    elif done.outcome == Outcome.QUARANTINED:
        messages.error(request, _("It still can't be read."))
    elif done.conversation_id is None:
        messages.info(request, _("Read again, and kept out as before."))
    else:
        messages.success(request, _("Read again"))
    return see_other(reverse("intake-detail", args=[id]))
