import pytest

from accounts.models import Account, User
from email_channel.models import Mailbox
from tests.fixtures.cast import ClientOf

HTMX = {"HX-Request": "true", "HX-Target": "mail-rules"}


@pytest.mark.parametrize("allows", [True, False])
def test_the_switch_saves_itself(
    client_of: ClientOf, admin: User, acme: Account, mailbox: Mailbox, *, allows: bool
) -> None:
    sent = {"company_may_join": "on"} if allows else {}

    answer = client_of(admin).post("/settings/mail-rules", sent, headers=HTMX)

    acme.refresh_from_db()
    assert acme.settings["company_may_join"] is allows
    assert "Saved" in answer.content.decode()
    assert (" checked" in answer.content.decode()) is allows


def test_without_script_it_leads_back_to_the_mailboxes(client_of: ClientOf, admin: User, mailbox: Mailbox) -> None:
    client = client_of(admin)

    answer = client.post("/settings/mail-rules", {"company_may_join": "on"}, follow=True)

    assert answer.redirect_chain[-1][0] == "/settings/mailboxes"
    assert "company-may-join" in answer.content.decode()


def test_agents_do_not_change_it(client_of: ClientOf, agent: User, acme: Account) -> None:
    before = acme.settings

    assert client_of(agent).post("/settings/mail-rules", {"company_may_join": "on"}).status_code == 403
    acme.refresh_from_db()
    assert acme.settings == before
