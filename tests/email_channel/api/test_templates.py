"""Mail templates by the API."""

from typing import Any
from uuid import uuid4

from accounts.models import Account, User
from email_channel.models import EmailTemplate
from tests.accounts.api.clients import problem
from tests.fixtures.cast import ApiOf

TEMPLATES = "/api/v1/email/templates"
REFUND = {"name": "Refund", "subject": "Refund for #{{ticket_number}}", "body_html": "<p>Hello {{customer_name}}</p>"}
FIELDS = {
    "id", "name", "language", "subject", "body_html", "body_text", "version", "author", "created_at", "updated_at",
}  # fmt: skip


def made(api: Any, **fields: str) -> tuple[str, dict[str, Any]]:
    answer = api.post(TEMPLATES, {**REFUND, **fields})
    assert answer.status_code == 201, answer.content
    return f"{TEMPLATES}/{answer.json()['id']}", answer.json()


def test_template_is_made_read_changed_restored_and_deleted(api_of: ApiOf, leader: User) -> None:
    api = api_of(leader)

    url, template = made(api)
    changed = api.patch(url, {"subject": "Your refund", "version": 1}).json()
    versions = api.get(f"{url}/versions").json()["results"]
    restored = api.post(f"{url}/restore", {"number": 1}).json()

    assert set(template) == FIELDS
    assert (template["language"], template["body_text"], template["version"]) == ("en", "", 1)
    assert template["author"] == leader.name
    assert (changed["subject"], changed["version"]) == ("Your refund", 2)
    assert [(one["number"], one["subject"]) for one in versions] == [(2, "Your refund"), (1, REFUND["subject"])]
    assert (restored["subject"], restored["version"]) == (REFUND["subject"], 3)
    assert api.get(url).json()["version"] == 3
    assert problem(api.patch(url, {"subject": "Stale", "version": 1})) == (409, "conflict")
    assert api.delete(url).status_code == 204
    assert problem(api.get(url)) == (404, "not_found")


def test_templates_are_listed_by_name_and_in_pages(api_of: ApiOf, leader: User) -> None:
    api = api_of(leader)
    for name in ("Zebra", "Apple"):
        made(api, name=name)

    names = [one["name"] for one in api.get(TEMPLATES).json()["results"]]
    first = api.get(TEMPLATES, {"limit": 2}).json()

    assert names == ["Apple", *["Message received"] * 3, "Zebra"]
    assert len(first["results"]) == 2
    assert [one["name"] for one in api.get(first["next"]).json()["results"]] == ["Message received"] * 2


def test_preview_shows_examples_or_the_values_given(api_of: ApiOf, leader: User, agent: User) -> None:
    url, _template = made(api_of(leader), body_html="<p>Hello {{customer_name}}, {{order}}</p>")
    api = api_of(agent)

    samples = api.post(f"{url}/preview").json()
    given = api.post(f"{url}/preview", {"variables": {"customer_name": "<b>", "order": 7}}).json()

    assert set(samples) == {"subject", "body_html", "body_text", "missing"}
    assert (samples["subject"], samples["missing"]) == ("Refund for #1042", ["order"])
    assert samples["body_html"] == "<p>Hello Ada Lind, <mark>{{order}}</mark></p>"
    assert (given["subject"], given["body_html"]) == ("Refund for #{{ticket_number}}", "<p>Hello &lt;b&gt;, 7</p>")
    assert given["missing"] == ["ticket_number"]


def test_values_of_other_kinds_are_refused(api_of: ApiOf, leader: User) -> None:
    api = api_of(leader)
    url, _template = made(api)

    for variables in (
        {"a": None},
        {"a": ["x"]},
        {"a": {"b": "c"}},
        {"a": "x" * 5001},
        ["a"],
        {str(n): 1 for n in range(101)},
    ):
        assert problem(api.post(f"{url}/preview", {"variables": variables})) == (422, "validation_error")


def test_template_that_cannot_be_read_is_422_with_the_field(api_of: ApiOf, leader: User) -> None:
    answer = api_of(leader).post(TEMPLATES, {**REFUND, "body_html": "<p>x</p>\n{% for a in b %}"})

    assert answer.status_code == 422
    assert answer.json()["errors"]["body_html"][0].startswith("Line 2: Only these stand in")


def test_agents_read_templates_and_change_none(api_of: ApiOf, leader: User, agent: User) -> None:
    url, _template = made(api_of(leader))
    api = api_of(agent)

    assert api.get(TEMPLATES).status_code == api.get(url).status_code == 200
    for answer in (
        api.post(TEMPLATES, {**REFUND, "name": "Mine"}),
        api.patch(url, {"name": "Mine"}),
        api.delete(url),
        api.get(f"{url}/versions"),
        api.post(f"{url}/restore", {"number": 1}),
    ):
        assert problem(answer) == (403, "permission_denied")
    assert EmailTemplate.objects.filter(name="Refund").exists()


def test_strangers_find_nothing(api_of: ApiOf, leader: User, stranger: User, nordhem: Account) -> None:
    url, _template = made(api_of(leader))
    api = api_of(stranger, at=nordhem)

    assert problem(api.get(url)) == (404, "not_found")
    assert problem(api.post(f"{url}/preview")) == (404, "not_found")
    assert problem(api.get(f"{TEMPLATES}/{uuid4()}")) == (404, "not_found")
