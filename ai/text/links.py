"""Links in what a model wrote: only those that the sources or the company vouch for."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

# With a scheme of any kind, after www., or a name with a path: mail programs make a link of each.
_LINK = re.compile(
    r"(?<![\w@])(?:[a-z][a-z0-9+.-]{1,20}:(?://)?|//|www\.)[^\s<>\"'”“\])}]+|(?<![\w@/.:])(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?::\d+)?/[^\s<>\"'”“\])}]*"
    r"|(?<![\w@/.:])(?:[\w-]{1,63}\.){1,8}(?:com|net|org|info|biz|io|app|dev|xyz|top|site|online|shop|example|test|eu|fi|se|no|dk|de|uk|ru|cn)(?![\w@.-]*@)(?!\w)",
    re.IGNORECASE,
)
# Those that programs follow; any other word before a colon is a word.
_SCHEMES = frozenset(
    ("http", "https", "mailto", "tel", "sms", "geo", "ftp", "file", "javascript", "vbscript", "data", "blob", "intent")
)
_MARKDOWN = re.compile(r"!?\[(?P<words>[^\]\n]{0,300})\]\((?P<url>[^)\s]{0,2000})[^)\n]{0,300}\)")


@dataclass(frozen=True)
class LimitedText:
    """A text without the links that nobody vouches for, and how many those were."""

    text: str
    removed: int


def limit_links(text: str, *, hosts: Collection[str], urls: Collection[str] = ()) -> LimitedText:
    """Return the text with links only to these hosts (with what lies below them) and to these very addresses.

    Of a link in Markdown its words stay, of a picture nothing, of a bare address nothing.
    """
    removed = 0

    def is_allowed(url: str) -> bool:
        return url in urls or _host_of(url) in hosts or any(_host_of(url).endswith(f".{host}") for host in hosts)

    def of_markdown(match: re.Match[str]) -> str:
        nonlocal removed
        is_picture = match.group().startswith("!")
        if not is_picture and is_allowed(match["url"]):
            return f"{match['words']} ({match['url']})" if match["words"] != match["url"] else match["url"]
        removed += 1
        return "" if is_picture else match["words"]

    def of_bare(match: re.Match[str]) -> str:
        nonlocal removed
        url = match.group().rstrip(".,;:!?")
        rest = match.group()[len(url) :]
        if not url or is_allowed(url) or _is_no_link(match.group()):
            return match.group()
        removed += 1
        return rest

    limited = _LINK.sub(of_bare, _MARKDOWN.sub(of_markdown, text))
    return LimitedText(limited, removed)


def _host_of(url: str) -> str:
    """Return the host in lower case, "" for what has none or hides one: a user name, a backslash, an odd scheme."""
    whole = url if re.match(r"[a-z][a-z0-9+.-]*:", url, re.IGNORECASE) else f"https://{url.removeprefix('//')}"
    if "\\" in whole or not whole.isascii():
        return ""
    try:
        parts = urlsplit(whole)
        if parts.scheme not in ("http", "https") or parts.username is not None:
            return ""
        return (parts.hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_no_link(text: str) -> bool:
    """Return whether it is a word before a colon ("Hours:9"), as no scheme that a program would follow."""
    scheme, colon, _rest = text.partition(":")
    return bool(colon) and "//" not in text and scheme.lower() not in _SCHEMES and "." not in scheme
