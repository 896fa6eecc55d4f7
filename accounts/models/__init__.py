"""Rows of the public schema: accounts, their domains, the people, and what they pay."""

from accounts.models.account import Account, Domain
from accounts.models.mail_route import MailRoute
from accounts.models.membership import Invitation, Membership
from accounts.models.plan import Plan, PlatformUsage, Subscription
from accounts.models.schema_template import SchemaTemplate
from accounts.models.token import ApiToken, HandoverToken, SocketTicket, TokenFamily
from accounts.models.user import User

__all__ = [
    "Account",
    "ApiToken",
    "Domain",
    "HandoverToken",
    "Invitation",
    "MailRoute",
    "Membership",
    "Plan",
    "PlatformUsage",
    "SchemaTemplate",
    "SocketTicket",
    "Subscription",
    "TokenFamily",
    "User",
]
