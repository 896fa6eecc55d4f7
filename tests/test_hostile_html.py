"""HTML of attackers in every field and view, in a real browser: nothing runs, and nothing is asked of anybody else.

The conversations' pages are opened without their Content-Security-Policy, so that what is tested is what stands in
them, and not the policy behind which a mistake would hide. The catcher shows mails raw, behind a policy of its own.
"""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request
from pytest_django import Settings

from accounts.models import Account, User
from conversations.actions.receive_message import receive_message
from conversations.models import Attachment, Company, Conversation, ConversationTag, Tag
from email_channel.catcher import catch_mail
from email_channel.composing import MailAddress, OutgoingFile, compose_mail
from email_channel.parsing.client import parse_mail
from email_channel.reading import incoming_text
from tests.email_channel.mails import html_mail
from tests.factories import make_mailbox, make_user
from tests.fixtures.cast import ApiClient, ApiOf, sign_in
from tests.fixtures.live import LiveServer
from tests.hummdesk.test_safe_html import problems_of

pytestmark = [pytest.mark.shared, pytest.mark.timeout(900)]

# What is dangerous in our own pages above all.
OWN_PAYLOADS = (
    '<div hx-get="/intrusion" hx-trigger="load">x</div>',
    '<p data-hx-get="/intrusion" data-hx-trigger="load, intersect">x</p>',
    '<form action="/intrusion" hx-post="/intrusion" hx-trigger="load"><input name="a" autofocus></form>',
    '<img src="https://tracker.example/1.gif" width="1" height="1">',
    '<img src="//tracker.example/2.gif" srcset="/intrusion 2x">',
    '<table background="https://tracker.example/3"><tr><td style="background:url(https://tracker.example/4)">x</table>',
    '<a href="javascript:alert(1)" ping="https://tracker.example/5" id="composer" name="getElementById">x</a>',
    '<link rel="prefetch" href="https://tracker.example/6"><meta http-equiv="refresh" content="0;url=/intrusion">',
    '<base href="https://tracker.example/"><video poster="/intrusion" autoplay src="/intrusion"></video>',
    '{{ request }}{% load x %}<script src="https://tracker.example/7.js"></script><svg onload="alert(1)"/>',
    '"><script>alert(1)</script>',
    "' autofocus onfocus=alert(1) x='",
)
WATCH = """
window.ran = [];
for (const name of ["alert", "confirm", "prompt", "print", "open"]) {
  window[name] = (...given) => { window.ran.push(name + "(" + given.join() + ")"); };
}
"""
# Whatever could act or load inside of what strangers wrote, after each event that a reader's mouse would make.
PROVOKE = """() => {
  const strangers = [...document.querySelectorAll(".msg .body, .row, #details, #thread-header")];
  for (const element of strangers.flatMap(box => [...box.querySelectorAll("*")])) {
    for (const name of ["mouseover", "mouseenter", "focus", "error", "load", "toggle", "animationstart"]) {
      element.dispatchEvent(new Event(name, {bubbles: false}));
    }
  }
  const found = [...document.querySelectorAll("*")]
    .filter(element => [...element.attributes].some(({name, value}) =>
      name.startsWith("on") || /^\\s*(javascript|vbscript|data:text)/i.test(value)))
    .map(element => element.outerHTML.slice(0, 200));
  const foreign = document.querySelectorAll(".body :is(script, style, svg, math, iframe, object, embed, form, input," +
    " button, link, meta, base, video, audio, [id], [name], [class], [style])");
  const scripts = [...document.scripts].filter(script =>
    script.type !== "application/json" && !script.getAttribute("src")?.startsWith("/static/"));
  return [...window.ran, ...found, ...[...foreign, ...scripts].map(element => element.outerHTML.slice(0, 200))];
}"""
OWN_PATHS = (
    "/account/login/",
    "/static/",
    "/conversations/",
    "/inbox",
    "/attachments/",
    "/notifications/bell",
    "/api/v1/conversations/",
    "/catcher/",
    "/favicon",
)
# Designed mail, in a frame that may do nothing.
OWN_FRAME = re.compile(r"/messages/[0-9a-f-]{36}/html")


@pytest.fixture(scope="session")
def payloads(shared_dir: Path) -> list[str]:
    """The known attacks, and our own."""
    known = json.loads((shared_dir / "attacks" / "html_xss.json").read_text())
    assert len(known) == 223
    return [attack["payload"].replace("\x00", "") for attack in known] + list(OWN_PAYLOADS)


class Watched:
    """A page, and everything that it did and should not have."""

    def __init__(self, context: BrowserContext, live: LiveServer) -> None:
        context.add_init_script(WATCH)
        self.page: Page = context.new_page()
        self.faults: list[str] = []
        self._hosts = {urlsplit(live.url(account=account)).netloc for account in ("acme", "")}
        self.page.on("dialog", self._dismiss)
        self.page.on("request", lambda request: self._note(request.url))
        self.page.on("requestfailed", self._forgive)
        self.page.on("popup", lambda popup: self.faults.append(f"popup {popup.url}"))

    def _dismiss(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _note(self, url: str) -> None:
        """A path of ours that no page of ours names is as bad as a foreign host."""
        parts = urlsplit(url)
        if parts.scheme in ("data", "blob"):
            return
        is_own = parts.path.startswith(OWN_PATHS) or OWN_FRAME.fullmatch(parts.path)
        if parts.netloc not in self._hosts or not is_own:
            self.faults.append(f"request {url[:200]}")

    def _forgive(self, request: Request) -> None:
        """What the page's own policy stopped never left the browser."""
        fault = f"request {request.url[:200]}"
        if request.failure == "csp" and fault in self.faults:
            self.faults.remove(fault)

    def open(self, url: str) -> list[str]:
        """Return what the page at this address did that it should not."""
        self.faults.clear()
        answer = self.page.goto(url, wait_until="load")
        assert answer is not None
        assert answer.status == 200, url
        return [*self.faults, *self.page.evaluate(PROVOKE)]


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    made: list[BrowserContext] = []
    yield made
    for context in made:
        context.close()


@pytest.fixture
def outbox(settings: Settings) -> Iterator[None]:
    """The folder of the web server's catcher, empty again afterwards."""
    yield
    shutil.rmtree(settings.OUTBOX_DIR)


def signed_in(context: BrowserContext, user: User, place: Account | None, url: str) -> None:
    client = Client()
    sign_in(client, user, place)
    context.add_cookies([{"name": name, "value": morsel.value, "url": url} for name, morsel in client.cookies.items()])


@pytest.fixture
def attacked(
    committed: None, acme: Account, api_of: ApiOf, admin: User, leader: User, payloads: list[str]
) -> list[int]:
    """The display_ids of conversations, one for each payload, which stands in every field of it."""
    mailbox_id = make_mailbox(acme, "support@acme.example").id
    one, other = api_of(admin), api_of(leader)
    return [attack(number, one, other, payload, mailbox_id) for number, payload in enumerate(payloads)]


def attack(number: int, one: ApiClient, other: ApiClient, payload: str, mailbox_id: UUID) -> int:
    """Two clients, so that neither comes to its rate limit."""
    html = f"start{payload}"
    made = created(
        one,
        "/api/v1/conversations",
        subject=payload[:300].strip() or "x",
        contact={"email": f"mallory{number}@customers.example", "name": payload[:200]},
        message={"body_html": html},
    )
    conversation = Conversation.objects.get(id=made["id"])
    Conversation.objects.filter(id=conversation.id).update(mailbox_id=mailbox_id, custom_fields={"note": payload})
    dress(conversation, payload)
    raw = html_mail(html.replace("\r", "").replace("\n", "\r\n"))
    mail = receive_message(
        conversation=conversation, contact=conversation.contact, text=incoming_text(parse_mail(raw), raw)
    )
    Attachment.objects.create(message=mail, file=ContentFile(b"x", name="x"), name=payload[:255], size_bytes=1)
    url = f"/api/v1/conversations/{conversation.id}/messages"
    created(one, url, kind="reply", body_html=html, force=True)
    created(other, url, kind="note", body_html=html)
    return conversation.display_id


def created(client: ApiClient, url: str, **fields: Any) -> dict[str, Any]:
    answer = client.post(url, fields)
    assert answer.status_code == 201, (fields, answer.content)
    body: dict[str, Any] = answer.json()
    return body


def dress(conversation: Conversation, payload: str) -> None:
    """Put the payload where no input would take it."""
    contact = conversation.contact
    contact.name, contact.phone = payload[:200], payload[:50]
    contact.company = Company.objects.create(name=f"{conversation.display_id} {payload}"[:120])
    contact.save()
    tag = Tag.objects.create(name=f"{conversation.display_id}{payload}"[:50])
    ConversationTag.objects.create(conversation=conversation, tag=tag)


def faults_of(watched: Watched, urls: dict[str, str]) -> dict[str, list[str]]:
    """Return what went wrong, by what was opened."""
    found = {name: watched.open(url) for name, url in urls.items()}
    return {name: faults for name, faults in found.items() if faults}


def test_neither_api_nor_pages_of_an_account_hold_anything_that_acts(
    attacked: list[int],
    payloads: list[str],
    browser: Browser,
    contexts: list[BrowserContext],
    live: LiveServer,
    acme: Account,
    admin: User,
    agent: User,
    api_of: ApiOf,
) -> None:
    client = api_of(agent)
    for display_id in attacked:
        messages = client.get(f"/api/v1/conversations/{display_id}/messages").json()["results"]
        assert [problems_of(message["body_html"]) for message in messages] == [[]] * 4

    contexts.append(browser.new_context(bypass_csp=True, reduced_motion="reduce"))
    signed_in(contexts[0], admin, acme, live.url())
    watched = Watched(contexts[0], live)
    urls = {f"list {rows}": live.url(f"/inbox?view=all&rows={rows}") for rows in (30, 200)}
    urls |= {f"search for {word}": live.url(f"/inbox?view=all&q={quote(word)}") for word in ("alert", *OWN_PAYLOADS)}
    urls |= {
        f"thread of {payload}": live.url(f"/conversations/{display_id}?view=all&rows=1")
        for display_id, payload in zip(attacked, payloads, strict=True)
    }

    assert faults_of(watched, urls) == {}
    assert watched.page.locator(".msg").count() == 4
    watched.open(urls["list 200"])
    assert watched.page.locator(".row").count() == 200


def test_the_catcher_runs_and_loads_nothing_of_a_mail_that_went_out(
    committed: None,
    outbox: None,
    acme: Account,
    payloads: list[str],
    browser: Browser,
    contexts: list[BrowserContext],
    live: LiveServer,
) -> None:
    operator = make_user("super@hummdesk.example", is_superuser=True)
    contexts.append(browser.new_context(reduced_motion="reduce"))
    signed_in(contexts[0], operator, None, live.url(account=""))
    watched = Watched(contexts[0], live)
    paths = {payload: f"/catcher/{caught(number, payload)}" for number, payload in enumerate(payloads)}
    urls = {"list": live.url("/catcher/", account="")}
    urls |= {f"mail of {payload}": live.url(path, account="") for payload, path in paths.items()}

    assert faults_of(watched, urls) == {}


def caught(number: int, payload: str) -> str:
    """Return the id of a caught mail that is an attack in all its fields."""
    one_line = " ".join(payload.split())[:200]
    raw = compose_mail(
        from_=MailAddress(one_line, "support@acme.example"),
        to=[MailAddress(one_line, "mallory@customers.example")],
        subject=one_line,
        text=payload,
        html=payload,
        message_id=f"<{number}@acme.example>",
        date=timezone.now(),
        attachments=[OutgoingFile(one_line, "text/html", payload.encode())],
    )
    return catch_mail(raw, folder="account_acme", key=f"{number:08x}", at=timezone.now())


def test_the_watch_sees_what_it_must(browser: Browser, contexts: list[BrowserContext], live: LiveServer) -> None:
    contexts.append(browser.new_context(bypass_csp=True))
    watched = Watched(contexts[0], live)
    page = "<svg onload=alert(1)></svg><img src=https://tracker.example/1.gif onerror=x>" * 2
    contexts[0].route("**/account/login/", lambda route: route.fulfill(body=page, content_type="text/html"))

    faults = watched.open(live.url("/account/login/"))

    assert "alert(1)" in faults
    assert "request https://tracker.example/1.gif" in faults
    assert any("onerror" in fault for fault in faults)
