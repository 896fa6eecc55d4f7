"""What our own receiver found about a mail's sender: `Authentication-Results` (RFC 8601), read in linear time.

Anybody can write such a field into a mail; only those of named servers count, and a receiver puts its own on top
(RFC 8601 section 5). So a good word is taken from the topmost of them alone, a bad one from any.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass

_FIELD = "authentication-results"
# RFC 8601 section 2.2: a comment or a quoted string may hold any sign, `;` among them.
_ASIDE = re.compile(r'"(?:[^"\\]|\\.)*"|[()\\]')
_RESULT = re.compile(r"\s*(spf|dkim|dmarc)\s*(?:/\s*\d+\s*)?=\s*([a-z]{1,20})\b", re.IGNORECASE)
_HEADER_FROM = re.compile(r"\bheader\.from\s*=\s*([^\s;]{1,320})", re.IGNORECASE)
_METHODS = ("spf", "dkim", "dmarc")
_GOOD = "pass"
FIELDS_READ = 20


@dataclass(frozen=True)
class Authentication:
    """The results for a mail as a trusted server wrote them, "" for what it did not check."""

    server: str = ""
    spf: str = ""
    dkim: str = ""
    dmarc: str = ""

    @property
    def is_spoofed(self) -> bool:
        """Whether the domain of the sender says that the mail is not its own (RFC 7489)."""
        return self.dmarc == "fail"

    @property
    def is_proven(self) -> bool:
        """Whether the domain of the sender vouches for the mail."""
        return self.dmarc == _GOOD

    def as_json(self) -> dict[str, str]:
        """Return it as mails store it, empty where nobody trusted has checked anything."""
        return {name: value for name, value in asdict(self).items() if value} if self.server else {}


def read_authentication(
    headers: Sequence[tuple[str, str]], servers: Collection[str], *, from_domain: str
) -> Authentication:
    """Return what the servers with these names (in lower case) found about a mail from this domain.

    A DMARC result about another domain than the sender's says nothing. Source: RFC 8601, RFC 7489 section 11.
    """
    trusted = [field for field in _fields(headers) if field[0] in servers]
    if not trusted:
        return Authentication()
    found = dict.fromkeys(_METHODS, "")
    for position, (_server, resinfo) in enumerate(trusted):
        for method, result in _results(resinfo, from_domain):
            if not found[method] and (position == 0 or result != _GOOD):
                found[method] = result
            elif method == "dkim" and result == _GOOD and position == 0:
                # One good signature is enough (RFC 6376 section 6.1).
                found[method] = result
            elif method == "dmarc" and result == "fail":
                found[method] = result
    return Authentication(server=trusted[0][0], **found)


def _fields(headers: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Return the server and the results of each such field, the topmost first."""
    values = [value for name, value in headers if name.lower() == _FIELD][:FIELDS_READ]
    for value in values:
        server, _, results = _without_asides(value).partition(";")
        words = server.split()
        if words:
            yield words[0].lower(), results


def _results(resinfo: str, from_domain: str) -> Iterator[tuple[str, str]]:
    for part in resinfo.split(";"):
        match = _RESULT.match(part)
        if match is None:
            continue
        method, result = match[1].lower(), match[2].lower()
        about = _HEADER_FROM.search(part)
        if method == "dmarc" and about is not None and about[1].rpartition("@")[2].lower() != from_domain:
            continue
        yield method, result


def _without_asides(value: str) -> str:
    """Return the text without comments, nested or not, and with quoted strings bare of what could part them."""
    kept: list[str] = []
    depth = position = 0
    while (sign := _ASIDE.search(value, position)) is not None:
        if not depth:
            kept.append(value[position : sign.start()])
        position = sign.end()
        if sign[0] == "(":
            depth += 1
        elif sign[0] == ")":
            depth = max(depth - 1, 0)
        elif sign[0] == "\\":
            position += 1
        elif not depth:
            kept.append(re.sub(r'["\\;=]', "", sign[0]))
    if not depth:
        kept.append(value[position:])
    return "".join(kept)
