"""A stranger's text made fit for a prompt: what no person sees is out of it, and it cannot end what encloses it.

Source: the OWASP list of prompt injections for language models (LLM01), Unicode TR 36 (invisible characters).
"""

import re
import unicodedata

# Soft hyphen, zero-width and direction signs, invisible operators, tags, fillers of Hangul, selectors of variants.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_COMMENTS = re.compile(r"<!--(?:(?!-->|<!--)[\s\S]){0,10000}-->")
_BLANKS = re.compile(r"[^\S\n]{3,}")
_EMPTY_LINES = re.compile(r"\n(?:[^\S\n]*\n){2,}")
CUT = "\n[…]\n"


def visible_text(text: str, *, most_chars: int = 20_000) -> str:
    """Return what a person reads of the text, in composed characters, at most so long: its beginning and its end."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _COMMENTS.sub("", _CONTROLS.sub("", _UNSEEN.sub("", text)))
    text = _EMPTY_LINES.sub("\n\n", _BLANKS.sub("  ", text)).strip()
    if len(text) <= most_chars:
        return text
    end = most_chars // 4
    return text[: most_chars - end - len(CUT)] + CUT + text[-end:]


def enclosed(text: str, tag: str, **attributes: str) -> str:
    """Return the text as data within a tag that nothing in it can close or imitate: angle brackets are escaped."""
    told = "".join(f' {name}="{_escaped(value)}"' for name, value in attributes.items())
    return f"<{tag}{told}>\n{_escaped(text)}\n</{tag}>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
