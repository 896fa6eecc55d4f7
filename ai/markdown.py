"""Markdown as HTML that is safe to show (markdown-it-py: CommonMark with tables)."""

from markdown_it import MarkdownIt

from hummdesk.safe_html import sanitise_html

_parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 40}).enable(["table", "strikethrough"])


def markdown_to_html(source: str) -> str:
    """Return safe HTML; HTML inside the Markdown is shown as text."""
    return sanitise_html(_parser.render(source))
