"""Template tags and filters of the look: icons, initials, tints, times and sizes. They know no model."""

import datetime as dt
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from secrets import token_hex
from typing import Any

from django import template
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hummdesk.commands import COMMANDS, key_caps, keys_in_force, there_are

register = template.Library()

TINTS = "abcdefgh"
MINUTE_S, HOUR_S, DAY_S, WEEK_S = 60, 3600, 86_400, 604_800
FOLD_FROM = 3
PIECES_KEPT, PIECE_MAX_CHARS = 4096, 8_000


@register.simple_tag
def i(name: str, css_class: str = "") -> SafeString:
    """A decorative icon of the sprite; give the control around it a name of its own."""
    return _icon(name, css_class)


@lru_cache
def _icon(name: str, css_class: str) -> SafeString:
    href = f"{static('dist/icons.svg')}#{name}"
    return format_html('<svg class="i {}" aria-hidden="true"><use href="{}"/></svg>', css_class, href)


@register.simple_tag
def piece(template_name: str, **values: Any) -> SafeString:
    """A template that shows nothing but these values, drawn once for each set of them, language and time zone.

    Values are hashable all the way down (frozen dataclasses of scalars and tuples), and carry what the clock says as
    text. No request, no CSRF token. What is long is drawn anew each time, so that the memory this takes is bounded.
    """
    draw = _drawn if len(repr(values)) < PIECE_MAX_CHARS else _drawn.__wrapped__
    return draw(template_name, get_language(), timezone.get_current_timezone_name(), tuple(values.items()))


@register.simple_tag(takes_context=True)
def form_piece(context: template.Context, template_name: str, **values: Any) -> SafeString:
    """A piece whose forms carry the CSRF token of this request."""
    drawn = piece(template_name, csrf_token=_TOKEN, **values)
    return SafeString(drawn.replace(_TOKEN, str(context.get("csrf_token", ""))))


# In place of the token in what is kept; nobody can guess it, so that nothing that was written can hold it.
_TOKEN = token_hex()


@lru_cache(maxsize=PIECES_KEPT)
def _drawn(template_name: str, _language: str, _zone: str, values: tuple[tuple[str, Any], ...]) -> SafeString:
    return SafeString(get_template(template_name).render(dict(values)))


@register.simple_tag
def key(command_id: str, css_class: str = "") -> SafeString:
    """The keys of a command in a `<kbd>`, as the product has them; the page's script puts in what a person has chosen.

    Decorative: the control itself tells its keys to those who cannot see them.
    """
    caps = " ".join(key_caps(COMMANDS[command_id].keys))
    return format_html('<kbd class="kbd {}" data-key-of="{}" aria-hidden="true">{}</kbd>', css_class, command_id, caps)


@register.simple_tag
def commands_json(shortcuts: Mapping[str, str] | None) -> SafeString:
    """The table of commands for the page's script, with the keys of somebody with these shortcuts of their own."""
    return _commands_json(get_language(), tuple(sorted((shortcuts or {}).items())))


@lru_cache(maxsize=PIECES_KEPT)
def _commands_json(_language: str, shortcuts: tuple[tuple[str, str], ...]) -> SafeString:
    own = dict(shortcuts)
    table = [
        {
            "id": command.id,
            "label": str(command.label),
            "group": str(command.group.label),
            "icon": command.icon,
            "keys": [*filter(None, [keys_in_force(command, own)]), *command.fixed],
            "where": command.where,
            "url": command.url,
        }
        for command in there_are()
    ]
    return json_script(table, "commands")


@register.filter
def initials(name: str) -> str:
    """One or two capitals: of the first and the last word, or of an address's local part; "?" without a letter."""
    words = re.findall(r"[^\W_]+", name.partition("@")[0])
    if not words:
        return "?"
    return "".join(word[0] for word in dict.fromkeys((words[0], words[-1]))).upper()


@register.filter
def tint(person_id: object) -> str:
    """One of the letters a-h, always the same for the same id (its text is hashed)."""
    return TINTS[zlib.crc32(str(person_id).encode()) % len(TINTS)]


@register.filter
def short_time(at: dt.datetime | None) -> str:
    """Age of an aware moment: "now", "3m", "2h", "Sun", "12 Oct", "12 Oct 2024", in the current time zone."""
    if at is None:
        return ""
    local, now = timezone.localtime(at), timezone.localtime()
    age_s = (now - local).total_seconds()
    if age_s < MINUTE_S:
        return _("now")
    if age_s < HOUR_S:
        return _("%(count)dm") % {"count": age_s // MINUTE_S}
    if age_s < DAY_S:
        return _("%(count)dh") % {"count": age_s // HOUR_S}
    if age_s < WEEK_S - DAY_S:
        return _in_words(at, "D")
    return _in_words(at, "j M" if local.year == now.year else "j M Y")


@register.filter
def full_time(at: dt.datetime | None) -> str:
    """Day and time of an aware moment in the current time zone: "Sun 12 Oct 2025, 09:04"."""
    return _in_words(at, "D j M Y, H:i") if at else ""


@register.filter
def clock_time(at: dt.datetime | None) -> str:
    """Time of day of an aware moment in the current time zone: "09:04"."""
    return _in_words(at, "H:i") if at else ""


def _in_words(at: dt.datetime, pattern: str) -> str:
    return _moment_in_words(at, pattern, get_language(), timezone.get_current_timezone_name())


@lru_cache(maxsize=PIECES_KEPT * 2)
def _moment_in_words(at: dt.datetime, pattern: str, _language: str, _zone: str) -> str:
    """Of the few moments that pages show again and again; to put one into words takes longer than to find it here."""
    return date_format(timezone.localtime(at), pattern)


@register.filter
def day_name(on: dt.date) -> str:
    """ "Today", "Yesterday", "Monday 12 October", and the year when it is not this one."""
    today = timezone.localdate()
    if on == today:
        return _("Today")
    if on == today - dt.timedelta(days=1):
        return _("Yesterday")
    return date_format(on, "l j F" if on.year == today.year else "l j F Y")


@register.filter
def file_size(size_bytes: int) -> str:
    """Decimal units as mail programs show them: "512 B", "84 KB", "1.8 MB"."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    if size_bytes < 999_500:
        return f"{round(size_bytes / 1e3)} KB"
    unit, factor = ("MB", 1e6) if size_bytes < 999_500_000 else ("GB", 1e9)
    return f"{number_format(round(size_bytes / factor, 1), 1)} {unit}"


@register.filter
def folded(timeline: Iterable[Any]) -> Iterator[Any]:
    """The timeline with each run of three or more events as one item {kind: "events", events: [...]}."""
    for kind, run in groupby(timeline, key=_kind):
        items = list(run)
        if kind == "event" and len(items) >= FOLD_FROM:
            yield {"kind": "events", "events": items}
        else:
            yield from items


def _kind(item: Any) -> str:
    kind = item["kind"] if isinstance(item, Mapping) else item.kind
    return str(kind)
