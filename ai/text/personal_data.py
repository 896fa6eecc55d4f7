"""Personal data and secrets in a text: found by shape and checksum, masked before the text leaves, put back after.

Recall comes before precision: what looks like an identity number or a phone is masked though it may be none, and a
masked order number costs an answer little. The order of `_FINDERS` decides what a stretch is that could be two things.
"""

import ipaddress
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from stdnum import iban, luhn


class PersonalData(StrEnum):
    """Kinds of personal data and secrets."""

    SECRET = "SECRET"  # noqa: S105
    EMAIL = "EMAIL"
    IBAN = "IBAN"
    CARD = "CARD"
    HETU = "HETU"
    PERSONNUMMER = "PERSONNUMMER"
    IP = "IP"
    PHONE = "PHONE"


# What an account masks unless it says otherwise.
MASKED_BY_DEFAULT = frozenset({PersonalData.SECRET, PersonalData.CARD, PersonalData.HETU, PersonalData.PERSONNUMMER})


@dataclass(frozen=True, order=True)
class Found:
    """A stretch of a text, in characters, and what it is."""

    start: int
    end: int
    kind: PersonalData


@dataclass(frozen=True)
class Masked:
    """A text without the data, and what stood where: a mark as "[CARD 1]" to the words that it hides."""

    text: str
    hidden: dict[str, str]

    def restored(self, text: str) -> str:
        """Return a text with the data in place of their marks."""
        return _MARK.sub(lambda match: self.hidden.get(match.group(), match.group()), text)


_MARK = re.compile(r"\[[A-Z]+ \d+\]")


def find_personal_data(text: str) -> Sequence[Found]:
    """Return what was found, in order, no two overlapping. Time is linear in the text."""
    found: list[Found] = []
    taken = bytearray(len(text))
    for kind, find in _FINDERS:
        for start, end in find(text):
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                found.append(Found(start, end, kind))
    return sorted(found)


def mask_personal_data(text: str, kinds: Collection[PersonalData] = tuple(PersonalData)) -> Masked:
    """Return the text with a mark for each datum of these kinds; the same datum has the same mark."""
    pieces: list[str] = []
    hidden: dict[str, str] = {}
    marks: dict[str, str] = {}
    at = 0
    numbers = dict.fromkeys(PersonalData, 0)
    for one in find_personal_data(text):
        if one.kind not in kinds:
            continue
        words = text[one.start : one.end]
        mark = marks.get(words)
        if mark is None:
            numbers[one.kind] += 1
            mark = marks[words] = f"[{one.kind} {numbers[one.kind]}]"
            hidden[mark] = words
        pieces += [text[at : one.start], mark]
        at = one.end
    return Masked("".join([*pieces, text[at:]]), hidden)


Places = Iterator[tuple[int, int]]

# Shapes that issuers document; then a long word after one that announces a password.
_KEYS = re.compile(
    r"(?<![\w-])(?:(?:sk|rk|pk|whsec|re)_(?:live_|test_)?[A-Za-z0-9]{16,200}|sk-[A-Za-z0-9_-]{16,200}|(?:AKIA|ASIA)[A-Za-z0-9]{16,40}"
    r"|gh[oprsu]_[A-Za-z0-9]{16,255}|github_pat_\w{20,255}|glpat-[\w-]{16,100}|xox[abeoprs]-[\w-]{10,250}|AIza[\w-]{30,60}"
    r"|eyJ[\w-]{8,2000}\.eyJ[\w-]{8,2000}\.[\w-]{8,1000})"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:[\s\S]{1,4000}?-----END [A-Z ]{0,30}PRIVATE KEY-----)?"
)
_PASSWORD = re.compile(
    r"(?:passwords?|passcode|api[ -]?key|token|pin(?: ?code)?|salasana|tunnusluku|pin-?koodi|lösenord|pinkod)"
    r"(?:ni|si|et)?(?: (?:is|on|är))?(?:\s?[:=]\s?|\s)[\"'“”]?(?P<word>[^\s\"'“”,;]{4,100})",
    re.IGNORECASE,
)
_EMAIL = re.compile(
    r"(?<![\w.!#$%&'*+/=?^`{|}~-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,62}"
)
_IBAN = re.compile(r"(?<![^\W_])[A-Za-z]{2}\d{2}(?:[ \u00a0-]?[A-Za-z0-9]){11,30}(?![^\W_])")
_CARD = re.compile(r"(?<![\d.,+-])\d(?:[ \u00a0.-]?\d){12,18}(?![\d-])")
_HETU = re.compile(r"(?<!\w)(\d{2})(\d{2})(\d{2})[-+A-FU-Ya-fu-y]\d{3}[0-9A-Ya-y](?!\w)")
_PERSONNUMMER = re.compile(r"(?<![\w+-])(?:(?:18|19|20)\d{2}|\d{2})(\d{2})(\d{2})(?P<sign> ?[-+] ?|)\d{4}(?![\w-])")
_IP4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
_IP6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")
_PHONE = re.compile(r"(?<![\w+/.,:-])(?:\+ ?\d|00[1-9]|\(0\d{0,3}\)|0[1-9])(?:[ \u00a0()/.-]{0,3}\d){5,14}(?![\w-])")
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}$")
# Source: the register of IBANs (ISO 13616).
_IBAN_LENGTHS = {
    country: int(length)
    for country, length in re.findall(
        r"(\D\D)(\d\d)",
        "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18FO18FR27GB22GE22GI23"
        "GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MR27MT31MU30"
        "NL18NO15PK24PL28PS29PT25QA29RO24RS22SA24SC31SE24SI19SK24SM27ST25SV28TL23TN24TR26UA29VA22VG24XK20",
    )
}
_CARD_LENGTHS = {"3": (14, 15, 16), "4": (13, 16, 19), "5": (16,), "2": (16,), "6": (16, 17, 18, 19)}


def _secrets(text: str) -> Places:
    for match in _KEYS.finditer(text):
        yield match.span()
    for match in _PASSWORD.finditer(text):
        word = match["word"].rstrip(".!?)")
        if len(word) >= 4 and (any(sign.isdigit() for sign in word) or match.group()[-len(match["word"]) - 1] in ":="):
            start = match.start("word")
            yield start, start + len(word)


def _emails(text: str) -> Places:
    for match in _EMAIL.finditer(text):
        start = match.start() + len(match.group()) - len(match.group().lstrip("'.-*_`{|}~"))
        yield start, match.end()


def _ibans(text: str) -> Places:
    for match in _IBAN.finditer(text):
        # Words may follow a grouped number: it is as long as those of its country.
        places = [place for place in range(*match.span()) if text[place].isalnum()]
        length = _IBAN_LENGTHS.get(match.group()[:2].upper(), 0)
        if not 0 < length <= len(places):
            continue
        end = places[length - 1] + 1
        if iban.is_valid(re.sub(r"\W", "", text[match.start() : end])):
            yield match.start(), end


def _cards(text: str) -> Places:
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if len(digits) in _CARD_LENGTHS.get(digits[0], ()) and luhn.is_valid(digits):
            yield match.span()


def _hetus(text: str) -> Places:
    for match in _HETU.finditer(text):
        if _is_day(month=match[2], day=match[1]):
            yield match.span()


def _personnummers(text: str) -> Places:
    for match in _PERSONNUMMER.finditer(text):
        digits = re.sub(r"\D", "", match.group())[-10:]
        # A coordination number adds 60 to the day. Without its sign only the checksum tells it from an order's number.
        day = str(int(match[2]) - 60) if int(match[2]) > 60 else match[2]
        if _is_day(month=match[1], day=day) and (match["sign"] or luhn.is_valid(digits)):
            yield match.span()


def _is_day(*, month: str, day: str) -> bool:
    try:
        date(2000, int(month), int(day))
    except ValueError:
        return False
    return True


def _ips(text: str) -> Places:
    for pattern in (_IP4, _IP6):
        for match in pattern.finditer(text):
            try:
                ipaddress.ip_address(match.group())
            except ValueError:
                continue
            yield match.span()


def _phones(text: str) -> Places:
    for match in _PHONE.finditer(text):
        count = sum(sign.isdigit() for sign in match.group())
        if 7 <= count <= 15 and not _DATE.fullmatch(match.group()):
            yield match.span()


_FINDERS: Sequence[tuple[PersonalData, Callable[[str], Places]]] = (
    (PersonalData.SECRET, _secrets),
    (PersonalData.EMAIL, _emails),
    (PersonalData.IBAN, _ibans),
    (PersonalData.CARD, _cards),
    (PersonalData.HETU, _hetus),
    (PersonalData.PERSONNUMMER, _personnummers),
    (PersonalData.IP, _ips),
    (PersonalData.PHONE, _phones),
)
