"""Mail templates as text: Liquid without what loops, includes, assigns or computes.

Nothing of ours can be reached from a template: values are plain texts and numbers, and python-liquid reads no
attributes. What a template may cost is bounded by its length, by the length of every value on its way, by the output
and by time. Source: shopify.github.io/liquid; jg-rp.github.io/liquid (undefined types, resource limits).
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.utils.translation import gettext as _
from liquid import Environment, Undefined, escape
from liquid.builtin import content, illegal, output
from liquid.builtin.filters import misc, string
from liquid.builtin.tags import comment_tag, if_tag, unless_tag
from liquid.exceptions import LiquidError, ResourceLimitError, UnknownFilterError

from email_channel.errors import TemplateFault
from hummdesk.safe_html import html_to_text, sanitise_html

SUBJECT_CHARS = 300
BODY_CHARS = 60_000
VALUE_CHARS = 5_000
VALUES_MOST = 100
MARKS_MOST = 1_000
_MARK_CHARS = 500
_OUTPUT_BYTES = 400_000
_FILTERED_CHARS = 20_000
_TIMEOUT_S = 1.0
_FILTERS: Mapping[str, Callable[..., Any]] = {
    "append": string.append,
    "capitalize": string.capitalize,
    "default": misc.default,
    "downcase": string.downcase,
    "escape": string.escape,
    "newline_to_br": string.newline_to_br,
    "prepend": string.prepend,
    "strip": string.strip,
    "truncate": string.truncate,
    "truncatewords": string.truncatewords,
    "upcase": string.upcase,
    "url_encode": string.url_encode,
}
FILTER_NAMES = tuple(sorted(_FILTERS))
TAG_NAMES = ("if", "elsif", "else", "endif", "unless", "endunless", "comment", "endcomment")
_MARK = re.compile(r"\{\{|\{%")
_TAG_NAME = re.compile(r"-?\s{0,50}(\w{1,50})")
# What a template that is wrong can end in; deep expressions are read and worked out recursively.
_FAULTS = (LiquidError, RecursionError, ValueError, TypeError, OverflowError)

Value = str | int | float | bool


@dataclass(frozen=True)
class TemplateParts:
    """What a template says; `text` may be empty, and is then made from the HTML."""

    subject: str
    html: str
    text: str = ""


@dataclass(frozen=True)
class RenderedMail:
    """A template with its values: one line, sanitised HTML, text; and the variables that had no value, in order.

    `unsafe_html` is what `html` was made from, for whoever sanitises it once more.
    """

    subject: str
    html: str
    text: str
    missing: tuple[str, ...]
    unsafe_html: str = ""


@dataclass
class _Run:
    """One rendering: when it must be done, and what it found missing."""

    ends_at_s: float = field(default_factory=lambda: time.monotonic() + _TIMEOUT_S)
    missing: dict[str, None] = field(default_factory=dict)


_run: ContextVar[_Run] = ContextVar("template_run")


class _Missing(Undefined):
    """A variable without a value: noted where it would be written, false in conditions, replaced by `default`."""

    __slots__ = ()

    def __str__(self) -> str:
        _run.get().missing[self.name] = None
        return f"{{{{{self.name}}}}}"

    def __html__(self) -> str:
        return f"<mark>{escape(str(self))}</mark>"


class _TooMuch(ResourceLimitError):
    """A text grew too long on its way, or time is up."""


class _MailEnvironment(Environment):
    output_stream_limit = _OUTPUT_BYTES
    block_nesting_limit = 10

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:  # the library's own signature
        tags: Iterable[Any] = (
            content.Literal,
            output.Output,
            illegal.Illegal,
            if_tag.IfTag,
            unless_tag.UnlessTag,
            comment_tag.CommentTag,
        )
        for tag in tags:
            self.add_tag(tag)
        for name, function in _FILTERS.items():
            self.add_filter(name, _bounded(function))


def _bounded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the filter, ending in an error where its result is too long or time is up."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        if (isinstance(result, str) and len(result) > _FILTERED_CHARS) or time.monotonic() > _run.get().ends_at_s:
            raise _TooMuch("too much", token=None)
        return result

    return run


_HTML = _MailEnvironment(undefined=_Missing, autoescape=True)
_TEXT = _MailEnvironment(undefined=_Missing)


def render_parts(parts: TemplateParts, values: Mapping[str, Value]) -> RenderedMail:
    """Return the mail that a template makes of these values. Values are escaped in the HTML, and never read as Liquid.

    Linear in the template's length; at most a second for each part. A variable without a value stands in the result as
    it was written, marked. Raises: TemplateFault.
    """
    checked = {name: _cleaned(value) for name, value in list(values.items())[:VALUES_MOST]}
    run = _Run()
    token = _run.set(run)
    try:
        subject = _rendered("subject", _TEXT, parts.subject, checked)
        unsafe_html = _rendered("body_html", _HTML, parts.html, checked)
        html = sanitise_html(unsafe_html)
        text = _rendered("body_text", _TEXT, parts.text, checked) if parts.text.strip() else html_to_text(html)
    finally:
        _run.reset(token)
    return RenderedMail(" ".join(subject.split())[:SUBJECT_CHARS], html, text.strip(), tuple(run.missing), unsafe_html)


def faults_of(parts: TemplateParts) -> dict[str, list[str]]:
    """Return what is wrong with a template, in words, by the name of its field; nothing for one that can be sent."""
    found: dict[str, list[str]] = {}
    for name, environment, source in _by_field(parts):
        try:
            _check_filters(name, source, _parsed(name, environment, source))
        except TemplateFault as fault:
            found[name] = [fault.sentence]
    return found


def missing_by_field(parts: TemplateParts, values: Mapping[str, Value]) -> dict[str, tuple[str, ...]]:
    """Return the variables that these values leave unfilled, by the name of the field; nothing where all are filled.

    Raises: TemplateFault.
    """
    found = {}
    for name, environment, source in _by_field(parts):
        run = _Run()
        token = _run.set(run)
        try:
            _rendered(name, environment, source, values)
        finally:
            _run.reset(token)
        if run.missing:
            found[name] = tuple(run.missing)
    return found


def variables_named(parts: TemplateParts) -> tuple[str, ...]:
    """Return the variables that a template names, by name. Raises: TemplateFault."""
    names: set[str] = set()
    for name, environment, source in _by_field(parts):
        names |= {str(variable) for variable in _parsed(name, environment, source).variables(include_partials=False)}
    return tuple(sorted(names))


def _by_field(parts: TemplateParts) -> list[tuple[str, Environment, str]]:
    return [("subject", _TEXT, parts.subject), ("body_html", _HTML, parts.html), ("body_text", _TEXT, parts.text)]


def _rendered(name: str, environment: Environment, source: str, values: Mapping[str, Value]) -> str:
    template = _parsed(name, environment, source)
    _run.get().ends_at_s = time.monotonic() + _TIMEOUT_S
    try:
        return str(template.render(values))
    except _FAULTS as error:
        raise TemplateFault(name, _sentence(error)) from error


def _parsed(name: str, environment: Environment, source: str) -> Any:
    most_chars = SUBJECT_CHARS if name == "subject" else BODY_CHARS
    if len(source) > most_chars:
        raise TemplateFault(name, _("This has more than %(count)d characters.") % {"count": most_chars})
    _check_marks(name, source)
    try:
        return environment.from_string(source)
    except _FAULTS as error:
        raise TemplateFault(name, _sentence(error)) from error


def _check_filters(name: str, source: str, template: Any) -> None:
    """Each filter is one of ours, also where the values of today would not reach it. Raises: TemplateFault."""
    for filter_name, spans in template.analyze(include_partials=False).filters.items():
        if filter_name not in _FILTERS:
            raise TemplateFault(name, _on_line(source, spans[0].index, _no_such_filter()))


def _check_marks(name: str, source: str) -> None:
    """Each mark is closed soon, and each tag is one of ours: the library's own search for them takes minutes over
    60,000 blanks after an opening brace. Linear. Raises: TemplateFault.
    """
    at, count = 0, 0
    while match := _MARK.search(source, at):
        count += 1
        if count > MARKS_MOST:
            raise TemplateFault(name, _("This has more than %(count)d variables.") % {"count": MARKS_MOST})
        closing = "}}" if match[0] == "{{" else "%}"
        at = source.find(closing, match.end(), match.end() + _MARK_CHARS) + len(closing)
        if at < len(closing):
            raise TemplateFault(
                name, _on_line(source, match.start(), _("What opens with braces must close with them."))
            )
        tag = _TAG_NAME.match(source, match.end()) if match[0] == "{%" else None
        if match[0] == "{%" and (tag is None or tag[1] not in TAG_NAMES):
            text = _("Only these stand in {%% %%}: %(names)s.") % {"names": ", ".join(TAG_NAMES)}
            raise TemplateFault(name, _on_line(source, match.start(), text))


def _on_line(source: str, at: int, text: str) -> str:
    return _("Line %(number)d: %(text)s") % {"number": source.count("\n", 0, at) + 1, "text": text}


def _sentence(error: Exception) -> str:
    """Return what is wrong, with the line where that is known."""
    if isinstance(error, ResourceLimitError):
        text = _("This template does too much.")
    elif isinstance(error, UnknownFilterError):
        text = _no_such_filter()
    else:
        text = _("This can't be read. Check what stands between the braces.")
    token = error.token if isinstance(error, LiquidError) else None
    return _on_line(token.source, token.start_index, text) if token and token.start_index >= 0 else text


def _cleaned(value: Value) -> Value:
    """Return a text without what mail and the database refuse: NUL, lone surrogates, more than 5,000 characters."""
    if not isinstance(value, str):
        return value
    return value[:VALUE_CHARS].encode("utf-8", "replace").decode().replace("\x00", "")


def _no_such_filter() -> str:
    return _("There is no such filter. There are: %(names)s.") % {"names": ", ".join(FILTER_NAMES)}
