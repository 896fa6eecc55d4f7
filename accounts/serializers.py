"""Accounts, members and tokens as the API reads and shows them."""

from typing import Any

from rest_framework import serializers

from accounts.account_fields import NAME_MAX_LENGTH
from accounts.enums import Role
from accounts.forms import PASSWORD_MAX_LENGTH
from accounts.models import Account, ApiToken, Invitation, Membership, User
from accounts.models.account import SLUG_MAX_LENGTH
from accounts.permissions import permissions_of
from accounts.tokens import role_of
from hummdesk.api.serializers import InputSerializer, JSONObjectField


class SignInInput(InputSerializer):
    """E-mail, password, and the account's slug where the host does not name it."""

    email = serializers.EmailField()
    password = serializers.CharField(max_length=PASSWORD_MAX_LENGTH, trim_whitespace=False)
    account = serializers.CharField(max_length=SLUG_MAX_LENGTH, required=False, allow_blank=True, default="")


class RefreshInput(InputSerializer):
    """A refresh token."""

    refresh = serializers.CharField(max_length=4096)


class AccountBrief(serializers.ModelSerializer[Account]):
    """Which account something is in."""

    class Meta:
        model = Account
        fields = ["id", "slug", "name"]


class TokensOutput(serializers.Serializer[Any]):
    """The next pair of tokens."""

    access = serializers.CharField()
    refresh = serializers.CharField()


class SignedInUser(serializers.Serializer[Any]):
    """Who signed in."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField()
    role = serializers.CharField()


class SignedInOutput(TokensOutput):
    """The first pair of tokens, with whose they are."""

    account = AccountBrief(allow_null=True)
    user = SignedInUser()


class TicketOutput(serializers.Serializer[Any]):
    """What opens one WebSocket."""

    ticket = serializers.CharField()
    expires_in_s = serializers.IntegerField()


class MeOutput(serializers.Serializer[Any]):
    """The caller."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField()
    language = serializers.CharField()
    timezone = serializers.CharField()
    theme = serializers.CharField()
    role = serializers.CharField(allow_null=True)
    permissions = serializers.ListField(child=serializers.CharField())
    account = AccountBrief(allow_null=True)


class AccountOutput(serializers.ModelSerializer[Account]):
    """An account; `host` is the host name that stands in links, an annotation of `accounts_for`."""

    host = serializers.CharField()

    class Meta:
        model = Account
        fields = [
            "id",
            "slug",
            "name",
            "host",
            "timezone",
            "language",
            "branding",
            "settings",
            "status",
            "version",
            "created_at",
            "updated_at",
        ]


class NewAccountInput(InputSerializer):
    """A new account, and the address of its first admin."""

    name = serializers.CharField(max_length=NAME_MAX_LENGTH)
    slug = serializers.CharField(max_length=SLUG_MAX_LENGTH)
    timezone = serializers.CharField(max_length=64, default="UTC")
    language = serializers.CharField(max_length=8, default="en")
    admin_email = serializers.EmailField()


class AccountChangesInput(InputSerializer):
    """What can be changed of an account; `version` guards against lost updates."""

    name = serializers.CharField(max_length=NAME_MAX_LENGTH, required=False)
    timezone = serializers.CharField(max_length=64, required=False)
    language = serializers.CharField(max_length=8, required=False)
    branding = JSONObjectField(required=False)
    settings = JSONObjectField(required=False)
    version = serializers.IntegerField(min_value=1, required=False)


class UserFilters(InputSerializer):
    """Which people to list."""

    state = serializers.ChoiceField(choices=["active", "invited"], default="active")


class UserOutput(serializers.Serializer[Any]):
    """A person in the account: a member, or somebody who is invited and has no name yet."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=Role.choices)
    state = serializers.ChoiceField(choices=["active", "invited"])
    created_at = serializers.DateTimeField()

    def to_representation(self, instance: Membership | Invitation) -> dict[str, Any]:
        """Return the fields of either."""
        return {**_person(instance), "role": instance.role, "created_at": instance.created_at}


class InviteInput(InputSerializer):
    """Whom to invite."""

    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=Role.choices, default=Role.AGENT)


class RoleInput(InputSerializer):
    """What a member becomes."""

    role = serializers.ChoiceField(choices=Role.choices)


class ApiTokenOutput(serializers.ModelSerializer[ApiToken]):
    """A personal token; its key is not known any more."""

    class Meta:
        model = ApiToken
        fields = ["id", "name", "created_at", "last_used_at"]


class NewApiTokenInput(InputSerializer):
    """What the token is for."""

    name = serializers.CharField(max_length=80)


class NewApiTokenOutput(ApiTokenOutput):
    """A new token with its key, which is shown this once."""

    key = serializers.CharField()

    class Meta(ApiTokenOutput.Meta):
        fields = [*ApiTokenOutput.Meta.fields, "key"]


def account_brief(account: Account | None) -> dict[str, Any] | None:
    """Return which account something is in, None on the platform."""
    return {"id": account.id, "slug": account.slug, "name": account.name} if account is not None else None


def signed_in_user(user: User, membership: Membership | None) -> dict[str, Any]:
    """Return the fields of SignedInUser."""
    return {"id": user.id, "name": user.name, "email": user.email, "role": role_of(user, membership)}


def caller_fields(user: User, membership: Membership | None) -> dict[str, Any]:
    """Return the fields of MeOutput."""
    return {
        **signed_in_user(user, membership),
        "language": user.language,
        "timezone": user.timezone,
        "theme": user.theme,
        "permissions": sorted(permissions_of(membership.role)) if membership else [],
        "account": account_brief(membership.account if membership else None),
    }


def _person(row: Membership | Invitation) -> dict[str, Any]:
    if isinstance(row, Membership):
        return {"id": row.user_id, "name": row.user.name, "email": row.user.email, "state": "active"}
    return {"id": row.id, "name": "", "email": row.email, "state": "invited"}
