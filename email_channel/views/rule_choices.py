"""Templates and mailboxes to choose from in the form of an automation rule, which asks for them by URL."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from email_channel.queries.mailboxes import active_mailboxes, templates_by_name
from teams.access import viewer_of

_NAME_MAX_LENGTH = 80


@member_required
@require_GET
def template_choices(request: MemberRequest) -> HttpResponse:
    """Offer the templates under the field's `name`, those of `value` chosen."""
    return _choices(request, [(str(one.id), f"{one.name} ({one.language})") for one in templates_by_name()])


@member_required
@require_GET
def mailbox_choices(request: MemberRequest) -> HttpResponse:
    """Offer the mailboxes under the field's `name`, those of `value` chosen; several at once where `several` asks."""
    return _choices(request, [(str(one.id), one.address) for one in active_mailboxes()])


def _choices(request: MemberRequest, choices: Sequence[tuple[str, str]]) -> HttpResponse:
    viewer_of(request.membership).require(Permission.MANAGE_AUTOMATIONS)
    chosen = [value for value in request.GET.getlist("value") if value]
    context = {
        "name": request.GET.get("name", "")[:_NAME_MAX_LENGTH],
        "several": "several" in request.GET,
        "is_chosen": bool(chosen),
        "options": [{"value": value, "label": label, "is_chosen": value in chosen} for value, label in choices],
        "gone": [value for value in chosen if value not in dict(choices)],
    }
    return render(request, "settings/_asked_choices.html", context)
