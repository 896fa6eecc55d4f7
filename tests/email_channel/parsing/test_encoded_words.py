import pytest

from email_channel.parsing.encoded_words import decode_base64, decode_header, decode_words, parse_parameters


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("=?utf-8?Q?J=C3=B6rg_M=C3=BCller?=", "Jörg Müller"),
        ("=?UTF-8?B?w4RyZW5kZQ==?=", "Ärende"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?=\t=?iso-8859-1?q?=E4?=", "aä"),
        ("Re: =?utf-8?q?a?= b", "Re: a b"),
        ("=?utf-8*fi?q?hei?=", "hei"),
        ("=?utf-8?Q?Who?_me??=", "Who? me?"),
        ("=?nonsense?q?plain?=", "plain"),
        ("=?utf-8?x?no?=", "=?utf-8?x?no?="),
        ("=?utf-8?q?never closed", "=?utf-8?q?never closed"),
    ],
)
def test_decode_words_reads_encoded_words(header: str, text: str) -> None:
    assert decode_words(header) == text


@pytest.mark.parametrize("header", ["=?utf-8?Q?=E2=98?= =?utf-8?Q?=83?=", "=?utf-8?B?4pg=?= =?utf-8?B?gw==?="])
def test_decode_words_joins_a_character_split_between_two_words(header: str) -> None:
    assert decode_words(header) == "☃"


@pytest.mark.parametrize("hint", ["koi8-r", "cp1251"])
def test_decode_header_uses_the_charset_of_the_body_for_raw_bytes(hint: str) -> None:
    assert decode_header("Привет".encode(hint), hint) == "Привет"


def test_decode_header_prefers_utf8_for_raw_bytes() -> None:
    assert decode_header("Привет".encode(), "koi8-r") == "Привет"


@pytest.mark.parametrize(
    ("raw", "decoded"),
    [
        (b"SGVsbG8=", b"Hello"),
        (b"SGVs\r\nbG8", b"Hello"),
        (b"SGVs*bG8=", b"Hello"),
        (b"SGVsbG8=SGVsbG8=", b"HelloHello"),
        (b"SGVsbG8gV29ybGQhA", b"Hello World!"),
        (b"====", b""),
        (b"", b""),
    ],
)
def test_decode_base64_reads_what_is_there(raw: bytes, decoded: bytes) -> None:
    assert decode_base64(raw) == decoded


@pytest.mark.parametrize(
    ("value", "name", "text"),
    [
        ('attachment; filename="a b.pdf"', "filename", "a b.pdf"),
        ("attachment; filename=a b.pdf", "filename", "a b.pdf"),
        ("attachment; filename*=utf-8''r%C3%A4k.pdf", "filename", "räk.pdf"),
        ("attachment; filename*0=long; filename*1=name.pdf", "filename", "longname.pdf"),
        ("attachment; filename*1*=%A4k.pdf; filename*0*=utf-8''r%C3", "filename", "räk.pdf"),
        ('attachment; filename="=?utf-8?q?r=C3=A4k.pdf?="', "filename", "räk.pdf"),
        (r'attachment; filename="C:\temp\a.pdf"', "filename", r"C:\temp\a.pdf"),
        ('multipart/mixed; boundary="a;b=c"', "boundary", "a;b=c"),
        ("TEXT/Plain ; CHARSET=utf-8", "charset", "utf-8"),
        ('text/plain; charset="utf-8', "charset", "utf-8"),
    ],
)
def test_parse_parameters_reads_names_and_values(value: str, name: str, text: str) -> None:
    _, parameters = parse_parameters(value)

    assert parameters[name] == text


def test_parse_parameters_returns_the_main_value_in_lower_case() -> None:
    assert parse_parameters(" Multipart/Mixed ; boundary=x") == ("multipart/mixed", {"boundary": "x"})
