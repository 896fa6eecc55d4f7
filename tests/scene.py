"""The same rows in every table of an account, full of a word that only this account knows."""

from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.db.models import CharField, Model, TextField
from django.utils import timezone

from accounts.actions.api_tokens import make_api_token
from accounts.actions.invitations import make_invitation
from accounts.enums import Role
from accounts.models import Account, ApiToken, Membership, User
from accounts.token_secrets import hash_of
from ai.actions.index_article import index_article, keep_vectors
from ai.models import AiDraft, Article, ArticleVersion, Classification
from ai.queries.chunks import chunks_without_vector
from analytics.enums import Metric
from analytics.models import MetricEvent, Survey, SurveyOptOut
from conversations.enums import ClockKind, MessageKind, NotificationKind, RuleOutcome
from conversations.models import (
    Attachment,
    AutomationRule,
    Category,
    CategorySkill,
    Company,
    Conversation,
    ConversationFollow,
    ConversationRead,
    ConversationTag,
    FirstMessageDraft,
    Macro,
    MailPage,
    Message,
    MessageDraft,
    MessageMention,
    MessageVersion,
    Notification,
    NotificationSetting,
    RoutingDecision,
    RuleBacktest,
    RuleRun,
    RuleTimer,
    SavedView,
    SlaClock,
    SlaScope,
    Webhook,
    WebhookDelivery,
)
from conversations.search_index import write_entries
from email_channel.enums import Direction, MailSource, ParticipantRole, SuppressionReason
from email_channel.models import (
    EmailMessage,
    EmailTemplate,
    EmailTemplateVersion,
    IncomingMail,
    Mailbox,
    OutgoingDelivery,
    Participant,
    SendingDomain,
    SuppressedAddress,
)
from email_channel.survey_links import survey_token
from hummdesk.api.models import StoredAnswer
from hummdesk.tenancy.context import account_context
from teams.enums import RoutingStrategy
from teams.models import Agent, AgentSkill, BusinessHours, Holiday, Skill, SlaPolicy, Team
from tests import factories

# Texts that a check of the database or a look-up hangs on.
LEFT_AS_THEY_ARE = {"email", "address", "slug", "value", "key", "timezone", "language", "file", "raw", "lexeme"}


@dataclass(frozen=True)
class Scene:
    """One account with a row in every table; `ids` has one of each model, by its name."""

    account: Account
    admin: User
    agent: User
    ids: dict[str, Any] = field(default_factory=dict)
    display_id: int = 0

    @property
    def canary(self) -> str:
        """The word that no other account may ever see."""
        return canary_of(self.account)


def canary_of(account: Account) -> str:
    return f"canary-of-{account.slug}"


def make_scene(account: Account, *, more_conversations: int = 0) -> Scene:
    """Fill an account of the cast. `more_conversations` come first, so that the scene's has a higher display_id."""
    people = User.objects.filter(memberships__account=account)
    admin, agent = (people.get(email=f"{who}@{account.slug}.example") for who in ("admin", "agent"))
    make_api_token(user=admin, account=account, name=canary_of(account))
    invitation = make_invitation(
        account=account, email=f"{canary_of(account)}@people.example", role=Role.AGENT, by=admin
    )[0]
    with account_context(account):
        for _number in range(more_conversations):
            factories.make_conversation()
        conversation = _fill(account, Agent.objects.get(user=agent))
        _say_the_canary(canary_of(account))
        write_entries(list(Message.objects.values_list("id", flat=True)))
        newest = {model.__name__: model._default_manager.order_by("pk").last() for model in tenant_models()}
    ids: dict[str, Any] = {name: row.pk for name, row in newest.items() if row is not None}
    ids |= {"Conversation": conversation.pk, "Account": account.pk, "User": agent.pk, "Agent": agent.pk}
    ids["Membership"] = Membership.objects.get(account=account, user=agent).pk
    ids["Invitation"] = invitation.pk
    ids["ApiToken"] = ApiToken.objects.get(account=account, name=canary_of(account)).pk
    Account.objects.filter(pk=account.pk).update(name=f"{account.name} {canary_of(account)}")
    people.update(name=canary_of(account))
    return Scene(account, admin, agent, ids, conversation.display_id)


def tenant_models() -> list[type[Model]]:
    """Return the models whose tables lie in each account's schema."""
    return [model for app in apps.get_app_configs() if app.name in settings.TENANT_APPS for model in app.get_models()]


def _fill(account: Account, agent: Agent) -> Conversation:
    now = timezone.now()
    team = factories.make_team(agents=[agent])
    Holiday.objects.create(hours=BusinessHours.objects.get(is_default=True), day_on="2026-12-24", name="Holiday")
    mailbox = factories.make_mailbox(account, team=team, name=canary_of(account))
    company = Company.objects.create(name="Company")
    conversation = factories.make_conversation(
        contact=factories.make_contact(company=company), messages=1, team=team, assignee=agent, mailbox_id=mailbox.id
    )
    ConversationTag.objects.create(conversation=conversation, tag=factories.make_tag())
    ConversationRead.objects.create(conversation=conversation, agent=agent, read_until=now)
    _fill_mail(conversation, mailbox, agent)
    _fill_staff(conversation, agent, team)
    _fill_desk(conversation, agent)
    _fill_ai(conversation, agent)
    MetricEvent.objects.create(
        metric=Metric.values[0], event_seq=1, conversation_id=conversation.id, duration_s=1, at=now
    )
    _fill_surveys(account, conversation, agent)
    StoredAnswer.objects.create(user_id=agent.pk, key="the same", fingerprint="x", body=canary_of(account).encode())
    return conversation


def _fill_surveys(account: Account, conversation: Conversation, agent: Agent) -> None:
    now = timezone.now()
    survey = Survey.objects.create(
        conversation=conversation, agent=agent, resolved_at=now, due_at=now, sent_at=now, answered_at=now, rating=4
    )
    survey.token_hash = hash_of(survey_token(survey.id, schema=account.schema_name))
    survey.save(update_fields=["token_hash"])
    SurveyOptOut.objects.create(address_hash=hash_of("quiet@customers.example"))


def _fill_mail(conversation: Conversation, mailbox: Mailbox, agent: Agent) -> None:
    word = mailbox.name.encode()
    reply = factories.make_message(conversation, kind=MessageKind.REPLY, agent=agent)
    Attachment.objects.create(message=reply, file=ContentFile(word, name="file"), name="a.txt", size_bytes=len(word))
    email = EmailMessage.objects.create(
        direction=Direction.OUTGOING,
        mailbox=mailbox,
        conversation=conversation,
        conversation_message=reply,
        dedupe_key="k",
        raw=ContentFile(word, name="mail.eml"),
    )
    OutgoingDelivery.objects.create(email=email, recipient="customer@customers.example")
    template = EmailTemplate.objects.create(name="Template", subject="Subject", body_html="<p>Text</p>")
    EmailTemplateVersion.objects.create(template=template, number=1, subject="Subject", body_html="<p>Text</p>")
    Participant.objects.create(
        conversation=conversation, address="customer@customers.example", role=ParticipantRole.CUSTOMER
    )
    SuppressedAddress.objects.create(address="gone@customers.example", reason=SuppressionReason.BY_HAND)
    SendingDomain.objects.create(name=mailbox.domain)
    IncomingMail.objects.create(
        mailbox=mailbox, source=MailSource.SMTP, raw=ContentFile(word, name="mail.eml"), size_bytes=1, sha256="0"
    )


def _fill_staff(conversation: Conversation, agent: Agent, team: Team) -> None:
    skill, policy = Skill.objects.create(name="Returns"), SlaPolicy.objects.get(is_default=True)
    AgentSkill.objects.create(agent=agent, skill=skill)
    category = Category.objects.create(name="Returns of the scene", slug="returns-of-the-scene", team=team)
    CategorySkill.objects.create(category=category, skill=skill)
    RoutingDecision.objects.create(
        conversation=conversation,
        team=team,
        agent=agent,
        strategy=RoutingStrategy.LEAST_LOADED,
        reason={
            "rule": "least_loaded",
            "needs": {"language": "", "skills": {str(skill.pk): 1}, "known_by": None, "given_back_by": None},
            "able": {},
            "excluded": [],
        },
    )
    SlaScope.objects.create(policy=policy, team=team)
    SlaClock.objects.create(
        conversation=conversation,
        kind=ClockKind.RESOLUTION,
        policy=policy,
        target_s=60,
        warn_s=45,
        started_at=conversation.created_at,
    )


def _fill_desk(conversation: Conversation, agent: Agent) -> None:
    message = conversation.messages.earliest("created_at")
    ConversationFollow.objects.create(conversation=conversation, agent=agent)
    FirstMessageDraft.objects.create(agent=agent, body_text="Text", body_html="<p>Text</p>")
    MessageDraft.objects.create(conversation=conversation, agent=agent, body_text="Text", body_html="<p>Text</p>")
    MessageMention.objects.create(message=message, agent=agent)
    MailPage.objects.create(message=message, html="<p>Text</p>")
    MessageVersion.objects.create(message=message, body_text="Text", body_html="<p>Text</p>")
    Macro.objects.create(name="Macro", owner=agent, actions=[{"type": "reply", "text": "Text"}])
    SavedView.objects.create(name="View", owner=agent, filters={"status": "open"})
    Notification.objects.create(
        agent=agent, kind=NotificationKind.MENTIONED, conversation=conversation, message=message, event_seq=1
    )
    NotificationSetting.objects.create(agent=agent, kind=NotificationKind.REPLY, is_on=False)
    rule = AutomationRule.objects.create(
        name="Rule", trigger="message_received", actions=[{"type": "note", "text": "Text"}]
    )
    RuleRun.objects.create(rule=rule, conversation=conversation, event_seq=1, outcome=RuleOutcome.APPLIED)
    RuleTimer.objects.create(rule=rule, conversation=conversation, episode_key="waits", due_at=timezone.now())
    RuleBacktest.objects.create(rule=rule, version=1)
    webhook = Webhook.objects.create(url="https://hooks.example/here", secret="whsec_x", created_by=agent)
    WebhookDelivery.objects.create(webhook=webhook, event_seq=1, type="message.created", payload={})


def _fill_ai(conversation: Conversation, agent: Agent) -> None:
    article = Article.objects.create(
        title="Article",
        body_html="<p>Text</p>",
        body_text="Text",
        author=agent,
        status="published",
        published_at=timezone.now(),
    )
    words = {"title": "Article", "body_html": "<p>Text</p>", "body_text": "Text"}
    ArticleVersion.objects.create(article=article, number=1, **words)
    index_article(article)
    keep_vectors(chunks_without_vector("model", limit=1), [[1.0] + [0.0] * 383], model="model")
    message = conversation.messages.earliest("created_at")
    Classification.objects.create(conversation=conversation, message=message, provider="local", model="model")
    AiDraft.objects.create(
        conversation=conversation, body_html="<p>Text</p>", body_text="Text", confidence=1, provider="local", model="m"
    )


def _say_the_canary(canary: str) -> None:
    for model in tenant_models():
        columns = {
            column.name: column.max_length for column in model._meta.local_concrete_fields if _is_free_text(column)
        }
        for row in model._default_manager.all():
            for name in columns:
                # With the id, since many names may be there once only.
                setattr(row, name, f"{canary} {row.pk}"[: columns[name]])
            if columns:
                row.save(update_fields=columns)


def _is_free_text(column: Any) -> bool:
    return (
        isinstance(column, CharField | TextField)
        and not column.choices
        and not column.name.endswith(("_hash", "_key", "_id", "_reason"))
        and column.name not in LEFT_AS_THEY_ARE
        and (column.max_length or 99) >= 20
    )
