"""Creating an account: whole, or not at all."""

from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.account_fields import field_errors
from accounts.actions.add_member import add_member
from accounts.actions.invitations import make_invitation, send_invitation
from accounts.email_addresses import email_errors
from accounts.enums import Role
from accounts.errors import SlugTaken
from accounts.events import AccountCreated
from accounts.models import Account, Domain, Invitation, User
from accounts.models.account import SLUG_MAX_LENGTH, valid_slug
from accounts.queries import user_by_email
from accounts.schema_template import create_schema
from hummdesk.errors import ProviderUnavailable, ValidationFailed
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from hummdesk.tenancy.context import account_context, platform_context

RESERVED_SLUGS = frozenset(
    (
        *("www", "api", "admin", "app", "platform", "public", "static", "assets", "mail", "smtp"),
        *("help", "docs", "status", "auth", "login", "ws", "catcher", "hummdesk"),
    )
)


def open_account(
    *, name: str, slug: str, admin_email: str, timezone: str = "UTC", language: str = "en", by: User | None = None
) -> Account:
    """The account exists whole, and the person with this address is its admin; one who is new is invited to be.

    A mail that can't be sent is logged and does not undo the account: the invitation can be made again.
    Raises: ValidationFailed, SlugTaken. Publishes: AccountCreated, MemberAdded.
    """
    fields = {"name": name, "slug": slug, "timezone": timezone, "language": language}
    account, invited = _open(fields, admin_email=admin_email, by=by)
    if invited is not None:
        with suppress(ProviderUnavailable):
            send_invitation(*invited)
    return account


@action
def create_account(
    *,
    name: str,
    slug: str,
    timezone: str = "UTC",
    language: str = "en",
    admin: User | None = None,
    by: UUID | None = None,
) -> Account:
    """The account exists with its schema, teams, categories, hours, promises and templates, and its admin in it.

    One transaction over both schemas: a second creation with the same slug waits for it and then fails.
    Raises: ValidationFailed, SlugTaken. Publishes: AccountCreated, MemberAdded.
    """
    slug = slug.strip().lower()
    check_new_account(name=name, slug=slug, timezone=timezone, language=language)
    with platform_context():
        account = _insert(name=name.strip(), slug=slug, timezone=timezone, language=language)
        create_schema(account.schema_name)
        with account_context(account):
            publish(AccountCreated(actor=Actor.platform(by), account_id=account.id))
        if admin is not None:
            add_member(
                account=account,
                user=admin,
                role=Role.ACCOUNT_ADMIN,
                actor=Actor.platform(by),
            )
    return account


def check_new_account(*, name: str, slug: str, timezone: str, language: str) -> None:
    """Raises: ValidationFailed when no account could be made of this, whatever others there are."""
    errors = field_errors({"name": name, "timezone": timezone, "language": language})
    try:
        valid_slug(slug)
    except ValidationError as error:
        errors["slug"] = error.messages
    if len(slug) > SLUG_MAX_LENGTH:
        errors["slug"] = [_("Use at most %(count)d characters.") % {"count": SLUG_MAX_LENGTH}]
    if slug in RESERVED_SLUGS:
        errors["slug"] = [_("This name is kept for the platform. Choose another one.")]
    if errors:
        raise ValidationFailed(errors=errors)


def first_admin(email: str) -> User | None:
    """Return the user with this address, or None when it is one to invite.

    Raises: ValidationFailed when nobody with this address could be an account's first admin.
    """
    admin = user_by_email(email)
    errors = email_errors(email.strip()) if admin is None else []
    if admin is not None and not admin.is_active:
        errors = [_("This user is switched off.")]
    if errors:
        raise ValidationFailed(errors={"admin_email": errors})
    return admin


@action
def _open(
    fields: Mapping[str, str], *, admin_email: str, by: User | None
) -> tuple[Account, tuple[Invitation, str] | None]:
    admin = first_admin(admin_email)
    account = create_account(**fields, admin=admin, by=by.id if by else None)
    if admin is not None:
        return account, None
    return account, make_invitation(account=account, email=admin_email, role=Role.ACCOUNT_ADMIN, by=by)


def _insert(*, name: str, slug: str, timezone: str, language: str) -> Account:
    schema_name = f"account_{slug.replace('-', '_')}"
    try:
        with transaction.atomic():
            account = Account(
                schema_name=schema_name,
                slug=slug,
                name=name,
                timezone=timezone,
                language=language,
            )
            account.save()
            Domain.objects.create(tenant=account, domain=f"{slug}.{settings.BASE_DOMAIN}", is_primary=True)
    except (IntegrityError, ValidationError) as error:  # django-tenants looks itself, the database has the last word
        raise SlugTaken(errors={"slug": [SlugTaken.title]}) from error
    return account
