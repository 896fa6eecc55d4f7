"""What a person sets for themselves."""

import pytest
from django.utils import translation

from accounts.models import Account, User
from conversations.queries.notifications import mail_settings, notification_settings
from hummdesk.events.models import LoggedEvent
from teams.models import Agent
from tests.fixtures.cast import ClientOf

PAGES = ("profile", "shortcuts", "notifications")
HTMX = {"HX-Request": "true"}
PROFILE = {"name": "Agent Of Acme", "language": "en", "timezone": "", "theme": "system"}


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("page", PAGES)
def test_settings_page_opens_for_every_role(client_of: ClientOf, agent: User, page: str) -> None:
    answer = client_of(agent).get(f"/settings/{page}")

    assert answer.status_code == 200
    assert b'aria-current="page"' in answer.content


@pytest.mark.parametrize("page", PAGES)
def test_settings_page_asks_visitors_to_sign_in(client_of: ClientOf, page: str) -> None:
    answer = client_of(None).get(f"/settings/{page}")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_name_is_changed_in_the_account_too(client_of: ClientOf, agent: User) -> None:
    answer = client_of(agent).post("/settings/profile", PROFILE | {"name": " Aino Laine "})

    assert answer.status_code == 302
    assert fresh(agent).name == Agent.objects.get(user=agent).name == "Aino Laine"
    assert LoggedEvent.objects.filter(type="MemberRenamed", object_id=agent.pk).count() == 1


def test_page_is_drawn_anew_where_it_shows_another_name_than_the_saved_one(client_of: ClientOf, agent: User) -> None:
    """An earlier request that this one replaced may have saved it."""
    client, shown = client_of(agent), {"page_language": "en", "page_name": "Agent Of Acme"}
    first = client.post("/settings/profile", PROFILE | shown | {"name": "Aino Laine"}, headers=HTMX)
    second = client.post("/settings/profile", PROFILE | shown | {"name": "Aino Laine"}, headers=HTMX)
    third = client.post("/settings/profile", PROFILE | {"name": "Aino Laine", "page_name": "Aino Laine"}, headers=HTMX)

    assert [answer.get("HX-Refresh") for answer in (first, second, third)] == ["true", "true", None]


def test_profile_that_is_not_acceptable_changes_nothing(client_of: ClientOf, agent: User) -> None:
    wrong = {"name": "", "language": "de", "timezone": "Mars/Olympus", "theme": "pink"}

    answer = client_of(agent).post("/settings/profile", wrong, headers=HTMX | {"HX-Target": "settings-form"})

    assert answer.status_code == 422
    assert answer.content.strip().startswith(b"<form")
    assert fresh(agent).name == agent.name


def test_theme_takes_effect_at_once_and_on_the_next_page(client_of: ClientOf, agent: User) -> None:
    client = client_of(agent)

    answer = client.post("/settings/theme", {"theme": "dark"}, headers=HTMX)

    assert answer.status_code == 204
    assert answer["HX-Trigger"] == '{"hd:theme": {"theme": "dark"}}'
    assert b'data-theme="dark"' in client.get("/inbox").content


def test_pages_speak_the_users_language_before_the_accounts(client_of: ClientOf, acme: Account, agent: User) -> None:
    Account.objects.filter(pk=acme.pk).update(language="sv")
    User.objects.filter(pk=agent.pk).update(language="fi")

    signed_in = client_of(agent).get("/settings/profile")
    signed_out = client_of(None).get("/account/login/")

    assert b'<html lang="fi"' in signed_in.content
    assert signed_in["Content-Language"] == "fi"
    assert b'<html lang="sv"' in signed_out.content
    assert translation.get_language() == "en"


def test_platform_speaks_what_the_browser_asks_for(client_of: ClientOf) -> None:
    answer = client_of(None, at=None).get("/account/login/", headers={"Accept-Language": "fi, en;q=0.5"})

    assert b'<html lang="fi"' in answer.content


def test_another_language_loads_the_page_anew(client_of: ClientOf, agent: User) -> None:
    answer = client_of(agent).post("/settings/profile", PROFILE | {"language": "sv"}, headers=HTMX)

    assert answer["HX-Refresh"] == "true"
    assert fresh(agent).language == "sv"


def all_keys(client_of: ClientOf, user: User) -> dict[str, str]:
    form = client_of(user).get("/settings/shortcuts").context["form"]
    keys = {field.html_name: field.value() for _name, fields in form.groups for field in fields}
    return keys | {"is_enabled": "on"}


def test_keys_are_changed_swapped_and_taken_away(client_of: ClientOf, agent: User) -> None:
    asked = all_keys(client_of, agent) | {
        "resolve": "h",
        "snooze": "e",
        "go-inbox": "g  x",
        "tag": "",
        "new": "ctrl+J",
    }

    answer = client_of(agent).post("/settings/shortcuts", asked)

    assert answer.status_code == 302
    own = {"resolve": "h", "snooze": "e", "go-inbox": "g x", "tag": "", "new": "mod+j"}
    assert fresh(agent).shortcuts == own
    assert b'"id": "resolve", "label": "Resolve", "group": "This conversation", "icon": "check", "keys": ["h"]' in (
        client_of(agent).get("/inbox").content
    )


@pytest.mark.parametrize(
    ("command", "keys", "error"),
    [
        ("snooze", "e", "E is “Resolve” already."),
        ("snooze", "g", "G I is “Inbox” already."),
        ("snooze", "e x", "E is “Resolve” already."),
        ("snooze", "ctrl+w", "The browser needs this one."),
        ("snooze", "hello", "Use a key, two one after the other such as g i, or Ctrl+K."),
        ("go-inbox", "g s", "G S is “Snoozed” already."),
    ],
)
def test_keys_that_clash_are_told_beside_them(
    client_of: ClientOf, agent: User, command: str, keys: str, error: str
) -> None:
    answer = client_of(agent).post("/settings/shortcuts", all_keys(client_of, agent) | {command: keys})

    assert answer.status_code == 422
    assert answer.context["form"].errors[command] == [error]
    assert fresh(agent).shortcuts == {}


def test_filter_and_forward_share_a_key(client_of: ClientOf, agent: User) -> None:
    asked = all_keys(client_of, agent) | {"filter": "y", "forward": "y"}

    client_of(agent).post("/settings/shortcuts", asked)

    assert fresh(agent).shortcuts == {"filter": "y", "forward": "y"}


def test_single_keys_are_switched_off_and_all_is_set_back(client_of: ClientOf, agent: User) -> None:
    client = client_of(agent)
    asked = all_keys(client_of, agent) | {"resolve": "y"}
    del asked["is_enabled"]

    client.post("/settings/shortcuts", asked)

    assert b'data-shortcuts="off"' in client.get("/inbox").content
    client.post("/settings/shortcuts", {"reset": "1"})
    assert (fresh(agent).shortcuts, fresh(agent).shortcuts_enabled) == ({}, True)


def test_kinds_of_notifications_are_switched_off(client_of: ClientOf, agent: User) -> None:
    answer = client_of(agent).post("/settings/notifications", {"mentioned": "on", "reply_by_mail": "on"})

    assert answer.status_code == 302
    assert [kind for kind, is_on in notification_settings(agent.pk).items() if is_on] == ["mentioned"]
    assert [kind for kind, is_on in mail_settings(agent.pk).items() if is_on] == ["reply"]


def test_own_status_is_set_and_logged(client_of: ClientOf, agent: User) -> None:
    answer = client_of(agent).post("/settings/status", {"status": "busy"}, headers=HTMX)

    assert b"presence-busy" in answer.content
    assert Agent.objects.get(user=agent).status == "busy"
    event = LoggedEvent.objects.get(type="AgentStatusChanged")
    assert event.data == {"agent_id": str(agent.pk), "status_before": "offline", "status": "busy"}


def test_unknown_status_is_refused(client_of: ClientOf, agent: User) -> None:
    answer = client_of(agent).post("/settings/status", {"status": "asleep"})

    assert answer.status_code == 422
    assert Agent.objects.get(user=agent).status == "offline"
