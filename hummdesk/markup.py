"""Text to HTML that is safe to show."""

import re
from html import escape

_LINK = re.compile(r"https?://[^\s<>\"']{1,2000}")
_TRAILING = ".,;:!?)]}'\""


def text_to_html(text: str) -> str:
    """Return plain text as paragraphs: escaped, line breaks kept, http(s) addresses made links. Linear time."""
    paragraphs = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").strip("\n"))
    return "".join(f"<p>{_lines(paragraph)}</p>" for paragraph in paragraphs if paragraph.strip())


def _lines(paragraph: str) -> str:
    return "<br>".join(_linked(line) for line in paragraph.strip("\n").split("\n"))


def _linked(line: str) -> str:
    parts, position = [], 0
    for match in _LINK.finditer(line):
        address = match.group().rstrip(_TRAILING)
        parts.append(escape(line[position : match.start()]))
        parts.append(
            f'<a href="{escape(address)}" rel="noopener noreferrer nofollow" target="_blank">{escape(address)}</a>'
        )
        position = match.start() + len(address)
    parts.append(escape(line[position:]))
    return "".join(parts)


def one_line(text: str, length: int) -> str:
    """Return the beginning of a text on one line, at most `length` characters, for previews."""
    return " ".join(text[: length * 4].split())[:length]
