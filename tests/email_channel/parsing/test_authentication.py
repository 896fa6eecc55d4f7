"""Whose word about a sender counts, and what of it."""

import pytest

from email_channel.parsing.authentication import Authentication, read_authentication

SERVERS = frozenset({"mx.acme.example"})


def read(*values: str, from_domain: str = "customers.example") -> Authentication:
    headers = [("Received", "from x"), *(("Authentication-Results", value) for value in values)]
    return read_authentication(headers, SERVERS, from_domain=from_domain)


def test_results_of_our_own_receiver_are_read() -> None:
    found = read(
        "mx.acme.example; dkim=pass header.d=customers.example; spf=softfail smtp.mailfrom=a@b.example;"
        " dmarc=fail (p=REJECT sp=NONE dis=NONE) header.from=customers.example"
    )

    assert found == Authentication("mx.acme.example", spf="softfail", dkim="pass", dmarc="fail")
    assert found.as_json() == {"server": "mx.acme.example", "spf": "softfail", "dkim": "pass", "dmarc": "fail"}
    assert (found.is_spoofed, found.is_proven) == (True, False)


@pytest.mark.parametrize(
    "value",
    [
        "mx.evil.example; dmarc=pass",
        "mx.acme.example.evil.example; dmarc=pass",
        "(mx.acme.example) evil.example; dmarc=pass",
        '"mx.acme.example" ; dmarc=none',
        "evil.example (; mx.acme.example; dmarc=pass)",
        "",
        ";",
        "dmarc=pass",
    ],
)
def test_nobody_else_s_word_counts(value: str) -> None:
    assert not read(value).is_proven


def test_without_a_trusted_server_nothing_is_known() -> None:
    headers = [("Authentication-Results", "mx.acme.example; dmarc=fail")]

    assert read_authentication(headers, frozenset(), from_domain="x.example") == Authentication()
    assert Authentication().as_json() == {}


def test_a_good_word_below_the_topmost_field_is_the_sender_s_own_writing() -> None:
    forged = "mx.acme.example; dmarc=pass header.from=customers.example"

    assert not read("mx.acme.example; spf=pass", forged).is_proven
    assert read("mx.acme.example; dmarc=fail", forged).is_spoofed
    assert not read("mx.acme.example; none", forged).is_proven


def test_a_bad_word_counts_wherever_it_stands() -> None:
    assert read("mx.acme.example; spf=pass", "mx.acme.example; dmarc=fail").is_spoofed


def test_a_result_about_another_domain_says_nothing() -> None:
    assert read("mx.acme.example; dmarc=pass header.from=evil.example").dmarc == ""
    assert read("mx.acme.example; dmarc=pass header.from=Customers.Example").is_proven


@pytest.mark.parametrize(
    "value",
    [
        "MX.Acme.example 1; DMARC=Pass",
        "mx.acme.example;\tdmarc = pass (all is well; dmarc=fail)",
        'mx.acme.example; spf=fail reason="a; dmarc=fail b"; dmarc=pass',
        "mx.acme.example (our (very own) server); dmarc/1=pass",
        r"mx.acme.example (a \) b; dmarc=fail); dmarc=pass",
    ],
)
def test_comments_quotes_and_case_change_nothing(value: str) -> None:
    assert read(value).dmarc == "pass"


def test_one_good_signature_is_enough() -> None:
    assert (
        read("mx.acme.example; dkim=fail header.d=list.example; dkim=pass header.d=customers.example").dkim == "pass"
    )


@pytest.mark.timeout(30)
@pytest.mark.parametrize("sign", ["(", ")", '"', "\\", ";", "dmarc=", "a(b)", '"" '])
def test_a_long_field_is_read_in_linear_time(sign: str) -> None:
    """Some 0.2 s; what grows with the square of the length would take minutes."""
    assert read(*["mx.acme.example; " + sign * 20_000] * 20).dkim != "pass"
