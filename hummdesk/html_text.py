"""HTML as plain text that reads like the page. Imports nothing of Django: the mail parser's child uses it."""

import re
from dataclasses import dataclass, field

from hummdesk.clean_text import clean_text
from hummdesk.html_tokens import VOID_TAGS, Kind, Token, attributes, is_hidden, tokens, unescape

# How much of one document is read, and written.
HTML_CHARS = 1_000_000
TEXT_CHARS = 1_000_000
_UNSEEN = frozenset(
    {"script", "style", "title", "textarea", "svg", "math", "object", "template", "noscript", "select"}
)
_PARAGRAPHS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "pre", "blockquote", "table", "figure"}
)
_BLOCKS = frozenset(
    {
        "div",
        "li",
        "dt",
        "dd",
        "tr",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "nav",
        "aside",
        "address",
        "form",
        "fieldset",
        "center",
        "caption",
        "body",
    }
)
_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")
# Mail programs fill the preview line with invisible characters.
_FILLER = re.compile("(?:[\u034f\u00ad\u200b\u200c\u200d\ufeff] ?){3,}")
_LINK_CHARS = 300
_PREFIX_DEPTH = 10
_NESTING = 100


@dataclass(slots=True)
class _Page:
    """Lines as they grow; blank lines are held back until text follows."""

    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    blank_count: int = 0
    quote_depth: int = 0

    def append(self, text: str) -> None:
        """Add text to the line as it is."""
        if text:
            self.lines.extend([""] * self.blank_count)
            self.blank_count = 0
            self.line.append(text)

    def append_folded(self, text: str) -> None:
        """Add text with its blanks folded to one, and none at the start of a line."""
        folded = _FILLER.sub(" ", _BLANKS.sub(" ", text))
        is_blank_before = not self.line or self.line[-1].endswith((" ", "\t"))
        self.append(folded.lstrip(" ") if is_blank_before else folded)

    def end_line(self, blank_count: int = 0) -> None:
        """Begin a new line, with blank lines before it, unless that is so already."""
        if self.line:
            prefix = "> " * min(self.quote_depth, _PREFIX_DEPTH)
            self.lines.append((prefix + "".join(self.line)).rstrip())
            self.line = []
        if self.lines:
            self.blank_count = max(self.blank_count, blank_count)

    def break_line(self) -> None:
        """Do what `<br>` does: end the line, or leave one blank."""
        if self.line:
            self.end_line()
        elif self.lines:
            self.blank_count = min(self.blank_count + 1, 2)


@dataclass(slots=True)
class _Writer:
    """Turns tokens into a page; `skipped` is the element whose inside is not shown, and how deep in it we are."""

    source: str
    shows_hidden: bool
    page: _Page = field(default_factory=_Page)
    pre_depth: int = 0
    counters: list[int | None] = field(default_factory=list)
    link: tuple[str, int, int] | None = None
    skipped: str = ""
    skipped_depth: int = 0

    def write(self, token: Token) -> None:
        """Take one token."""
        if self.skipped:
            self._skip(token)
        elif token.kind is Kind.TEXT:
            self._text(unescape(self.source[token.start : token.end]))
        elif token.kind is Kind.START:
            self._start(token)
        else:
            self._end(token.name)

    def _skip(self, token: Token) -> None:
        if token.name == self.skipped:
            self.skipped_depth += 1 if token.kind is Kind.START else -1
            if self.skipped_depth == 0:
                self.skipped = ""

    def _text(self, text: str) -> None:
        if not self.pre_depth:
            self.page.append_folded(text)
            return
        first, *rest = text.split("\n")
        self.page.append(first)
        for line in rest:
            self.page.break_line()
            self.page.append(line)

    def _start(self, token: Token) -> None:
        name = token.name
        if name in _UNSEEN or (not self.shows_hidden and name not in VOID_TAGS and self._is_hidden(token)):
            self.skipped, self.skipped_depth = name, 1
            return
        self._break_before(name)
        if name == "a":
            self._start_link(attributes(self.source, token).get("href", ""))
        elif name == "img":
            alt = attributes(self.source, token).get("alt", "").strip()
            self.page.append_folded(f"[{alt}]" if alt else "")
        elif name == "li":
            self._start_item()
        elif name in ("ul", "ol") and len(self.counters) < _NESTING:
            self.counters.append(0 if name == "ol" else None)
        elif name == "pre":
            self.pre_depth += 1
        elif name == "blockquote":
            self.page.quote_depth += 1

    def _is_hidden(self, token: Token) -> bool:
        # Most tags carry nothing that hides: look before parsing.
        inside = self.source[token.start : min(token.end, token.start + 4000)].lower()
        return ("none" in inside or "hidden" in inside) and is_hidden(attributes(self.source, token))

    def _break_before(self, name: str) -> None:
        if name == "br":
            self.page.break_line()
        elif name == "hr":
            self.page.end_line()
            self.page.append("---")
            self.page.end_line()
        elif name in ("td", "th"):
            self.page.append("\t" if self.page.line else "")
        elif name in _PARAGRAPHS:
            self.page.end_line(0 if self.counters else 1)
        elif name in _BLOCKS:
            self.page.end_line()

    def _start_item(self) -> None:
        indent = "  " * min(max(len(self.counters) - 1, 0), _PREFIX_DEPTH)
        if self.counters and self.counters[-1] is not None:
            self.counters[-1] += 1
            self.page.append(f"{indent}{self.counters[-1]}. ")
        else:
            self.page.append(f"{indent}- ")

    def _start_link(self, target: str) -> None:
        self.link = (target.strip(), len(self.page.lines), len(self.page.line))

    def _end(self, name: str) -> None:
        if name == "a":
            self._end_link()
        elif name in _PARAGRAPHS:
            self.page.end_line(0 if len(self.counters) > 1 else 1)
        elif name in _BLOCKS:
            self.page.end_line()
        if name in ("ul", "ol") and self.counters:
            self.counters.pop()
        elif name == "pre":
            self.pre_depth = max(self.pre_depth - 1, 0)
        elif name == "blockquote":
            self.page.quote_depth = max(self.page.quote_depth - 1, 0)

    def _end_link(self) -> None:
        """Add the target of a link whose text does not show it."""
        if self.link is None:
            return
        (target, line_count, piece_count), self.link = self.link, None
        is_web = target.lower().startswith(("http://", "https://")) and len(target) <= _LINK_CHARS
        is_same_line = line_count == len(self.page.lines)
        text = "".join(self.page.line[piece_count:]).strip() if is_same_line else ""
        if is_web and text and text.rstrip("/") not in target:
            self.page.append(f" ({target})")


def html_to_text(source: str) -> str:
    """Return the visible text: blocks on lines of their own, list items marked, quotes behind `> `.

    Links to the web stand behind their text in brackets. What `display:none` hides is left out, unless that element
    is never closed and would take the rest of the mail with it. Linear in the length.
    """
    source = source[:HTML_CHARS]
    writer = _written(source, shows_hidden=False)
    if writer.skipped and writer.skipped not in _UNSEEN:
        writer = _written(source, shows_hidden=True)
    writer.page.end_line()
    return clean_text("\n".join(writer.page.lines), TEXT_CHARS)


def _written(source: str, *, shows_hidden: bool) -> _Writer:
    writer = _Writer(source, shows_hidden)
    for token in tokens(source):
        writer.write(token)
    return writer
