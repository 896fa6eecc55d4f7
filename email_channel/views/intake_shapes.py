"""Mail that came, as its pages show it."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.views.shapes.shape import Shape
from email_channel.enums import Direction, IntakeState, Outcome
from email_channel.models import IncomingMail
from email_channel.parsing.errors import Unreadable
from email_channel.provider.queries import MailAtProvider

# Mail that came a moment ago is being fetched: nothing to worry anybody with.
_SOON = timedelta(minutes=2)
_LOOKS = {
    Outcome.CREATED: "chip-ok",
    Outcome.APPENDED: "chip-ok",
    Outcome.QUARANTINED: "chip-danger",
    Outcome.SUPPRESSED: "",
    Outcome.DUPLICATE: "",
}


def provider_notice(mail: MailAtProvider) -> Shape:
    """Return what there is to say of mail that is still at the mail service: {waiting, failed}, "" for nothing."""
    is_late = mail.oldest_at is not None and timezone.now() - mail.oldest_at > _SOON
    counted = {"count": mail.waiting_count}
    away = ngettext(
        "The mail service can't be reached now. %(count)d mail waits there; nothing is lost.",
        "The mail service can't be reached now. %(count)d mails wait there; nothing is lost.",
        mail.waiting_count,
    )
    slow = ngettext(
        "%(count)d mail waits at the mail service and is fetched as fast as the service allows.",
        "%(count)d mails wait at the mail service and are fetched as fast as the service allows.",
        mail.waiting_count,
    )
    failed = ngettext(
        "%(count)d mail came in, but the mail service does not hand it out.",
        "%(count)d mails came in, but the mail service does not hand them out.",
        len(mail.failed_ids),
    )
    return {
        "waiting": (away if mail.is_away else slow) % counted if is_late else "",
        "failed": failed % {"count": len(mail.failed_ids)} if mail.failed_ids else "",
        "retry_url": reverse("intake-fetch"),
    }


def intake_row(mail: IncomingMail) -> Shape:
    """Return a line of the list."""
    email = mail.email
    # A bounce has the mail of ours that it is about.
    is_its_own = email is not None and email.direction == Direction.INCOMING
    sender = (email.from_name or email.from_address) if email and is_its_own else ""
    about = _("About “%(subject)s”") % {"subject": email.subject} if email and not is_its_own else ""
    return {
        "url": reverse("intake-detail", args=[mail.id]),
        "sender": sender or mail.envelope_sender or _("Unknown sender"),
        "subject": email.subject if email and is_its_own else about,
        "mailbox": mail.mailbox.address,
        "at": mail.received_at,
        **_fate(mail),
    }


def intake_detail_shape(mail: IncomingMail) -> Shape:
    """Return all that a mail's page says; `rerun_url` is empty where there is nothing to read again."""
    conversation = mail.email.conversation if mail.email else None
    may_rerun = mail.outcome in ("", Outcome.QUARANTINED, Outcome.SUPPRESSED, Outcome.DUPLICATE)
    return {
        **intake_row(mail),
        "why": _why(mail),
        "source": mail.get_source_display(),
        "envelope_sender": mail.envelope_sender,
        "size_bytes": mail.size_bytes,
        "attempt_count": mail.attempt_count,
        "rerun_count": mail.rerun_count,
        "conversation_url": reverse("conversation-detail", args=[conversation.display_id]) if conversation else "",
        "conversation": f"#{conversation.display_id} {conversation.subject}" if conversation else "",
        "rerun_url": reverse("intake-rerun", args=[mail.id]) if may_rerun else "",
        "download_url": reverse("intake-source", args=[mail.id]),
    }


def _fate(mail: IncomingMail) -> Shape:
    if mail.state == IntakeState.RECEIVED:
        is_tried = mail.attempt_count > 1
        label = _("Waiting, tried %(count)d times") % {"count": mail.attempt_count} if is_tried else _("Waiting")
        return {"fate": label, "look": "chip-warn" if is_tried else ""}
    return {"fate": mail.get_outcome_display(), "look": _LOOKS[Outcome(mail.outcome)]}


def _why(mail: IncomingMail) -> str:
    """Return the reason in words, empty where the outcome says it all."""
    words = {
        Unreadable.TOO_LARGE: _("It is too large to be shown."),
        Unreadable.TOO_DEEP: _("Its parts are nested too deeply."),
        Unreadable.EMPTY: _("It is empty, or its file is missing."),
        Unreadable.NOT_MAIL: _("It does not look like a mail."),
        Unreadable.TIME_OUT: _("Reading it took too long."),
        Unreadable.MEMORY: _("Reading it took too much memory."),
        Unreadable.CRASHED: _("Reading it failed."),
        "message_id": _("A mail with the same Message-ID and the same words was here."),
        "content": _("The same mail was here."),
        "own_mail": _("We sent it ourselves."),
        "bounce": _("It tells that a mail of ours did not arrive."),
        "complaint": _("It tells that somebody called a mail of ours spam."),
    }
    return words.get(mail.reason, "")
