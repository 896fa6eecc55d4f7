"""Which charset bytes are in when nothing says so: told by how often each script's commonest characters appear.

Only bytes that are no UTF-8 come here. Western text has single accented letters between ASCII, so that runs of high
bytes mean another script.
"""

import re
from collections.abc import Callable

_HIGH_RUN = re.compile(rb"[\x80-\xff]{2,}")
_KANA = re.compile("[\u3041-\u30fe]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
# Level 1 of GB 2312 and of Big5 holds the few thousand characters that make up nearly all Chinese text.
_RUN_SHARE = 0.6
_SAMPLE_BYTES = 20_000
_FEWEST_HIGH_BYTES = 4
# Senders cut characters in two, and use ones of their own.
_BROKEN_SHARE = 0.01


def guess_codec(raw: bytes) -> str | None:
    """Return Python's codec for text that is not Western, or None where nothing speaks for another script."""
    sample = raw[:_SAMPLE_BYTES]
    high_count = sum(map(len, _HIGH_RUN.findall(sample)))
    all_high = len(sample) - len(sample.decode("ascii", "ignore"))
    if high_count < _FEWEST_HIGH_BYTES or high_count < _RUN_SHARE * all_high:
        return None
    # A character cut at the end of the sample must not make its charset fail.
    sample = sample[: sample.rfind(b"\n") + 1] if len(raw) > _SAMPLE_BYTES and b"\n" in sample else sample
    return next((codec for codec, speaks in _CANDIDATES if _speaks(sample, codec, speaks)), None)


def _speaks(sample: bytes, codec: str, test: Callable[[str], bool]) -> bool:
    text = "".join(character for character in sample.decode(codec, "replace") if character > "\x7f")
    return text.count("\ufffd") <= _BROKEN_SHARE * len(text) and test(text.replace("\ufffd", ""))


def _share(pattern: re.Pattern[str], text: str) -> float:
    return len(pattern.findall(text)) / len(text) if text else 0.0


def _is_japanese(text: str) -> bool:
    return _share(_KANA, text) > 0.2


def _is_korean(text: str) -> bool:
    return _share(_HANGUL, text) > 0.8 and _lead_share(text, "cp949", 0xB0, 0xC8) > 0.9


def _is_simplified(text: str) -> bool:
    return _lead_share(text, "gb2312", 0xB0, 0xD7) > 0.7


def _is_traditional(text: str) -> bool:
    return _lead_share(text, "big5", 0xA4, 0xC6) > 0.7


def _is_russian(text: str) -> bool:
    """Small letters outnumber capitals; read in the other Cyrillic charset it is the other way round."""
    small, capital = _share(re.compile("[а-яё]"), text), _share(re.compile("[А-ЯЁ]"), text)
    return small + capital > 0.9 and small > 2 * capital


def _lead_share(text: str, codec: str, first: int, last: int) -> float:
    """Return the share of characters whose first byte in the codec lies in a range."""
    leads = [encoded[0] for character in text if (encoded := character.encode(codec, "ignore"))]
    return sum(first <= lead <= last for lead in leads) / len(text) if text else 0.0


_CANDIDATES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("euc_jp", _is_japanese),
    ("cp932", _is_japanese),
    ("cp949", _is_korean),
    ("gb18030", _is_simplified),
    ("big5hkscs", _is_traditional),
    ("koi8_r", _is_russian),
    ("cp1251", _is_russian),
)
