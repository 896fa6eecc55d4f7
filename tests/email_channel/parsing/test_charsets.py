import pytest

from email_channel.parsing.charsets import codec_name, decode_bytes


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        ("Grüße aus Köln", "latin-1", "ISO-8859-1"),
        ("“quoted” – €5", "cp1252", "iso-8859-1"),
        ("黄山旅游", "gb18030", "gb2312"),
        ("黄山旅游", "gb18030", "iso-gb2312"),
        ("繁體中文", "big5", "CHINESEBIG5"),
        ("日本語", "iso2022_jp", "ISO-2022-JP"),
        ("髙島屋", "cp932", "shift_jis"),
        ("안녕하세요", "cp949", "ks_c_5601-1987"),
        ("Привет", "koi8_r", "koi8-r"),
        ("Привет", "mac_cyrillic", "x-mac-cyrillic"),
        ("öäå", "utf-8", '"UTF-8"'),
        ("öäå", "utf-16", "utf-16"),
    ],
)
def test_decode_bytes_reads_the_declared_charset(text: str, codec: str, label: str) -> None:
    decoded = decode_bytes(text.encode(codec), label)

    assert (decoded.text, decoded.is_guess) == (text, False)


@pytest.mark.parametrize("label", [None, "", "us-ascii", "DEFAULT_CHARSET", "x-unknown", "utf-8"])
def test_decode_bytes_guesses_western_where_utf8_fails(label: str | None) -> None:
    decoded = decode_bytes("Überweisung für £7,000".encode("cp1252"), label)

    assert decoded.text == "Überweisung für £7,000"
    assert decoded.is_guess


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("ご注文ありがとうございます。商品はいつ届きますか。", "euc_jp"),
        ("ご注文ありがとうございます。商品はいつ届きますか。", "cp932"),
        ("안녕하세요 주문한 상품이 아직 오지 않았습니다", "cp949"),
        ("您好，我的订单还没有收到，请问什么时候发货？", "gb18030"),
        ("您好，我的訂單還沒有收到，請問什麼時候出貨？", "big5"),
        ("Здравствуйте, когда придёт мой заказ?", "koi8_r"),
        ("Здравствуйте, когда придёт мой заказ?", "cp1251"),
    ],
)
@pytest.mark.parametrize("label", [None, "us-ascii"])
def test_decode_bytes_tells_scripts_apart_where_nothing_names_the_charset(
    text: str, codec: str, label: str | None
) -> None:
    assert decode_bytes(text.encode(codec), label).text == text


@pytest.mark.parametrize(
    "text", ["Größe: 5 €", "à bientôt, ça été reçu où vous êtes", "ÄÄÄ!", "Åäö ÅÄÖ", "señor ñandú", "“Hi” – £5"]
)
def test_decode_bytes_does_not_take_western_text_for_another_script(text: str) -> None:
    assert decode_bytes(text.encode("cp1252"), None).text == text


@pytest.mark.parametrize("label", [None, "us-ascii", "nonsense"])
def test_decode_bytes_guesses_utf8_first(label: str | None) -> None:
    assert decode_bytes("hyvää päivää".encode(), label).text == "hyvää päivää"


def test_decode_bytes_keeps_a_charset_of_several_bytes_when_few_are_broken() -> None:
    raw = "黄山旅游天天发南京特价宾馆任你选".encode("gb18030") + b"\xff"

    text = decode_bytes(raw, "gb2312").text

    assert text.startswith("黄山旅游天天发")


def test_decode_bytes_reads_eight_bit_japanese_under_a_seven_bit_label() -> None:
    assert decode_bytes("次のあて先".encode("euc_jp"), "iso-2022-jp").text == "次のあて先"


@pytest.mark.parametrize(
    "label", ["idna", "punycode", "unicode_escape", "raw_unicode_escape", "zip", "rot13", "base64", "hex", "undefined"]
)
def test_codec_name_refuses_codecs_that_are_no_charsets(label: str) -> None:
    assert codec_name(label) is None


def test_decode_bytes_always_returns_text() -> None:
    assert decode_bytes(bytes(range(256)), None).text


def test_japanese_characters_of_nec_are_read() -> None:
    raw = b"\x1b$B-!-b%F%9%H\x1b(B 41 \x1b(I1\x1b(B"

    assert decode_bytes(raw, "iso-2022-jp").text == "①№テスト 41 ｱ"


def test_a_few_broken_characters_do_not_hide_the_script() -> None:
    raw = ("電子メール広告社 今後、広告をご希望されない方は" * 8).encode("cp932")

    assert decode_bytes(raw[:50] + b"\xff" + raw[50:], "us-ascii").text.count("広告") >= 14
