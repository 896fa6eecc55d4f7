import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from email_channel.models import Mailbox
from email_channel.recipients import addresses_named_in, route_of, routed_recipients
from tests.email_channel.mails import raw_mail


def test_delivered_to_comes_before_to_and_cc() -> None:
    headers = (("Cc", "c@x.example"), ("Delivered-To", "d@x.example"), ("X-Original-To", "o@x.example"))

    addresses = addresses_named_in(raw_mail(to="Bob <B@x.example>, c@x.example", headers=headers))

    assert addresses == ["d@x.example", "o@x.example", "b@x.example", "c@x.example"]


@pytest.mark.parametrize("separator", [", ", ",\r\n "])
def test_a_mailbox_is_found_behind_five_thousand_others_with_one_query(mailbox: Mailbox, separator: str) -> None:
    crowd = [f"recipient{number}@crowd.example" for number in range(5_000)]
    raw = raw_mail(to=separator.join([*crowd, "Us <Support@acme.example>"]))

    addresses = addresses_named_in(raw)
    with CaptureQueriesContext(connection) as queries:
        routes = routed_recipients(raw)

    assert addresses == [*crowd, "support@acme.example"]
    assert [route.mailbox_id for route in routes] == [mailbox.id]
    assert sum("mailroute" in query["sql"] for query in queries) == 1


def test_at_most_twenty_thousand_addresses_are_looked_at() -> None:
    to = ", ".join(f"r{number}@crowd.example" for number in range(30_000))

    assert len(addresses_named_in(raw_mail(to=to))) == 20_000


def test_in_a_long_header_only_the_fields_of_recipients_count() -> None:
    crowd = ", ".join(f"r{number}@crowd.example" for number in range(2_000))
    headers = (
        ("Reply-To", "eve@elsewhere.example"),
        ("Received", f"for <{'x' * 9}@there.example>;\r\n to@fold.example"),
    )

    addresses = addresses_named_in(raw_mail(to=crowd, headers=headers))

    assert len(addresses) == 2_000


@pytest.mark.parametrize("sign", ["a", "a@", "+.", "@", "a@b."])
def test_a_long_header_of_junk_costs_little(sign: str) -> None:
    raw = raw_mail(to=sign * (1_000_000 // len(sign)))
    start = time.monotonic()

    addresses_named_in(raw)

    assert time.monotonic() - start < 5


@pytest.mark.parametrize("raw", [b"", b"\x00\xff" * 1000, b"no mail at all"])
def test_what_is_no_mail_names_nobody(raw: bytes) -> None:
    assert addresses_named_in(raw) == []


@pytest.mark.parametrize("line_end", [b"\n", b"\r", b"\r\n"])
def test_only_the_header_is_read(line_end: bytes) -> None:
    raw = b"\r\n" + raw_mail(to="a@x.example", text="To: eve@elsewhere.example").replace(b"\r\n", line_end)

    assert addresses_named_in(raw) == ["a@x.example"]


def test_a_huge_body_costs_nothing() -> None:
    raw = raw_mail(to="a@x.example", text="--b\r\n\r\nx\r\n" * 1_000_000)
    start = time.monotonic()

    addresses_named_in(raw)

    assert time.monotonic() - start < 1


def test_a_route_is_found_for_an_address(mailbox: Mailbox, acme: Account) -> None:
    route = route_of("Support+7@acme.example")

    assert route is not None
    assert (route.account, route.mailbox_id) == (acme, mailbox.id)


@pytest.mark.parametrize("address", ["", "a", "\x00@acme.example", "\ud800@acme.example", "a" * 400 + "@acme.example"])
def test_what_is_no_address_has_no_route(mailbox: Mailbox, address: str) -> None:
    assert route_of(address) is None


def test_each_mailbox_is_routed_to_once_over_all_accounts(
    mailbox: Mailbox, nordhem_mailbox: Mailbox, nordhem: Account, acme: Account
) -> None:
    raw = raw_mail(to="support@acme.example, support+1@acme.example, x@y.example, support@nordhem.example")

    routes = routed_recipients(raw)

    assert [(route.account, route.mailbox_id) for route in routes] == [
        (acme, mailbox.id),
        (nordhem, nordhem_mailbox.id),
    ]


def test_given_addresses_count_instead_of_the_named_ones(mailbox: Mailbox, nordhem_mailbox: Mailbox) -> None:
    routes = routed_recipients(raw_mail(), ["support@nordhem.example"])

    assert [route.mailbox_id for route in routes] == [nordhem_mailbox.id]
