"""T11: no call reaches what is not public, whatever a name answers and wherever an answer leads."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_django import Settings

from hummdesk.egress import OutsideFailure, TargetRefused, call_outside
from tests.hummdesk.egress.test_targets import NOT_PUBLIC, REFUSED
from tests.servers.webhook_receiver import Habit, Receiver, running_receiver

# In 2000::/3 and nowhere in use; and a port on which nobody answers.
PUBLIC = "2a00:1450:4001:81b::200e"


class Canary:
    """Listens on loopback and counts who comes."""

    def __init__(self) -> None:
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            while True:
                self._socket.accept()[0].close()
                self.connections += 1
        except OSError:
            return

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    canary = Canary()
    yield canary
    time.sleep(0.02)
    canary.close()
    assert canary.connections == 0


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    with running_receiver() as receiver:
        settings.EGRESS_ALLOWED = frozenset({receiver.address})
        yield receiver


def answering(*addresses: str) -> "Names":
    return Names([list(addresses)])


class Names:
    """A resolver that gives one answer after the other, and the last one again and again."""

    def __init__(self, answers: Sequence[Sequence[str]]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_name_that_stands_for_a_private_address_is_not_called(address: str, canary: Canary) -> None:
    with pytest.raises(TargetRefused):
        call_outside(f"https://hooks.example.com:{canary.port}/", resolver=answering(address))


def test_one_private_address_among_public_ones_is_enough_to_refuse(canary: Canary) -> None:
    names = answering("1.1.1.1", PUBLIC, "127.0.0.1")

    with pytest.raises(TargetRefused):
        call_outside(f"https://hooks.example.com:{canary.port}/", resolver=names)


@pytest.mark.parametrize("url", [url for url in REFUSED if "127" in url or "localhost" in url.lower() or "::1" in url])
def test_refused_spelling_is_not_even_looked_up(url: str) -> None:
    names = answering("127.0.0.1")

    with pytest.raises(TargetRefused):
        call_outside(url, resolver=names)

    assert names.asked == []


def test_name_that_answers_otherwise_the_second_time_gains_nothing(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names([["1.1.1.1"], ["127.0.0.1"]])
    connected: list[str] = []

    def refuse(address: tuple[str, int], *args: object, **options: object) -> socket.socket:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)

    with pytest.raises(OutsideFailure):
        call_outside(f"https://hooks.example.com:{canary.port}/", resolver=names)

    assert (names.asked, connected) == (["hooks.example.com"], ["1.1.1.1"])


def test_allowed_address_serves_no_name_that_stands_for_it(receiver: Receiver) -> None:
    port = receiver.address.split(":")[1]

    with pytest.raises(TargetRefused):
        call_outside(f"https://hooks.example.com:{port}/", resolver=answering("127.0.0.1"))

    assert receiver.received == []


def test_call_brings_the_answer(receiver: Receiver) -> None:
    answer = call_outside(receiver.url, method="POST", content=b"{}", headers={"X-Word": "yes"})

    call = receiver.received[0]
    assert (answer.status, answer.content) == (200, b"ok")
    assert (call.method, call.path, call.body, call.headers["x-word"]) == ("POST", "/hook", b"{}", "yes")
    assert call.headers["host"] == receiver.address


def test_redirect_is_not_followed_unless_asked_for(receiver: Receiver, canary: Canary) -> None:
    receiver.location = f"http://127.0.0.1:{canary.port}/"
    receiver.will(302)

    assert call_outside(receiver.url).status == 302


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_into_the_private_network_is_refused(status: int, receiver: Receiver, canary: Canary) -> None:
    receiver.location = f"http://127.0.0.1:{canary.port}/"
    receiver.will(status)

    with pytest.raises(TargetRefused):
        call_outside(receiver.url, redirects=5)


def test_redirects_are_followed_without_headers_and_end(receiver: Receiver) -> None:
    receiver.location = "/again"
    receiver.will(302, 302, 302, 302)

    answer = call_outside(receiver.url, redirects=2, headers={"Authorization": "secret"})

    assert answer.status == 302
    assert [call.path for call in receiver.received] == ["/hook", "/again", "/again"]
    assert ["authorization" in call.headers for call in receiver.received] == [True, False, False]


def test_redirect_of_a_post_is_never_followed(receiver: Receiver) -> None:
    receiver.location = "/again"
    receiver.will(307)

    assert call_outside(receiver.url, method="POST", content=b"x", redirects=3).status == 307
    assert len(receiver.received) == 1


@pytest.mark.parametrize("habit", [Habit.HANGS, Habit.DRIPS])
def test_slow_answer_ends_with_the_deadline(habit: Habit, receiver: Receiver) -> None:
    receiver.will(habit)
    started = time.monotonic()

    with pytest.raises(OutsideFailure, match="provider_unavailable") as failure:
        call_outside(receiver.url, deadline_s=0.5)

    assert time.monotonic() - started < 2
    assert failure.value.detail == "There was no answer in time."


@pytest.mark.parametrize("habit", [Habit.DROPS, Habit.GARBLED])
def test_answer_that_is_none_is_a_failure(habit: Habit, receiver: Receiver) -> None:
    receiver.will(habit)

    with pytest.raises(OutsideFailure):
        call_outside(receiver.url)


@pytest.mark.parametrize("most_bytes", [0, 1000])
def test_huge_answer_is_cut_off(most_bytes: int, receiver: Receiver) -> None:
    receiver.will(Habit.HUGE)

    assert len(call_outside(receiver.url, most_bytes=most_bytes).content) == most_bytes


def test_slow_name_server_ends_with_a_failure() -> None:
    def sleepy(host: str, port: int) -> Sequence[str]:
        time.sleep(2)
        return ["1.1.1.1"]

    started = time.monotonic()
    with pytest.raises(OutsideFailure):
        call_outside("https://hooks.example.com/", resolver=sleepy, deadline_s=0.3)

    assert time.monotonic() - started < 1


def test_unknown_name_is_a_failure() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror

    with pytest.raises(OutsideFailure):
        call_outside("https://hooks.example.com/", resolver=unknown)


def test_certificate_is_checked_for_the_name(receiver: Receiver) -> None:
    """Nothing but plain HTTP answers there, so the handshake must fail."""
    with pytest.raises(OutsideFailure) as failure:
        call_outside(receiver.url.replace("http:", "https:"))

    assert failure.value.detail == "No secure connection could be made."
    assert receiver.received == []


def certificate_for(name: str, folder: Path) -> Path:
    """Write a self-signed certificate with its key; returns the file, which is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "receiver.pem"
    plain = serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.mark.parametrize(
    ("name", "complaint"), [("hooks.example.com", ""), ("other.example.com", "The host's certificate is not valid.")]
)
def test_certificate_is_that_of_the_name_though_the_address_is_pinned(
    name: str, complaint: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate_for("hooks.example.com", tmp_path)
    monkeypatch.setattr("hummdesk.egress.client._tls", lambda: ssl.create_default_context(cafile=str(file)))
    with running_receiver(tls=file) as receiver:
        place = f"{name}:{receiver.address.split(':')[1]}"
        settings.EGRESS_ALLOWED = frozenset({place})

        with pytest.raises(OutsideFailure) if complaint else nullcontext() as failure:
            call_outside(f"https://{place}/hook", resolver=answering("127.0.0.1"))

    if failure:
        assert (failure.value.detail, receiver.received) == (complaint, [])
    else:
        assert receiver.received[0].headers["host"] == place
