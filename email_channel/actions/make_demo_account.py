"""The demo accounts with people, teams, a mailbox and conversations, each whole or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password

from accounts.actions.add_member import add_member
from accounts.actions.create_account import create_account
from accounts.enums import Role
from accounts.models import Account, Membership, User
from conversations.actions.save_rule import create_rule
from conversations.demo.accounts import CastMember, DemoAccount, load_demo_account
from conversations.demo.promised import promise_demo_times
from conversations.demo.script import generate
from conversations.demo.topics import load_topics
from conversations.demo.writer import DemoPlace, write_conversations
from conversations.enums import RuleTrigger
from conversations.models import Category, Conversation
from email_channel.actions.add_mailbox import add_mailbox
from email_channel.actions.make_demo_mails import DEMO_MAILS_OPEN, make_demo_mails
from email_channel.events import DemoFilled
from email_channel.models import Mailbox
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from hummdesk.tenancy.context import account_context, platform_context
from teams.access import viewer_of
from teams.enums import TeamRole
from teams.models import Agent, AgentSkill, BusinessHours, Skill, SlaPolicy, Team, TeamMember

DEMO_PASSWORD = "hummdesk-demo"  # noqa: S105 - known on purpose; the command refuses production
DEMO_OPERATOR = "super@hummdesk.example"
# A new account with so many conversations has something to see on the pages about mail, too.
MAILS_FROM = 50


@dataclass(frozen=True)
class DemoReport:
    """What `make_demo_account` did."""

    is_new: bool
    written_count: int
    conversation_count: int


@action
def make_demo_account(
    *, slug: str, conversation_count: int, seed: int, now: datetime, only_if_empty: bool = False
) -> DemoReport:
    """The demo account is there with its cast, teams and mailbox, and has at least so many conversations.

    What is there already stays as it is, so that a rerun completes what is missing. With `only_if_empty`, an
    account that has any conversation is left alone altogether.
    Locks the account. Raises: KeyError for a slug that is no demo account, AddressTaken when another account has
    its mailbox. Publishes: what making an account, members and a mailbox publishes, and what a few mails do that come
    in; nothing for conversations; DemoFilled for a new account.
    """
    demo = load_demo_account(slug)
    with platform_context():
        account = Account.objects.select_for_update().filter(slug=slug).first()
        is_new = account is None
        account = account or create_account(name=demo.name, slug=slug, timezone=demo.timezone)
    with account_context(account):
        present = Conversation.objects.count()
        if only_if_empty and present:
            return DemoReport(is_new, 0, present)
        place, mailbox = _furnish(account, demo, is_new=is_new)
        opened = DEMO_MAILS_OPEN if is_new and conversation_count >= MAILS_FROM else 0
        missing = max(0, conversation_count - present - opened)
        # Another seed than the first run's, or the same conversations would come again.
        script = generate(slug, missing, seed=seed + present, now=now)
        written = write_conversations(script, place) if missing else 0
        promise_demo_times(now)
        if is_new:
            _serve_categories(demo, place.team_ids)
            _make_rules(account, place.team_ids)
        if opened:
            make_demo_mails(mailbox)
        if is_new:
            publish(DemoFilled(actor=Actor.platform(), conversation_count=present + written + opened))
    return DemoReport(is_new, written + opened, present + written + opened)


@action
def make_demo_operator() -> None:
    """The platform's demo operator can sign in."""
    with platform_context():
        _ensure_user(DEMO_OPERATOR, "Alex Operator", make_password(DEMO_PASSWORD), is_superuser=True)


def _furnish(account: Account, demo: DemoAccount, *, is_new: bool) -> tuple[DemoPlace, Mailbox]:
    users = _ensure_cast(account, demo)
    if is_new:
        # A new account begins with one team of its own, which the demo's replace.
        Team.objects.exclude(slug__in=[team.slug for team in demo.teams]).delete()
    team_ids = _ensure_teams(demo)
    for user, member in zip(users, demo.cast, strict=True):
        _ensure_duties(user, member, team_ids)
    mailbox = _ensure_mailbox(demo)
    return DemoPlace([user.id for user in users], team_ids, mailbox.id), mailbox


def _ensure_cast(account: Account, demo: DemoAccount) -> list[User]:
    # Hashed once: slow on purpose, and the same for all.
    password = make_password(DEMO_PASSWORD)
    users = [_ensure_user(f"{member.login}@{demo.slug}.example", member.name, password) for member in demo.cast]
    members = Membership.objects.filter(account=account, is_active=True).values_list("user_id", flat=True)
    present = set(members)
    for user, member in zip(users, demo.cast, strict=True):
        if user.id not in present:
            add_member(account=account, user=user, role=Role(member.role), actor=Actor.platform())
    return users


def _ensure_user(email: str, name: str, password: str, *, is_superuser: bool = False) -> User:
    fields = {"name": name, "password": password, "is_superuser": is_superuser}
    return User.objects.get_or_create(email=email, defaults=fields)[0]


def _ensure_teams(demo: DemoAccount) -> dict[str, UUID]:
    defaults = {
        "hours": BusinessHours.objects.filter(is_default=True).first(),
        "sla_policy": SlaPolicy.objects.filter(is_default=True).first(),
    }
    team_ids = {}
    for team in demo.teams:
        fields = {"name": team.name, "routing": team.routing, **defaults}
        team_ids[team.slug] = Team.objects.get_or_create(slug=team.slug, defaults=fields)[0].id
    return team_ids


def _ensure_duties(user: User, member: CastMember, team_ids: Mapping[str, UUID]) -> None:
    """The agent has the languages, skills and teams of the cast member."""
    Agent.objects.filter(user_id=user.id).update(languages=list(member.languages))
    for name in member.skills:
        skill, _ = Skill.objects.get_or_create(name=name)
        AgentSkill.objects.get_or_create(agent_id=user.id, skill=skill)
    role = TeamRole.LEADER if member.role == Role.TEAM_LEADER else TeamRole.AGENT
    for slug in member.teams:
        TeamMember.objects.get_or_create(agent_id=user.id, team_id=team_ids[slug], defaults={"role": role})


def _serve_categories(demo: DemoAccount, team_ids: Mapping[str, UUID]) -> None:
    """Each category that conversations have is served by the team of its topics."""
    for topic in (topic for language in demo.languages for topic in load_topics(demo.slug, language)):
        Category.objects.filter(slug=topic.category, team=None).update(team_id=team_ids[topic.team])


def _make_rules(account: Account, team_ids: Mapping[str, UUID]) -> None:
    """Two rules that are easily seen at work."""
    first = Membership.objects.select_related("user").filter(account=account, role=Role.ACCOUNT_ADMIN).first()
    team_id = next(iter(team_ids.values()))
    for rule in (
        {
            "name": "Urgent words",
            "trigger": RuleTrigger.CONVERSATION_OPENED,
            "conditions": {"all": [{"field": "subject", "op": "contains", "value": "urgent"}]},
            "actions": [
                {"type": "set_priority", "priority": "urgent"},
                {"type": "assign_team", "team_id": str(team_id)},
            ],
        },
        {
            "name": "Nobody has answered for a day",
            "trigger": RuleTrigger.CUSTOMER_WAITS,
            "delay_s": 24 * 3600,
            "conditions": {"none": [{"field": "status", "op": "is", "value": "snoozed"}]},
            "actions": [{"type": "add_tags", "tags": ["waits long"]}],
        },
    ):
        create_rule(viewer=viewer_of(first), fields=rule)


def _ensure_mailbox(demo: DemoAccount) -> Mailbox:
    address = f"support@{demo.slug}.example"
    known = Mailbox.objects.filter(address=address).first()
    return known or add_mailbox(address=address, name=demo.name, actor=Actor.platform())
