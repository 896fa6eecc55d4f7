import pytest

from email_channel.parsing.parsed import MailKind
from email_channel.parsing.parser import parse


def kind_of(*headers: str) -> MailKind:
    return parse("\n".join([*headers, "", "text"]).encode()).kind


FROM_ANN = "From: Ann <ann@x.example>"


@pytest.mark.parametrize(
    "headers",
    [
        (FROM_ANN, "Auto-Submitted: auto-replied"),
        (FROM_ANN, "Auto-Submitted: auto-generated; type=x"),
        (FROM_ANN, "X-Autoreply: yes"),
        (FROM_ANN, "Precedence: auto_reply"),
        (FROM_ANN, "Return-Path: <>", "Subject: I am away"),
        (FROM_ANN, "Subject: Automatic reply: Your order"),
        (FROM_ANN, "Subject: Out of Office"),
        (FROM_ANN, "Subject: Automaattinen vastaus: tilaus"),
        (FROM_ANN, "Subject: Autosvar: beställning"),
        (FROM_ANN, "Subject: Abwesend bis Montag"),
        (FROM_ANN, "Content-Type: multipart/report; report-type=disposition-notification; boundary=b"),
    ],
)
def test_an_automatic_answer_is_known(headers: tuple[str, ...]) -> None:
    kind = kind_of(*headers)

    assert (kind.is_auto_reply, kind.is_bounce, kind.is_automatic) == (True, False, True)


@pytest.mark.parametrize(
    "headers",
    [
        ("From: x@y.example", "Content-Type: multipart/report; report-type=delivery-status; boundary=b"),
        ("From: MAILER-DAEMON@y.example", "Subject: hello"),
        ("From: Mail Delivery System <MAILER-DAEMON>", "Subject: hello"),
        ("From: postmaster@y.example", "Subject: Undeliverable: your order"),
        ("From: a@y.example", "Return-Path: <>", "Subject: Mail delivery failed: returning message to sender"),
        ("From: a@y.example", "X-Failed-Recipients: b@z.example"),
    ],
)
def test_a_bounce_is_known(headers: tuple[str, ...]) -> None:
    kind = kind_of(*headers)

    assert (kind.is_bounce, kind.is_auto_reply) == (True, False)


def test_a_list_is_known_by_its_id() -> None:
    kind = kind_of(FROM_ANN, "List-Id: Users of things <Users.lists.example>")

    assert (kind.is_list, kind.list_id) == (True, "users.lists.example")


def test_an_abuse_report_is_no_bounce() -> None:
    kind = kind_of("From: a@y.example", "Content-Type: multipart/report; report-type=feedback-report; boundary=b")

    assert (kind.is_abuse_report, kind.is_bounce) == (True, False)


@pytest.mark.parametrize(
    "address", ["no-reply@shop.example", "donotreply+1@shop.example", "noreply-orders@shop.example"]
)
def test_an_address_that_nobody_reads_is_known(address: str) -> None:
    assert kind_of(f"From: {address}").is_unattended


@pytest.mark.parametrize(
    "headers",
    [
        (FROM_ANN, "Subject: Delivery failed to arrive, where is my parcel?"),
        (FROM_ANN, "Subject: Vacation rental question"),
        (FROM_ANN, "Auto-Submitted: no"),
        (FROM_ANN, "X-Auto-Response-Suppress: All"),
        ("From: Postmaster <postmaster@x.example>", "Subject: My invoice"),
        ("From: Norah Reply <norah@x.example>", "Return-Path: <norah@x.example>"),
    ],
)
def test_people_are_not_taken_for_machines(headers: tuple[str, ...]) -> None:
    assert kind_of(*headers) == MailKind()
