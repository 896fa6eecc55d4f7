"""A stranger's client of mail templates: API.md "E-mail", with nothing but HTTP and a token."""

import pytest

from accounts.models import Account, User
from tests.factories import make_mailbox
from tests.fixtures.live import LiveServer
from tests.test_contract import Stranger

TEMPLATE = {
    "id",
    "name",
    "language",
    "subject",
    "body_html",
    "body_text",
    "version",
    "author",
    "created_at",
    "updated_at",
}


@pytest.fixture
def leaders_api(committed: None, live: LiveServer, acme: Account, leader: User) -> Stranger:
    return Stranger(live, leader.email)


def test_templates_are_made_previewed_changed_and_deleted(leaders_api: Stranger) -> None:
    api = leaders_api
    fields = {"name": "Refund", "subject": "Refund for #{{ticket_number}}", "body_html": "<p>{{customer_name}}</p>"}

    made = api.post("/email/templates", {**fields, "language": "en"})
    path = f"/email/templates/{made['id']}"
    preview = api.post(f"{path}/preview", status=200)
    given = api.post(f"{path}/preview", {"variables": {"customer_name": "Ada"}}, status=200)
    changed = api.patch(path, {"body_text": "{{customer_name}}"})

    assert set(made) == TEMPLATE
    assert set(preview) == {"subject", "body_html", "body_text", "missing"}
    assert preview["missing"] == []
    assert (given["body_text"], given["missing"]) == ("Ada", ["ticket_number"])
    assert changed["version"] == 2
    assert made["id"] in [one["id"] for one in api.get("/email/templates")["results"]]
    assert api.post("/email/templates", {**fields, "name": "x", "subject": "{{"}, status=422)["errors"]["subject"]
    api.delete(path)
    api.get(path, expect=404)


def test_template_is_sent_and_every_variable_needs_a_value(leaders_api: Stranger, acme: Account) -> None:
    api = leaders_api
    make_mailbox(acme)
    fields = {"name": "Order", "subject": "[#{{ticket_number}}] {{order}}", "body_html": "<p>{{customer_name}}</p>"}
    template = api.post("/email/templates", fields)
    wanted = {"template_id": template["id"], "to": "ada@customers.example", "variables": {"order": 7}}

    sent = api.post("/email/send-template", wanted, status=202)
    again = api.post("/email/send-template", {**wanted, "conversation_id": sent["conversation_id"]}, status=202)
    refused = api.post("/email/send-template", {**wanted, "variables": {}}, status=422)

    assert {"id", "message_id", "conversation_id", "state"} <= set(sent)
    assert sent["state"] == "queued"
    assert again["conversation_id"] == sent["conversation_id"]
    assert (refused["code"], list(refused["errors"])) == ("validation_error", ["variables.order"])
    conversation = api.get(f"/conversations/{sent['conversation_id']}")
    assert conversation["subject"] == f"[#{conversation['display_id']}] 7"
