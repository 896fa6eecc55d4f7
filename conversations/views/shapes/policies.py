"""SLA policies as their pages show them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.actions.save_policy import TARGETS
from conversations.durations import duration_text
from conversations.enums import Priority
from conversations.models import SlaScope
from conversations.policy_forms import WrittenScope
from conversations.queries.policies import AppliedPolicy
from conversations.queries.policy_previews import PolicyPreview
from conversations.views.shapes.shape import Shape
from teams.calendar import AROUND_THE_CLOCK, Calendar, add_business_seconds
from teams.errors import NeverOpen
from teams.models import SlaPolicy, Team
from teams.openness import moment_text


def policy_row(policy: SlaPolicy) -> Shape:
    """Return a row of the list."""
    return {
        "url": reverse("sla-edit", args=[policy.pk]),
        "name": policy.name,
        "is_default": policy.is_default,
        "promise": promise_text(policy),
        "counts": _("In %(hours)s") % {"hours": policy.hours.name} if policy.hours else _("Around the clock"),
        "scopes": [scope_text(scope) for scope in policy.sla_scopes.all()],
    }


def scope_text(scope: SlaScope) -> str:
    """Return whom a scope is for: "Virtanen · Returns · Urgent"."""
    words = [scope.company.name if scope.company else "", scope.team.name if scope.team else ""]
    words.append(str(Priority(scope.priority).label) if scope.priority else "")
    return " · ".join(word for word in words if word)


def scope_rows(rows: Sequence[WrittenScope], teams: Sequence[Team]) -> list[Shape]:
    """Return the rows of whom a policy is for, with their choices."""
    return [
        {
            "number": place + 1,
            "company": row.company,
            "teams": [
                {"value": "", "label": _("Any team"), "is_chosen": not row.team_id},
                *({"value": str(one.pk), "label": one.name, "is_chosen": str(one.pk) == row.team_id} for one in teams),
            ],
            "priorities": [
                {"value": "", "label": _("Any priority"), "is_chosen": not row.priority},
                *(
                    {"value": word, "label": text, "is_chosen": word == row.priority}
                    for word, text in Priority.choices
                ),
            ],
            "remove_value": f"remove-{place}",
        }
        for place, row in enumerate(rows)
    ]


def due_now(calendar: Calendar | None, targets_s: Mapping[str, Any], now: datetime, zone: str) -> list[str]:
    """Return when what is promised for a message of this moment would be due, in words."""
    labels = (_("First reply"), _("Next reply"), _("Resolved"))
    shown = calendar or Calendar(zone, AROUND_THE_CLOCK.week)
    found = []
    for name, label in zip(TARGETS, labels, strict=True):
        target_s = targets_s.get(name)
        if not isinstance(target_s, int) or target_s <= 0:
            continue
        try:
            due_at = add_business_seconds(calendar or AROUND_THE_CLOCK, now, target_s)
        except (NeverOpen, OverflowError):
            continue
        found.append(f"{label}: {moment_text(shown, due_at, now)}")
    return found


def preview_lines(preview: PolicyPreview) -> list[str]:
    """Return what a change would move, in words."""
    count = preview.conversation_count
    has = ngettext(
        "%(count)d open conversation has this policy", "%(count)d open conversations have this policy", count
    )
    moved = ngettext("%(count)d promised time moves", "%(count)d promised times move", preview.moved_count)
    late = ngettext("%(count)d is late at once", "%(count)d are late at once", preview.late_count)
    lines = [has % {"count": count}, moved % {"count": preview.moved_count}, late % {"count": preview.late_count}]
    return lines if preview.is_whole else [*lines, _("Only the newest were looked at")]


def applied_text(applied: AppliedPolicy) -> str:
    """Return which policy is a conversation's, and why, in words."""
    words = {"number": applied.conversation.display_id, "policy": applied.policy.name if applied.policy else ""}
    if applied.policy is None:
        return _("#%(number)d has no policy: nothing is promised.") % words
    if applied.is_set:
        return _("#%(number)d has “%(policy)s”, set by hand or by a rule.") % words
    reason = applied_reason(applied, is_named=False)
    return _("#%(number)d has “%(policy)s”: %(reason)s.") % {**words, "reason": reason}


def applied_reason(applied: AppliedPolicy, *, is_named: bool = True) -> str:
    """Return by what a policy that was not set is a conversation's: "Gold, for Virtanen · Urgent"."""
    if applied.policy is None:
        return _("none")
    if applied.scope is not None:
        reason = _("for %(scope)s") % {"scope": scope_text(applied.scope)}
    else:
        team = applied.conversation.team
        is_teams = team is not None and team.sla_policy_id == applied.policy.pk
        reason = _("its team's") if is_teams else _("the default")
    return f"{applied.policy.name}, {reason}" if is_named else reason


def promise_text(policy: SlaPolicy) -> str:
    """Return what is promised: "First reply 1 h, resolved 2 d"."""
    said = [
        (_("first reply %(time)s"), policy.first_response_s),
        (_("next reply %(time)s"), policy.next_response_s),
        (_("resolved %(time)s"), policy.resolution_s),
    ]
    words = [text % {"time": duration_text(target_s)} for text, target_s in said if target_s]
    text = ", ".join(words)
    return text[:1].upper() + text[1:] if text else _("Nothing is promised")
