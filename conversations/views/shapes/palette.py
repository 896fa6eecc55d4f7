"""What the palette shows of what the server finds."""

import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.enums import Status
from conversations.models import Contact, Conversation, Macro
from conversations.queries.palette import FOUND_MOST, conversations_named, customers_named, macros_named
from conversations.views.shapes import choices
from conversations.views.shapes.shape import Shape
from teams.access import Viewer

TEXT_MIN_LENGTH, TEXT_MAX_LENGTH = 2, 80


def palette_groups(viewer: Viewer, text: str) -> list[Shape]:
    """Return the groups of options for what somebody types; with a verb in front, its choices alone."""
    text = " ".join(text.replace("\x00", "").split())[:TEXT_MAX_LENGTH]
    if len(text) < TEXT_MIN_LENGTH:
        return []
    verb, _space, rest = text.partition(" ")
    if (kind := _verbs().get(verb.lower())) and rest:
        return _changes(kind, viewer, rest)
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


def _verbs() -> Mapping[str, str]:
    """Return the kind of choices that a verb takes, in English and in the language in force."""
    kinds = {"assign": "assignee", "team": "team", "tag": "tag", "priority": "priority", "snooze": "snooze"}
    own = (_("assign"), _("team"), _("tag"), _("priority"), _("snooze"))
    return kinds | dict(zip(own, kinds.values(), strict=True))


def _changes(kind: str, viewer: Viewer, text: str) -> list[Shape]:
    """Return the picker's choices that begin with the text, else those that have it in them."""
    picker = choices.picker(kind, viewer, None, typed=text)
    ranks = {id(one): _rank(one, text.lower()) for one in picker["choices"]}
    found = sorted((one for one in picker["choices"] if ranks[id(one)]), key=lambda one: -ranks[id(one)])
    more = {"status": Status.SNOOZED.value} if kind == "snooze" else {}
    options = [
        {"choice": one, "command": "change", "values": json.dumps(more | {one.name: one.value})}
        for one in found[:FOUND_MOST]
    ]
    return _groups([(picker["title"], options)])


def _rank(choice: choices.Choice, word: str) -> int:
    """Return how well a word means a choice, 0 for not at all."""
    label = choice.label.lower()
    if word in (label, choice.hint.lower(), *label.split()):
        return 3
    return 2 if label.startswith(word) else int(word in label)


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
    values = {"macro": str(row.pk), "url": reverse("macro-apply", args=[row.pk])}
    return {"icon": "zap", "label": row.name, "command": "macro", "values": json.dumps(values)}


def _search_url(text: str) -> str:
    return f"{reverse('inbox')}?{urlencode({'view': 'search', 'q': text})}"
