"""The page that a survey's links lead to."""

import re
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Account
from analytics.models import Survey, SurveyOptOut
from tests.fixtures.cast import RestoringClient


def visitor() -> RestoringClient:
    return RestoringClient(enforce_csrf_checks=True, headers={"host": "acme.localhost"})


def checked(answer: Any) -> list[str]:
    return re.findall(r'value="(\d)" required checked', answer.content.decode())


def test_link_chooses_a_rating_and_saves_nothing(token: str, survey: Survey) -> None:
    before = Survey.objects.values().get()

    head = visitor().head(f"/csat/{token}?rating=4")
    page = visitor().get(f"/csat/{token}?rating=4")

    assert (head.status_code, page.status_code) == (200, 200)
    assert checked(page) == ["4"]
    assert "The drill is broken" in page.content.decode()
    assert Survey.objects.values().get() == before


def test_answer_is_saved_shown_and_changed_without_script_or_cookie(token: str, survey: Survey) -> None:
    answer = visitor().post(f"/csat/{token}", {"rating": "4", "comment": "Fast & <b>kind</b>"}, follow=True)

    assert answer.redirect_chain == [(f"/csat/{token}", 303)]
    page = answer.content.decode()
    assert "Saved: Good. Thank you." in page
    assert "Fast &amp; &lt;b&gt;kind&lt;/b&gt;" in page
    assert checked(answer) == ["4"]
    assert checked(visitor().get(f"/csat/{token}?rating=2")) == ["2"]
    survey.refresh_from_db()
    assert (survey.rating, survey.comment) == (4, "Fast & <b>kind</b>")


def test_nothing_chosen_is_asked_for_again(token: str) -> None:
    answer = visitor().post(f"/csat/{token}", {"comment": "Only words"})

    assert answer.status_code == 422
    assert "Choose one of the five." in answer.content.decode()
    assert "Only words" in answer.content.decode()


def test_closed_question_takes_no_answer(token: str) -> None:
    Survey.objects.update(sent_at=timezone.now() - timedelta(days=30))

    page = visitor().get(f"/csat/{token}").content.decode()

    assert "closed now" in page
    assert "<form" not in page
    assert visitor().post(f"/csat/{token}", {"rating": "1"}).status_code == 409


def test_page_speaks_the_language_of_the_mail_and_bears_the_logo(token: str, acme: Account) -> None:
    Survey.objects.update(language="fi")
    Account.objects.filter(pk=acme.pk).update(branding={"logo_url": "https://cdn.acme.example/logo.png"})

    answer = visitor().get(f"/csat/{token}")

    page = answer.content.decode()
    assert '<html lang="fi"' in page
    assert '<img class="survey-logo" src="https://cdn.acme.example/logo.png" alt="Acme"' in page
    assert "img-src 'self' data: blob: https://cdn.acme.example" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Language"] == "fi"


def test_one_click_ends_the_questions_and_a_look_does_not(token: str) -> None:
    assert "Ask me no more" in visitor().get(f"/csat/{token}/stop").content.decode()
    assert not SurveyOptOut.objects.exists()

    answer = visitor().post(f"/csat/{token}/stop", {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert SurveyOptOut.objects.count() == 1


def test_unknown_token_is_not_there(token: str) -> None:
    for path in ("/csat/x", f"/csat/{token}x", "/csat/x/stop"):
        assert visitor().get(path).status_code == 404
        assert visitor().post(path, {"rating": "1"}).status_code == 404
