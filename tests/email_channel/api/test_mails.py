from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, User
from conversations.models import Conversation
from email_channel.models import Mailbox
from hummdesk.tenancy.context import account_context
from teams.models import Team
from tests.email_channel.conftest import Receive, email_of
from tests.email_channel.mails import raw_mail
from tests.factories import make_team
from tests.fixtures.cast import ApiOf

LIST = "/api/v1/email/messages"


def test_mail_is_listed_shown_with_headers_and_handed_out_as_it_came(
    agent: User, api_of: ApiOf, receive: Receive
) -> None:
    raw = raw_mail(headers=(("X-Colour", "blue"), ("Cc", "Bo <bo@customers.example>")))
    email = email_of(receive(raw))
    api = api_of(agent)

    [listed] = api.get(LIST).json()["results"]
    shown = api.get(f"{LIST}/{email.id}").json()
    source = api.get(f"{LIST}/{email.id}/raw")

    assert ["X-Colour", "blue"] in shown.pop("headers")
    assert shown == listed
    assert (listed["direction"], listed["subject"], listed["has_raw"]) == ("in", "The drill is broken", True)
    assert listed["sender"] == {"name": "Ada Byron", "address": "ada@customers.example"}
    assert listed["cc"] == [{"name": "Bo", "address": "bo@customers.example"}]
    assert listed["conversation_message_id"] == str(email.conversation_message_id)
    assert b"".join(source.streaming_content) == raw  # type: ignore[attr-defined]
    assert source["Content-Type"] == "message/rfc822"
    assert source["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_list_is_narrowed_ordered_and_paged(agent: User, api_of: ApiOf, receive: Receive, mailbox: Mailbox) -> None:
    emails = [email_of(receive(raw_mail())) for _number in range(3)]
    api, ids = api_of(agent), [str(email.id) for email in emails]

    def found(**query: Any) -> list[str]:
        return [one["id"] for one in api.get(LIST, query).json()["results"]]

    assert found() == ids[::-1]
    assert found(ordering="created_at") == ids
    assert found(message_id=emails[1].message_id) == [ids[1]]
    assert found(conversation_id=str(emails[2].conversation_id)) == [ids[2]]
    assert found(mailbox_id=str(mailbox.id), direction="in") == ids[::-1]
    assert found(direction="out") == []
    first = api.get(LIST, {"limit": 2}).json()
    assert [one["id"] for one in api.get(first["next"]).json()["results"]] == ids[:1]


def test_mail_of_a_conversation_one_may_not_see_is_not_there(
    agent: User, admin: User, api_of: ApiOf, receive: Receive
) -> None:
    email = email_of(receive(raw_mail()))
    Conversation.objects.filter(id=email.conversation_id).update(team=make_team("Others"))

    for path in ("", "/raw"):
        assert api_of(agent).get(f"{LIST}/{email.id}{path}").status_code == 404
        assert api_of(admin).get(f"{LIST}/{email.id}{path}").status_code == 200
    assert api_of(agent).get(LIST).json()["results"] == []


def test_mail_of_another_account_is_not_there(
    admin: User, stranger: User, nordhem: Account, api_of: ApiOf, receive: Receive
) -> None:
    email = email_of(receive(raw_mail()))

    with account_context(nordhem):
        assert Team.objects.exists()
    assert api_of(stranger, at=nordhem).get(f"{LIST}/{email.id}").status_code == 404


def test_list_takes_as_many_queries_for_many(
    agent: User, api_of: ApiOf, receive: Receive, django_assert_num_queries: Any
) -> None:
    api = api_of(agent)
    receive(raw_mail())
    api.get(LIST)

    with CaptureQueriesContext(connection) as one:
        api.get(LIST)
    for _number in range(10):
        receive(raw_mail())

    with django_assert_num_queries(len(one)):
        api.get(LIST)
