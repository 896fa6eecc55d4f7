"""The settings page of all mail that came."""

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from conversations.models import Conversation
from email_channel.actions.take_in_mail import TakenIn
from email_channel.enums import IntakeState
from email_channel.models import IncomingMail
from tests.email_channel.conftest import Receive, message_of
from tests.email_channel.mails import raw_mail
from tests.fixtures.cast import ClientOf

LIST = "/settings/incoming-mail"
BROKEN = b"\x89PNG\r\n\x1a\n" + b"\x00\xff" * 2_000


def page_of(taken_in: TakenIn, part: str = "") -> str:
    return f"{LIST}/{taken_in.id}{part}"


@pytest.fixture
def unread(receive: Receive) -> TakenIn:
    return receive(BROKEN, envelope_sender="ada@customers.example")


def test_only_who_manages_the_account_finds_the_pages(
    client_of: ClientOf, agent: User, leader: User, unread: TakenIn
) -> None:
    for user in (agent, leader):
        for url in (LIST, page_of(unread), page_of(unread, "/source.eml")):
            assert client_of(user).get(url).status_code == 403
        assert client_of(user).post(page_of(unread, "/rerun")).status_code == 403


def test_each_queue_has_its_mails(client_of: ClientOf, admin: User, receive: Receive, unread: TakenIn) -> None:
    read, waiting, failed = (receive(raw_mail(subject=word)) for word in ("Read one", "Waiting one", "Failed one"))
    mails = IncomingMail.objects
    mails.filter(id=waiting.id).update(state=IntakeState.RECEIVED, outcome="", claimed_at=timezone.now())
    mails.filter(id=failed.id).update(state=IntakeState.RECEIVED, outcome="", claimed_at=None)
    mails.filter(id=waiting.id).update(attempt_count=0)
    client = client_of(admin)
    ids = {"read": read.id, "waiting": waiting.id, "failed": failed.id, "unread": unread.id}

    def shown(queue: str) -> set[str]:
        text = client.get(LIST, {"show": queue}).text
        return {name for name, id_ in ids.items() if str(id_) in text}

    assert shown("") == shown("all") == shown("no such queue") == set(ids)
    assert shown("waiting") == {"waiting"}
    assert shown("failed") == {"failed"}
    assert shown("quarantined") == {"unread"}
    assert shown("suppressed") == set()


def test_a_mail_shows_why_and_its_source(client_of: ClientOf, admin: User, unread: TakenIn) -> None:
    answer = client_of(admin).get(page_of(unread))

    assert "It does not look like a mail." in answer.text
    assert "ada@customers.example" in answer.text
    assert page_of(unread, "/rerun") in answer.text
    assert f"/conversations/{Conversation.objects.get().display_id}" in answer.text


def test_source_is_text_and_a_download(client_of: ClientOf, admin: User, receive: Receive) -> None:
    raw = raw_mail(text="<script>alert(1)</script>")
    taken_in = receive(raw)

    page = client_of(admin).get(page_of(taken_in))
    source = client_of(admin).get(page_of(taken_in, "/source.eml"))

    assert "&lt;script&gt;alert(1)" in page.text
    assert page_of(taken_in, "/rerun") not in page.text
    assert b"".join(source.streaming_content) == raw  # type: ignore[attr-defined]
    assert source["Content-Disposition"].startswith("attachment")


def test_a_mail_whose_file_is_gone_still_has_its_page(client_of: ClientOf, admin: User, unread: TakenIn) -> None:
    default_storage.delete(str(IncomingMail.objects.get(id=unread.id).raw))

    assert "The file of this mail is missing." in client_of(admin).get(page_of(unread)).text
    assert client_of(admin).get(page_of(unread, "/source.eml")).status_code == 404


def test_reading_again_says_what_became_of_it(client_of: ClientOf, admin: User, unread: TakenIn) -> None:
    client = client_of(admin)

    in_vain = client.post(page_of(unread, "/rerun"), follow=True)
    with default_storage.open(str(IncomingMail.objects.get(id=unread.id).raw), "wb") as file:
        file.write(raw_mail(text="It hums."))
    done = client.post(page_of(unread, "/rerun"))

    assert "It still can&#x27;t be read." in in_vain.text
    assert (done.status_code, done["Location"]) == (303, page_of(unread))
    assert message_of(unread).body_text == "It hums."
    assert client.post(page_of(unread, "/rerun")).status_code == 409


def test_the_list_takes_as_many_queries_for_many(
    client_of: ClientOf, admin: User, receive: Receive, django_assert_num_queries: Any
) -> None:
    client = client_of(admin)
    receive(raw_mail())
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    for _number in range(10):
        receive(raw_mail())

    with django_assert_num_queries(len(one)):
        client.get(LIST)
