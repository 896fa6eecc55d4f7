"""HTML from strangers: made safe to show, its images, and its text."""

from hummdesk.html_text import html_to_text
from hummdesk.safe_html.images import count_remote_images, resolve_images
from hummdesk.safe_html.looks import has_look
from hummdesk.safe_html.sanitiser import sanitise_html, sanitise_with_looks

__all__ = [
    "count_remote_images",
    "has_look",
    "html_to_text",
    "resolve_images",
    "sanitise_html",
    "sanitise_with_looks",
]
