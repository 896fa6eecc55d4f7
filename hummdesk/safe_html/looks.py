"""The look of HTML mail, as far as it is harmless: what is kept of it in a frame, and which mails are nothing without.

Inline styles only, of properties that colour and arrange; nothing in them loads, moves out of its box, or runs.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from hummdesk.html_tokens import Kind, attributes, tokens


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PROPERTIES = _names(
    """background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width
    border-collapse border-color border-left border-left-color border-left-style border-left-width border-radius
    border-right border-right-color border-right-style border-right-width border-spacing border-style border-top
    border-top-color border-top-style border-top-width border-width box-sizing clear color direction display float
    font font-family font-size font-style font-variant font-weight height letter-spacing line-height list-style-type
    margin margin-bottom margin-left margin-right margin-top max-width min-width overflow-wrap padding
    padding-bottom padding-left padding-right padding-top table-layout text-align text-decoration text-indent
    text-transform unicode-bidi vertical-align white-space width word-break word-spacing"""
)
# A backslash could hide the name of a function.
_VALUE = re.compile(r"[^\\@{}<>]{1,300}")
_FUNCTION = re.compile(r"([\w-]*)\s*\(")
_FUNCTIONS = _names("rgb rgba hsl hsla calc")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_COLOUR = re.compile(r"#?[A-Za-z0-9]{1,30}|(?:rgb|hsl)a?\([\d\s.,%/]{1,60}\)")
_WHITE = re.compile(
    r"white|#fff(?:fff)?|transparent|none|initial|inherit|unset|rgba?\(\s*255\s*,\s*255\s*,\s*255\b.*",
    re.DOTALL,
)
_PIXELS = re.compile(r"([0-9]{1,5})(?:\.[0-9]+)?px")
_DIGITS = re.compile(r"[0-9]{1,5}")
# What is wider does not fit a phone.
_WIDE_PX = 320
_STYLE_CHARS = 4_000
# Further attributes by tag; all tags keep `style`.
LOOKS: Mapping[str, frozenset[str]] = {
    "col": _names("span width"),
    "colgroup": _names("span width"),
    "div": _names("align"),
    "font": _names("color face size"),
    "h1": _names("align"),
    "h2": _names("align"),
    "h3": _names("align"),
    "hr": _names("width"),
    "img": _names("align border"),
    "p": _names("align"),
    "table": _names("align bgcolor border cellpadding cellspacing width"),
    "td": _names("bgcolor height width"),
    "th": _names("bgcolor height width"),
    "tr": _names("align bgcolor valign"),
}
_BOXES = _names("body center div section table tbody td th tr")
_NESTED_TABLES = 2


@lru_cache(maxsize=1024)
def safe_style(text: str) -> str:
    """Return the declarations of a `style` attribute that may stay, in their order. Linear in the length."""
    kept = []
    for declaration in _COMMENT.sub("", text[:_STYLE_CHARS]).split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip().lower(), value.replace("!important", "").strip()
        if name == "background":
            # Only its colour: pictures would be loaded, or cover what stands elsewhere.
            name, value = "background-color", next(iter(_COLOUR.findall(value.partition("url")[0])), "")
        if name in _PROPERTIES and _is_harmless(value):
            kept.append(_fluid(name, value))
    return ";".join(filter(None, kept))


def _fluid(name: str, value: str) -> str:
    """Return a declaration that a narrow frame can follow: a width for a desk is the widest it may be."""
    pixels = _PIXELS.fullmatch(value)
    if name not in ("width", "min-width") or pixels is None or int(pixels[1]) < _WIDE_PX:
        return f"{name}:{value}"
    return f"width:100%;max-width:{pixels[1]}px" if name == "width" else ""


def with_fluid_width(found: Mapping[str, str]) -> dict[str, str]:
    """Return the attributes of a table whose fixed width, if it is wide, is the widest that it may be."""
    width = found.get("width", "").strip().removesuffix("px")
    if not _DIGITS.fullmatch(width) or int(width) < _WIDE_PX:
        return dict(found)
    style = f"width:{width}px;{found.get('style', '')}"
    return {name: value for name, value in found.items() if name != "width"} | {"style": style}


def _is_harmless(value: str) -> bool:
    functions = (match[1].lower() for match in _FUNCTION.finditer(value))
    return _VALUE.fullmatch(value) is not None and all(name in _FUNCTIONS for name in functions)


def safe_colour(value: str) -> str | None:
    """Return a colour as an attribute holds it, or None."""
    value = value.strip()
    return value if _COLOUR.fullmatch(value) else None


def has_look(source: str) -> bool:
    """Whether raw HTML was laid out by a designer: tables in tables, or coloured boxes. Linear in the length.

    Fonts, sizes and the colours of words do not count: such mail reads better in our own type.
    """
    depth = 0
    for token in tokens(source):
        if token.name == "table":
            depth = max(depth + (1 if token.kind is Kind.START else -1), 0)
            if depth >= _NESTED_TABLES:
                return True
        if token.kind is Kind.START and token.name in _BOXES and _is_coloured(source[token.start : token.end]):
            found = attributes(source, token)
            if not _is_white(found.get("bgcolor", "")) or not _is_white(_background(found.get("style", ""))):
                return True
    return False


def _is_coloured(tag: str) -> bool:
    # Most tags are not: look before parsing.
    return "bgcolor" in (lowered := tag[:_STYLE_CHARS].lower()) or "background" in lowered


def _background(style: str) -> str:
    found = dict(part.split(":", 1) for part in safe_style(style).split(";") if ":" in part)
    return found.get("background-color", "")


def _is_white(colour: str) -> bool:
    return not colour.strip() or _WHITE.fullmatch(colour.strip().lower()) is not None
