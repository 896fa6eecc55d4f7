"""Django admin on the platform's host."""

import pytest
from django.core import mail
from django.db.models import Model
from django.urls import reverse

from accounts.actions.members import remove_member
from accounts.enums import AccountStatus, Role
from accounts.models import Account, Domain, Invitation, Membership, User
from accounts.queries import active_membership
from hummdesk.events.actor import Actor
from hummdesk.events.models import LoggedEvent
from hummdesk.tenancy.context import account_context
from tests.fixtures.cast import PASSWORD, ApiOf, ClientOf, RestoringClient

MODELS = [
    *("account", "domain", "user", "membership", "invitation"),
    *("plan", "subscription", "platformusage", "mailroute"),
]
NEW_ACCOUNT = {"name": "Lumi", "slug": "lumi", "timezone": "UTC", "language": "fi", "admin_email": "a@lumi.example"}


@pytest.fixture
def admin_client(client_of: ClientOf, operator: User) -> RestoringClient:
    """A client of a super_admin on the platform's host."""
    return client_of(operator, at=None)


def _last_event(account: Account) -> LoggedEvent:
    with account_context(account):
        return LoggedEvent.objects.latest("seq")


def test_admin_sends_a_visitor_to_the_products_sign_in(client_of: ClientOf) -> None:
    client = client_of(None, at=None)

    answer = client.get("/admin/", follow=True)

    assert answer.redirect_chain[-1][0] == "/account/login/?next=%2Fadmin%2F"


@pytest.mark.parametrize("path", ["/admin/", "/admin/accounts/account/", "/admin/login/"])
def test_admin_refuses_everybody_else(client_of: ClientOf, admin: User, path: str) -> None:
    answer = client_of(admin, at=None).get(path, follow=True)

    assert answer.status_code == 403


def test_admin_is_not_on_an_accounts_host(client_of: ClientOf, operator: User) -> None:
    assert client_of(operator).get("/admin/").status_code == 404


@pytest.mark.parametrize("model", MODELS)
def test_list_opens(admin_client: RestoringClient, model: str) -> None:
    assert admin_client.get(reverse(f"admin:accounts_{model}_changelist", "hummdesk.urls_platform")).status_code == 200


@pytest.mark.parametrize("model", [Account, Domain, User, Membership])
def test_first_row_opens(admin_client: RestoringClient, model: type[Model]) -> None:
    first = model._default_manager.first()
    assert first is not None

    answer = admin_client.get(f"/admin/accounts/{model._meta.model_name}/{first.pk}/change/")

    assert answer.status_code == 200


@pytest.mark.parametrize("model", ["invitation", "mailroute", "platformusage"])
def test_read_only_rows_can_not_be_added(admin_client: RestoringClient, model: str) -> None:
    assert admin_client.get(f"/admin/accounts/{model}/add/").status_code == 403


@pytest.mark.parametrize("path", ["/admin/auth/group/", "/admin/account/emailaddress/"])
def test_other_packages_rows_are_not_there(admin_client: RestoringClient, path: str) -> None:
    assert admin_client.get(path).status_code == 404


def test_adding_an_account_makes_it_whole(admin_client: RestoringClient) -> None:
    form = admin_client.get("/admin/accounts/account/add/")
    answer = admin_client.post("/admin/accounts/account/add/", NEW_ACCOUNT)

    assert form.status_code == 200
    assert answer.status_code == 302, answer.context and answer.context["errors"]
    account = Account.objects.get(slug="lumi")
    assert _last_event(account).type == "AccountCreated"
    assert Invitation.objects.get().account == account
    assert mail.outbox[0].to == ["a@lumi.example"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("slug", "acme"), ("slug", "api"), ("timezone", "x"), ("admin_email", "x"), ("admin_email", "a@exämple.com")],
)
def test_adding_a_bad_account_names_the_field(admin_client: RestoringClient, field: str, value: str) -> None:
    answer = admin_client.post("/admin/accounts/account/add/", {**NEW_ACCOUNT, field: value})

    assert answer.status_code == 200
    assert set(answer.context["adminform"].form.errors) == {field}
    assert Account.objects.count() == 2


def test_changing_an_account_is_logged_in_it(admin_client: RestoringClient, acme: Account, operator: User) -> None:
    fields = {"name": "Acme", "timezone": "Europe/Paris", "language": "en", "status": "suspended"}

    answer = admin_client.post(f"/admin/accounts/account/{acme.id}/change/", fields)

    acme.refresh_from_db()
    assert answer.status_code == 302
    assert (acme.timezone, acme.status) == ("Europe/Paris", AccountStatus.SUSPENDED)
    event = _last_event(acme)
    assert (event.type, event.data["fields"], event.actor_id) == ("AccountChanged", "status", operator.id)


@pytest.mark.parametrize("model", ["account", "user", "plan"])
def test_rows_that_are_kept_can_not_be_deleted(
    admin_client: RestoringClient, acme: Account, admin: User, model: str
) -> None:
    pk = {"account": acme.pk, "user": admin.pk, "plan": acme.pk}[model]

    assert admin_client.post(f"/admin/accounts/{model}/{pk}/delete/", {"post": "yes"}).status_code in {302, 403}
    assert Account.objects.filter(pk=acme.pk).exists()
    assert User.objects.filter(pk=admin.pk).exists()


def test_adding_a_domain_makes_links_lead_there(admin_client: RestoringClient, acme: Account) -> None:
    fields = {"domain": "Help.Acme.Example.", "tenant": str(acme.id), "is_primary": "on"}

    answer = admin_client.post("/admin/accounts/domain/add/", fields)

    assert answer.status_code == 302
    assert Domain.objects.get(tenant=acme, is_primary=True).domain == "help.acme.example"


@pytest.mark.parametrize(
    "name", ["localhost", "acme.localhost", "evil.example/x", "a b.example", "evil.example:80", "-a.x"]
)
def test_adding_a_bad_domain_is_refused(admin_client: RestoringClient, acme: Account, name: str) -> None:
    answer = admin_client.post("/admin/accounts/domain/add/", {"domain": name, "tenant": str(acme.id)})

    assert answer.status_code == 200
    assert Domain.objects.count() == 2


def test_primary_domain_can_not_be_deleted(admin_client: RestoringClient, acme: Account) -> None:
    domain = Domain.objects.get(tenant=acme)

    answer = admin_client.post(f"/admin/accounts/domain/{domain.pk}/delete/", {"post": "yes"})

    assert answer.status_code == 403
    assert Domain.objects.filter(pk=domain.pk).exists()


def test_adding_a_user_lower_cases_the_address(admin_client: RestoringClient) -> None:
    password = "a-new-and-long-password"
    fields = {"email": "New@People.example", "name": "New"}

    answer = admin_client.post("/admin/accounts/user/add/", {**fields, "password1": password, "password2": password})

    assert answer.status_code == 302, answer.context["errors"]
    user = User.objects.get(email="new@people.example")
    assert user.check_password(password)
    assert not user.is_superuser


def test_switching_a_user_off_ends_what_they_may(
    admin_client: RestoringClient, client_of: ClientOf, agent: User, acme: Account
) -> None:
    agents_client = client_of(agent)

    admin_client.post(f"/admin/accounts/user/{agent.id}/change/", {})

    agent.refresh_from_db()
    assert not agent.is_active
    assert agents_client.get("/inbox").status_code == 302
    assert agent.check_password(PASSWORD)


def test_membership_changes_go_through_actions(admin_client: RestoringClient, acme: Account, agent: User) -> None:
    membership = Membership.objects.get(user=agent)
    path = f"/admin/accounts/membership/{membership.pk}"

    admin_client.post(f"{path}/change/", {"role": "team_leader"})
    changed = _last_event(acme)
    admin_client.post(f"{path}/delete/", {"post": "yes"})
    removed = _last_event(acme)

    assert (changed.type, changed.data["role"]) == ("MemberRoleChanged", "team_leader")
    assert removed.type == "AgentRetired"
    assert Membership.objects.get(pk=membership.pk).is_active is False


def test_membership_that_ended_can_be_added_again(admin_client: RestoringClient, acme: Account, agent: User) -> None:
    remove_member(account=acme, user_id=agent.id, actor=Actor.system())
    fields = {"user": str(agent.id), "account": str(acme.id), "role": "account_admin"}

    answer = admin_client.post("/admin/accounts/membership/add/", fields)

    membership = active_membership(agent, acme)
    assert answer.status_code == 302
    assert membership is not None
    assert membership.role == Role.ACCOUNT_ADMIN
    assert _last_event(acme).type == "MemberAdded"


def test_last_admin_can_not_be_removed(admin_client: RestoringClient, acme: Account, admin: User) -> None:
    membership = Membership.objects.get(user=admin)

    answer = admin_client.post(f"/admin/accounts/membership/{membership.pk}/delete/", {"post": "yes"})

    assert answer.status_code == 409
    assert active_membership(admin, acme) is not None


def test_new_password_signs_the_user_out_everywhere(
    admin_client: RestoringClient, api_of: ApiOf, acme: Account, agent: User
) -> None:
    api = api_of(agent, at=acme)
    before = api.get("/api/v1/me").status_code

    fields = {"password1": "another-long-password", "password2": "another-long-password", "usable_password": "true"}
    answer = admin_client.post(f"/admin/accounts/user/{agent.id}/password/", fields)

    assert answer.status_code == 302, answer.content
    assert before == 200
    assert api.get("/api/v1/me").status_code == 401
