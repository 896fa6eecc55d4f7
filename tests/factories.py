"""Rows for tests, one plain function for each kind; what is not given is ordinary, and nothing else happens.

All of them write into the account in force. Actions are what the tests call; factories only set the scene.
"""

import base64
from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import Account, MailRoute, User
from conversations.enums import FINISHED, IdentityKind, MessageKind, Status
from conversations.models import Contact, ContactIdentity, Conversation, Message, Tag, Webhook
from conversations.search_index import write_entries
from email_channel.models import Mailbox
from hummdesk.tenancy.context import platform_context
from teams.enums import TeamRole
from teams.models import Agent, AgentLoad, Team, TeamMember

_numbers = count(1)


def make_user(email: str = "", **fields: Any) -> User:
    """Make a user who is in no account and has no password."""
    number = next(_numbers)
    with platform_context():
        return User.objects.create_user(email or f"user{number}@people.example", None, name=f"User {number}", **fields)


def make_agent(user: User | None = None, **fields: Any) -> Agent:
    """Make an agent's row alone, without a membership."""
    user = user or make_user()
    agent = Agent.objects.create(user=user, **{"name": user.name, "email": user.email, **fields})
    AgentLoad.objects.create(agent=agent)
    return agent


def agent_of(user: User) -> Agent:
    """Return the agent that a user is in the account in force."""
    return Agent.objects.get(user_id=user.id)


def make_team(name: str = "", *, agents: Sequence[User | Agent] = (), **fields: Any) -> Team:
    """Make a team with these agents in it."""
    number = next(_numbers)
    team = Team.objects.create(name=name or f"Team {number}", slug=fields.pop("slug", f"team-{number}"), **fields)
    for agent in agents:
        TeamMember.objects.create(team=team, agent_id=agent.pk, role=TeamRole.AGENT)
    return team


def make_contact(email: str = "", *, name: str = "", **fields: Any) -> Contact:
    """Make a contact who is known by one e-mail address."""
    number = next(_numbers)
    email = email or f"customer{number}@customers.example"
    contact = Contact.objects.create(name=name or f"Customer {number}", email=email, **fields)
    ContactIdentity.objects.create(contact=contact, kind=IdentityKind.EMAIL, value=email.lower())
    return contact


def make_conversation(*, contact: Contact | None = None, messages: int = 0, **fields: Any) -> Conversation:
    """Make a conversation with this many incoming messages, a minute apart, the newest now.

    Times that a status cannot be without are set: `snoozed_until` to tomorrow, `resolved_at` to now.
    """
    now = timezone.now()
    status = fields.get("status", Status.OPEN)
    if status == Status.SNOOZED:
        fields.setdefault("snoozed_until", now + timedelta(days=1))
    if status in FINISHED:
        fields.setdefault("resolved_at", now)
    fields.setdefault("subject", f"Subject {next(_numbers)}")
    conversation = Conversation.objects.create(contact=contact or make_contact(), **fields)
    conversation.refresh_from_db(fields=["display_id"])
    for minutes_ago in reversed(range(messages)):
        make_message(conversation, created_at=now - timedelta(minutes=minutes_ago))
    return conversation


def make_message(
    conversation: Conversation,
    *,
    kind: MessageKind = MessageKind.INCOMING,
    agent: User | Agent | None = None,
    **fields: Any,
) -> Message:
    """Make a message, and what the conversation's row says of its newest one.

    Replies and notes need the `agent`. The text is `body_text`, and `body_html` follows it unless given.
    """
    text = fields.setdefault("body_text", f"Text {next(_numbers)}")
    fields.setdefault("body_html", f"<p>{text}</p>")
    author = {"contact": conversation.contact} if kind == MessageKind.INCOMING else {"agent_id": agent and agent.pk}
    message = Message.objects.create(conversation=conversation, kind=kind, **author, **fields)
    if kind != MessageKind.SYSTEM:
        _follow(conversation, message)
    return message


def make_searchable(*conversations: Conversation) -> None:
    """Put the messages of these conversations into the search index, which actions do for theirs."""
    write_entries(list(Message.objects.filter(conversation__in=conversations).values_list("id", flat=True)))


def _follow(conversation: Conversation, message: Message) -> None:
    conversation.message_count += 1
    conversation.preview = message.body_text[:200]
    conversation.last_message_id = message.id
    conversation.last_message_kind = message.kind
    conversation.last_message_agent = message.agent
    conversation.last_message_at = conversation.last_activity_at = message.created_at
    if message.kind == MessageKind.INCOMING:
        conversation.waiting_since = conversation.waiting_since or message.created_at
    elif message.kind == MessageKind.REPLY:
        conversation.waiting_since = None
    conversation.save()


def make_tag(name: str = "") -> Tag:
    """Make a tag."""
    return Tag.objects.create(name=name or f"tag-{next(_numbers)}")


def make_mailbox(account: Account, address: str = "", **fields: Any) -> Mailbox:
    """Make a mailbox of the account in force, and the route by which mail finds it."""
    address = address or f"mailbox{next(_numbers)}@{account.slug}.example"
    mailbox = Mailbox.objects.create(address=address, **{"name": account.name, **fields})
    MailRoute.objects.create(address=address, account=account, mailbox_id=mailbox.id)
    return mailbox


def make_webhook(url: str = "https://hooks.example.com/here", **fields: Any) -> Webhook:
    """Make a webhook that wants everything, with a secret that receivers can check by."""
    secret = "whsec_" + base64.b64encode(f"the secret of number {next(_numbers):03}".encode()).decode()
    return Webhook.objects.create(url=url, **{"secret": secret, **fields})
