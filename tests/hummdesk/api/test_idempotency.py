import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import Account, User
from conversations.models import Tag
from hummdesk.api.idempotency import answer_once
from hummdesk.api.models import StoredAnswer
from hummdesk.tenancy.context import account_context
from tests.fixtures.cast import ClientOf, RestoringClient

pytestmark = pytest.mark.urls("tests.hummdesk.api.routes")


def post(client: RestoringClient, name: str, key: str = "k1") -> Any:
    return client.post("/api/tags", {"name": name}, content_type="application/json", headers={"Idempotency-Key": key})


@pytest.fixture
def client(agent: User, client_of: ClientOf) -> RestoringClient:
    return client_of(agent)


def test_same_key_and_body_get_the_first_answer_and_nothing_is_done_twice(client: RestoringClient) -> None:
    first = post(client, "a")

    again = post(client, "a")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Location"] == first["Location"]
    assert again["Content-Type"] == first["Content-Type"]
    assert Tag.objects.count() == 1


def test_same_key_with_another_body_is_409(client: RestoringClient) -> None:
    post(client, "a")

    response = post(client, "b")

    assert (response.status_code, response.json()["code"]) == (409, "conflict")
    assert Tag.objects.count() == 1


def test_same_key_of_another_user_is_another_key(client: RestoringClient, leader: User, client_of: ClientOf) -> None:
    first = post(client, "a")

    other = post(client_of(leader), "b")

    assert other.json() != first.json()


def test_key_is_free_again_after_a_day(client: RestoringClient) -> None:
    post(client, "a")
    StoredAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))

    assert post(client, "b").status_code == 201


def test_refusal_is_the_answer_too_and_its_changes_are_undone(client: RestoringClient) -> None:
    first = post(client, "stale")

    again = post(client, "stale")

    assert (first.status_code, again.status_code) == (409, 409)
    assert again.content == first.content
    assert not Tag.objects.exists()


def test_failure_of_ours_is_not_kept(client: RestoringClient) -> None:
    client.raise_request_exception = False
    first = post(client, "boom")

    assert first.status_code == 500
    assert not Tag.objects.exists()
    assert not StoredAnswer.objects.exists()


@pytest.mark.parametrize("key", ["x" * 256, "tab\there"])
def test_key_that_cannot_be_kept_is_422(client: RestoringClient, key: str) -> None:
    assert list(post(client, "a", key).json()["errors"]) == ["Idempotency-Key"]


def test_parallel_duplicate_waits_and_gets_the_same_answer(committed: None, acme: Account, agent: User) -> None:
    request = RequestFactory().post("/api/tags", {"name": "a"}, content_type="application/json")
    is_inside, may_go_on = threading.Event(), threading.Event()
    ran: list[int] = []
    answers: list[Any] = []

    def work() -> HttpResponse:
        ran.append(1)
        is_inside.set()
        may_go_on.wait(10)
        return HttpResponse(b"done", status=201)

    def call() -> None:
        with account_context(acme):
            answers.append(answer_once(request, user_id=agent.id, key="k", answer=work))
        connection.close()

    threads = [threading.Thread(target=call) for _number in range(2)]
    threads[0].start()
    assert is_inside.wait(10)
    threads[1].start()
    threads[1].join(0.3)
    assert threads[1].is_alive()
    may_go_on.set()
    for thread in threads:
        thread.join(10)

    assert ran == [1]
    assert [(answer.status_code, answer.content) for answer in answers] == [(201, b"done")] * 2


def test_second_takes_over_when_the_first_fails(acme: Account, agent: User) -> None:
    request = RequestFactory().post("/api/tags")

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        answer_once(request, user_id=agent.id, key="k", answer=lambda: HttpResponse(str(1 // 0)))

    assert answer_once(request, user_id=agent.id, key="k", answer=HttpResponse).status_code == 200
