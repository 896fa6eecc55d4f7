"""No account ever sees or changes another's: every route of both hosts is asked, by everybody who must not.

A new URL is covered by being routed. It fails here until `tests.routes` knows what its parameters name, and, if it
is meant for people who are not signed in, until its name stands in `PUBLIC`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from accounts.models import Account
from hummdesk.tenancy.context import account_context, platform_context
from tests.fixtures.cast import RestoringClient, access_token, host_of, sign_in
from tests.fixtures.database import committing
from tests.fixtures.rows import StoredRows
from tests.routes import METHODS, Route, routes_of
from tests.scene import Scene, make_scene, tenant_models

ACCOUNT_ROUTES = routes_of("hummdesk.urls")
PLATFORM_ROUTES = routes_of("hummdesk.urls_platform")
# Answers that need no account and say nothing of one; everything else refuses whoever is not a member.
PUBLIC = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "handover",
    "invitation",
    "login",
    "logout",
    "jsi18n",
    "api-health",
    "api-ready",
    "api-schema",
    "api-docs",
    "api-sign-in",
    "api-token-refresh",
    "api-token-revoke",
    "email-inbound-raw",
    "email-webhook",
    "unsubscribe",
    # By a token that nobody else has: tests/analytics/views/test_surveys.py.
    "csat",
    "csat-stop",
    "api-csat",
    # By signature, which no other file and no other account has: tests/conversations/api/test_attachments.py.
    "api-attachment-content",
    "api-remote-image",
}
# About the signed-in user alone, in whatever account.
PERSONAL = {"account_reauthenticate", "account_change_password"}
REFUSED = {401, 403, 404, 405}
# A body may be found wrong before the row is looked for.
NOT_TAKEN = REFUSED | {400, 415, 422}


# Of acme's admin and of nordhem's agent, by slug.
TOKENS: dict[str, str] = {}


@pytest.fixture(scope="module")
def scenes(rows_at_start: StoredRows, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Scene]]:
    """Acme and Nordhem with a row in every table; committed once for all tests of this module."""
    with django_db_blocker.unblock(), committing(rows_at_start):
        with platform_context():
            acme = make_scene(Account.objects.get(slug="acme"))
            nordhem = make_scene(Account.objects.get(slug="nordhem"), more_conversations=3)
        for scene, user in ((acme, acme.admin), (nordhem, nordhem.agent)):
            TOKENS[scene.account.slug] = access_token(user, scene.account)
        yield {"acme": acme, "nordhem": nordhem}


@pytest.fixture
def ours(scenes: dict[str, Scene], db: None) -> Scene:
    return scenes["acme"]


@pytest.fixture
def theirs(scenes: dict[str, Scene], ours: Scene) -> Scene:
    return scenes["nordhem"]


@contextmanager
def asked(client: Client, method: str, url: str, *, body: dict[str, Any] | None = None) -> Iterator[Any]:
    """The answer, with all its text; whatever it changed is undone at the end."""
    with transaction.atomic():
        if method in ("GET", "HEAD", "OPTIONS"):
            answer = getattr(client, method.lower())(url)
        elif url.startswith("/api/"):
            answer = getattr(client, method.lower())(url, body, content_type="application/json")
        elif method == "POST":
            answer = client.post(url, body)
        else:
            answer = client.generic(method, url, urlencode(body or {}), "application/x-www-form-urlencoded")
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        answer.all_text = content.decode("utf-8", "replace") + repr(answer.items())
        yield answer
        transaction.set_rollback(True)


def body_naming(scene: Scene) -> dict[str, Any]:
    """Return fields such as forms and calls take, with ids of this scene."""
    ids = {name: str(scene.ids[name]) for name in ("Agent", "Team", "Contact", "Conversation", "Category", "Tag")}
    return {
        "body_text": "An intrusion.",
        "body": "An intrusion.",
        "status": "resolved",
        "assignee": ids["Agent"],
        "assignee_id": ids["Agent"],
        "agent_id": ids["Agent"],
        "team_id": ids["Team"],
        "contact_id": ids["Contact"],
        "conversation_id": ids["Conversation"],
        "into": ids["Conversation"],
    }


def nobody(host: str) -> RestoringClient:
    return RestoringClient(headers={"host": host})


def outsider(who: str, ours: Scene, theirs: Scene) -> RestoringClient:
    """Return a client at acme's host for somebody who is not in acme, or not signed in there."""
    client = nobody(host_of(ours.account))
    match who:
        case "stranger with a session of their own account":
            sign_in(client, theirs.agent, theirs.account)
        case "stranger with a session of this host":
            sign_in(client, theirs.agent, ours.account)
        case "member with a session of another host":
            sign_in(client, ours.admin, theirs.account)
        case "stranger with a token":
            client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {TOKENS[theirs.account.slug]}"
    return client


OUTSIDERS = [
    "nobody",
    "stranger with a session of their own account",
    "stranger with a session of this host",
    "stranger with a token",
    "member with a session of another host",
]


def is_sign_in(answer: Any) -> bool:
    """Return whether this is a redirect to a sign-in page."""
    location = str(answer.get("Location", ""))
    return location.startswith(("/account/login/", "/admin/login/"))


@pytest.mark.parametrize("who", OUTSIDERS)
@pytest.mark.parametrize("route", ACCOUNT_ROUTES, ids=str)
def test_outsider_gets_nothing_of_an_account(route: Route, who: str, ours: Scene, theirs: Scene) -> None:
    client = outsider(who, ours, theirs)

    for method in METHODS:
        with asked(client, method, route.url(ours), body=body_naming(ours)) as answer:
            if route.name in PUBLIC | PERSONAL:
                assert answer.status_code != 500, (method, answer.status_code)
            else:
                assert answer.status_code in REFUSED or is_sign_in(answer), (method, answer.status_code)
                assert ours.canary not in answer.all_text, method


@pytest.mark.parametrize("route", PLATFORM_ROUTES, ids=str)
def test_nobody_gets_nothing_of_the_platform(route: Route, ours: Scene) -> None:
    client = nobody(host_of(None))

    for method in METHODS:
        with asked(client, method, route.url(ours), body=body_naming(ours)) as answer:
            if route.name in PUBLIC:
                assert answer.status_code != 500, (method, answer.status_code)
            else:
                assert answer.status_code in REFUSED or is_sign_in(answer), (method, answer.status_code)
            assert ours.canary not in answer.all_text, method


def member(how: str, ours: Scene) -> RestoringClient:
    """Return a client of acme's admin, who may do everything in acme and nothing elsewhere."""
    client = nobody(host_of(None if "platform" in how else ours.account))
    if how.startswith("session"):
        sign_in(client, ours.admin, None if "platform" in how else ours.account)
    else:
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {TOKENS[ours.account.slug]}"
    return client


ASKED_BY_MEMBERS = [
    *[(how, route) for route in ACCOUNT_ROUTES for how in ("session", "token") if how == "session" or route.is_api],
    *[("token at the platform", route) for route in PLATFORM_ROUTES if route.is_api],
    *[("session at the platform", route) for route in PLATFORM_ROUTES],
]


@pytest.mark.parametrize(("how", "route"), ASKED_BY_MEMBERS, ids=str)
def test_member_gets_nothing_by_ids_of_another_account(how: str, route: Route, ours: Scene, theirs: Scene) -> None:
    client = member(how, ours)
    before = fingerprint_of(theirs)

    for method in METHODS:
        with asked(client, method, route.url(theirs), body=body_naming(theirs)) as answer:
            assert theirs.canary not in answer.all_text, method
            assert answer.status_code != 500, (method, answer.status_code)
            if route.names_rows and not is_sign_in(answer):
                assert answer.status_code in _allowed(method), (method, answer.status_code)
            assert fingerprint_of(theirs) == before, method


def _allowed(method: str) -> set[int]:
    if method in ("GET", "HEAD"):
        return REFUSED
    return NOT_TAKEN | {200} if method == "OPTIONS" else NOT_TAKEN


GIVEN_BY_MEMBERS = [(how, route) for how, route in ASKED_BY_MEMBERS if not route.is_admin]


@pytest.mark.parametrize(("how", "route"), GIVEN_BY_MEMBERS, ids=str)
def test_member_cannot_hand_in_ids_of_another_account(how: str, route: Route, ours: Scene, theirs: Scene) -> None:
    client = member(how, ours)
    foreign = {str(value).encode() for value in theirs.ids.values() if isinstance(value, UUID)}
    before = fingerprint_of(ours), fingerprint_of(theirs)

    for method in ("POST", "PUT", "PATCH"):
        with asked(client, method, route.url(ours), body=body_naming(theirs)) as answer:
            assert answer.status_code != 500, (method, answer.status_code)
            assert theirs.canary not in answer.all_text, method
            assert fingerprint_of(theirs) == before[1], method
            if fingerprint_of(ours) != before[0]:
                stored = b"".join(StoredRows.read(ours.account.schema_name).rows.values())
                assert not [value for value in foreign if value in stored], method


def fingerprint_of(scene: Scene) -> list[Any]:
    """Return a count and a checksum of each table of the account."""
    schema = scene.account.schema_name
    tables = [f"{schema}.{model._meta.db_table}" for model in tenant_models()]
    look = "SELECT '{0}', count(*), coalesce(sum(hashtext(t::text)), 0) FROM {0} t"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(look.format(table) for table in tables))
        return list(cursor.fetchall())


def test_scene_has_a_row_in_every_table_of_an_account(ours: Scene, theirs: Scene) -> None:
    for scene in (ours, theirs):
        with account_context(scene.account):
            assert not [model.__name__ for model in tenant_models() if not model._default_manager.exists()]


def test_canary_is_seen_by_its_own_account(ours: Scene) -> None:
    """Else the tests above would pass whatever an answer shows."""
    client = member("session", ours)

    for url in ("/inbox", f"/conversations/{ours.display_id}", "/api/v1/me", "/api/v1/users"):
        with asked(client, "GET", url) as answer:
            assert (answer.status_code, ours.canary in answer.all_text) == (200, True), url
