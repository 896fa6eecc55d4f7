"""HTML cut down to what mail needs, well-formed and shallow, before the sanitiser sees it.

The sanitiser decides what is safe; this decides what it is fed. Fed with a megabyte of nested `<div>` it works for
minutes, so depth, tags and attributes are bounded here and every element is closed. What nobody can see is left out.
"""

import html
import re
from dataclasses import dataclass, field
from urllib.parse import quote

from hummdesk.html_tokens import VOID_TAGS, Kind, Token, attributes, is_hidden, tokens, unescape
from hummdesk.safe_html.looks import LOOKS, safe_colour, safe_style, with_fluid_width

REMOTE_SCHEME = "remote"
_PERCENT = re.compile(r"[0-9]{1,3}%")
_DEPTH = 100
_TAG_COUNT = 50_000
_VALUE_CHARS = 4_000
# The sanitiser's time grows with the square of one text's length.
_TEXT_CHARS = 8_000


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Elements whose inside is no text of the mail.
_DROPPED_WHOLE = _names(
    """applet audio canvas embed frameset iframe math noembed noframes noscript object script select style svg
    template textarea title video xmp"""
)
_TEXT_TAGS = _names(
    """abbr address article aside b bdi bdo big blockquote br caption center cite code dd del details dfn div dl dt
    em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i ins kbd li main mark nav p pre q s samp section small
    span strike strong sub summary sup table tbody tfoot thead tr tt u ul var wbr"""
)
# Tags and their attributes; the sanitiser takes the same.
ALLOWED: dict[str, frozenset[str]] = {
    **{tag: _names("dir lang") for tag in _TEXT_TAGS},
    "a": _names("href title"),
    "img": _names("src alt width height title"),
    "ol": _names("start"),
    "td": _names("colspan rowspan align valign"),
    "th": _names("colspan rowspan align valign"),
}
# The same with the look that a mail has in a frame of its own.
ALLOWED_WITH_LOOKS: dict[str, frozenset[str]] = {
    tag: ALLOWED.get(tag, frozenset()) | LOOKS.get(tag, frozenset()) | {"style"}
    for tag in sorted(ALLOWED.keys() | LOOKS.keys())
}
_NUMBERS = _names("width height start colspan rowspan border cellpadding cellspacing span")
_COLOURS = _names("bgcolor color")
# Which open elements a start tag ends, and what keeps it from looking further up (HTML 13.1.2.4, optional tags).
_ENDS = {
    **{tag: _names("p") for tag in _names("p div ul ol dl table blockquote pre hr h1 h2 h3")},
    "li": _names("li p"),
    "dt": _names("dt dd p"),
    "dd": _names("dt dd p"),
    "tr": _names("tr td th p"),
    "td": _names("td th p"),
    "th": _names("td th p"),
}
_TABLE_FRAME = _names("table thead tbody tfoot tr")
_TABLE_INSIDES = _names("caption thead tbody tfoot tr td th")
_FENCES = _names("table ul ol dl blockquote")
_INLINE = _names("b big code em i s small span strike strong sub sup tt u")


@dataclass(slots=True)
class _Reducer:
    """Writes the document anew; `open` is the stack of elements that are open in what was written."""

    source: str
    shows_hidden: bool
    keeps_looks: bool
    written: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    tag_count: int = 0
    text_run: int = 0
    skipped: str = ""
    skipped_depth: int = 0

    @property
    def allowed(self) -> dict[str, frozenset[str]]:
        """Return the tags that are kept, and their attributes."""
        return ALLOWED_WITH_LOOKS if self.keeps_looks else ALLOWED

    def take(self, token: Token) -> None:
        """Write what is left of one token."""
        if self.skipped:
            self._skip(token)
        elif token.kind is Kind.TEXT:
            self._text(unescape(self.source[token.start : token.end]))
        elif token.kind is Kind.END:
            self._end(token.name)
        else:
            self._start(token)

    def _text(self, text: str) -> None:
        """Write text; where it runs on for long, with a mark at which a line may break, which nobody sees."""
        if not text.isspace():
            self._enter_cell()
        for start in range(0, len(text), _TEXT_CHARS):
            chunk = text[start : start + _TEXT_CHARS]
            self.text_run += len(chunk)
            if self.text_run > _TEXT_CHARS:
                self.written.append("<wbr>")
                self.text_run = len(chunk)
            self.written.append(html.escape(chunk, quote=False))

    def _enter_cell(self) -> None:
        """Open a cell for what stands in a table outside of any: the sanitiser would move it, at length."""
        if self.open and self.open[-1] in _TABLE_FRAME:
            for tag in ("tr", "td") if self.open[-1] != "tr" else ("td",):
                self.written.append(f"<{tag}>")
                self.open.append(tag)

    def _skip(self, token: Token) -> None:
        if token.name == self.skipped:
            self.skipped_depth += 1 if token.kind is Kind.START else -1
            if self.skipped_depth == 0:
                self.skipped = ""

    def _start(self, token: Token) -> None:
        name = self._named(token.name)
        if name in _DROPPED_WHOLE:
            self.skipped, self.skipped_depth = name, 1
            return
        self.tag_count += 1
        if name not in self.allowed or self.tag_count > _TAG_COUNT:
            return
        found = attributes(self.source, token)
        if name not in VOID_TAGS:
            if not self.shows_hidden and is_hidden(found):
                self.skipped, self.skipped_depth = name, 1
                return
            if len(self.open) >= _DEPTH:
                return
        self._end_implied(name)
        self._write_start(name, found)

    def _write_start(self, name: str, found: dict[str, str]) -> None:
        if self.keeps_looks and name == "table":
            found = with_fluid_width(found)
        kept = [(key, self._value(key, found[key])) for key in sorted(self.allowed[name] & found.keys())]
        if name == "img" and is_pixel(found):
            return
        if name not in _TABLE_INSIDES:
            self._enter_cell()
        self.text_run = 0
        self.written.append(f"<{name}")
        self.written += [f' {key}="{html.escape(value)}"' for key, value in kept if value is not None]
        self.written.append(">")
        if name not in VOID_TAGS:
            self.open.append(name)

    def _value(self, name: str, value: str) -> str | None:
        """Return an attribute's value, None where it is of no use."""
        is_share = self.keeps_looks and name == "width" and _PERCENT.fullmatch(value.strip())
        return value.strip() if is_share else _kept_value(name, value)

    def _end_implied(self, name: str) -> None:
        """Close what a start tag ends, through open inline elements but not out of a table or list."""
        ended = _ENDS.get(name, frozenset())
        lowest = len(self.open)
        for index in range(len(self.open) - 1, -1, -1):
            if self.open[index] in ended:
                lowest = index
            elif self.open[index] in _FENCES or self.open[index] not in _INLINE:
                break
        while len(self.open) > lowest:
            self._write_end()

    def _named(self, name: str) -> str:
        """Return what stands for an element: the whole mail is a box of the page that shows it."""
        return "div" if self.keeps_looks and name == "body" else name

    def _end(self, name: str) -> None:
        """Close an element and what is open inside it; an end tag without its start is dropped."""
        name = self._named(name)
        if name not in self.open:
            return
        while self.open[-1] != name:
            self._write_end()
        self._write_end()

    def _write_end(self) -> None:
        self.written.append(f"</{self.open.pop()}>")

    def text(self) -> str:
        """Return all that was written, every element closed."""
        while self.open:
            self._write_end()
        return "".join(self.written)


def _kept_value(name: str, value: str) -> str | None:
    """Return an attribute's value, None where it is of no use."""
    value = value.strip()[:_VALUE_CHARS]
    if name == "style":
        return safe_style(value) or None
    if name in _COLOURS:
        return safe_colour(value)
    if name in _NUMBERS:
        number = value.removesuffix("px")
        return str(min(int(number), 2_000)) if number.isascii() and number.isdigit() and len(number) < 6 else None
    if name == "src":
        return image_marker(value)
    return value


def image_marker(source: str) -> str | None:
    """Return what stands for the source of an image until it is resolved: nothing that a browser would load."""
    lowered = source[:10].lower()
    if lowered.startswith("cid:"):
        return "cid:" + source[4:]
    if lowered.startswith("//"):
        source = "https:" + source
    elif not lowered.startswith(("http://", "https://")):
        return None
    return f"{REMOTE_SCHEME}:{quote(source, safe='')}"


def is_pixel(found: dict[str, str]) -> bool:
    """Whether an image is there to be counted, not to be seen."""
    return found.get("width", "").strip() in ("0", "1") and found.get("height", "").strip() in ("0", "1")


def reduce_html(source: str, *, keeps_looks: bool = False) -> str:
    """Return well-formed HTML of bounded depth with allowed tags and attributes only. Linear in the length.

    Sources of images are markers: `cid:…` for a part of the mail, `remote:…` for an address on the web.
    """
    reducer = _reduced(_Reducer(source, shows_hidden=False, keeps_looks=keeps_looks))
    if reducer.skipped and reducer.skipped not in _DROPPED_WHOLE:
        reducer = _reduced(_Reducer(source, shows_hidden=True, keeps_looks=keeps_looks))
    return reducer.text()


def _reduced(reducer: _Reducer) -> _Reducer:
    source = reducer.source
    for token in tokens(source):
        reducer.take(token)
    return reducer
