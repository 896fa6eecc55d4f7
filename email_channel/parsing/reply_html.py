"""The visible part of an HTML reply: by the marks that mail programs leave, and by the words of `quote_words`.

The source is cut at offsets, so that nothing is lost or changed; the pieces are sanitised afterwards, which closes
what a cut left open.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from email_channel.parsing.quotes import LineRole, roles_of_lines
from hummdesk.html_tokens import VOID_TAGS, Kind, Token, attributes, tokens, unescape

# Everything behind these is quoted: the mark stands before the quote, not around it.
_CUT_IDS = frozenset({"divrplyfwdmsg", "appendonsend", "stopspelling", "zwchr", "isforwardcontent"})
_CUT_CLASSES = frozenset({"outlookmessageheader"})
# These stand around a quote or around the line that introduces one; what follows them may be the author's again.
_QUOTE_IDS = frozenset(
    {"isreplycontent", "mail-app-auto-quote", "mail-editor-reference-message-container", "olk_src_body_section"}
)
_QUOTE_NAMES = frozenset({"quote", "messagereplysection"})
_QUOTE_CLASSES = frozenset(
    {
        "front-blockquote",
        "gmail_quote",
        "gmail_quote_container",
        "mail_android_quote",
        "moz-cite-prefix",
        "moz-forward-container",
        "protonmail_quote",
        "tutanota_quote",
        "yahoo_quoted",
        "zmail_extra",
    }
)
_MARKED_TAGS = frozenset({"blockquote", "div", "hr", "p", "section", "span", "table", "td"})
_BREAKS = frozenset(
    {"address", "article", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3"}
    | {"h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
_UNSEEN = frozenset({"script", "style", "title"})
_BLANKS = re.compile(r"\s+")
_LINE_CHARS = 1_000
_INTRODUCTION_LINE = "-----Original Message-----"
_QUOTE_LINE = ">"
_NESTING = 500


@dataclass(frozen=True, slots=True)
class SplitHtml:
    """The HTML that the author wrote now, and what it answers; every character of the source is in one of them."""

    visible: str
    quoted: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """A line of text or a marked quote, and where it begins in the source; it ends where the next one begins."""

    start: int
    text: str
    is_quote: bool = False


@dataclass(slots=True)
class _Scan:
    """One walk over the tokens that gathers the pieces."""

    source: str
    pieces: list[_Piece] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    line_start: int | None = None
    open: list[str] = field(default_factory=list)
    quote_level: int | None = None

    def run(self) -> list[_Piece]:
        """Return the pieces in order."""
        for token in tokens(self.source):
            if token.kind is Kind.TEXT:
                self._text(token)
            elif token.kind is Kind.END:
                self._end(token)
            elif self._start(token):
                break
        self._end_line()
        return self.pieces

    def _text(self, token: Token) -> None:
        if self.quote_level is not None:
            return
        if self.line_start is None:
            self.line_start = token.start
        text = self.source[token.start : min(token.end, token.start + 4 * _LINE_CHARS)]
        self.texts.append(unescape(text))

    def _start(self, token: Token) -> bool:
        """Take a start tag; True where everything from it on is quoted."""
        is_void = token.name in VOID_TAGS
        if self.quote_level is None:
            if token.name in _BREAKS:
                self._end_line()
            mark = self._mark(token) if token.name in _MARKED_TAGS else ""
            if mark:
                self._end_line()
                self.pieces.append(_Piece(token.start, "", is_quote=True))
                self.quote_level = len(self.open)
            if mark == "cut":
                return True
            if self.line_start is None and not mark:
                self.line_start = token.start
            if token.name == "img":
                self.texts.append("[image]")
        if not is_void and len(self.open) < _NESTING:
            self.open.append(token.name)
        return False

    def _end(self, token: Token) -> None:
        if self.quote_level is None and token.name in _BREAKS:
            self._end_line()
        if token.name not in self.open:
            return
        while self.open.pop() != token.name:
            pass
        if self.quote_level is not None and len(self.open) <= self.quote_level:
            self.quote_level = None
            self.line_start = token.end

    def _mark(self, token: Token) -> str:
        """Return "cut" or "quote" where a mail program says so."""
        found = attributes(self.source, token)
        element_id = found.get("id", "").lower().replace("x_", "")
        classes = {name.replace("x_", "") for name in found.get("class", "").lower().split()}
        if element_id in _CUT_IDS or classes & _CUT_CLASSES:
            return "cut"
        is_quote = (
            element_id in _QUOTE_IDS
            or bool(classes & _QUOTE_CLASSES)
            or any(name.startswith("yahoo-quoted") for name in (*classes, element_id))
            or found.get("name", "").lower() in _QUOTE_NAMES
            or (token.name == "blockquote" and found.get("type", "").lower() == "cite")
        )
        return "quote" if is_quote else ""

    def _end_line(self) -> None:
        text = _BLANKS.sub(" ", "".join(self.texts)).strip()[:_LINE_CHARS]
        self.texts = []
        if text and self.line_start is not None:
            self.pieces.append(_Piece(self.line_start, text))
            self.line_start = None


def split_reply_html(source: str) -> SplitHtml:
    """Return raw HTML in two parts, each of which is to be sanitised. Linear in the length.

    A mail that quotes and says nothing, such as a forwarded one, is shown whole.
    """
    pieces = _Scan(source).run()
    roles = list(_roles(pieces))
    has_words = any(role is LineRole.VISIBLE and not piece.is_quote for piece, role in zip(pieces, roles, strict=True))
    if not has_words:
        return SplitHtml(source, "")
    starts = [0, *(piece.start for piece in pieces[1:]), len(source)]
    spans = [(role, source[starts[number] : starts[number + 1]]) for number, role in enumerate(roles)]
    return SplitHtml(
        visible="".join(text for role, text in spans if role is not LineRole.QUOTED),
        quoted="".join(text for role, text in spans if role is LineRole.QUOTED),
    )


def _roles(pieces: list[_Piece]) -> Iterator[LineRole]:
    """Yield a role a piece: they are judged as lines of plain text with blank lines between.

    The first marked quote is one that a reply answers, whether or not a line introduces it.
    """
    lines: list[str] = []
    line_of_piece: list[int] = []
    has_quote = False
    for piece in pieces:
        if piece.is_quote and not has_quote:
            has_quote = True
            lines += [_INTRODUCTION_LINE, ""]
        line_of_piece.append(len(lines))
        lines += [_QUOTE_LINE if piece.is_quote else piece.text, ""]
    roles = roles_of_lines(lines)
    return (roles[line] for line in line_of_piece)
