import pytest

from email_channel.parsing.addresses import normalise_address, parse_addresses


def found(header: str) -> list[tuple[str, str]]:
    return [(item.name, item.address) for item in parse_addresses(header).addresses]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("a@x.example", [("", "a@x.example")]),
        ("Ann <a@X.Example>", [("Ann", "a@x.example")]),
        ('"Lee, Ann" <a@x.example>, b@x.example', [("Lee, Ann", "a@x.example"), ("", "b@x.example")]),
        ("a@x.example (Ann Lee)", [("Ann Lee", "a@x.example")]),
        (r"Pete(A \) chap) <pete(his)@x.example>", [("Pete", "pete@x.example")]),
        ("=?utf-8?q?J=C3=B6rg?= Lee <j@x.example>", [("Jörg Lee", "j@x.example")]),
        ("Group: a@x.example, b@x.example;, c@x.example", [("", f"{name}@x.example") for name in "abc"]),
        ("unlisted-recipients:;", []),
        ("undisclosed-recipients: ;", []),
        ("<@relay,@other:a@x.example>", [("", "a@x.example")]),
        ("Ann <a@x.example", [("Ann", "a@x.example")]),
        ('Ann <a@x.example, "B" <b@x.example>', [("Ann", "a@x.example"), ("B", "b@x.example")]),
        ("Ann Lee a@x.example", [("Ann Lee", "a@x.example")]),
        ('"Ann <a@x.example>', [("Ann", "a@x.example")]),
        ("a @ x.example", [("", "a@x.example")]),
        ("a@x.example; b@x.example", [("", "a@x.example"), ("", "b@x.example")]),
        ("Ann: Sales <a@x.example>", [("Ann: Sales", "a@x.example")]),
        ("O'Neil <o'neil@x.example>", [("O'Neil", "o'neil@x.example")]),
        ("'Ann' <'a@x.example'>", [("Ann", "a@x.example")]),
        ("mailto:a@x.example", [("", "a@x.example")]),
        ('"odd name"@x.example', [("", '"odd name"@x.example')]),
        ("=?utf-8?q?Ann_=3Ca=40x=2Eexample=3E?=", [("Ann", "a@x.example")]),
        ("MAILER-DAEMON <>", []),
        ("", []),
    ],
)
def test_parse_addresses_reads_what_senders_write(header: str, expected: list[tuple[str, str]]) -> None:
    assert found(header) == expected


def test_parse_addresses_never_decodes_an_address_beside_another() -> None:
    header = "=?utf-8?q?root=40internal=2Eexample=3E?=@evil.example"

    addresses = [address for _, address in found(header)]

    assert "root@internal.example" not in addresses


def test_parse_addresses_counts_beyond_the_limit() -> None:
    header = ", ".join(f"u{number}@x.example" for number in range(2_000))

    result = parse_addresses(header)

    assert (len(result.addresses), result.count) == (1_000, 2_000)


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "header",
    ["(" * 60_000, '"\\' * 30_000, ":" * 60_000 + ";", "@:" * 30_000 + ";", " " * 60_000 + "@", "=?a?q?" * 10_000],
)
def test_parse_addresses_is_linear(header: str) -> None:
    assert parse_addresses(header).addresses == ()


@pytest.mark.parametrize(
    "text", ["a", "@x.example", "a@", "a b@x.example", "a@b@c", "a@x.example\r\nBcc: b@x.example"]
)
def test_normalise_address_refuses_what_is_no_address(text: str) -> None:
    assert normalise_address(text) is None
