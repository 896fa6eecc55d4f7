"""Answering an invitation."""

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.actions.invitations import accept_invitation
from accounts.forms import InvitationForm
from accounts.models import Account, Invitation
from accounts.queries import open_invitation, user_by_email


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """GET asks for name and password, or a user who exists for a yes; POST accepts. Looking spends nothing."""
    account: Account | None = request.account  # type: ignore[attr-defined]
    if account is None:
        raise Http404
    secret = request.POST.get("token", "") if request.method == "POST" else request.GET.get("token", "")
    invited = open_invitation(account=account, secret=secret)
    is_known = user_by_email(invited.email) is not None
    form = _form(request, invited, is_known=is_known)
    if request.method == "POST" and form.is_valid():
        return _accept(request, account, secret, form, is_known=is_known)
    context = {"form": form, "email": invited.email, "token": secret, "is_known": is_known}
    return render(request, "account/invitation.html", context, status=422 if form.is_bound else 200)


def _form(request: HttpRequest, invited: Invitation, *, is_known: bool) -> forms.Form:
    data = request.POST if request.method == "POST" else None
    return forms.Form(data) if is_known else InvitationForm(data, email=invited.email)


def _accept(
    request: HttpRequest, account: Account, secret: str, form: forms.Form, *, is_known: bool
) -> HttpResponseRedirect:
    user = accept_invitation(account=account, secret=secret, **form.cleaned_data)
    if is_known:
        # Whoever reads the mailbox may join, but gets into no user's other accounts: that takes the password.
        messages.success(request, _("You are a member now. Sign in with your password."))
        return redirect("account_login")
    request.session.flush()
    get_adapter(request).login(request, user)
    return HttpResponseRedirect("/")
