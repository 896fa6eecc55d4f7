"""What `{{…}}` may name in a mail template, and what it stands for."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from accounts.links import link_to
from conversations.models import Contact, Conversation
from email_channel.errors import TemplateFault
from email_channel.models import Mailbox
from email_channel.templating import TemplateParts, Value, missing_by_field
from teams.models import Agent

# Each with what it is, for people, and an example for the preview.
VARIABLES: Mapping[str, tuple[str | Promise, str]] = {
    "customer_name": (_("The customer's name, else their address"), "Ada Lind"),
    "customer_first_name": (_("The first word of the customer's name"), "Ada"),
    "customer_email": (_("The customer's address"), "ada@customers.example"),
    "ticket_number": (_("The conversation's number"), "1042"),
    "conversation_subject": (_("The conversation's subject"), "Where is my parcel?"),
    "conversation_link": (_("The conversation's page, for agents"), "https://desk.example/conversations/1042"),
    "agent_name": (_("Who sends it; in automatic replies who is assigned"), "Sofia Berg"),
    "agent_first_name": (_("The first word of that name"), "Sofia"),
    "account_name": (_("Your company's name"), "Nordhem"),
    "account_link": (_("The address of your help desk"), "https://desk.example/"),
    "mailbox_name": (_("The mailbox's name"), "Nordhem Support"),
    "mailbox_address": (_("The mailbox's address"), "support@nordhem.example"),
    "today": (_("Today's date"), "23 November 2026"),
}
# Each new conversation by mail has these, so that an automatic reply may use them without a `default`.
ALWAYS_THERE = frozenset(VARIABLES) - {"agent_name", "agent_first_name", "conversation_subject", "customer_first_name"}


def sample_values() -> dict[str, Value]:
    """Return an example of each variable."""
    return {name: sample for name, (_label, sample) in VARIABLES.items()}


def faults_in_auto_reply(parts: TemplateParts) -> dict[str, list[str]]:
    """Return in words, by field, which variables an automatic reply may have to do without; nothing for one that can
    always be sent. Those that `default` or `if` foresees are no fault.
    """
    samples = sample_values()
    missing: dict[str, dict[str, None]] = {}
    for values in ({name: samples[name] for name in ALWAYS_THERE}, samples):
        try:
            found = missing_by_field(parts, values)
        except TemplateFault as fault:
            return {fault.field: [fault.sentence]}
        for field, names in found.items():
            missing.setdefault(field, {}).update(dict.fromkeys(names))
    text = gettext("Not every automatic reply has %(names)s. Give it a default, such as {{%(first)s | default: …}}.")
    return {
        field: [text % {"names": ", ".join(names), "first": next(iter(names))}] for field, names in missing.items()
    }


def values_of(
    conversation: Conversation | None, *, contact: Contact | None, mailbox: Mailbox, agent: Agent | None, language: str
) -> dict[str, Value]:
    """Return what the variables stand for; one that has no value is not among them. One query, for the links."""
    tenant: Any = connection.tenant  # type: ignore[attr-defined]  # of django-tenants
    values: dict[str, str] = {
        "account_name": str(tenant.name),
        "account_link": link_to(tenant, "/"),
        "mailbox_name": mailbox.name,
        "mailbox_address": mailbox.address,
        "today": _today(tenant, language),
    }
    if agent is not None:
        values |= {"agent_name": agent.name, "agent_first_name": _first_word(agent.name)}
    if contact is not None:
        values |= {
            "customer_name": contact.display_name,
            "customer_first_name": _first_word(contact.name),
            "customer_email": contact.email,
        }
    if conversation is not None:
        # The API serves accounts on the platform's host, too, which has no such page.
        path = reverse("conversation-detail", settings.ROOT_URLCONF, args=[conversation.display_id])
        values |= {
            "ticket_number": str(conversation.display_id),
            "conversation_subject": conversation.subject,
            "conversation_link": f"{values['account_link'].removesuffix('/')}{path}",
        }
    return {name: " ".join(value.split()) for name, value in values.items() if value.strip()}


def _first_word(name: str) -> str:
    return next(iter(name.split()), "")


def _today(tenant: Any, language: str) -> str:
    with override(language), timezone.override(tenant.timezone):
        return date_format(timezone.localdate(), "DATE_FORMAT")
