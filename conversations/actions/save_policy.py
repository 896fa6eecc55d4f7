"""SLA policies are kept: what is promised, by which hours, and to whom."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.enums import Priority
from conversations.models import Company, Conversation, SlaScope
from conversations.promise_events import SlaPolicyChanged
from conversations.queries.policies import get_policy, policy_uses
from conversations.queries.policy_previews import PolicyPreview, policy_preview
from conversations.queries.rules import lock_rules
from hummdesk.errors import Conflict, ValidationFailed
from hummdesk.events.publishing import action, publish
from hummdesk.versions import require_version
from teams.access import Viewer
from teams.models import BusinessHours, SlaPolicy, Team
from teams.queries.hours import calendar_of

POLICY_NAME_MAX_LENGTH = 80
LEAST_TARGET_S, MOST_TARGET_S = 60, 365 * 86400
SCOPES_MOST = 100
TARGETS = ("first_response_s", "next_response_s", "resolution_s")
_VALUES = ("name", "hours_id", *TARGETS, "warn_percent", "pauses_while_pending", "is_default")
_Scope = tuple[UUID | None, UUID | None, str]


@action
def create_policy(*, viewer: Viewer, fields: Mapping[str, Any]) -> SlaPolicy:
    """There is a new policy. Fields: name, hours_id (None: by the wall clock), first_response_s, next_response_s,
    resolution_s (None: no promise), warn_percent, pauses_while_pending, is_default, scopes.

    `scopes` are `{"company_id", "team_id", "priority"}`, each None or "" where it does not matter.
    Raises: PermissionDenied, ValidationFailed. Publishes: SlaPolicyChanged.
    """
    viewer.require(Permission.MANAGE_SLA)
    policy = SlaPolicy()
    _save_policy(policy, fields, viewer)
    return get_policy(policy.pk)


@action
def change_policy(
    *, viewer: Viewer, policy_id: UUID, changes: Mapping[str, Any], version: int | None = None
) -> SlaPolicy:
    """The policy is as the changes say, `scopes` replaced as a whole; see `create_policy`. Locks it.

    Open conversations follow: what ran under the old promise counts with its share of it.
    Raises: PermissionDenied, NotFound, ValidationFailed, Conflict when `version` is not the newest.
    Publishes: SlaPolicyChanged, where anything changes.
    """
    viewer.require(Permission.MANAGE_SLA)
    policy = get_policy(policy_id, lock=True)
    text = _("This policy has changed meanwhile: its version is %(version)d now.")
    require_version(version, policy.version, text)
    _save_policy(policy, changes, viewer)
    return get_policy(policy.pk)


@action
def delete_policy(*, viewer: Viewer, policy_id: UUID, move_to: UUID | None = None) -> None:
    """The policy is gone. With `move_to` that one takes over its teams, scopes, conversations and being the default.

    Locks it, and the rules. Raises: PermissionDenied, NotFound, ValidationFailed for no other policy; Conflict for one
    that a rule names, or, without `move_to`, for anything that uses it, with `used_by`. Publishes: SlaPolicyChanged.
    """
    viewer.require(Permission.MANAGE_SLA)
    lock_rules()
    policy = get_policy(policy_id, lock=True)
    if move_to is not None:
        _move(policy, move_to)
    uses = [*policy_uses(policy), *([_("the account itself, as its default")] if policy.is_default else [])]
    if uses:
        text = _("This policy is used by: %(users)s. Choose another one there first.")
        raise Conflict(text % {"users": ", ".join(uses)}, more={"used_by": uses})
    policy.delete()
    publish(SlaPolicyChanged(actor=viewer.actor, policy_id=policy_id))


def preview_policy_change(*, viewer: Viewer, policy_id: UUID, changes: Mapping[str, Any]) -> PolicyPreview:
    """Return what the changes would move on open conversations; nothing is changed. `scopes` are not looked at.

    Raises: PermissionDenied, NotFound, ValidationFailed.
    """
    viewer.require(Permission.MANAGE_SLA)
    policy = get_policy(policy_id)
    if errors := {name: texts for name, texts in set_policy_values(policy, changes).items() if texts}:
        raise ValidationFailed(errors=errors)
    return policy_preview(policy_id, {name: getattr(policy, name) for name in _VALUES})


def _move(policy: SlaPolicy, move_to: UUID) -> None:
    other = SlaPolicy.objects.select_for_update().filter(pk=move_to).exclude(pk=policy.pk).first()
    if other is None:
        raise ValidationFailed(errors={"move_to": [_("There is no such other policy.")]})
    Team.objects.filter(sla_policy=policy).update(sla_policy=other)
    SlaScope.objects.filter(policy=policy).update(policy=other)
    Conversation.objects.filter(sla_policy=policy, sla_policy_is_set=True).update(sla_policy=other)
    if policy.is_default:
        SlaPolicy.objects.filter(pk=policy.pk).update(is_default=False)
        SlaPolicy.objects.filter(pk=other.pk).update(is_default=True)
        policy.is_default = False


def _save_policy(policy: SlaPolicy, changes: Mapping[str, Any], viewer: Viewer) -> None:
    """Check all before anything is written; then write what differs. Raises: ValidationFailed."""
    is_new = policy._state.adding
    before = None if is_new else _state_of(policy)
    scopes = [_scope(one) for one in changes.get("scopes", ())]
    errors = {**set_policy_values(policy, changes), "scopes": _scope_errors(policy, scopes)}
    if found := {name: texts for name, texts in errors.items() if texts}:
        raise ValidationFailed(errors=found)
    if policy.is_default:
        others = SlaPolicy.objects.exclude(pk=policy.pk)
        # Whoever moves the default meanwhile waits here, and sees ours afterwards.
        list(others.select_for_update().order_by("pk").values_list("pk"))
        others.filter(is_default=True).update(is_default=False)
    _write_policy(policy)
    if "scopes" in changes:
        _write_scopes(policy, scopes)
    after = _state_of(policy)
    changed = tuple(name for name in after if before is None or before[name] != after[name])
    if changed and not is_new:
        policy.version += 1
        policy.save(update_fields=["version"])
    if changed:
        publish(SlaPolicyChanged(actor=viewer.actor, policy_id=policy.pk, changed=changed))


def set_policy_values(policy: SlaPolicy, changes: Mapping[str, Any]) -> dict[str, list[str]]:
    """The row has the values that are given, unsaved; returns what is wrong with them, by field."""
    for name in _VALUES:
        setattr(policy, name, changes.get(name, getattr(policy, name)))
    policy.name = " ".join(policy.name.split())
    errors: dict[str, list[str]] = {}
    if not 1 <= len(policy.name) <= POLICY_NAME_MAX_LENGTH:
        errors["name"] = [_("The name has 1 to %(count)d characters.") % {"count": POLICY_NAME_MAX_LENGTH}]
    for name in TARGETS:
        target_s = getattr(policy, name)
        if target_s is not None and not LEAST_TARGET_S <= target_s <= MOST_TARGET_S:
            errors[name] = [_("Promise a time from 1 minute to 365 days.")]
    if not 1 <= policy.warn_percent <= 99:
        errors["warn_percent"] = [_("Use 1 to 99 percent.")]
    if "hours_id" in changes and changes["hours_id"] is not None:
        errors["hours_id"] = _hours_errors(changes["hours_id"])
    return errors


def _hours_errors(hours_id: UUID) -> list[str]:
    hours = BusinessHours.objects.filter(pk=hours_id).first()
    if hours is None:
        return [_("There are no such business hours.")]
    return [] if any(calendar_of(hours).week) else [_("These business hours have no open time.")]


def _scope(given: Mapping[str, Any]) -> _Scope:
    return given.get("company_id"), given.get("team_id"), given.get("priority") or ""


def _scope_errors(policy: SlaPolicy, scopes: Sequence[_Scope]) -> list[str]:
    errors = []
    if any(scope == (None, None, "") for scope in scopes):
        errors.append(_("Choose a company, a team or a priority."))
    if len(set(scopes)) < len(scopes):
        errors.append(_("The same choice is there more than once."))
    if len(scopes) > SCOPES_MOST:
        errors.append(_("Use at most %(count)d of them.") % {"count": SCOPES_MOST})
    companies = {company for company, _team, _priority in scopes if company}
    teams = {team for _company, team, _priority in scopes if team}
    if Company.objects.filter(pk__in=companies).count() < len(companies):
        errors.append(_("There is no such company."))
    if Team.objects.filter(pk__in=teams).count() < len(teams):
        errors.append(_("There is no such team."))
    if any(priority and priority not in Priority.values for _company, _team, priority in scopes):
        errors.append(_("There is no such priority."))
    taken = SlaScope.objects.exclude(policy=policy.pk).select_related("policy")
    names = {(one.company_id, one.team_id, one.priority): one.policy.name for one in taken}
    text = _("“%(policy)s” is already for the same.")
    return errors + sorted({text % {"policy": names[scope]} for scope in scopes if scope in names})


def _write_policy(policy: SlaPolicy) -> None:
    try:
        with transaction.atomic():
            if policy._state.adding:
                policy.save(force_insert=True)
            else:
                policy.save(update_fields=_VALUES)
    except IntegrityError as error:
        raise ValidationFailed(errors={"name": [_("There is another policy of this name.")]}) from error


def _write_scopes(policy: SlaPolicy, scopes: Sequence[_Scope]) -> None:
    SlaScope.objects.filter(policy=policy).delete()
    rows = [SlaScope(policy=policy, company_id=company, team_id=team, priority=word) for company, team, word in scopes]
    try:
        with transaction.atomic():
            SlaScope.objects.bulk_create(rows)
    except IntegrityError as error:
        raise ValidationFailed(errors={"scopes": [_("Another policy is already for the same.")]}) from error


def _state_of(policy: SlaPolicy) -> dict[str, Any]:
    scopes = SlaScope.objects.filter(policy=policy).values_list("company_id", "team_id", "priority")
    return {**{name: getattr(policy, name) for name in _VALUES}, "scopes": set(scopes)}
