"""The platform's first page, and handing a sign-in over to an account's host."""

from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import Page

from accounts.actions.add_member import add_member
from accounts.actions.members import remove_member
from accounts.enums import AccountStatus, Role
from accounts.models import Account, HandoverToken, User
from hummdesk.events.actor import Actor
from tests.fixtures.cast import PASSWORD, ClientOf
from tests.fixtures.live import LiveServer

ENTER = "/accounts/acme/enter"


@pytest.fixture
def link(client_of: ClientOf, agent: User) -> str:
    """Where choosing acme leads."""
    return str(client_of(agent, at=None).post(ENTER)["Location"])


def _path(link: str) -> str:
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}"


def _is_signed_in(client: object) -> bool:
    return bool(client.get("/inbox").status_code == 200)  # type: ignore[attr-defined]


def test_choose_lists_own_accounts(client_of: ClientOf, agent: User, nordhem: Account) -> None:
    add_member(account=nordhem, user=agent, role=Role.TEAM_LEADER, actor=Actor.system())

    choices = client_of(agent, at=None).get("/").context["accounts"]

    assert [(choice["name"], choice["host"], choice["role_label"]) for choice in choices] == [
        ("Acme", "acme.localhost", "Agent"),
        ("Nordhem", "nordhem.localhost", "Team leader"),
    ]
    assert [choice["enter_url"] for choice in choices] == ["/accounts/acme/enter", "/accounts/nordhem/enter"]


def test_choose_leaves_out_suspended_accounts_and_ended_memberships(
    client_of: ClientOf, agent: User, acme: Account, nordhem: Account
) -> None:
    add_member(account=nordhem, user=agent, role=Role.AGENT, actor=Actor.system())
    remove_member(account=nordhem, user_id=agent.id, actor=Actor.system())
    Account.objects.filter(id=acme.id).update(status=AccountStatus.SUSPENDED)

    assert client_of(agent, at=None).get("/").context["accounts"] == []


def test_choose_takes_the_same_queries_for_one_and_two(client_of: ClientOf, agent: User, nordhem: Account) -> None:
    client = client_of(agent, at=None)
    with CaptureQueriesContext(connection) as one:
        client.get("/")
    add_member(account=nordhem, user=agent, role=Role.AGENT, actor=Actor.system())

    with CaptureQueriesContext(connection) as two:
        client.get("/")

    assert len(one) == len(two)


def test_choose_lets_its_forms_lead_to_the_accounts_listed_only(client_of: ClientOf, agent: User) -> None:
    policy = client_of(agent, at=None).get("/")["Content-Security-Policy"]

    assert f"form-action 'self' http://acme.localhost{settings.PUBLIC_PORT};" in f"{policy};"


def test_choose_asks_a_visitor_to_sign_in(client_of: ClientOf) -> None:
    assert client_of(None, at=None).get("/")["Location"] == "/account/login/?next=/"


def test_enter_leads_to_the_accounts_host_with_a_token_that_is_not_stored(link: str) -> None:
    token = urlsplit(link).query.removeprefix("token=")

    assert link.startswith(f"http://acme.localhost{settings.PUBLIC_PORT}/account/handover?token=")
    assert len(token) == 43
    assert token not in str(HandoverToken.objects.values().get())


def test_enter_is_a_post(client_of: ClientOf, agent: User) -> None:
    assert client_of(agent, at=None).get(ENTER).status_code == 405
    assert not HandoverToken.objects.exists()


@pytest.mark.parametrize("slug", ["nordhem", "nowhere"])
def test_enter_of_a_foreign_account_is_not_found(
    client_of: ClientOf, agent: User, slug: str, nordhem: Account
) -> None:
    assert client_of(agent, at=None).post(f"/accounts/{slug}/enter").status_code == 404
    assert not HandoverToken.objects.exists()


def test_handover_signs_in_with_a_session_of_that_host(client_of: ClientOf, link: str) -> None:
    client = client_of(None)

    answer = client.get(_path(link))

    assert (answer.status_code, answer["Location"], answer["Referrer-Policy"]) == (302, "/", "no-referrer")
    assert "no-store" in answer["Cache-Control"]
    assert _is_signed_in(client)


def test_handover_gives_a_new_session(client_of: ClientOf, link: str, leader: User) -> None:
    client = client_of(leader)
    before = client.cookies["sessionid"].value

    client.get(_path(link))

    assert client.cookies["sessionid"].value != before
    assert not Session.objects.filter(session_key=before).exists()
    assert client.get("/api/v1/me").json()["email"] == "agent@acme.example"


def test_handover_works_once(client_of: ClientOf, link: str) -> None:
    client_of(None).get(_path(link))
    second = client_of(None)

    answer = second.get(_path(link))

    assert answer.status_code == 403
    assert not _is_signed_in(second)


def test_handover_expires(client_of: ClientOf, link: str) -> None:
    HandoverToken.objects.update(expires_at="2026-01-01T00:00Z")
    client = client_of(None)

    answer = client.get(_path(link))

    assert answer.status_code == 403
    assert not _is_signed_in(client)


def test_handover_on_another_accounts_host_is_refused_and_spends_nothing(
    client_of: ClientOf, link: str, nordhem: Account
) -> None:
    elsewhere = client_of(None, at=nordhem)

    answer = elsewhere.get(_path(link))

    assert answer.status_code == 403
    assert HandoverToken.objects.get().used_at is None


def test_handover_on_the_platform_is_not_found(client_of: ClientOf, link: str) -> None:
    assert client_of(None, at=None).get(_path(link)).status_code == 404


@pytest.mark.parametrize("token", ["", " ", "x", "%00", "%ED%A0%80", "a" * 5000])
def test_handover_of_garbage_is_refused(client_of: ClientOf, token: str) -> None:
    assert client_of(None).get(f"/account/handover?token={token}").status_code == 403


def test_handover_of_a_member_removed_meanwhile_is_refused(
    client_of: ClientOf, link: str, agent: User, acme: Account
) -> None:
    remove_member(account=acme, user_id=agent.id, actor=Actor.system())

    assert client_of(None).get(_path(link)).status_code == 403


def test_browser_signs_in_on_the_platform_and_enters_the_account(
    page: Page, live: LiveServer, committed: None, agent: User
) -> None:
    page.goto(live.url(account=""))
    page.get_by_label("Email").fill(agent.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Acme").click()

    page.wait_for_url(live.url("/inbox*"))
    assert "token" not in page.url
