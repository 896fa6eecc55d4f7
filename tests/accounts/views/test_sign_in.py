"""The sign-in pages: whom they let in where, where they lead, and what a session is good for."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.actions.members import remove_member
from accounts.actions.token_families import start_family
from accounts.models import Account, TokenFamily, User
from accounts.queries import active_membership
from hummdesk.embedded.ports import free_port
from hummdesk.events.actor import Actor
from tests.fixtures.cast import PASSWORD, ClientOf, RestoringClient

LOGIN, RESET, CHANGE = "/account/login/", "/account/password/reset/", "/account/password/change/"

OFFSITE = [
    "https://evil.example",
    "http://evil.example/x",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "\n//evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "http:\\\\evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "https://acme.localhost@evil.example",
    "https://acme.localhost:pass@evil.example",
    "https://evil.example#acme.localhost",
    "https://evil.example?acme.localhost",
    "https://evil.example\\acme.localhost",
    "https://acme.localhost.evil.example",
    "https://evil.example/acme.localhost",
    "http://nordhem.localhost/",
    "http://localhost.evil.example",
    "//evil.example:80",
    "//acme.localhost@evil.example",
    "//evil%E3%80%82example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>",
    "vbscript:x",
    "ftp://evil.example",
    "file:///etc/passwd",
    "ws://evil.example",
    "blob:https://evil.example/x",
    "http://[::1]/",
    "http://2130706433/",
    "https://evil。example",
]


def _sign_in(client: RestoringClient, user: User, password: str = PASSWORD, path: str = LOGIN) -> object:
    return client.post(path, {"login": user.email, "password": password})


def _is_signed_in(client: RestoringClient) -> bool:
    return bool(client.get(CHANGE).status_code == 200)


def test_sign_in_opens_a_session(client_of: ClientOf, agent: User) -> None:
    client = client_of(None)

    answer = client.post(LOGIN, {"login": agent.email.upper(), "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert _is_signed_in(client)


def test_sign_in_tells_all_refusals_alike(client_of: ClientOf, agent: User, leader: User, stranger: User) -> None:
    User.objects.filter(id=leader.id).update(is_active=False)
    attempts = [(agent.email, "wrong"), ("no@body.example", "x"), (leader.email, PASSWORD), (stranger.email, PASSWORD)]

    answers = [client_of(None).post(LOGIN, {"login": email, "password": password}) for email, password in attempts]

    errors = [answer.context["form"].non_field_errors() for answer in answers]
    assert errors[0]
    assert all(error == errors[0] for error in errors)
    assert Session.objects.count() == 0


def test_sign_in_of_a_super_admin_has_no_place_in_an_account(client_of: ClientOf, operator: User) -> None:
    client = client_of(None)

    answer = client.post(LOGIN, {"login": operator.email, "password": PASSWORD})

    assert answer.status_code == 200
    assert not _is_signed_in(client)


def test_sign_in_on_the_platform_is_for_every_active_user(client_of: ClientOf, agent: User, operator: User) -> None:
    clients = [client_of(None, at=None), client_of(None, at=None)]

    for client, user in zip(clients, (agent, operator), strict=True):
        _sign_in(client, user)

    assert all(_is_signed_in(client) for client in clients)


def test_sign_in_is_refused_after_five_failures_even_with_the_password(client_of: ClientOf, agent: User) -> None:
    for _attempt in range(5):
        _sign_in(client_of(None), agent, "wrong")

    client = client_of(None)
    _sign_in(client, agent)

    assert not _is_signed_in(client)


def test_sign_out_ends_the_session(client_of: ClientOf, agent: User) -> None:
    client = client_of(agent)

    client.post("/account/logout/")

    assert not _is_signed_in(client)
    assert Session.objects.count() == 0


@pytest.mark.parametrize("target", OFFSITE)
def test_next_never_leads_off_the_host(client_of: ClientOf, agent: User, target: str) -> None:
    answer = client_of(None).post(LOGIN, {"login": agent.email, "password": PASSWORD, "next": target})

    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_next_leads_back_on_the_host(client_of: ClientOf, agent: User) -> None:
    answer = client_of(None).post(LOGIN, {"login": agent.email, "password": PASSWORD, "next": "/inbox?view=all"})

    assert answer["Location"] == "/inbox?view=all"


@pytest.mark.parametrize("path", ["/account/signup/", "/account/signup", "/account/email/", "/account/social/login/"])
def test_nobody_signs_up(client_of: ClientOf, path: str) -> None:
    assert client_of(None).get(path).status_code == 404
    assert client_of(None, at=None).get(path).status_code == 404


def test_session_of_one_host_is_good_on_no_other(
    client_of: ClientOf, agent: User, acme: Account, nordhem: Account
) -> None:
    clients = {place: client_of(agent, at=place) for place in (acme, None)}
    carried = []
    for place, client in clients.items():
        for other in {acme, nordhem, None} - {place}:
            elsewhere = client_of(None, at=other)
            elsewhere.cookies = client.cookies
            carried.append(elsewhere)

    assert all(_is_signed_in(client) for client in clients.values())
    assert not any(_is_signed_in(client) for client in carried)


def test_session_bound_to_no_place_is_good_nowhere(client_of: ClientOf, agent: User) -> None:
    client = client_of(agent)
    session = client.session
    del session["place"]
    session.save()

    assert not _is_signed_in(client)


def test_cookies_are_host_only(client_of: ClientOf, agent: User) -> None:
    client = client_of(None)

    _sign_in(client, agent)

    assert {morsel["domain"] for morsel in client.cookies.values()} == {""}
    assert client.cookies["sessionid"]["httponly"]


def test_sign_in_changes_the_session_key(client_of: ClientOf, agent: User) -> None:
    client = client_of(None)
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = str(session.session_key)
    planted = session.session_key

    _sign_in(client, agent)

    assert client.cookies["sessionid"].value != planted
    assert not Session.objects.filter(session_key=planted).exists()


@pytest.mark.parametrize("cookie", ["short", '"aaaaaaaa\\000aaaaaaaa"', "x" * 4000, "%00" * 20, "' OR ''='"])
def test_forged_session_cookie_is_a_visitors(client_of: ClientOf, cookie: str) -> None:
    answer = client_of(None).get("/inbox", headers={"Cookie": f"sessionid={cookie}"})

    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=%2Finbox")


def test_session_that_ran_out_is_good_for_nothing(client_of: ClientOf, agent: User) -> None:
    client = client_of(agent)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    assert client.get("/inbox").status_code == 302


def test_session_ends_with_its_user(client_of: ClientOf, agent: User, operator: User) -> None:
    clients = [client_of(agent), client_of(agent, at=None), client_of(operator, at=None)]
    User.objects.update(is_active=False)

    assert not any(_is_signed_in(client) for client in clients)


def test_page_sends_a_visitor_to_sign_in_and_back(client_of: ClientOf) -> None:
    answer = client_of(None).get("/inbox?view=all&q=a%26b")

    assert (answer.status_code, answer["Location"]) == (
        302,
        "/account/login/?next=%2Finbox%3Fview%3Dall%26q%3Da%2526b",
    )


def test_page_sends_htmx_to_sign_in_as_a_whole(client_of: ClientOf) -> None:
    headers = {"hx-request": "true", "hx-current-url": "http://acme.localhost/inbox?view=all"}

    answer = client_of(None).get("/inbox", headers=headers)

    assert answer["HX-Redirect"] == "/account/login/?next=%2Finbox%3Fview%3Dall"


def test_page_refuses_a_member_who_was_removed(client_of: ClientOf, agent: User, acme: Account) -> None:
    client = client_of(agent)
    remove_member(account=acme, user_id=agent.id, actor=Actor.system())

    assert client.get("/inbox").status_code == 403


def _reset_links() -> list[str]:
    return re.findall(r"https?://\S+", "\n".join(str(message.body) for message in mail.outbox))


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "acme.localhost"},
        {"host": "ACME.localhost"},
        {"host": "acme.localhost:9999"},
        {"host": "acme.localhost."},
        {"host": "acme.localhost.:80"},
        {"host": "acme.localhost", "x-forwarded-host": "evil.example"},
        {"host": "acme.localhost", "x-forwarded-server": "evil.example"},
        {"host": "acme.localhost", "x-host": "evil.example"},
        {"host": "acme.localhost", "forwarded": "host=evil.example"},
        {"host": "acme.localhost", "x-original-url": "http://evil.example/"},
        {"host": "acme.localhost", "x-forwarded-proto": "https"},
        {"host": "acme.localhost", "origin": "http://evil.example"},
        {"host": "acme.localhost", "referer": "http://evil.example/"},
    ],
)
def test_reset_link_leads_to_the_stored_host(client_of: ClientOf, agent: User, headers: dict[str, str]) -> None:
    client_of(None).post(RESET, {"email": agent.email}, headers=headers)

    links = _reset_links()
    assert len(links) == 1
    assert links[0].startswith(f"http://acme.localhost{settings.PUBLIC_PORT}/account/password/reset/key/")
    assert "evil" not in str(mail.outbox[0].message())


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "acme.localhost.evil.example",
        "evil.example#acme.localhost",
        "acme.localhost@evil.example",
        "acme.localhost evil.example",
        "evil.example/acme.localhost",
        ".acme.localhost",
        "",
        "acme.localhost:x",
    ],
)
def test_reset_on_an_unknown_host_sends_nothing(client_of: ClientOf, agent: User, host: str) -> None:
    answer = client_of(None).post(RESET, {"email": agent.email}, headers={"host": host})

    assert answer.status_code == 404
    assert mail.outbox == []


def test_reset_link_follows_the_primary_domain(client_of: ClientOf, agent: User, acme: Account) -> None:
    acme.domains.create(domain="help.acme.example", is_primary=True)

    client_of(None).post(RESET, {"email": agent.email}, headers={"host": "acme.localhost"})

    assert _reset_links()[0].startswith(f"http://help.acme.example{settings.PUBLIC_PORT}/account/")


def test_reset_on_the_platform_links_to_the_platform(client_of: ClientOf, operator: User) -> None:
    client_of(None, at=None).post(RESET, {"email": operator.email})

    assert _reset_links()[0].startswith(f"http://localhost{settings.PUBLIC_PORT}/account/")


def test_reset_looks_alike_for_everybody(client_of: ClientOf, agent: User, stranger: User) -> None:
    emails = [agent.email, stranger.email, "nobody@acme.example"]

    answers = [client_of(None).post(RESET, {"email": email}) for email in emails]

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/account/password/reset/done/")}
    assert [message.to for message in mail.outbox] == [[agent.email]]


def test_reset_looks_alike_while_mail_is_down(client_of: ClientOf, agent: User, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "email_channel.system_mail.SystemMailBackend"
    settings.RESEND_API_KEY, settings.RESEND_API_URL = "key", f"http://127.0.0.1:{free_port()}"
    client = client_of(None)

    answers = [client.post("/account/password/reset/", {"email": email}) for email in (agent.email, "no@body.example")]

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, answers[0]["Location"])}


def test_reset_sets_the_password_once_and_ends_api_sign_ins(client_of: ClientOf, agent: User, acme: Account) -> None:
    start_family(user=agent, membership=active_membership(agent, acme))
    client_of(None).post(RESET, {"email": agent.email})
    path = _reset_links()[0].partition(".localhost")[2].partition("/")[2]
    new = {"password1": "a-new-and-long-password", "password2": "a-new-and-long-password"}
    client = client_of(None)
    form = client.get(f"/{path}")["Location"]

    client.post(form, new)

    agent.refresh_from_db()
    assert agent.check_password("a-new-and-long-password")
    assert TokenFamily.objects.get().revoked_at is not None
    assert client_of(None).get(f"/{path}").context["token_fail"]


def test_password_change_signs_out_other_browsers(client_of: ClientOf, agent: User) -> None:
    client, other = client_of(agent), client_of(agent)
    new = "a-new-and-long-password"

    client.post(CHANGE, {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert _is_signed_in(client)
    assert not _is_signed_in(other)


def test_signup_has_no_route() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
