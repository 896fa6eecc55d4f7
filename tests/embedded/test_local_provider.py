"""The mail service that `make up` has without a key."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hummdesk.embedded.local_provider import local_provider_settings
from hummdesk.embedded.product import Product
from tests.servers.resend import FakeResend, running_resend
from tests.servers.resend_for_up import DELIVERED_AFTER_S, Postman
from tests.servers.webhook_receiver import Receiver, running_receiver

from .conftest import eventually


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return Product("127.0.0.1", 8000, "127.0.0.1", 2525, 1, False, "localhost", tmp_path)


@pytest.fixture
def fake() -> Iterator[FakeResend]:
    with running_resend() as (fake, _url):
        yield fake


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture
def rounds(fake: FakeResend, receiver: Receiver) -> Callable[[], None]:
    return Postman(fake, receiver.url, "localhost").make_a_round


def accept(fake: FakeResend, to: str) -> None:
    fake._accept("", f'{{"from": "a@b.example", "to": ["{to}"], "subject": "x", "text": "y"}}'.encode())


def told(receiver: Receiver) -> list[str]:
    return [call.body.decode().split('"')[3] for call in receiver.received]


def told_after(rounds: Callable[[], None], receiver: Receiver) -> int:
    rounds()
    return len(receiver.received)


def test_it_stands_in_where_no_key_is_set(product: Product) -> None:
    settings = local_provider_settings(product, {"HUMMDESK_EGRESS_ALLOWED": "127.0.0.1:1"})

    assert settings["RESEND_API_URL"].startswith("http://127.0.0.1:")
    assert settings["HUMMDESK_EGRESS_ALLOWED"].startswith("127.0.0.1:1,127.0.0.1:")
    assert settings["RESEND_WEBHOOK_SECRET"] == local_provider_settings(product, {})["RESEND_WEBHOOK_SECRET"]
    assert settings["HUMMDESK_MAIL_CAUGHT"] == "1"


def test_a_key_means_the_real_one(product: Product) -> None:
    assert local_provider_settings(product, {"RESEND_API_KEY": "re_1"}) == {}


def test_production_has_none(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "0")

    assert local_provider_settings(product, {}) == {}


def test_mail_is_told_to_be_sent_and_then_delivered(
    fake: FakeResend, receiver: Receiver, rounds: Callable[[], None]
) -> None:
    accept(fake, "ada@customers.example")

    rounds()
    assert told(receiver) == ["email.sent"]
    assert eventually(lambda: told_after(rounds, receiver) == 2, DELIVERED_AFTER_S + 2)

    assert told(receiver) == ["email.sent", "email.delivered"]


@pytest.mark.parametrize(
    ("to", "kind"),
    [
        ("bounced@resend.dev", "email.bounced"),
        ("Ada <complained+x@b.example>", "email.complained"),
        ("delayed@b.example", "email.delivery_delayed"),
    ],
)
def test_some_addresses_have_a_fate(
    fake: FakeResend, receiver: Receiver, rounds: Callable[[], None], to: str, kind: str
) -> None:
    accept(fake, to)

    assert eventually(lambda: told_after(rounds, receiver) == 2, DELIVERED_AFTER_S + 2)
    assert told(receiver)[1] == kind


def test_what_is_not_taken_is_told_again(fake: FakeResend, receiver: Receiver, rounds: Callable[[], None]) -> None:
    receiver.will(503)
    accept(fake, "ada@customers.example")

    assert eventually(lambda: told_after(rounds, receiver) == 3, 8)
    assert sorted(told(receiver)) == ["email.delivered", "email.sent", "email.sent"]
