"""What a customer said of how they were helped, beside the conversation."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.decorators import MemberRequest, member_required
from analytics.models import Survey
from analytics.queries.surveys import surveys_of
from conversations.access import get_conversation_for
from email_channel.enums import Rating
from teams.access import viewer_of


@member_required
@require_GET
def conversation_csat(request: MemberRequest, display_id: int) -> HttpResponse:
    """List what the customer was asked and answered, or why nobody asked."""
    conversation = get_conversation_for(viewer_of(request.membership), display_id)
    context = {
        "rows": [_row(survey) for survey in surveys_of(conversation)],
        "subject": conversation.subject,
        "back_url": reverse("conversation-detail", args=[display_id]),
    }
    name = "_conversation_csat" if request.htmx else "conversation_csat"
    return render(request, f"analytics/{name}.html", context)


def _row(survey: Survey) -> dict[str, Any]:
    if survey.rating:
        text = _("%(rating)s of 5: %(label)s") % {"rating": survey.rating, "label": Rating(survey.rating).label}
    else:
        text = _("Asked, no answer yet") if survey.sent_at else _not_asked(survey.left_out_reason)
    return {
        "text": text,
        "at": survey.changed_at or survey.sent_at or survey.due_at,
        "agent": survey.agent.name if survey.agent else "",
        "comment": survey.comment,
        "is_answered": bool(survey.rating),
    }


def _not_asked(reason: str) -> str:
    reasons = {
        "switched_off": _("Not asked: surveys were switched off"),
        "merged": _("Not asked: merged into another conversation"),
        "reopened": _("Not asked: opened again meanwhile"),
        "nobody_replied": _("Not asked: nobody had replied"),
        "no_mail": _("Not asked: the customer has written no mail"),
        "no_address": _("Not asked: the customer has written no mail"),
        "opted_out": _("Not asked: the customer does not want to be asked"),
        "asked_lately": _("Not asked: the customer was asked lately"),
        "suppressed": _("Not asked: nothing is sent to the address"),
        "not_in_the_inbox": _("Not asked: spam, trash, or a blocked customer"),
        "sender_in_doubt": _("Not asked: it is not sure who wrote"),
        "sender_unproven": _("Not asked: it is not sure who wrote"),
    }
    return reasons.get(reason, _("Not asked"))
