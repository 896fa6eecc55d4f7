"""T11: how a host can be spelled to look like another. No look-up of names happens here."""

import pytest
from pytest_django import Settings

from hummdesk.egress import TargetRefused, target_of
from hummdesk.egress.addresses import is_public_address

REFUSED = [
    "",
    "hooks.example.com/x",
    "//hooks.example.com/x",
    "ftp://hooks.example.com/x",
    "file:///etc/passwd",
    "gopher://hooks.example.com:6379/_INFO",
    "javascript:alert(1)",
    "data:text/plain,x",
    "http://hooks.example.com/x",
    "https:hooks.example.com",
    "https:///hooks.example.com",
    "https://",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://localhost.localdomain/",
    "https://hooks.localhost/",
    "https://redis:6379/",
    "https://db.internal/",
    "https://printer.local/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://127.000.000.001/",
    "https://0177.0.0.1/",
    "https://0177.0000.0000.0001/",
    "https://0x7f.0.0.1/",
    "https://0x7f.1/",
    "https://0x7f000001/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0/",
    "https://0.0.0.0/",
    "https://127.0.0.1./",
    "https://①②⑦.⓪.⓪.①/",
    "https://１２７.０.０.１/",
    "https://127。0。0。1/",
    "https://ⓛocalhost/",
    "https://bücher.example/",
    "https://169.254.169.254/latest/meta-data/",
    "https://2852039166/",
    "https://100.100.100.200/",
    "https://10.0.0.1/",
    "https://192.168.1.1/",
    "https://172.31.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[0:0:0:0:0:ffff:127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[v1.x]/",
    "https://::1/",
    "https://user@hooks.example.com/",
    "https://hooks.example.com:secret@127.0.0.1/",
    "https://hooks.example.com@127.0.0.1/",
    "https://hooks.example.com%40127.0.0.1/",
    "https://hooks.example.com%00.evil.example/",
    "https://127.0.0.1%2f.example.com/",
    "https://127.0.0.1\\@hooks.example.com/",
    "https://hooks.example.com\\@127.0.0.1/",
    "https://hooks.example.com#@127.0.0.1/",
    "https://hooks.example.com/\r\nHost: internal",
    "https://hooks.example.com/x y",
    "https://hooks.example.com/\tx",
    "https://hooks.exam\nple.com/",
    " https://hooks.example.com/",
    "https://hooks.example.com\x00/",
    "https://hooks.example.com:22/",
    "https://hooks.example.com:25/",
    "https://hooks.example.com:0/",
    "https://hooks.example.com:65536/",
    "https://hooks.example.com:-1/",
    "https://hooks.example.com:4４3/",
    "https://hooks.example.com:x/",
    "https://hooks..example.com/",
    "https://.example.com/",
    "https://-hooks.example.com/",
    "https://example.c/",
    "https://hooks.example.com./",
    f"https://{'a' * 64}.example.com/",
    f"https://{'a.' * 130}example.com/",
    f"https://hooks.example.com/{'x' * 2000}",
]


@pytest.mark.parametrize("url", REFUSED)
def test_spelling_that_hides_a_host_is_refused(url: str) -> None:
    with pytest.raises(TargetRefused) as refusal:
        target_of(url)

    assert refusal.value.errors["url"]


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://hooks.example.com", "https://hooks.example.com/"),
        ("HTTPS://Hooks.Example.COM/Path?a=b", "https://hooks.example.com/Path?a=b"),
        ("https://hooks.example.com:443/x", "https://hooks.example.com/x"),
        ("https://hooks.example.com:8443/x", "https://hooks.example.com:8443/x"),
        ("https://xn--bcher-kva.example/x", "https://xn--bcher-kva.example/x"),
        ("https://hooks.example.com/a%20b?c=%2F@d", "https://hooks.example.com/a%20b?c=%2F@d"),
        ("https://1.1.1.1/dns", "https://1.1.1.1/dns"),
        ("https://[2606:4700:4700::1111]/", "https://[2606:4700:4700::1111]/"),
        ("https://my_hooks.example.com/", "https://my_hooks.example.com/"),
    ],
)
def test_ordinary_address_is_taken_in_one_spelling(url: str, same: str) -> None:
    assert target_of(url).url == same


def test_allowed_place_is_taken_though_private_and_without_tls(settings: Settings) -> None:
    settings.EGRESS_ALLOWED = frozenset({"127.0.0.1:8123", "receiver:80"})

    assert target_of("http://127.0.0.1:8123/x").is_allowed
    assert target_of("http://Receiver/x").is_allowed
    for other in (
        "http://127.0.0.1:8124/x",
        "http://127.0.0.2:8123/x",
        "http://receiver:8123/",
        "http://localhost:8123/",
    ):
        with pytest.raises(TargetRefused):
            target_of(other)


_NOT_PUBLIC = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 100.100.100.200 127.0.0.1 127.0.1.1 127.255.255.254
168.63.129.16 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1
192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250
240.0.0.1 255.255.255.255
:: ::1 ::2 ::127.0.0.1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:8.8.8.8
::ffff:0:127.0.0.1 0:0:0:0:0:0:0:1 64:ff9b::127.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::1 64:ff9b:1::a9fe:a9fe
100::1 1::1 2001::1 2001:0:7f00:1:: 2001:0:53aa:64c:0:5efe:7f00:1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1
2002:7f00:1:: 2002:7f00:0001::1 2002:a00:1:: 2002:c0a8:0101:: 2002:a9fe:a9fe:: 3fff::1 4000::1 5f00::1 8000::1
fc00::1 fd00::1 fd00:ec2::254 fdff:ffff::1 fe80::1 fe80::1%eth0 fe80::7f00:1 febf::1 fec0::1 feff::1 ff00::1 ff02::1
ff02::fb ff05::2 ff0e::1 2a00:1450:4001:81b:0:5efe:7f00:1 2a00:1450:4001:81b:200:5efe:a00:1
"""
NOT_PUBLIC = _NOT_PUBLIC.split()


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_address_outside_of_the_public_internet_is_known(address: str) -> None:
    assert not is_public_address(address)


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.167.1.1", "223.255.255.1",
     "2606:4700:4700::1111", "2001:4860:4860::8888", "2a00:1450:4001:81b::200e", "2003:e1::1"],
)  # fmt: skip
def test_public_address_is_known(address: str) -> None:
    assert is_public_address(address)
