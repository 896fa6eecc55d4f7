import pytest
from pytest_django import Settings

from email_channel.domain_records import DnsRecord, default_records, provider_records
from tests.servers.resend_domains import KEY, Domains


def test_documented_records_of_a_domain(settings: Settings) -> None:
    settings.RESEND_REGION = "eu-west-1"

    records = {(record.type, record.host): record.value for record in default_records("acme.example")}

    assert records == {
        ("MX", "acme.example"): "inbound-smtp.eu-west-1.amazonaws.com",
        ("MX", "send.acme.example"): "feedback-smtp.eu-west-1.amazonses.com",
        ("TXT", "send.acme.example"): "v=spf1 include:amazonses.com ~all",
        ("TXT", "resend._domainkey.acme.example"): "",
        ("TXT", "_dmarc.acme.example"): "v=DMARC1; p=none;",
    }


@pytest.mark.parametrize("name", ["acme.example", "help.acme.example", "a.b.acme.example"])
def test_records_of_the_provider_have_their_whole_names(name: str) -> None:
    records = {record.host: record for record in provider_records(name, Domains().add(name)["records"])}

    assert set(records) == {name, f"send.{name}", f"resend._domainkey.{name}", f"_dmarc.{name}"}
    assert records[f"resend._domainkey.{name}"].value == KEY
    assert (records[name].value, records[name].priority) == ("inbound-smtp.eu-west-1.amazonaws.com", 10)


@pytest.mark.parametrize("rows", [[], [{}], [{"record": "Tracking", "type": "CNAME", "name": "links", "value": "x"}]])
def test_what_the_provider_does_not_tell_is_as_documented(rows: list[dict[str, str]]) -> None:
    assert {record.host for record in provider_records("acme.example", rows)} == {
        record.host for record in default_records("acme.example")
    }


def test_a_record_is_kept_as_it_is() -> None:
    for record in default_records("acme.example"):
        assert DnsRecord.from_json(record.as_json()) == record
