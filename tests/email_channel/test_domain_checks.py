"""What the DNS says of a domain, asked of a server on loopback."""

import time
from collections.abc import Sequence

import pytest
from pytest_django import Settings

from email_channel.domain_checks import RecordCheck, check_records
from email_channel.domain_records import DnsRecord, default_records
from email_channel.enums import RecordPurpose, RecordState
from tests.servers.dns_zone import FakeDns

NAME = "acme.example"
KEY = "p=" + "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC" * 12
RECORDS = [
    DnsRecord(record.purpose, record.type, record.host, record.value or KEY, record.priority)
    for record in default_records(NAME)
]
MX, BOUNCES, SPF, DKIM, DMARC = RECORDS
INBOUND = "10 inbound-smtp.us-east-1.amazonaws.com."


def quoted(text: str) -> str:
    """Return a TXT record as zone files write it, in parts of 255 characters."""
    return " ".join(f'"{text[start : start + 255]}"' for start in range(0, len(text), 255))


def check(dns_server: FakeDns, record: DnsRecord, found: Sequence[str]) -> RecordCheck:
    texts = [quoted(text) for text in found] if record.type == "TXT" else found
    dns_server.holds({(record.host, record.type): texts})
    [checked] = check_records([record])
    return checked


def test_a_domain_with_all_its_records_is_right(dns_server: FakeDns) -> None:
    dns_server.holds({(record.host, "TXT"): [quoted(record.value)] for record in RECORDS if record.type == "TXT"})
    dns_server.holds({(record.host, "MX"): [f"10 {record.value}."] for record in RECORDS if record.type == "MX"})

    checks = check_records(RECORDS)

    assert [(one.state, one.fault) for one in checks] == [(RecordState.RIGHT, "")] * 5
    assert checks[3].found == [KEY]


def test_a_domain_without_records_misses_all(dns_server: FakeDns) -> None:
    assert [(one.state, one.fault) for one in check_records(RECORDS)] == [(RecordState.MISSING, "none")] * 5


@pytest.mark.parametrize(
    ("record", "found", "fault"),
    [
        (MX, [INBOUND, "20 backup.example."], ""),
        (MX, ["10 mx.elsewhere.example."], "elsewhere"),
        (MX, ["5 mx.elsewhere.example.", INBOUND], "not_first"),
        (MX, ["0 ."], "elsewhere"),
        (BOUNCES, ["10 FEEDBACK-SMTP.us-east-1.amazonses.com."], ""),
        (BOUNCES, ["10 feedback-smtp.eu-west-1.amazonses.com."], "elsewhere"),
        (SPF, ["v=spf1 include:other.example include:AMAZONSES.com -all", "another text"], ""),
        (SPF, ["google-site-verification=x"], "none"),
        (SPF, ["v=spf1 include:other.example ~all"], "no_include"),
        (SPF, ["v=spf1 include:amazonses.com.evil.example ~all"], "no_include"),
        (SPF, ["v=spf1 include:amazonses.com +all"], "open"),
        (SPF, ["v=spf1 include:amazonses.com ~all", "v=spf1 -all"], "two"),
        (DKIM, [f"v=DKIM1; k=rsa; {KEY}"], ""),
        (DKIM, [KEY[:300] + " " + KEY[300:]], ""),
        (DKIM, [KEY[:255]], "cut_key"),
        (DKIM, ["p=MIGfOther"], "other_key"),
        (DKIM, ["v=DKIM1; p="], "no_key"),
        (DMARC, ["v=DMARC1; p=reject; rua=mailto:x@acme.example"], ""),
        (DMARC, ["v=DMARC1;p=none"], ""),
        (DMARC, ["v=DMARC1; sp=none"], "no_policy"),
        (DMARC, ["v=DMARC1; p=none", "v=DMARC1; p=reject"], "two"),
        (DMARC, ["some text"], "none"),
    ],
)
def test_what_is_wrong_has_its_name(dns_server: FakeDns, record: DnsRecord, found: Sequence[str], fault: str) -> None:
    checked = check(dns_server, record, found)

    assert checked.fault == fault
    assert (checked.state == RecordState.RIGHT) is not bool(fault)


def test_the_policy_of_the_domain_above_counts(dns_server: FakeDns) -> None:
    dns_server.holds({("_dmarc.acme.example", "TXT"): ['"v=DMARC1; p=quarantine"']})
    record = DnsRecord(RecordPurpose.DMARC, "TXT", "_dmarc.help.acme.example", "v=DMARC1; p=none;")

    [checked] = check_records([record])

    assert checked.state == RecordState.RIGHT
    assert ("_dmarc.example", "TXT") not in dns_server.asked


def test_a_server_that_fails_or_is_silent_leaves_the_state_open(dns_server: FakeDns) -> None:
    dns_server.failing.add(MX.host)
    failing = check_records([MX])
    dns_server.is_silent = True

    start = time.monotonic()
    silent = check_records(RECORDS)

    assert {(one.state, one.fault) for one in [*failing, *silent]} == {(RecordState.UNREACHABLE, "silent")}
    assert time.monotonic() - start < 10


def test_a_server_that_is_not_there_leaves_the_state_open(settings: Settings) -> None:
    settings.DNS_SERVER = "127.0.0.1:9"

    assert check_records([MX])[0].state == RecordState.UNREACHABLE


def test_a_key_that_is_not_known_yet_is_right_if_there_is_one(dns_server: FakeDns) -> None:
    unknown = DnsRecord(RecordPurpose.DKIM, "TXT", DKIM.host, "")

    assert check(dns_server, unknown, ["p=MIGf"]).state == RecordState.RIGHT


def test_only_so_much_of_what_was_found_is_kept() -> None:
    kept = RecordCheck(RecordState.WRONG, "two", ["x" * 9_000] * 99).as_json()

    assert (len(kept["found"]), len(kept["found"][0])) == (10, 500)
