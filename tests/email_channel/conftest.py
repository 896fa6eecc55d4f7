"""What the tests of mail share: mailboxes, a provider on loopback, the catcher's folder."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import resend as resend_sdk
from pytest_django import Settings

from accounts.models import Account, Membership, User
from conversations.models import Conversation, Message
from email_channel.actions.store_mail import store_mail
from email_channel.actions.take_in_mail import TakenIn, take_in_mail
from email_channel.enums import MailSource
from email_channel.models import EmailMessage, Mailbox
from hummdesk.events.models import LoggedEvent
from hummdesk.tenancy.context import account_context
from teams.access import Viewer, viewer_of
from tests.email_channel.mails import SUPPORT
from tests.factories import make_mailbox
from tests.fixtures.scripts import RunScript
from tests.servers.dns_zone import FakeDns, running_dns
from tests.servers.resend import API_KEY, FakeResend, running_resend

StartWork = Callable[..., Popen[bytes]]


class Receive(Protocol):
    """Stores a mail for acme's mailbox and takes it in."""

    def __call__(self, raw: bytes, envelope_sender: str = "") -> TakenIn: ...


@pytest.fixture
def mailbox(acme: Account) -> Mailbox:
    """Acme's support@acme.example."""
    return make_mailbox(acme, SUPPORT, name="Acme Support")


@pytest.fixture
def nordhem_mailbox(acme: Account, nordhem: Account) -> Mailbox:
    """Nordhem's support@nordhem.example."""
    with account_context(nordhem):
        return make_mailbox(nordhem, "support@nordhem.example", name="Nordhem")


@pytest.fixture
def receive(mailbox: Mailbox) -> Receive:
    """Make a function that stores a mail for acme's mailbox and takes it in."""

    def take(raw: bytes, envelope_sender: str = "") -> TakenIn:
        stored = store_mail(
            mailbox_id=mailbox.id, raw=raw, source=MailSource.FILE, envelope_sender=envelope_sender, defer=False
        )
        taken_in = take_in_mail(stored.id)
        assert taken_in is not None
        return taken_in

    return take


@pytest.fixture
def viewer(agent: User, acme: Account) -> Viewer:
    """The agent of acme, as one who acts."""
    return viewer_of(Membership.objects.get(user=agent, account=acme))


@pytest.fixture
def published(acme: Account) -> Callable[[], list[str]]:
    """Make a function that returns the types of the events that came since, in order."""
    start = LoggedEvent.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    return lambda: list(LoggedEvent.objects.filter(seq__gt=start).order_by("seq").values_list("type", flat=True))


@pytest.fixture
def resend(settings: Settings) -> Iterator[FakeResend]:
    """Resend's API on loopback, and the product set up to work with it, fast. Answers are waited for 2 s."""
    client = resend_sdk.default_http_client
    resend_sdk.default_http_client = resend_sdk.RequestsClient(timeout=2)
    with running_resend() as (fake, url):
        settings.RESEND_API_KEY, settings.RESEND_API_URL = API_KEY, url
        settings.EGRESS_ALLOWED = frozenset({urlsplit(url).netloc})
        settings.RESEND_REQUESTS_PER_S = 500
        yield fake
    resend_sdk.default_http_client = client


@pytest.fixture
def dns_server(settings: Settings) -> Iterator[FakeDns]:
    """A DNS server on loopback, which the product asks."""
    with running_dns() as (fake, address):
        settings.DNS_SERVER = address
        yield fake


@pytest.fixture
def outbox(settings: Settings, tmp_path: Path) -> Path:
    """An empty folder into which the catcher writes."""
    settings.OUTBOX_DIR = tmp_path / "outbox"
    return tmp_path / "outbox"


@pytest.fixture
def stored_files(settings: Settings) -> Iterator[Path]:
    """The folder of stored files, empty now and afterwards."""
    folder = Path(settings.DATA_DIR) / "files"
    shutil.rmtree(folder, ignore_errors=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def start(acme: Account, run_script: RunScript) -> StartWork:
    """Make a function that starts a process which does `work(id)` of these lines in acme, and ends."""

    def run(lines: str, id: UUID, *, redis_url: str = "") -> Popen[bytes]:
        script = f"""
from uuid import UUID
from hummdesk.tenancy.context import account_schema
{lines}
with account_schema({acme.schema_name!r}):
    work(UUID({str(id)!r}))
"""
        return run_script(script, redis_url=redis_url)

    return run


def message_of(taken_in: TakenIn) -> Message:
    """Return the message that a mail became."""
    assert taken_in.message_id is not None
    return Message.objects.get(id=taken_in.message_id)


def conversation_of(taken_in: TakenIn) -> Conversation:
    """Return the conversation that a mail is in."""
    assert taken_in.conversation_id is not None
    return Conversation.objects.get(id=taken_in.conversation_id)


def email_of(taken_in: TakenIn) -> EmailMessage:
    """Return the envelope that a mail left."""
    return EmailMessage.objects.get(conversation_message_id=taken_in.message_id)
