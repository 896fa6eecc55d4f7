"""Why things happened to a conversation by themselves, in plain words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Permission
from conversations.enums import ChosenBy, Exclusion
from conversations.models import RoutingDecision
from conversations.queries.reasons import Automation
from conversations.views.shapes.history import HistoryChange, HistoryLine, history
from conversations.views.shapes.shape import moment
from hummdesk.events.actor import ActorKind
from hummdesk.events.models import LoggedEvent
from teams.access import Viewer


@dataclass(frozen=True)
class ReasonCandidate:
    """An agent who could have got it; `note` says what kept them from it."""

    name: str
    seed: str
    load: int
    capacity: int
    note: str
    is_chosen: bool


@dataclass(frozen=True)
class ReasonLine:
    """One thing that happened by itself; `url` leads to the rule or the settings behind it, "" for none.

    `anchor` is the id in the page of a routing decision.
    """

    at: datetime
    icon: str
    what: str
    because: str
    url: str = ""
    link: str = ""
    anchor: str = ""
    changes: tuple[HistoryChange, ...] = ()
    candidates: tuple[ReasonCandidate, ...] = ()


def reason_lines(found: Automation, viewer: Viewer) -> list[ReasonLine]:
    """Return what happened by itself, the newest first, with links to what the viewer may open."""
    told = {line.seq: line for line in history(found.events, found.names)}
    decided = {str(one.id): one for one in found.decisions}
    lines = []
    for event in found.events:
        decision = decided.pop(event.data.get("decision_id") or "", None)
        if decision is not None:
            lines.append(_decided(decision, found.candidates))
        elif event.seq in told:
            lines.append(_happened(event, told[event.seq], found.rules, viewer))
    lines += [_decided(one, found.candidates) for one in decided.values()]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _happened(event: LoggedEvent, line: HistoryLine, rules: Mapping[UUID, str], viewer: Viewer) -> ReasonLine:
    icon, because, url, link = _ground(event, rules, viewer)
    return ReasonLine(event.at, icon, line.what, because, url, link, changes=line.changes)


def _ground(event: LoggedEvent, rules: Mapping[UUID, str], viewer: Viewer) -> tuple[str, str, str, str]:
    """Return icon, reason, and the link to what is behind it with its words."""
    if event.actor_kind == ActorKind.RULE:
        name = rules.get(event.actor_id) if event.actor_id else None
        if name is None:
            return "zap", _("A rule that is gone did it."), "", ""
        url = _url("rule-edit", event.actor_id) if viewer.can(Permission.MANAGE_AUTOMATIONS) else ""
        return "zap", _("The rule “%(name)s” matched.") % {"name": name}, url, _("Show the rule")
    if event.type in ("SlaWarned", "SlaBreached"):
        at = parse_datetime(event.data.get("due_at") or "")
        because = _("It was promised for %(moment)s.") % {"moment": moment(at)} if at else ""
        url = _url("settings-sla") if viewer.can(Permission.MANAGE_SLA) else ""
        return "timer", because, url, _("Show the promises")
    if event.actor_kind == ActorKind.AI:
        return "sparkles", _("The AI read what the customer wrote."), "", ""
    words = _CAUSES.get(event.data.get("cause") or "") or _SYSTEM.get(event.type)
    return "workflow", str(words or _("It follows from what happened before.")), "", ""


def _url(name: str, *args: Any) -> str:
    """Return where a page of the settings is, "" where there is none."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


_CAUSES: Mapping[str, str | Promise] = {
    "woken": gettext_lazy("Its snooze was over."),
    "customer_wrote": gettext_lazy("The customer wrote again."),
    "merged": gettext_lazy("It was merged into another conversation."),
    "unmerged": gettext_lazy("Its merge was undone."),
}
_SYSTEM: Mapping[str, str | Promise] = {
    "ConversationTeamChanged": gettext_lazy("This team serves its category."),
    "ConversationAssigned": gettext_lazy("Another team serves it now, or its agent has left."),
}


def _decided(decision: RoutingDecision, names: Mapping[UUID, str]) -> ReasonLine:
    candidates = decision.candidates
    team = {"team": decision.team.name}
    shown = tuple(_candidate(one, names, decision) for one in candidates)
    anchor = f"decision-{decision.id}"
    if decision.agent is None:
        what, because = _("Nobody in %(team)s could take it") % team, nobody_because(_common(candidates))
        return ReasonLine(decision.at, "circle-dashed", what, because, anchor=anchor, candidates=shown)
    what = _("Why %(agent)s?") % {"agent": decision.agent.name}
    because = _because(decision, names)
    return ReasonLine(decision.at, "user-check", what, because, anchor=anchor, candidates=shown)


def _candidate(one: Mapping[str, Any], names: Mapping[UUID, str], decision: RoutingDecision) -> ReasonCandidate:
    return ReasonCandidate(
        name=names.get(UUID(one["agent_id"]), "") or _("A former agent"),
        seed=one["agent_id"],
        load=one["load"],
        capacity=one["capacity"],
        note=" · ".join(_label(reason) for reason in one["excluded"]),
        is_chosen=decision.agent_id is not None and one["agent_id"] == str(decision.agent_id),
    )


def _label(reason: str) -> str:
    return str(Exclusion(reason).label) if reason in Exclusion.values else reason


def _common(candidates: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what excludes all, or else all that excludes anybody."""
    each = [set(one["excluded"]) for one in candidates]
    if not each:
        return []
    return sorted(set.intersection(*each) or set.union(*each), key=list(Exclusion.values).index)


def nobody_because(reasons: Sequence[str]) -> str:
    """Return why nobody takes it, in a sentence."""
    if not reasons:
        return _("Nobody is in the team.")
    if len(reasons) == 1:
        return str(_NOBODY[Exclusion(reasons[0])])
    return _("Everybody lacks something: %(reasons)s.") % {"reasons": ", ".join(map(_label, reasons)).lower()}


_NOBODY: Mapping[Exclusion, str | Promise] = {
    Exclusion.OFFLINE: gettext_lazy("Nobody who could take it is online."),
    Exclusion.OUT_OF_OFFICE: gettext_lazy("Everybody who could take it is out of the office."),
    Exclusion.FULL: gettext_lazy("Nobody has room for one more."),
    Exclusion.LANGUAGE: gettext_lazy("Nobody in the team speaks its language."),
    Exclusion.SKILL: gettext_lazy("Nobody in the team has the skills that its category asks for."),
    Exclusion.GAVE_BACK: gettext_lazy("The only one who could take it gave it back."),
}


def _because(decision: RoutingDecision, names: Mapping[UUID, str]) -> str:
    chosen, *others = decision.candidates
    rivals = [one for one in others if not one["excluded"]]
    rule = decision.reason["rule"]
    load = {"load": chosen["load"], "capacity": chosen["capacity"]}
    if rule == ChosenBy.STICKY:
        return _("Answered this customer last, and has room (%(load)s of %(capacity)s).") % load
    if rule == ChosenBy.SUBSTITUTE:
        known_by = decision.reason["needs"].get("known_by")
        name = names.get(UUID(known_by), "") if known_by else ""
        return _("Stands in for %(name)s, who knows the customer and is out of the office.") % {"name": name}
    if not rivals:
        return _("Nobody else could take it.")
    other = {"other": names.get(UUID(rivals[0]["agent_id"]), ""), **load}
    if rule == ChosenBy.ROUND_ROBIN:
        return _("Was given one the longest ago; %(other)s is next.") % other
    return next(text() for holds, text in _ties(other) if holds(chosen, rivals[0]))


_Holds = Callable[[Mapping[str, Any], Mapping[str, Any]], bool]


def _ties(other: Mapping[str, Any]) -> Sequence[tuple[_Holds, Callable[[], str]]]:
    return (
        (_is_less_loaded, lambda: _("Has the least to do: %(load)s of %(capacity)s. %(other)s is next.") % other),
        (_is_liked_better, lambda: _("As loaded as %(other)s, with the better rating by customers.") % other),
        (_is_idle_longer, lambda: _("As loaded as %(other)s, and was given one longer ago.") % other),
        (lambda _one, _other: True, lambda: _("Nothing tells %(other)s and them apart: the order of ids.") % other),
    )


def _is_less_loaded(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one["load"] / one["capacity"] < other["load"] / other["capacity"])


def _is_liked_better(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Unknown scores count as the mean, which is not kept: one of two unknown ones is left to the next tie."""
    return bool(one["csat_score"] != other["csat_score"])


def _is_idle_longer(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return str(one["idle_since"] or "") < str(other["idle_since"] or "")
