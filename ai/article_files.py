"""Files that hold articles: Markdown, HTML, CSV, and ZIP archives of the first two. No rows."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from hummdesk.clean_text import clean_line
from hummdesk.html_text import html_to_text

FILES_MOST = 1_000
FILE_BYTES_MOST = 1_000_000
ARCHIVE_BYTES_MOST = 50_000_000
_MARKDOWN, _HTML = frozenset({".md", ".markdown"}), frozenset({".html", ".htm"})
_COLUMNS = frozenset({"title", "category", "language", "status", "visibility"})
_FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---\s*\n", re.DOTALL)
_FIRST_HEADING = re.compile(r"\A\s*#\s+(.+?)\s*#*\s*(?:\n|\Z)")
_HTML_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL | re.IGNORECASE)
_HTML_HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL | re.IGNORECASE)
_HTML_BODY = re.compile(r"<(main|article|body)[^>]*>(.*)</\1>", re.DOTALL | re.IGNORECASE)


class UnreadableArticles(ValueError):
    """The file is not what its name says, or too large."""


@dataclass(frozen=True)
class ArticleFile:
    """What a file says of one article: `source` names it within the import, `fields` are as `create_article` takes."""

    source: str
    fields: dict[str, Any] = field(default_factory=dict)


def read_article_files(name: str, content: bytes) -> list[ArticleFile]:
    """Return the articles in a file, by its name's ending. Raises: UnreadableArticles."""
    ending = PurePosixPath(name).suffix.lower()
    if ending == ".zip":
        return list(_read_archive(content))
    if ending == ".csv":
        return list(_read_table(name, content))
    if ending in _MARKDOWN | _HTML:
        return [_read_page(name, content)]
    raise UnreadableArticles(name)


def _read_archive(content: bytes) -> Iterator[ArticleFile]:
    """Yield the pages of an archive; folders name the category, and names without an ending of ours are left out."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            pages = [one for one in archive.infolist() if _is_page(one.filename)]
            if len(pages) > FILES_MOST or sum(one.file_size for one in pages) > ARCHIVE_BYTES_MOST:
                raise UnreadableArticles("too large")
            for page in pages:
                with archive.open(page) as file:
                    # One more than allowed, whatever the archive's list says of its size.
                    yield _read_page(page.filename, file.read(FILE_BYTES_MOST + 1))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise UnreadableArticles("zip") from error


def _is_page(name: str) -> bool:
    path = PurePosixPath(name)
    is_hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return not is_hidden and path.suffix.lower() in _MARKDOWN | _HTML


def _read_page(name: str, content: bytes) -> ArticleFile:
    if len(content) > FILE_BYTES_MOST:
        raise UnreadableArticles(name)
    path = PurePosixPath(name)
    text = _decoded(content)
    fields = _html_fields(text) if path.suffix.lower() in _HTML else _markdown_fields(text)
    folder = path.parent.name.replace("-", " ").replace("_", " ").strip()
    fields.setdefault("title", path.stem.replace("-", " ").replace("_", " "))
    if folder and not fields.get("category"):
        fields["category"] = folder[:1].upper() + folder[1:]
    return ArticleFile(clean_line(name, 300), fields)


def _markdown_fields(text: str) -> dict[str, Any]:
    """Read `name: value` lines of front matter, and take the first heading for the title."""
    fields: dict[str, Any] = {}
    if matter := _FRONT_MATTER.match(text):
        text = text[matter.end() :]
        fields = dict(_matter_fields(matter[1]))
    if heading := _FIRST_HEADING.match(text):
        fields.setdefault("title", heading[1])
        text = text[heading.end() :]
    return fields | {"body_markdown": text.strip() or fields.get("title", "")}


def _matter_fields(matter: str) -> Iterator[tuple[str, Any]]:
    for line in matter.splitlines():
        name, _sign, value = line.partition(":")
        name, value = name.strip().lower(), value.strip().strip("\"'")
        if name in _COLUMNS and value:
            yield name, value
        elif name == "tags":
            yield name, _tags(value)


def _html_fields(text: str) -> dict[str, Any]:
    found = _HTML_HEADING.search(text) or _HTML_TITLE.search(text)
    title = " ".join(html_to_text(found[1]).split()) if found else ""
    inside = _HTML_BODY.search(text)
    body = inside[2] if inside else text
    body = _HTML_HEADING.sub("", _HTML_TITLE.sub("", body), count=1)
    return ({"title": title} if title else {}) | {"body_html": body}


def _read_table(name: str, content: bytes) -> Iterator[ArticleFile]:
    """Yield a row of a CSV each: title and body (Markdown) or body_html; category, language, tags … if they are there.

    Its own `id` or `source`, else its title, is what the next import knows it by.
    """
    try:
        rows = csv.DictReader(io.StringIO(_decoded(content), newline=""), restkey="", restval="")
        heads = {head: head.strip().lower() for head in rows.fieldnames or [] if head}
        if "title" not in heads.values() or not {"body", "body_markdown", "body_html"} & set(heads.values()):
            raise UnreadableArticles(name)
        for number, row in enumerate(rows):
            if number == FILES_MOST:
                raise UnreadableArticles("too large")
            yield _row_article(name, {heads[head]: text or "" for head, text in row.items() if head in heads})
    except csv.Error as error:
        raise UnreadableArticles(name) from error


def _row_article(name: str, row: dict[str, str]) -> ArticleFile:
    fields: dict[str, Any] = {column: row[column].strip() for column in _COLUMNS if row.get(column, "").strip()}
    fields.setdefault("title", "")
    if row.get("tags"):
        fields["tags"] = _tags(row["tags"])
    if markup := row.get("body_html", "").strip():
        fields["body_html"] = markup
    else:
        fields["body_markdown"] = (row.get("body_markdown") or row.get("body") or "").strip()
    key = row.get("id") or row.get("source") or fields["title"]
    return ArticleFile(clean_line(f"{name}#{key}", 300), fields)


def _tags(value: str) -> list[str]:
    return [tag for tag in (one.strip().strip("\"'") for one in value.strip("[]").split(",")) if tag]


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
