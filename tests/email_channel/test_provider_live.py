"""The provider as in life: its webhooks over HTTP, a web server, a worker, and the provider's API behind them."""

import sys
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from accounts.models import Account, User
from tests.email_channel.mails import SUPPORT, raw_mail
from tests.factories import make_mailbox
from tests.fixtures.cast import access_token
from tests.fixtures.live import LiveServer, start_process, stop_process, web_process
from tests.servers.resend import FakeResend, running_resend

SETTINGS = "tests.settings_provider"
PATH = "/api/v1/email/webhook"

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeResend]:
    """The provider, at the pace it has in life."""
    with running_resend() as (fake, url):
        fake.limit_per_s = 5
        monkeypatch.setenv("TEST_PROVIDER_URL", url)
        yield fake


@pytest.fixture
def server(provider: FakeResend, acme: Account) -> Iterator[LiveServer]:
    """A web server and a worker that use this provider, and acme's mailbox."""
    make_mailbox(acme, SUPPORT)
    options = ["--pool", "threads", "--concurrency", "2", "--without-gossip", "--without-mingle", "-l", "warning"]
    command = [sys.executable, "-m", "celery", "-A", "hummdesk", "worker", *options]
    with web_process(SETTINGS) as (server, _process):
        worker = start_process("provider-worker", command, server.port, SETTINGS)
        yield server
        stop_process(worker)


@pytest.fixture
def api(server: LiveServer, acme: Account, agent: User) -> Iterator[httpx.Client]:
    """An agent's client."""
    headers = {"Authorization": f"Bearer {access_token(agent, acme)}"}
    with httpx.Client(base_url=f"http://localhost:{server.port}/api/v1", timeout=20, headers=headers) as client:
        yield client


def eventually(look: Callable[[], object], within_s: float = 30) -> None:
    deadline = time.monotonic() + within_s
    while not look():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.1)


def test_mail_comes_in_is_answered_and_the_answer_is_known_to_have_arrived(
    provider: FakeResend, server: LiveServer, api: httpx.Client
) -> None:
    webhook = server.url(PATH, account="").replace("localhost", "127.0.0.1", 1)
    provider.receive(raw_mail(subject="Through the provider"), SUPPORT)
    assert provider.webhooks.post_all(webhook, host="localhost") == []
    eventually(lambda: api.get("/conversations").json()["results"])

    (conversation,) = api.get("/conversations").json()["results"]
    messages = f"/conversations/{conversation['id']}/messages"
    reply = {"kind": "reply", "body_text": "We look into it."}
    assert api.post(messages, json=reply).status_code == 201
    eventually(lambda: provider.ledger)
    provider.tell("email.delivered", provider.ledger[0])
    assert provider.webhooks.post_all(webhook, host="localhost") == []

    assert conversation["subject"] == "Through the provider"
    eventually(lambda: api.get(messages).json()["results"][-1]["delivery"]["state"] == "delivered")


def test_webhooks_in_any_order_and_twice_are_each_one_mail(
    provider: FakeResend, server: LiveServer, api: httpx.Client
) -> None:
    webhook = server.url(PATH, account="").replace("localhost", "127.0.0.1", 1)
    for number in range(20):
        provider.receive(raw_mail(subject=f"Number {number}"), SUPPORT)
    events = provider.webhooks.take()

    statuses = [event.post(webhook, host="localhost") for event in sorted(events * 2, key=lambda event: event.body)]

    assert set(statuses) == {200}
    eventually(lambda: len(api.get("/conversations?limit=200").json()["results"]) == 20, 60)
    assert not [asked for asked in provider.asked if asked.status == 429]
    assert len(provider.asked) == 20
