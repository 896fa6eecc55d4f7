"""axe over every screen of the product (tests/screens.py), light and dark, on a screen and on a phone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from accounts.actions.invitations import invite_member
from accounts.enums import Role
from accounts.models import Account, User
from conversations.enums import BacktestState, RuleOutcome
from conversations.models import AutomationRule, Category, Company, Conversation, RuleBacktest, RuleRun
from email_channel.enums import Direction, MailSource, ProviderEventState, SendState, SuppressionReason
from email_channel.models import (
    EmailMessage,
    EmailTemplate,
    IncomingMail,
    Mailbox,
    OutgoingDelivery,
    SendingDomain,
    SuppressedAddress,
)
from email_channel.provider.models import ProviderEvent, SystemMail
from hummdesk.environment import PROJECT_ROOT
from teams.models import Agent, BusinessHours, Skill, SlaPolicy, Team
from tests.fixtures.live import LiveServer
from tests.screens import SCREENS, Screen, show

AXE = Path(PROJECT_ROOT, "frontend/node_modules/axe-core/axe.min.js")
ALL_RULES = "{ type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }"
# What a theme or a size can change.
RULES_OF_LOOKS = "{ type: 'rule', values: ['color-contrast', 'target-size', 'scrollable-region-focusable'] }"
# What an open menu covers in part seems small; it is large enough once the menu is closed.
FAULTS = """async () => (await axe.run(document, {{ runOnly: {} }})).violations
    .filter(fault => fault.id !== 'target-size' || !document.querySelector('details.menu[open], :popover-open'))
    .map(fault => `${{fault.id}}: ${{fault.nodes[0].html.slice(0, 200)}} ${{fault.nodes[0].failureSummary}}`)"""
# A new theme and size are on the screen two frames later; until then axe sees colours of both.
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
PHONE, SCREEN = {"width": 390, "height": 844}, {"width": 1440, "height": 900}

pytestmark = pytest.mark.skipif(
    not AXE.exists(), reason="axe is not installed (cd frontend && npm ci --ignore-scripts)"
)


def faults_of(page: Page) -> list[str]:
    page.evaluate(AXE.read_text() + ";0")
    faults: list[str] = []
    for size in (SCREEN, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate(PAINTED)
            rules = RULES_OF_LOOKS if faults or scheme == "dark" else ALL_RULES
            found = page.evaluate(FAULTS.format(rules))
            faults += [f"{scheme}, {size['width']} px: {fault}" for fault in found]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append(f"wider than {size['width']} px")
    return faults


@pytest.fixture
def places(conversations: list[Conversation], acme: Account) -> dict[str, str]:
    """What the paths of screens may name."""
    company = Company.objects.create(name="Oak Oy", domain="oak.example", custom_fields={"Plan": "Gold"})
    contact = conversations[0].contact
    contact.company, contact.custom_fields = company, {"Newsletter": True}
    contact.save()
    mailbox = Mailbox.objects.earliest("created_at")
    domain = SendingDomain.objects.create(name=mailbox.domain)
    mail = IncomingMail.objects.create(mailbox=mailbox, source=MailSource.SMTP, size_bytes=1, sha256="0")
    # The page says that the mail service does not hand one out.
    ProviderEvent.objects.create(
        event_id="1", type="email.received", object_id="1", account=acme, state=ProviderEventState.FAILED
    )
    email = EmailMessage.objects.create(
        direction=Direction.OUTGOING,
        mailbox=mailbox,
        conversation=conversations[0],
        conversation_message=conversations[0].messages.earliest("created_at"),
    )
    OutgoingDelivery.objects.create(
        email=email, recipient="gone@oak.example", state=SendState.BOUNCED, error="550 5.1.1 No such user here"
    )
    SuppressedAddress.objects.create(address="gone@oak.example", reason=SuppressionReason.HARD_BOUNCE, detail="550")
    _invite_in_vain(acme)
    return {
        "hours": str(BusinessHours.objects.get(is_default=True).pk),
        "sla": str(SlaPolicy.objects.get(is_default=True).pk),
        "rule": str(_rule_that_ran(conversations[0]).id),
        "team": str(Team.objects.earliest("created_at").id),
        "agent": str(Agent.objects.earliest("created_at").pk),
        "person": str(User.objects.get(email="agent@acme.example").pk),
        "skill": str(Skill.objects.create(name="Parts").id),
        "category": str(Category.objects.earliest("name").id),
        "mailbox": str(mailbox.id),
        "mail": str(mail.id),
        "domain": str(domain.id),
        "template": str(EmailTemplate.objects.earliest("created_at").id),
        "conversation": str(conversations[0].display_id),
        "other_conversation": str(conversations[1].display_id),
        "customer": str(contact.id),
        "company": str(company.id),
    }


def _invite_in_vain(account: Account) -> None:
    invitation = invite_member(account=account, email="gone@oak.example", role=Role.AGENT, by=None)
    SystemMail.objects.create(
        recipient=invitation.email, message_id=invitation.message_id, state=SendState.BOUNCED, error="550"
    )


def _rule_that_ran(conversation: Conversation) -> AutomationRule:
    """Make a rule that has each kind of row, and has matched once."""
    leaf = {"field": "priority", "op": "in", "value": ["urgent"]}
    rule = AutomationRule.objects.create(
        name="Urgent",
        trigger="customer_waits",
        delay_s=7200,
        conditions={"all": [leaf, {"any": [leaf, {"none": [leaf]}]}]},
        actions=[{"type": "note", "text": "Look"}, {"type": "notify", "agent_ids": []}],
    )
    details = {
        "conditions": [{"path": "conditions.all.0", **leaf, "wanted": ["urgent"], "found": "urgent", "holds": True}],
        "actions": [{"type": "note", "text": "Look", "done": True, "why": ""}],
    }
    RuleRun.objects.create(rule=rule, conversation=conversation, outcome=RuleOutcome.APPLIED, details=details)
    place = {"conversation_id": str(conversation.id), "event_seq": None, "at": "2026-11-20T08:00:00+00:00"}
    result = {"seen": 9, "total": 9, "begun": 5, "ended_early": 3, "matched": 1, "differing_count": 1} | {
        "matching": [{**place, "differs": True}],
        "differing": [{**place, "field": "priority", "set": "high", "did": "low"}],
    }
    RuleBacktest.objects.create(rule=rule, state=BacktestState.DONE, version=2, result=result)
    return rule


_SLUGS = {"account": "acme", "platform": "", "new": "nordhem"}


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_screen_has_no_faults(
    page: Page,
    page_of: Callable[..., Page],
    watched: Callable[[Page], Page],
    live: LiveServer,
    admin: User,
    places: dict[str, str],
    screen: Screen,
) -> None:
    slug = _SLUGS[screen.host]
    user = User.objects.get(email=f"admin@{slug}.example") if slug else admin
    seen = watched(page_of(user, slug) if screen.is_signed_in else page)
    seen.set_viewport_size(SCREEN)  # type: ignore[arg-type]

    show(seen, live.url("", account=slug), screen, places)

    assert faults_of(seen) == []
