"""The pages of mail templates."""

import re
from typing import Any

import pytest

from accounts.models import Account, User
from email_channel.models import EmailTemplate, Mailbox
from tests.fixtures.cast import ClientOf

TEMPLATES = "/settings/templates"
WORDS = {"name": "Refund", "language": "en", "subject": "Refund", "body_html": "<p>Hello {{customer_name}}</p>"}


@pytest.fixture
def template(acme: Account) -> EmailTemplate:
    return EmailTemplate.objects.create(**WORDS)


def url_of(template: EmailTemplate, word: str = "") -> str:
    return f"{TEMPLATES}/{template.id}{word and '/'}{word}"


def frame_in(page: Any) -> str:
    found = re.search(r'<iframe [^>]*src="([^"]+)"[^>]*>', page.content.decode())
    assert found
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in found[0]
    return found[1]


def test_templates_are_listed_with_their_languages(client_of: ClientOf, leader: User, mailbox: Mailbox) -> None:
    mailbox.auto_reply_template = EmailTemplate.objects.get(language="fi")
    mailbox.save(update_fields=["auto_reply_template"])

    page = client_of(leader).get(TEMPLATES).content.decode()

    assert page.count("Message received</a>") == 1
    assert page.count('class="chip"') == 3
    assert "Automatic reply" in page


def test_template_is_made_changed_restored_and_deleted(client_of: ClientOf, leader: User) -> None:
    client = client_of(leader)

    made = client.post(f"{TEMPLATES}/new", WORDS)
    template = EmailTemplate.objects.get(name="Refund")
    changed = client.post(url_of(template), {**WORDS, "subject": "Your money", "version": 1})
    page = client.get(url_of(template)).content.decode()
    restored = client.post(url_of(template, "restore"), {"number": "1"})

    assert (made.status_code, made["Location"]) == (303, url_of(template))
    assert (changed.status_code, restored.status_code) == (303, 303)
    assert 'value="Your money"' in page
    assert "Bring version 1 back" in page
    assert list(template.versions.values_list("number", "subject")) == [
        (3, "Refund"),
        (2, "Your money"),
        (1, "Refund"),
    ]
    assert client.post(url_of(template, "delete")).status_code == 303
    assert not EmailTemplate.objects.filter(id=template.id).exists()


def test_form_with_faults_comes_back_with_every_word(client_of: ClientOf, leader: User) -> None:
    answer = client_of(leader).post(f"{TEMPLATES}/new", {**WORDS, "body_html": "<p>x</p>{% for %}", "subject": "{{"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Line 1: Only these stand in {% %}" in page
    assert "What opens with braces must close with them." in page
    assert "&lt;p&gt;x&lt;/p&gt;{% for %}" in page
    assert not EmailTemplate.objects.filter(name="Refund").exists()


def test_stale_form_is_not_saved(client_of: ClientOf, leader: User, template: EmailTemplate) -> None:
    client = client_of(leader)
    client.post(url_of(template), {**WORDS, "subject": "Two", "version": 1})

    answer = client.post(url_of(template), {**WORDS, "subject": "Three", "version": 1})

    assert answer.status_code == 422
    assert "Somebody else has changed this template" in answer.content.decode()
    template.refresh_from_db()
    assert template.subject == "Two"


def test_preview_shows_what_was_typed_and_keeps_nothing(
    client_of: ClientOf, leader: User, template: EmailTemplate
) -> None:
    typed = {
        **WORDS,
        "subject": "#{{ticket_number}}",
        "body_html": "<p>{{customer_name}}: {{order}}</p>",
        "do": "preview",
    }

    page = client_of(leader).post(url_of(template), typed)
    partial = client_of(leader).post(
        url_of(template), typed, headers={"hx-request": "true", "hx-target": "template-preview"}
    )

    for answer in (page, partial):
        assert answer.status_code == 200
        assert "#1042" in answer.content.decode()
        assert "<code>order</code>" in answer.content.decode()
    assert "<form" not in partial.content.decode()
    template.refresh_from_db()
    assert template.subject == "Refund"


def test_preview_of_a_template_at_fault_says_so(client_of: ClientOf, leader: User, template: EmailTemplate) -> None:
    answer = client_of(leader).post(url_of(template), {**WORDS, "body_html": "<p>{{</p>", "do": "preview"})

    assert answer.status_code == 200
    assert "HTML: Line 1: What opens with braces must close with them." in answer.content.decode()
    assert "<iframe" not in answer.content.decode()


def test_frame_has_its_own_page_that_may_do_nothing(
    client_of: ClientOf, leader: User, admin: User, template: EmailTemplate
) -> None:
    typed = {**WORDS, "body_html": "<p>{{customer_name}}</p><script>x()</script><img src='https://x.example/a.png'>"}
    client = client_of(leader)

    frame = frame_in(client.post(url_of(template), {**typed, "do": "preview", "look": "dark"}))
    answer = client.get(frame)

    page, policy = answer.content.decode(), answer["Content-Security-Policy"]
    assert ">Ada Lind</p>" in page
    assert "color-scheme: dark" in page
    assert "<script" not in page
    assert 'src="https://' not in page
    assert policy.startswith("default-src 'none'; img-src http://")
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "script-src" not in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert client_of(admin).get(frame).status_code == 404
    assert client.get(f"{TEMPLATES}/preview").status_code == 404


def test_language_of_a_preview_is_one_of_ours(client_of: ClientOf, leader: User, template: EmailTemplate) -> None:
    client = client_of(leader)

    frame = frame_in(client.post(url_of(template), {**WORDS, "language": '"><script>', "do": "preview"}))

    assert '<html lang="en">' in client.get(frame).content.decode()


def test_text_and_phone_are_shown_as_chosen(client_of: ClientOf, leader: User, template: EmailTemplate) -> None:
    page = client_of(leader).post(url_of(template), {**WORDS, "do": "preview", "part": "text", "width": "phone"})

    assert '<pre class="plain is-phone" tabindex="0">Hello Ada Lind</pre>' in page.content.decode()


def test_new_language_begins_with_the_words_of_another(
    client_of: ClientOf, leader: User, template: EmailTemplate
) -> None:
    page = client_of(leader).get(f"{TEMPLATES}/new?like={template.id}").content.decode()

    assert 'value="Refund"' in page
    assert client_of(leader).get(f"{TEMPLATES}/new?like=x").status_code == 404


def test_template_in_use_is_not_deleted(
    client_of: ClientOf, leader: User, template: EmailTemplate, mailbox: Mailbox
) -> None:
    Mailbox.objects.filter(id=mailbox.id).update(auto_reply_template=template)

    answer = client_of(leader).post(url_of(template, "delete"))

    assert (answer.status_code, answer["Location"]) == (303, url_of(template))
    assert EmailTemplate.objects.filter(id=template.id).exists()


def test_agents_have_no_such_pages(client_of: ClientOf, agent: User, template: EmailTemplate) -> None:
    client = client_of(agent)

    assert client.get(TEMPLATES).status_code == 403
    assert client.get(url_of(template)).status_code == 403
    assert client.post(f"{TEMPLATES}/new", WORDS).status_code == 403
    assert client.post(url_of(template, "delete")).status_code == 403
    assert "Mail templates" not in client.get("/settings/profile").content.decode()


def test_other_account_has_other_templates(client_of: ClientOf, nordhem: Account, template: EmailTemplate) -> None:
    client = client_of(User.objects.get(email="admin@nordhem.example"), at=nordhem)

    assert client.get(url_of(template)).status_code == 404
    assert client.post(url_of(template), WORDS).status_code == 404
