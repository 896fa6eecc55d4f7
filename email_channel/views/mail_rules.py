"""What holds for all mailboxes of an account."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.actions.change_account import change_account
from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from teams.access import viewer_of


@member_required
@require_POST
def settings_mail_rules(request: MemberRequest) -> HttpResponse:
    """Set whether people of a customer's company may write in their conversations."""
    viewer = viewer_of(request.membership)
    viewer.require(Permission.MANAGE_ACCOUNT)
    allows = "company_may_join" in request.POST
    changes = {"settings": {"company_may_join": allows}}
    change_account(request.membership.account_id, changes, actor=viewer.actor)
    if not request.htmx:
        return redirect("settings-mailboxes")
    return render(request, "settings/_mail_rules.html", {"company_may_join": allows, "is_saved": True})
