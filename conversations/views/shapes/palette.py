"""What the palette shows of what the server finds."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.enums import Priority
from conversations.models import Contact, Conversation, Macro
from conversations.moment_words import moment_meant
from conversations.queries.palette import choices_named, conversations_named, customers_named, macros_named
from conversations.views.shapes.shape import Shape, moment
from teams.access import Viewer

TEXT_MIN_LENGTH, TEXT_MAX_LENGTH = 2, 80


def palette_groups(viewer: Viewer, text: str) -> list[Shape]:
    """Return the groups of options for what somebody types; with a verb in front, its choices alone."""
    text = " ".join(text.replace("\x00", "").split())[:TEXT_MAX_LENGTH]
    if len(text) < TEXT_MIN_LENGTH:
        return []
    verb, _space, rest = text.partition(" ")
    if (changes := _verbs().get(verb.lower())) and rest:
        return _groups([(_("This conversation"), list(changes(rest)))])
    conversations = [_conversation(row) for row in conversations_named(viewer, text)]
    if text.startswith("#"):
        return _groups([(_("Conversations"), conversations)])
    searched = {"icon": "search", "label": _("Search for “%(text)s”") % {"text": text}, "url": _search_url(text)}
    return _groups(
        [
            (_("Customers"), [_customer(row) for row in customers_named(viewer, text)]),
            (_("Conversations"), [*conversations, searched]),
            (_("Macros"), [_macro(row) for row in macros_named(viewer, text)]),
        ]
    )


def _groups(named: Sequence[tuple[str, list[Shape]]]) -> list[Shape]:
    return [{"name": name, "options": options} for name, options in named if options]


def _verbs() -> Mapping[str, Callable[[str], Iterator[Shape]]]:
    """Return what can be said with an argument, in English and in the language in force."""
    verbs = {
        "assign": (_("assign"), _assignees),
        "team": (_("team"), lambda text: _choices("team", text, "users", _("Give to %(name)s"))),
        "tag": (_("tag"), lambda text: _choices("add_tags", text, "tag", _("Tag with %(name)s"))),
        "priority": (_("priority"), _priorities),
        "snooze": (_("snooze"), _moments),
    }
    return {word: changes for english, (own, changes) in verbs.items() for word in (english, own)}


def _assignees(text: str) -> Iterator[Shape]:
    for word, value, label in ((_("me"), "me", _("Assign to me")), (_("no one"), "none", _("Assign to no one"))):
        if word.startswith(text.lower()):
            yield {"icon": "user", "label": label, **_change("assignee", value)}
    for agent in choices_named("assignee", text):
        label = _("Assign to %(name)s") % {"name": agent.name}
        yield {"tint": agent.pk, "name": agent.name, "label": label, **_change("assignee", str(agent.pk))}


def _choices(field: str, text: str, icon: str, label: str) -> Iterator[Shape]:
    for row in choices_named(field, text):
        value = row.name if field == "add_tags" else str(row.pk)
        yield {"icon": icon, "label": label % {"name": row.name}, **_change(field, value)}


def _priorities(text: str) -> Iterator[Shape]:
    for priority in Priority:
        if str(priority.label).lower().startswith(text.lower()) or priority.value.startswith(text.lower()):
            label = _("Priority %(name)s") % {"name": str(priority.label).lower()}
            yield {"icon": "flag", "label": label, **_change("priority", priority.value)}


def _moments(text: str) -> Iterator[Shape]:
    until = moment_meant(text)
    if until is not None:
        local = timezone.localtime(until)
        value = local.replace(tzinfo=None).isoformat(timespec="minutes")
        label = _("Snooze until %(moment)s") % {"moment": moment(until)}
        yield {"icon": "alarm-clock", "label": label, **_change("snoozed_until", value)}


def _change(field: str, value: str) -> Shape:
    return {"command": "change", "field": field, "value": value}


def _conversation(row: Conversation) -> Shape:
    return {
        "icon": "message-square-text",
        "label": row.subject or _("(no subject)"),
        "detail": f"#{row.display_id} · {row.contact.display_name}",
        "url": reverse("conversation-detail", args=[row.display_id]),
    }


def _customer(row: Contact) -> Shape:
    detail = row.company.name if row.company else row.email
    return {
        "tint": row.pk,
        "name": row.display_name,
        "label": row.display_name,
        "detail": detail,
        "url": reverse("contact-detail", args=[row.pk]),
    }


def _macro(row: Macro) -> Shape:
    return {"icon": "zap", "label": row.name, "command": "macro", "field": "macro", "value": str(row.pk)}


def _search_url(text: str) -> str:
    return f"{reverse('inbox')}?{urlencode({'view': 'search', 'q': text})}"
