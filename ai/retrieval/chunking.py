"""Articles cut into passages that can be found and cited."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from hummdesk.html_text import html_to_text
from hummdesk.html_tokens import Kind, tokens

# Measured best on product documentation: a few paragraphs that say one thing (AI.md 2.6).
CHUNK_CHARS = 900
# A rest that is shorter than this is no passage of its own, where it fits behind the one before it.
LEAST_CHARS = 200
PATH_SIGN = " › "
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*\s+")
_BLANK_LINES = re.compile(r"\n\s*\n")
_WORD = re.compile(r"\w+")
_HEADING_CHARS = 200


@dataclass(frozen=True)
class Passage:
    """One passage: the headings above it, the article's title first, and its text as people read it."""

    heading_path: str
    text: str

    @property
    def whole(self) -> str:
        """What is searched and embedded: the path, then the text."""
        return f"{self.heading_path}\n{self.text}".strip()

    @property
    def content_hash(self) -> str:
        """The sha256 of path and text, in hexadecimal: equal passages have equal vectors."""
        return hashlib.sha256(self.whole.encode()).hexdigest()

    @property
    def word_count(self) -> int:
        """How many words there are in path and text."""
        return len(_WORD.findall(self.whole))


@dataclass
class _Section:
    path: tuple[str, ...]
    text: str = ""


@dataclass
class _Outline:
    """The headings that are open, by level."""

    open: dict[int, str] = field(default_factory=dict)

    def enter(self, level: int, heading: str) -> tuple[str, ...]:
        """Return the path below this heading."""
        self.open = {each: text for each, text in self.open.items() if each < level}
        if heading:
            self.open[level] = heading
        return tuple(text for _level, text in sorted(self.open.items()))


def cut_article(title: str, body_html: str) -> list[Passage]:
    """Return the passages of an article, in its order: about 900 characters each, none across a heading.

    An article without text has one passage, its title. Linear in the length.
    """
    passages: list[Passage] = []
    for section in _sections(body_html):
        path = PATH_SIGN.join(part for part in (title, *section.path) if part)
        passages += [Passage(path, text) for text in cut_text(section.text)]
    return passages or [Passage(title, "")]


def cut_text(text: str) -> list[str]:
    """Return pieces of at most some 900 characters: whole paragraphs where they fit, else sentences, else words."""
    pieces: list[str] = []
    current = ""
    for part in _parts(text):
        room = CHUNK_CHARS + (LEAST_CHARS if len(part) < LEAST_CHARS else 0)
        if current and len(current) + len(part) + 1 > room:
            pieces.append(current)
            current = ""
        current = f"{current}\n{part}" if current else part
    if current:
        pieces.append(current)
    return pieces


def _sections(body_html: str) -> Iterator[_Section]:
    """Yield the text below each heading; headings that hold nothing show in the paths below them only."""
    outline = _Outline()
    path: tuple[str, ...] = ()
    start = 0
    heading: tuple[int, int] | None = None
    for token in tokens(body_html):
        level = _HEADINGS.get(token.name)
        if level is None:
            continue
        if token.kind is Kind.START:
            if heading is None and (text := html_to_text(body_html[start : token.start]).strip()):
                yield _Section(path, text)
            heading = (level, token.end)
        elif heading is not None:
            words = " ".join(html_to_text(body_html[heading[1] : token.start]).split())[:_HEADING_CHARS]
            path = outline.enter(heading[0], words)
            heading, start = None, token.end
    rest = body_html[start if heading is None else heading[1] :]
    if text := html_to_text(rest).strip():
        yield _Section(path, text)


def _parts(text: str) -> Iterator[str]:
    """Yield paragraphs, those that are too long in pieces."""
    for paragraph in _BLANK_LINES.split(text):
        stripped = paragraph.strip()
        if len(stripped) <= CHUNK_CHARS:
            if stripped:
                yield stripped
            continue
        for line in stripped.split("\n"):
            yield from _fitting(line.strip())


def _fitting(line: str) -> Iterator[str]:
    start = 0
    while len(line) - start > CHUNK_CHARS:
        end = _last_break(line, start, start + CHUNK_CHARS)
        yield line[start:end].strip()
        start = end
    if rest := line[start:].strip():
        yield rest


def _last_break(line: str, start: int, end: int) -> int:
    """Return where to cut: behind the last sentence of this stretch, else its last word, else its end."""
    sentences = [match.end() for match in _SENTENCE_END.finditer(line, start, end)]
    if sentences and sentences[-1] - start >= LEAST_CHARS:
        return sentences[-1]
    blank = line.rfind(" ", start + 1, end)
    return blank + 1 if blank > start else end
