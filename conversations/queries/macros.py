"""Macros, and what they come to in a conversation."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from conversations.access import visible_conversations, with_any_id
from conversations.macro_actions import MacroText, macro_texts, rendered
from conversations.models import Conversation, Macro
from conversations.queries.sharing import shared_with
from teams.access import Viewer

MACROS_OFFERED = 200


def texts_in(macro: Macro, conversation: Conversation, viewer: Viewer) -> Sequence[MacroText]:
    """Return what the macro writes in the conversation, in order. One query unless the contact is loaded."""
    values = variable_values(conversation, viewer)
    return [MacroText(one.kind, rendered(one.text, values)) for one in macro_texts(macro.actions)]


def conversations_for_macro(viewer: Viewer, ids: Sequence[str]) -> QuerySet[Conversation]:
    """Return the visible conversations with these ids or display_ids, in the order of their ids. Two queries."""
    rows = visible_conversations(viewer).filter(with_any_id(ids))
    return rows.select_related("contact").prefetch_related("tags").order_by("id")


def macros_by_use(viewer: Viewer) -> Sequence[Macro]:
    """Return the macros that the viewer may use, the most used first, 200 at most. One query."""
    return list(shared_with(viewer, Macro).order_by("-usage_count", "name", "id")[:MACROS_OFFERED])


def variable_values(conversation: Conversation, viewer: Viewer) -> Mapping[str, str]:
    """Return what `{{…}}` stands for in the conversation. One query unless the contact is loaded."""
    contact = conversation.contact
    tenant: Any = connection.tenant  # type: ignore[attr-defined]  # of django-tenants
    return {
        "contact.name": contact.name,
        "contact.first_name": next(iter(contact.name.split()), ""),
        "contact.email": contact.email,
        "conversation.display_id": str(conversation.display_id),
        "conversation.subject": conversation.subject,
        "agent.name": viewer.agent.name,
        "account.name": str(tenant.name),
    }
