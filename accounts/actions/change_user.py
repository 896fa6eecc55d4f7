"""What users set for themselves: name, time zone, language, theme, keys."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.events import MemberRenamed
from accounts.models import User
from accounts.queries import memberships_of
from accounts.user_fields import user_field_errors
from hummdesk.commands import COMMANDS, shortcut_errors
from hummdesk.errors import ValidationFailed
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from hummdesk.tenancy.context import account_context


@action
def change_user(user_id: UUID, changes: Mapping[str, Any]) -> User:
    """The user has these values: `name`, `timezone` ("" for the account's), `language`, `theme`. Locks the user's row.

    Raises: ValidationFailed. Publishes: MemberRenamed in each of the user's accounts.
    """
    user = User.objects.select_for_update(no_key=True).get(id=user_id)
    wanted = {field: value.strip() for field, value in changes.items()}
    if errors := user_field_errors(wanted):
        raise ValidationFailed(errors=errors)
    changed = sorted(field for field, value in wanted.items() if getattr(user, field) != value)
    for field in changed:
        setattr(user, field, wanted[field])
    if changed:
        user.save(update_fields=[*changed, "updated_at"])
    if "name" in changed:
        _tell_of_name(user)
    return user


def _tell_of_name(user: User) -> None:
    for membership in memberships_of(user):
        with account_context(membership.account):
            publish(MemberRenamed(actor=Actor.agent(user.id), user_id=user.id))


@action
def save_shortcuts(user_id: UUID, *, shortcuts: Mapping[str, str], is_enabled: bool) -> None:
    """The user has these keys for these commands ("" for none) and the product's for all others, and they work or not.

    Keys are in the form that `read_keys` returns. Raises: ValidationFailed, its errors by command.
    """
    own = {name: keys for name, keys in shortcuts.items() if name in COMMANDS and keys != COMMANDS[name].keys}
    if errors := shortcut_errors(own):
        raise ValidationFailed(errors={name: [text] for name, text in errors.items()})
    User.objects.filter(id=user_id).update(shortcuts=own, shortcuts_enabled=is_enabled)
