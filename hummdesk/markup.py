"""Text to HTML that is safe to show, and to one line. Imports nothing of Django: the mail parser's child uses it."""

import html
import re
from collections.abc import Iterator
from itertools import groupby

_URL = re.compile(r"https?://[^\s<>\"'\x00-\x1f]{1,2000}", re.IGNORECASE)
_TRAILING_SIGNS = ".,;:!?*_|\\"


def text_to_html(text: str) -> str:
    """Return escaped HTML: blank lines part paragraphs, line ends are `<br>`, web addresses are links."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    paragraphs = ["<br>\n".join(map(_line_to_html, run)) for is_text, run in groupby(lines, _has_text) if is_text]
    return "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def _has_text(line: str) -> bool:
    return bool(line.strip())


def _line_to_html(line: str) -> str:
    return "".join(_pieces_of_line(line.rstrip()))


def _pieces_of_line(line: str) -> Iterator[str]:
    position = 0
    for match in _URL.finditer(line):
        url = _without_punctuation(match[0])
        yield html.escape(line[position : match.start()])
        escaped = html.escape(url)
        yield f'<a href="{escaped}" target="_blank" rel="noopener noreferrer nofollow">{escaped}</a>'
        position = match.start() + len(url)
    yield html.escape(line[position:])


def _without_punctuation(url: str) -> str:
    """Return the address without what ends the sentence around it; a bracket stays if it was opened inside."""
    url = url.rstrip(_TRAILING_SIGNS)
    for opening, closing in ("()", "[]", "{}"):
        if url.endswith(closing) and url.count(closing) > url.count(opening):
            url = url[:-1].rstrip(_TRAILING_SIGNS)
    return url


def one_line(text: str, length: int) -> str:
    """Return the beginning of a text on one line, at most `length` characters, for previews."""
    return " ".join(text[: length * 4].split())[:length]
