"""Bytes to text when the declared charset is missing, wrong, or an attack."""

import codecs
import re
from dataclasses import dataclass

from email_channel.parsing.charset_guess import guess_codec

# Names seen in mail that Python does not know, and labels that senders use for a larger set.
# Source: WHATWG Encoding Standard, "Names and labels", for the supersets.
_ALIASES = {
    "ansi": "cp1252",
    "ascii": "ascii",
    "ansi_x3.4-1968": "ascii",
    "big5": "big5hkscs",
    "chinesebig5": "big5hkscs",
    "cn-big5": "big5hkscs",
    "cp-850": "cp850",
    "dos-862": "cp862",
    "euc-cn": "gb18030",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "iso-gb2312": "gb18030",
    "x-gbk": "gb18030",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "l1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-8-e": "iso8859_8",
    "iso-8859-8-i": "iso8859_8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "macintosh": "mac_roman",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "unicode-1-1-utf-7": "utf_7",
    "unicode-1-1-utf-8": "utf_8",
    "utf8mb4": "utf_8",
    "win-1251": "cp1251",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
    "x-koi8-r": "koi8_r",
    "x-mac-ce": "mac_latin2",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-greek": "mac_greek",
    "x-mac-icelandic": "mac_iceland",
    "x-mac-roman": "mac_roman",
    "x-mac-turkish": "mac_turkish",
}
# Python's other codecs (idna, punycode, unicode_escape, zip, rot13...) are no charsets: they raise or blow up.
_TEXT_CODEC = re.compile(
    r"ascii|utf[-_](7|8|16|32)(-sig|[-_][lb]e)?|iso8859[-_]\d+|cp\d+|koi8[-_][rut]|mac[-_]\w+|big5\w*|gb\w+|euc_\w+"
    r"|shift_jis\w*|iso2022_\w+|hz|johab|ptcp154|tis[-_]620|kz1048"
)
# What is sent under a label of seven bits by programs that forgot to convert.
_EIGHT_BIT_RELATIVES = {"iso2022_jp_ext": ("euc_jp", "cp932"), "iso2022_kr": ("cp949",), "hz": ("gb18030",)}
_JIS_ESCAPE = re.compile(rb"\x1b(\$[@B]|\([BJI])")
_STATEFUL = ("iso2022", "hz", "utf_7", "utf-7")
# Of the characters beyond ASCII, how many may be broken before the charset is held to be the wrong one.
_BEARABLE_DAMAGE = 0.1


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and the codec that gave it; `is_guess` where that is not the declared one."""

    text: str
    codec: str
    is_guess: bool


def codec_name(label: str | None) -> str | None:
    """Return Python's codec for a charset label, or None where it is unknown or no charset."""
    key = (label or "").strip(" \t\r\n\"';").lower()
    if not key or len(key) > 64:
        return None
    try:
        name = codecs.lookup(_ALIASES.get(key, key)).name
    except (LookupError, ValueError):
        return None
    return name if _TEXT_CODEC.fullmatch(name) else None


def decode_bytes(raw: bytes, label: str | None) -> Decoded:
    """Return text whatever the bytes: strictly as declared, else UTF-8, else the most likely of the rest."""
    declared = codec_name(label)
    if declared:
        text = _decode_strictly(raw, declared)
        if text is not None:
            return Decoded(text, declared, is_guess=False)
        if raw.isascii() and declared.startswith(_STATEFUL):
            return Decoded(raw.decode(declared, "replace"), declared, is_guess=False)
    return _guess(raw, declared)


def _guess(raw: bytes, declared: str | None) -> Decoded:
    if b"\x1b$" in raw and (text := _decode_strictly(raw, "iso2022_jp_ext")) is not None:
        return Decoded(text, "iso2022_jp_ext", is_guess=True)
    if (text := _decode_strictly(raw, "utf-8")) is not None:
        return Decoded(text, "utf-8", is_guess=True)
    for codec in _EIGHT_BIT_RELATIVES.get(declared or "", ()):
        if (text := _decode_strictly(raw, codec)) is not None:
            return Decoded(text, codec, is_guess=True)
    for codec in filter(None, (declared, "utf-8")):
        text = raw.decode(codec, "replace")
        foreign_count = len(text) - len(text.encode("ascii", "ignore"))
        if codec != "ascii" and text.count("\ufffd") <= _BEARABLE_DAMAGE * foreign_count:
            return Decoded(text, codec, is_guess=True)
    if likely := guess_codec(raw):
        return Decoded(raw.decode(likely, "replace"), likely, is_guess=True)
    return Decoded(_decode_western(raw), "cp1252", is_guess=True)


def _jis_as_cp932(raw: bytes) -> bytes:
    """Return ISO-2022-JP as cp932, which knows the characters of NEC and IBM that most Japanese programs send."""
    # Split by a group: every second piece is an escape, and says what the next one is in.
    pieces, escape = [], b""
    for number, run in enumerate(_JIS_ESCAPE.split(raw)):
        if number % 2:
            escape = run
        elif escape.startswith(b"$"):
            pieces.append(b"".join(_shifted(run[index], run[index + 1]) for index in range(0, len(run) - 1, 2)))
        elif escape == b"(I":
            pieces.append(bytes(byte | 0x80 for byte in run))
        else:
            pieces.append(run)
    return b"".join(pieces)


def _shifted(row: int, cell: int) -> bytes:
    if not (0x21 <= row <= 0x7E and 0x21 <= cell <= 0x7E):
        return b"\xff"
    lead = (row + 1) // 2 + (0x70 if row <= 0x5E else 0xB0)
    trail = cell + 0x1F + (cell >= 0x60) if row % 2 else cell + 0x7E
    return bytes([lead, trail])


def _decode_western(raw: bytes) -> str:
    """Return cp1252 with its five gaps filled by C1 controls, as browsers do: nothing is lost."""
    text = raw.decode("cp1252", "surrogateescape")
    return text.translate({0xDC00 + byte: chr(byte) for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)})


def _decode_strictly(raw: bytes, codec: str) -> str | None:
    try:
        text = raw.decode(codec)
    except (UnicodeError, ValueError):
        return _decode_strictly(_jis_as_cp932(raw), "cp932") if codec == "iso2022_jp_ext" else None
    if codec.startswith(_STATEFUL) or text.isascii():
        return text
    return text.removeprefix("\ufeff")
