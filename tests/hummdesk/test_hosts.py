"""Which host leads where."""

import pytest
from django.test import Client

from accounts.models import Account
from hummdesk.tenancy.middleware import host_name


@pytest.mark.parametrize("host", ["nobody.localhost", "acme.localhost.evil.example", "evil.example", "..", "a b"])
def test_unknown_host_is_a_plain_404(acme: Account, host: str) -> None:
    answer = Client(headers={"host": host}).get("/")

    assert answer.status_code == 404
    assert "No account lives here" in answer.content.decode()


def test_unknown_host_is_a_problem_document_for_programs(acme: Account) -> None:
    answer = Client(headers={"host": "nobody.localhost"}).get("/api/v1/me")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"


def test_suspended_account_answers_like_an_unknown_one(acme: Account) -> None:
    Account.objects.filter(id=acme.id).update(status="suspended")

    assert Client(headers={"host": "acme.localhost"}).get("/inbox").status_code == 404


@pytest.mark.parametrize("host", ["acme.localhost", "ACME.localhost:8000", "acme.localhost."])
def test_account_answers_on_its_host_in_any_spelling(acme: Account, host: str) -> None:
    assert Client(headers={"host": host}).get("/account/login/").status_code == 200


@pytest.mark.parametrize(
    ("host", "name"),
    [("A.Example:80", "a.example"), ("a.example.", "a.example"), ("[::1]:8000", "[::1]"), ("[::1]", "[::1]")],
)
def test_host_name_is_without_port_dot_and_case(host: str, name: str) -> None:
    assert host_name(host) == name


@pytest.mark.parametrize("path", ["/api/health", "/api/ready"])
def test_health_needs_no_known_host(acme: Account, path: str) -> None:
    assert Client(headers={"host": "10.0.0.7"}).get(path).status_code in {200, 503}


def test_cookie_with_a_nul_is_none(acme: Account) -> None:
    client = Client(headers={"host": "acme.localhost", "cookie": 'sessionid="aaaaaaaaaaaaaaaaaaaa\\000"'})

    assert client.get("/inbox").status_code == 302
