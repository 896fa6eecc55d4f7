"""The HTML of a mail that goes out: the words in the account's look, with the CSS on each element."""

import html
from functools import cache

import css_inline

from accounts.branding import Branding

# Mail programs show little of a style sheet, and answer with what they were sent: so the look is plain, and text and
# paper keep the colours of the program, which may be dark.
_STYLE = """
.words, .signature, .quoted { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif;
  font-size: 15px; line-height: 1.5 }
p { margin: 0 0 12px }
ul, ol { margin: 0 0 12px; padding: 0 0 0 24px }
pre { font-family: Menlo, Consolas, monospace; font-size: 13px; white-space: pre-wrap }
blockquote { margin: 0 0 12px; padding: 0 0 0 12px; border-left: 3px solid #c9ced6 }
img { max-width: 100%; height: auto }
.signature { margin: 24px 0 0; padding: 12px 0 0; border-top: 1px solid #c9ced6; font-size: 14px }
.signature p { margin: 0 0 6px }
.brand { margin: 12px 0 0 }
.quoted { margin: 24px 0 0 }
.ratings { margin: 0 0 12px; border-collapse: separate; border-spacing: 0 }
.ratings td { padding: 0 8px 8px 0; text-align: center; vertical-align: top }
.rating { display: block; min-width: 44px; padding: 8px 4px; border: 1px solid #8a8f98; border-radius: 6px;
  font-size: 13px; line-height: 1.4; text-decoration: none }
"""
_LINK_STYLE = "a { color: %s }"


def mail_document(*, words: str, signature: str, quoted: str, branding: Branding) -> str:
    """Return a whole page of the words, the signature and what was quoted, each of them safe HTML or empty.

    The same each time for the same values. `words` and `quoted` are sanitised, which bounds how deep they go: the
    inliner's parser dies over a hundred thousand levels.
    """
    logo = _logo(branding)
    foot = f'<div class="signature">{signature}{logo}</div>' if signature or logo else ""
    below = f'<div class="quoted">{quoted}</div>' if quoted else ""
    style = _STYLE + (_LINK_STYLE % branding.primary_color if branding.primary_color else "")
    return _inliner().inline(
        f'<!DOCTYPE html><html lang="{html.escape(branding.language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f'<style>{style}</style></head><body><div class="words">{words}</div>{foot}{below}</body></html>'
    )


def _logo(branding: Branding) -> str:
    if not branding.logo_url:
        return ""
    source, name = html.escape(branding.logo_url), html.escape(branding.name)
    return f'<p class="brand"><img src="{source}" alt="{name}" height="32"></p>'


@cache
def _inliner() -> css_inline.CSSInliner:
    """Return an inliner that opens no file and calls nobody."""
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False, keep_link_tags=False)
