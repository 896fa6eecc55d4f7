"""Where the links of a survey lead. Whoever has one may answer for the customer, and needs no log-in."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.branding import account_branding
from analytics.actions.answer_survey import answer_survey, stop_surveys
from analytics.forms import SurveyAnswerForm
from analytics.models import Survey
from analytics.queries.surveys import survey_with
from email_channel.enums import Rating
from hummdesk.http import see_other

_ICONS = {
    Rating.VERY_BAD: "angry",
    Rating.BAD: "frown",
    Rating.OKAY: "meh",
    Rating.GOOD: "smile",
    Rating.VERY_GOOD: "laugh",
}


# No cookie is asked for: mail programs open links where they keep none, and the token is all that counts.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def csat(request: HttpRequest, token: str) -> HttpResponse:
    """Ask how the customer was helped, and save the answer. Mail scanners follow links: a GET changes nothing."""
    survey = survey_with(token)
    with override(survey.language):
        form = SurveyAnswerForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            answer_survey(token=token, rating=form.cleaned_data["rating"], comment=form.cleaned_data["comment"])
            return see_other(reverse("csat", args=[token]))
        chosen = str(request.GET.get("rating") or survey.rating or "")
        comment = form.data.get("comment", "") if form.is_bound else survey.comment
        context = {
            "form": form,
            "faces": _faces(form.data.get("rating", "") if form.is_bound else chosen),
            "comment": comment,
            "is_open": survey.is_open_at(timezone.now()),
            "saved": Rating(survey.rating).label if survey.rating else "",
        }
        return _page(request, survey, token, "survey", context, status=422 if form.is_bound else 200)


# Mail programs post by themselves, without having seen the page (RFC 8058).
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def csat_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether the customer wants to be asked no more, and see to it."""
    survey = survey_with(token)
    is_done = request.method == "POST"
    if is_done:
        stop_surveys(token=token)
    with override(survey.language):
        return _page(request, survey, token, "survey_stop", {"is_done": is_done})


def _page(
    request: HttpRequest, survey: Survey, token: str, name: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    branding = account_branding()
    around = {
        "branding": branding,
        "subject": survey.conversation.subject,
        "answer_url": reverse("csat", args=[token]),
        "stop_url": reverse("csat-stop", args=[token]),
    }
    response = render(request, f"analytics/{name}.html", {**around, **context}, status=status)
    response.headers["Content-Language"] = survey.language
    response.headers["Cache-Control"] = "private, no-store"
    if branding.logo_url:
        # The mail before this page has shown it, too.
        host = urlsplit(branding.logo_url)
        response._csp_update = {"img-src": [f"{host.scheme}://{host.netloc}"]}  # type: ignore[attr-defined]  # of csp
    return response


def _faces(chosen: str) -> list[dict[str, Any]]:
    return [
        {"value": one.value, "label": one.label, "icon": _ICONS[one], "is_chosen": str(one.value) == chosen}
        for one in Rating
    ]
