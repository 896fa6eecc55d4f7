"""The settings pages of outgoing mail and of suppressed addresses."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from conversations.actions.write_message import send_reply
from email_channel.enums import SendState, SuppressionReason
from email_channel.models import OutgoingDelivery, SuppressedAddress
from teams.access import Viewer
from tests.email_channel.conftest import Receive, conversation_of
from tests.email_channel.mails import raw_mail
from tests.fixtures.cast import ClientOf

DELIVERIES, SUPPRESSIONS = "/settings/deliveries", "/settings/suppressions"


@pytest.fixture
def sent(receive: Receive, viewer: Viewer) -> OutgoingDelivery:
    """A reply to ada@customers.example."""
    conversation = conversation_of(receive(raw_mail(subject="The drill is broken")))
    send_reply(viewer=viewer, conversation_id=conversation.id, body_text="Hi", cc=["bo@customers.example"])
    return OutgoingDelivery.objects.get(recipient="ada@customers.example")


def suppress(address: str) -> SuppressedAddress:
    return SuppressedAddress.objects.create(address=address, reason=SuppressionReason.HARD_BOUNCE, detail="550 no")


@pytest.mark.parametrize("url", [DELIVERIES, SUPPRESSIONS])
def test_only_who_manages_the_account_finds_the_pages(
    client_of: ClientOf, agent: User, leader: User, admin: User, url: str
) -> None:
    assert [client_of(user).get(url).status_code for user in (agent, leader, admin)] == [403, 403, 200]


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ({}, True),
        ({"q": "Ada@customers"}, True),
        ({"q": "da@customers"}, False),
        ({"q": "CUSTOMERS"}, True),
        ({"q": "drill"}, True),
        ({"q": "dr"}, True),
        ({"q": "qq"}, False),
        ({"q": "saw"}, False),
        ({"q": "\x00%_"}, False),
        ({"show": "not_arrived"}, True),
        ({"show": "arrived"}, False),
        ({"show": "not_arrived", "q": "saw"}, False),
    ],
)
def test_deliveries_are_searched(
    client_of: ClientOf, admin: User, sent: OutgoingDelivery, query: dict[str, str], is_found: bool
) -> None:
    OutgoingDelivery.objects.filter(id=sent.id).update(state=SendState.BOUNCED, error="550 no such user")

    answer = client_of(admin).get(DELIVERIES, query)

    assert ("ada@customers.example" in answer.text.split('id="log-found"')[1]) is is_found
    if is_found:
        assert "550 no such user" in answer.text
        assert f"#message-{sent.email.conversation_message_id}" in answer.text


@pytest.mark.parametrize(
    ("status", "error", "shown"),
    [
        ("5.1.1", "550 no such user", "5.1.1 550 no such user"),
        ("5.1.1", "550 5.1.1 no such user", "550 5.1.1 no such user"),
        ("5.0.911", "no such user", "no such user"),
        ("5.2.2", "", "5.2.2"),
    ],
)
def test_status_is_shown_once_and_only_where_a_server_gave_it(
    client_of: ClientOf, admin: User, sent: OutgoingDelivery, status: str, error: str, shown: str
) -> None:
    told = {"state": SendState.BOUNCED, "status_code": status, "error": error}
    OutgoingDelivery.objects.filter(id=sent.id).update(**told)

    page = " ".join(client_of(admin).get(DELIVERIES).text.split())

    assert f">{shown}<" in page.replace("> ", ">").replace(" <", "<")


def test_typing_gets_the_list_alone(client_of: ClientOf, admin: User, sent: OutgoingDelivery) -> None:
    htmx = {"HX-Request": "true", "HX-Target": "log-found"}

    answer = client_of(admin).get(DELIVERIES, {"q": "ada"}, headers=htmx)

    assert answer.text.strip().startswith("<section")


def test_search_finds_recipients_by_an_index(sent: OutgoingDelivery) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")

    assert "delivery_by_part_of_recipient" in OutgoingDelivery.objects.filter(recipient__icontains="ada").explain()


def test_lists_take_as_many_queries_for_many(
    client_of: ClientOf, admin: User, sent: OutgoingDelivery, django_assert_num_queries: Any
) -> None:
    client = client_of(admin)
    client.get(DELIVERIES)
    with CaptureQueriesContext(connection) as one:
        client.get(DELIVERIES)
    OutgoingDelivery.objects.bulk_create(
        OutgoingDelivery(email=sent.email, recipient=f"{number}@customers.example") for number in range(60)
    )

    with django_assert_num_queries(len(one)):
        page = client.get(DELIVERIES)
    assert "cursor=" in page.text


def test_an_address_is_suppressed_by_hand_and_lifted(client_of: ClientOf, admin: User) -> None:
    client = client_of(admin)

    added = client.post(SUPPRESSIONS, {"address": " Bo@customers.example", "detail": "Asked for it"})

    assert (added.status_code, added["Location"]) == (303, SUPPRESSIONS)
    entry = SuppressedAddress.objects.get()
    assert (entry.address, entry.reason, entry.detail) == ("bo@customers.example", "by_hand", "Asked for it")
    assert entry.address in client.get(SUPPRESSIONS).text
    lifted = client.post(f"{SUPPRESSIONS}/{entry.id}/lift")
    assert lifted.status_code == 303
    assert not SuppressedAddress.objects.exists()
    assert client.post(f"{SUPPRESSIONS}/{entry.id}/lift").status_code == 404


@pytest.mark.parametrize("address", ["", "bo", "bo@customers.example, x@customers.example"])
def test_what_is_no_address_is_told_beside_the_field(client_of: ClientOf, admin: User, address: str) -> None:
    answer = client_of(admin).post(SUPPRESSIONS, {"address": address})

    assert answer.status_code == 422
    assert 'id="id_address_error"' in answer.text
    assert not SuppressedAddress.objects.exists()


def test_suppressions_are_searched(client_of: ClientOf, admin: User) -> None:
    suppress("bo@customers.example")
    suppress("cy@elsewhere.example")

    found = client_of(admin).get(SUPPRESSIONS, {"q": "ELSEWHERE"}).text

    assert "cy@elsewhere.example" in found
    assert "bo@customers.example" not in found


def test_only_who_manages_the_account_lifts(client_of: ClientOf, agent: User) -> None:
    entry = suppress("bo@customers.example")

    assert client_of(agent).post(f"{SUPPRESSIONS}/{entry.id}/lift").status_code == 403
    assert client_of(agent).post(SUPPRESSIONS, {"address": "x@y.example"}).status_code == 403
    assert SuppressedAddress.objects.count() == 1
