"""A customer's program answers a survey: API.md "Analytics", `POST /csat/{token}`, with nothing but HTTP."""

from django.utils import timezone

from accounts.models import Account
from accounts.token_secrets import hash_of
from analytics.models import Survey
from email_channel.survey_links import survey_token
from tests.factories import make_conversation
from tests.fixtures.cast import ApiClient
from tests.test_contract import Stranger, api

__all__ = ["api"]


def test_customer_answers_by_the_token_alone(api: Stranger, acme: Account) -> None:
    now = timezone.now()
    survey = Survey.objects.create(conversation=make_conversation(), resolved_at=now, due_at=now, sent_at=now)
    token = survey_token(survey.id, schema=acme.schema_name)
    Survey.objects.update(token_hash=hash_of(token))
    nobody = ApiClient(headers={"host": "acme.localhost"})

    first = nobody.post(f"/api/v1/csat/{token}", {"rating": 2})
    second = nobody.post(f"/api/v1/csat/{token}", {"rating": 4, "comment": "Solved after all."})

    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json()["rating"] == 4
    events = api.get(f"/conversations/{survey.conversation_id}/events")["results"]
    rated = [event for event in events if event["type"] == "csat_answered"]
    changes = [change for event in rated for change in event["changes"]]
    assert {(change["from"], change["to"]) for change in changes} == {(None, 2), (2, 4)}
    assert {event["actor"]["type"] for event in rated} == {"contact"}
    assert nobody.post("/api/v1/csat/unknown", {"rating": 4}).status_code == 404
