import pytest

from accounts.models import Account, User
from tests.fixtures.cast import ClientOf

HTMX = {"HX-Request": "true", "HX-Target": "settings-form"}
SENT = {"csat_asks": "on", "csat_delay_h": "48", "csat_pause_days": "14"}


def test_it_is_off_at_first(client_of: ClientOf, admin: User) -> None:
    page = client_of(admin).get("/settings/csat").content.decode()

    assert 'id="csat-asks">' in page
    assert 'value="24"' in page
    assert 'value="30"' in page


def test_settings_save_themselves(client_of: ClientOf, admin: User, acme: Account) -> None:
    answer = client_of(admin).post("/settings/csat", SENT, headers=HTMX)

    acme.refresh_from_db()
    assert acme.settings | {"csat_asks": True, "csat_delay_h": 48, "csat_pause_days": 14} == acme.settings
    assert "Saved" in answer.content.decode()
    assert 'id="csat-asks" checked' in answer.content.decode()


@pytest.mark.parametrize(("field", "value"), [("csat_delay_h", "721"), ("csat_pause_days", "0"), ("csat_delay_h", "")])
def test_numbers_have_bounds(client_of: ClientOf, admin: User, acme: Account, field: str, value: str) -> None:
    answer = client_of(admin).post("/settings/csat", {**SENT, field: value}, headers=HTMX)

    assert answer.status_code == 422
    acme.refresh_from_db()
    assert "csat_asks" not in acme.settings


def test_agents_do_not_change_it(client_of: ClientOf, agent: User) -> None:
    assert client_of(agent).get("/settings/csat").status_code == 403
    assert client_of(agent).post("/settings/csat", SENT).status_code == 403
