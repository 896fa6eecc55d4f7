"""Asking people into an account by e-mail, and what they answer."""

import smtplib
from datetime import timedelta
from uuid import UUID

from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode

from accounts.actions.add_member import add_member
from accounts.email_addresses import email_errors
from accounts.enums import Role
from accounts.errors import AlreadyMember, InvitationRefused
from accounts.links import link_to
from accounts.models import Account, Invitation, User
from accounts.queries import is_member_email, open_invitation, user_by_email
from accounts.token_secrets import hash_of, new_token_secret
from hummdesk.errors import NotFound, ProviderUnavailable, ValidationFailed
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action
from hummdesk.logs import logger

INVITATION_LIFE = timedelta(days=7)


def invite_member(*, account: Account, email: str, role: Role, by: User | None) -> Invitation:
    """The person has a mail with a link that lets them in for a week; an earlier invitation's link is void.

    Raises: ValidationFailed, AlreadyMember; ProviderUnavailable when the mail can't be sent or is refused, in
    which case inviting again is safe.
    """
    invitation, secret = make_invitation(account=account, email=email, role=role, by=by)
    send_invitation(invitation, secret)
    return invitation


def withdraw_invitation(*, account: Account, invitation_id: UUID) -> None:
    """The link in the mail is void. Raises: NotFound for another account's, or one that was accepted."""
    found, _rows = Invitation.objects.filter(id=invitation_id, account=account, accepted_at=None).delete()
    if not found:
        raise NotFound


@action
def accept_invitation(*, account: Account, secret: str, name: str = "", password: str | None = None) -> User:
    """The invited person is a member; one who is new to HummDesk has a user with this name and password.

    A user who exists keeps name and password. Raises: InvitationRefused, AlreadyMember. Publishes: MemberAdded.
    """
    invitation = open_invitation(account=account, secret=secret, lock=True)
    user = user_by_email(invitation.email) or _new_user(invitation.email, name=name, password=password)
    if not user.is_active:
        raise InvitationRefused
    add_member(account=account, user=user, role=Role(invitation.role), actor=Actor.agent(user.id))
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    return user


@action
def make_invitation(*, account: Account, email: str, role: Role, by: User | None) -> tuple[Invitation, str]:
    """There is an invitation, and nobody knows of it yet. Returns it with its secret, of which a hash is kept.

    Raises: ValidationFailed, AlreadyMember.
    """
    email = email.strip().lower()
    if errors := email_errors(email):
        raise ValidationFailed(errors={"email": errors})
    if is_member_email(account, email):
        raise AlreadyMember
    secret = new_token_secret()
    invitation, _is_new = Invitation.objects.update_or_create(
        account=account,
        email=email,
        accepted_at=None,
        defaults={
            "role": role,
            "invited_by": by,
            "token_hash": hash_of(secret),
            "expires_at": timezone.now() + INVITATION_LIFE,
        },
    )
    return invitation, secret


def _new_user(email: str, *, name: str, password: str | None) -> User:
    """Raises: InvitationRefused without name and password, or when another invitation made the user just now."""
    if not name or not password:
        raise InvitationRefused
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, name=name)
    except IntegrityError as error:
        raise InvitationRefused from error


def send_invitation(invitation: Invitation, secret: str) -> None:
    """The invited person has the mail. Raises: ProviderUnavailable."""
    account = invitation.account
    url = f"{link_to(account, reverse('invitation'))}?{urlencode({'token': secret})}"
    context = {"url": url, "account_name": account.name, "inviter": invitation.invited_by}
    with translation.override(account.language):
        subject = " ".join(render_to_string("account/email/invitation_subject.txt", context).split())
        message = render_to_string("account/email/invitation_message.txt", context).strip()
    try:
        # By its Message-ID the mail is found again, to tell whether it arrived.
        EmailMessage(subject, message, to=[invitation.email], headers={"Message-ID": invitation.message_id}).send()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("invitation_mail_failed", invitation=str(invitation.id), error=type(error).__name__)
        raise ProviderUnavailable from error
