from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Account
from analytics.models import Survey
from tests.fixtures.cast import ApiClient


def client(host: str = "acme.localhost") -> ApiClient:
    """A program without a token."""
    return ApiClient(headers={"host": host})


def answer(token: str, body: Any, host: str = "acme.localhost") -> Any:
    return client(host).post(f"/api/v1/csat/{token}", body)


def test_answer_is_saved_without_a_log_in(token: str, survey: Survey) -> None:
    said = answer(token, {"rating": 5, "comment": "Fast"})

    assert said.status_code == 200
    saved = said.json()
    assert (saved["rating"], saved["comment"]) == (5, "Fast")
    assert saved["answered_at"] < saved["can_change_until"]
    survey.refresh_from_db()
    assert survey.rating == 5


def test_wrong_answers_are_refused_by_field(token: str) -> None:
    for body, field in (({"rating": 6}, "rating"), ({}, "rating"), ({"rating": 3, "comment": "x" * 2001}, "comment")):
        problem = answer(token, body)
        assert problem.status_code == 422
        assert field in problem.json()["errors"]
    assert not Survey.objects.exclude(rating=None).exists()


def test_unknown_tokens_and_those_of_other_accounts_are_not_there(token: str, nordhem: Account) -> None:
    assert answer("x", {"rating": 1}).status_code == 404
    assert answer(token, {"rating": 1}, "nordhem.localhost").status_code == 404
    assert answer(token, {"rating": 1}, "localhost").status_code == 403


def test_too_late_is_a_conflict(token: str) -> None:
    assert answer(token, {"rating": 5}).status_code == 200
    assert answer(token, {"rating": 4}).status_code == 200
    Survey.objects.update(answered_at=timezone.now() - timedelta(days=7))

    problem = answer(token, {"rating": 1})

    assert (problem.status_code, problem.json()["code"]) == (409, "conflict")


def test_nobody_tries_tokens_out(token: str) -> None:
    codes = {answer(f"x{number}", {"rating": 1}).status_code for number in range(31)}

    assert codes == {404, 429}
