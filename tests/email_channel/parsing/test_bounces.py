"""Bounces as the mail servers of the world write them; the samples are our own."""

import time

import pytest

from email_channel.parsing.bounces_codes import BounceReason, is_own_status, own_status
from email_channel.parsing.parsed import BounceReport, ParsedBounce
from email_channel.parsing.parser import parse

RETURNED = (
    "Received: from a by b\nMessage-ID: <abc.1@acme.example>\nFrom: support@acme.example\nTo: ann@x.example\n\nHello\n"
)


def bounce_of(*lines: str) -> ParsedBounce:
    mail = parse("\n".join(lines).encode())
    assert mail.kind.is_bounce
    assert mail.bounce is not None
    return mail.bounce


def report_of(*lines: str) -> BounceReport:
    (report,) = bounce_of(*lines).reports
    return report


def dsn(*fields: str, text: str = "Sorry.", returned: str = RETURNED) -> str:
    """Return a report as RFC 6522 and RFC 3464 want it."""
    return "\n".join(
        [
            "From: MAILER-DAEMON@mx.example",
            "Subject: Undelivered Mail Returned to Sender",
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
            "",
            "--b\nContent-Type: text/plain\n\n" + text,
            "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n",
            "\n".join(fields),
            "--b\nContent-Type: message/rfc822\n\n" + returned,
            "--b--",
        ]
    )


def plain(text: str, sender: str = "MAILER-DAEMON@mx.example", *headers: str) -> str:
    return "\n".join([f"From: {sender}", "Subject: failure notice", "To: support@acme.example", *headers, "", text])


def test_a_report_tells_recipient_status_words_and_the_mail() -> None:
    bounce = bounce_of(
        dsn(
            "Final-Recipient: rfc822; ann@x.example",
            "Original-Recipient: rfc822;ann.b@y.example",
            "Action: failed",
            "Status: 5.1.1",
            "Diagnostic-Code: smtp; 550 5.1.1 <ann@x.example>: Recipient address",
            "    rejected: User unknown",
        )
    )

    assert bounce.message_ids == ("<abc.1@acme.example>",)
    (report,) = bounce.reports
    assert (report.recipient, report.original_recipient) == ("ann@x.example", "ann.b@y.example")
    assert (report.action, report.status, report.reply_code, report.is_hard) == ("failed", "5.1.1", "550", True)
    assert report.words == "550 5.1.1 <ann@x.example>: Recipient address rejected: User unknown"


def test_each_recipient_has_a_report() -> None:
    bounce = bounce_of(
        dsn(
            "Final-Recipient: rfc822; ann@x.example\nAction: failed\nStatus: 5.2.2",
            "",
            "Final-Recipient: rfc822; bob@x.example\nAction: delayed\nStatus: 4.4.1",
            "",
            "Final-Recipient: rfc822; eve@x.example\nAction: delivered\nStatus: 2.1.5",
        )
    )

    assert [(report.recipient, report.action, report.status, report.is_hard) for report in bounce.reports] == [
        ("ann@x.example", "failed", "5.2.2", False),
        ("bob@x.example", "delayed", "4.4.1", False),
        ("eve@x.example", "delivered", "2.1.5", False),
    ]


@pytest.mark.parametrize(
    ("status", "words", "reason", "is_hard"),
    [
        ("5.1.1", "550 5.1.1 user unknown", "user_unknown", True),
        ("5.1.2", "550 Host unknown", "host_unknown", True),
        ("5.1.6", "551 not our customer", "moved", True),
        ("5.1.10", "556 5.1.10 Recipient address has null MX", "not_accepting", True),
        ("5.2.2", "552 mailbox full", "mailbox_full", False),
        ("5.0.0", "554 Mailbox is over quota", "mailbox_full", False),
        ("5.1.1", "550 5.1.1 blocked by the blacklist of rbl.example", "blocked", False),
        ("5.0.0", "550 5.7.26 This mail is unauthenticated", "authentication", False),
        ("5.1.8", "553 5.1.8 Domain of sender address does not exist", "sender_rejected", False),
        ("5.0.0", "550 Relaying denied", "no_relaying", False),
        ("5.3.4", "552 Message size exceeds fixed maximum message size", "too_large", False),
        ("5.0.0", "550 account is disabled", "suspended", False),
        ("5.0.0", "554 Message rejected as spam", "spam", False),
        ("4.4.3", "Host not found, try again", "network", False),
        ("5.7.1", "554 5.7.1 Access denied by policy", "blocked", False),
    ],
)
def test_the_reason_decides_on_hard(status: str, words: str, reason: str, is_hard: bool) -> None:
    report = report_of(
        dsn(f"Final-Recipient: rfc822; ann@x.example\nStatus: {status}\nDiagnostic-Code: smtp; {words}")
    )

    assert (report.reason, report.is_hard) == (reason, is_hard)


def test_no_such_user_after_data_is_a_filters_word() -> None:
    fields = "Final-Recipient: rfc822; ann@x.example\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 User unknown"

    said = "<ann@x.example>: host mx.x.example said: 550 User unknown (in reply to"
    at_the_address = report_of(dsn(fields, text=f"{said} RCPT TO\n    command)"))
    after_the_mail = report_of(dsn(fields, text=f"{said} end of\n    DATA command)"))

    assert (at_the_address.is_hard, after_the_mail.is_hard) == (True, False)


def test_the_servers_own_status_is_nearer_to_the_cause() -> None:
    fields = "Final-Recipient: rfc822; ann@x.example\nStatus: {}\nDiagnostic-Code: smtp; 550 {} no"

    assert report_of(dsn(fields.format("5.0.0", "5.7.1"))).status == "5.7.1"
    assert report_of(dsn(fields.format("5.1.1", "5.7.1"))).status == "5.7.1"
    assert report_of(dsn(fields.format("5.1.1", "5.1.0"))).status == "5.1.1"


def test_qmail() -> None:
    report = report_of(
        plain(
            "Hi. This is the qmail-send program at mx.example.\nThis is a permanent error; I've given up.\n\n"
            "<ann@x.example>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 No such user\n"
            "Giving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n\n" + RETURNED
        )
    )

    assert (report.recipient, report.status, report.is_hard) == ("ann@x.example", "5.1.1", True)


def test_exim() -> None:
    bounce = bounce_of(
        plain(
            "A message that you sent could not be delivered to one or more of its\nrecipients.\n\n"
            "  ann@x.example\n    SMTP error from remote mail server after RCPT TO:<ann@x.example>:\n"
            "    host mx.x.example [192.0.2.1]: 550 No such user here\n"
            "  bob@y.example\n    retry timeout exceeded\n\n"
            "------ This is a copy of the message, including all the headers. ------\n\n" + RETURNED,
            "Mail Delivery System <Mailer-Daemon@mx.example>",
            "X-Failed-Recipients: ann@x.example,\n  bob@y.example",
        )
    )

    ann, bob = bounce.reports
    assert (ann.recipient, ann.status, ann.is_hard) == ("ann@x.example", "5.0.911", True)
    assert (bob.recipient, bob.reason, bob.is_hard) == ("bob@y.example", "expired", False)
    assert bounce.message_ids == ("<abc.1@acme.example>",)


def test_sendmail_transcript() -> None:
    report = report_of(
        plain(
            "   ----- The following addresses had permanent fatal errors -----\n<ann@x.example>\n\n"
            "   ----- Transcript of session follows -----\n... while talking to mx.x.example.:\n"
            ">>> RCPT To:<ann@x.example>\n<<< 550 unknown user\n550 <ann@x.example>... User unknown\n\n"
            "   ----- Original message follows -----\n\n" + RETURNED
        )
    )

    assert (report.recipient, report.reply_code, report.is_hard) == ("ann@x.example", "550", True)


def test_each_recipient_of_a_transcript_has_its_own_words() -> None:
    bounce = bounce_of(
        plain(
            "   ----- Transcript of session follows -----\n>>> RCPT To:<ann@x.example>\n"
            "<<< 550 5.1.1 User unknown\n550 5.1.1 <ann@x.example>... User unknown\n"
            "552 5.2.2 <bob@y.example>... Mailbox full\n"
        )
    )

    assert [(report.recipient, report.status) for report in bounce.reports] == [
        ("ann@x.example", "5.1.1"),
        ("bob@y.example", "5.2.2"),
    ]


@pytest.mark.parametrize(
    ("text", "status", "is_hard"),
    [
        ("did not reach the following recipient(s):\n\nann@x.example on Thu, 29 Apr 2010\n"
         "    The recipient name is not recognized\n", "5.0.911", True),
        ("Your message\n\n  Subject: Hello\n\nwas not delivered to:\n\n  ann@x.example\n\nbecause:\n\n"
         "  User ann (ann@x.example) not listed in Domino Directory\n", "5.0.911", True),
        ("Delivery to the following recipient failed permanently:\n\n     ann@x.example\n\nTechnical details:\n"
         "The error that the other server returned was: 550 5.2.1 The mailbox is disabled\n", "5.2.1", False),
        ("ann@x.example\nRemote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found'\n"
         "\nOriginal message headers:\n\nReceived: from a\n", "5.1.10", True),
        ("<ann@x.example>:\nSorry, I couldn't find any host named x.example. (#5.1.2)\n", "5.1.2", True),
        ("** Address not found **\n\nYour message wasn't delivered to ann@x.example because the address wasn't found"
         ".\n\nThe response was:\n\n550 5.1.1 The email account that you tried to reach does not exist.\n",
         "5.1.1", True),
        ("Failed address: ann@x.example\n\n--- Session Transcript ---\n Mon: --> RCPT To:<ann@x.example>\n"
         " Mon: <-- 550 5.1.1 Recipient unknown\n--- End Transcript ---\n", "5.1.1", True),
        ("Your message to the following recipients cannot be delivered:\n\n<ann@x.example>:\n    mx [192.0.2.1]:\n"
         ">>> RCPT TO:<ann@x.example>\n<<< 552 Mailbox full\n", "5.0.922", False),
        ("Ihre Nachricht konnte nicht zugestellt werden:\n\nann@x.example\nDas Postfach existiert nicht\n",
         "5.0.911", True),
    ],
)  # fmt: skip
def test_bounces_without_a_report(text: str, status: str, is_hard: bool) -> None:
    report = report_of(plain(text, "postmaster@mx.example", "Return-Path: <>"))

    assert (report.recipient, report.status, report.is_hard) == ("ann@x.example", status, is_hard)


def test_words_that_another_server_quotes_are_the_ones_that_count() -> None:
    report = report_of(
        dsn(
            "Final-Recipient: rfc822; ann@x.example\nStatus: 5.0.0\n"
            "Diagnostic-Code: smtp; 5.1.0 - Unknown address error 550-'5.7.1 Access denied' (delivery attempts: 0)"
        )
    )

    assert (report.status, report.is_hard) == ("5.7.1", False)


def test_an_amazon_notification() -> None:
    body = (
        r'{"Message" : "{\"notificationType\":\"Bounce\",\"bounce\":{\"bouncedRecipients\":[{'
        r"\"emailAddress\":\"ann@x.example\",\"action\":\"failed\",\"status\":\"5.1.1\","
        '\\"diagnosticCode\\":\\"smtp; 550 5.1.1 u\n nknown\\"}]}}"}'
    )

    report = report_of(plain(body, "no-reply@sns.amazonaws.com", "x-amz-sns-message-id: 1"))

    assert (report.recipient, report.status, report.is_hard) == ("ann@x.example", "5.1.1", True)


def test_a_complaint_names_the_mail_and_the_recipient() -> None:
    mail = parse(
        "\n".join(
            [
                "From: feedback@isp.example",
                "Content-Type: multipart/report; report-type=feedback-report; boundary=b",
                "",
                "--b\nContent-Type: text/plain\n\nAn abuse report",
                "--b\nContent-Type: message/feedback-report\n",
                "Feedback-Type: abuse\nOriginal-Rcpt-To: <ann@x.example>\n",
                "--b\nContent-Type: message/rfc822\n\n" + RETURNED,
                "--b--",
            ]
        ).encode()
    )

    assert mail.kind.is_abuse_report
    assert mail.bounce is not None
    assert mail.bounce.message_ids == ("<abc.1@acme.example>",)
    assert [(report.recipient, report.action) for report in mail.bounce.reports] == [("ann@x.example", "complaint")]


@pytest.mark.parametrize(
    "headers",
    [
        (
            "From: Ann <ann@x.example>",
            "Return-Path: <>",
            "Subject: Automatic reply: Hello",
            "Auto-Submitted: auto-replied",
        ),
        ("From: Ann <ann@x.example>", "Subject: Out of office", "X-Autoreply: yes"),
        ("From: Ann <ann@x.example>", "Subject: Fwd: Undelivered Mail Returned to Sender"),
    ],
)
def test_an_absence_or_a_forwarded_bounce_is_none(headers: tuple[str, ...]) -> None:
    text = "I am away; 550 is my room. Your mail could not be delivered to me.\n\n> 550 5.1.1 User unknown"

    mail = parse("\n".join([*headers, "", text]).encode())

    assert (mail.kind.is_bounce, mail.bounce) == (False, None)


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        (("In-Reply-To: <abc.1@acme.example>",), "Could not be delivered to:\n\nann@x.example\n"),
        ((), "Your mail:\n  Message-id: <abc.1@acme.example>\nwas not delivered to:\n\nann@x.example\n"),
    ],
)
def test_the_mail_is_found_where_nothing_was_returned(headers: tuple[str, ...], text: str) -> None:
    assert bounce_of(plain(text, "MAILER-DAEMON@mx.example", *headers)).message_ids == ("<abc.1@acme.example>",)


def test_every_reason_has_a_status_of_its_own() -> None:
    codes = [own_status(reason, is_temporary=False) for reason in BounceReason]

    assert all(is_own_status(code) for code in codes)
    assert not any(is_own_status(code) for code in ("5.1.1", "5.0.0", "2.0.911", ""))
    assert own_status(BounceReason.EXPIRED, is_temporary=True) == "4.0.947"


@pytest.mark.parametrize(
    "line",
    [
        "a@b.example ",
        "<a@b.example>:\n",
        "From: x\n y\n",
        "user " * 10,
        "550 5.1.1 ",
        "the original message " * 5 + "\n",
        "(reason: 550 " + "x" * 50 + "\n        ",
        "Final-Recipient: rfc822; a@b.example\nStatus: 5.1.1\n\n",
        "mailbox " + "x " * 40,
    ],
)
def test_hostile_bounces_take_no_time(line: str) -> None:
    raw = plain(line * (400_000 // len(line)), "MAILER-DAEMON@x.example").encode()
    started_at = time.process_time()

    mail = parse(raw)

    assert mail.bounce is not None
    assert len(mail.bounce.reports) <= 100
    assert time.process_time() - started_at < 2
