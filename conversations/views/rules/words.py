"""Rules in one plain sentence: "When the customer writes, if priority is urgent: give to Returns"."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from math import ceil
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from conversations.enums import RuleTrigger
from conversations.queries.rule_choices import company_name, rule_names
from conversations.rules.actions import rule_actions
from conversations.rules.conditions import is_id
from conversations.rules.fields import CHOICES_OF_TYPE, FieldType, RuleField, RuleOp, field_of
from conversations.views.rules.values import in_units
from hummdesk.markup import one_line

TEXT_CHARS = 60


@dataclass(frozen=True)
class RuleWords:
    """Says what rules mean; the names of an account's rows are read once for each type that is met."""

    names: Callable[[str], Mapping[str, str]] = field(default_factory=lambda: cache(rule_names))
    company: Callable[[str], str] = field(default_factory=lambda: cache(company_name))

    def sentence(self, rule: Mapping[str, Any]) -> str:
        """Return the whole rule. `rule` has trigger, delay_s, conditions, actions."""
        actions = ", ".join(self.action(one) for one in rule["actions"])
        when, conditions = self.when(rule["trigger"], rule["delay_s"]), self.tree(rule["conditions"])
        if not conditions:
            return _("%(when)s: %(actions)s") % {"when": when, "actions": actions}
        return _("%(when)s, if %(conditions)s: %(actions)s") % {
            "when": when,
            "conditions": conditions,
            "actions": actions,
        }

    def when(self, trigger: str, delay_s: int | None) -> str:
        """Return "When the customer writes", or "When nobody takes it for 2 hours"."""
        what = _lower(RuleTrigger(trigger).label)
        if delay_s is None:
            return _("When %(what)s") % {"what": what}
        return _("When %(what)s for %(time)s") % {"what": what, "time": time_words(delay_s)}

    def tree(self, node: Mapping[str, Any], *, is_inner: bool = False) -> str:
        """Return conditions in words, "" for none."""
        if not node:
            return ""
        if "field" in node:
            return self.leaf(node)
        ((mode, nodes),) = node.items()
        parts = [self.tree(one, is_inner=True) for one in nodes]
        if mode == "none":
            return _("none of these: %(parts)s") % {"parts": ", ".join(parts)}
        joined = (_(" and ") if mode == "all" else _(" or ")).join(parts)
        return f"({joined})" if is_inner and len(parts) > 1 else joined

    def of_json(self, text: str) -> str:
        """Return a condition that a form keeps as JSON, in words; what can't be read is said so."""
        try:
            return self.tree(json.loads(text))
        except (ValueError, TypeError, AttributeError):
            return _("This condition can't be read.")

    def leaf(self, node: Mapping[str, Any]) -> str:
        """Return one comparison in words: "priority is urgent"."""
        known, op, value = field_of(node.get("field")), node.get("op"), node.get("value", True)
        if known is None or op not in RuleOp.values:
            return str(node.get("field", "?"))
        name = _lower(known.label)
        if known.type == FieldType.FLAG:
            return _flag_words(known, name, is_true=bool(value))
        if op == RuleOp.IS_EMPTY:
            return (_("%(field)s is empty") if value else _("%(field)s is not empty")) % {"field": name}
        return f"{name} {RuleOp(op).label} {self.value(known.type, value)}"

    def found(self, name: str, value: Any) -> str:
        """Return what a field was: "it was high", or of one that is true or false what was true."""
        known = field_of(name)
        if known is None:
            return ""
        if known.type == FieldType.FLAG and isinstance(value, bool):
            return _flag_words(known, _lower(known.label), is_true=value)
        return _("it was %(value)s") % {"value": self.value(known.type, value)}

    def value(self, type_: str, value: Any) -> str:
        """Return a value as people call it."""
        if isinstance(value, list):
            return ", ".join(self.value(type_, one) for one in value) or _("none")
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if value is None or value == "":
            return _("none")
        return self._one_value(FieldType(type_), value)

    def _one_value(self, type_: FieldType, value: Any) -> str:
        if fixed := CHOICES_OF_TYPE.get(type_):
            return _lower(fixed(value).label) if value in fixed.values else str(value)
        if type_ in _GONE:
            return self._name(type_, str(value))
        if type_ in _PLAIN:
            return _PLAIN[type_](value)
        return str(value) if isinstance(value, int | float) else f"“{_cut(str(value))}”"

    def _name(self, type_: FieldType, value: str) -> str:
        name = self.names("agent" if type_ == FieldType.AGENTS else type_.value).get(value, "")
        if not name and type_ == FieldType.COMPANY and is_id(value):
            name = self.company(value)
        return _cut(name) if name else str(_GONE[type_])

    def action(self, one: Mapping[str, Any]) -> str:
        """Return what an action does: "give to Returns"."""
        kind = str(one.get("type", ""))
        known = rule_actions().get(kind)
        if kind == "snooze":
            return _snooze_words(one)
        if kind == "notify":
            return self._notify_words(one)
        if known is None:
            return kind
        if any(param.is_needed and param.name not in one for param in known.params):
            return _lower(known.label)
        if any(param.may_be_none and one[param.name] is None for param in known.params):
            return _nobody_words()[kind]
        given = {param.name: self.value(param.type, one.get(param.name)) for param in known.params}
        template = _action_words().get(kind, "")
        return template % given if template else _lower(known.label)

    def _notify_words(self, one: Mapping[str, Any]) -> str:
        ids = one.get("agent_ids")
        agents = self.value(FieldType.AGENTS, ids) if ids else _("whoever is responsible")
        if not one.get("text"):
            return _("tell %(agents)s") % {"agents": agents}
        text = self.value(FieldType.TEXT, one["text"])
        return _("tell %(agents)s: %(text)s") % {"agents": agents, "text": text}


# Rows that a rule may name → what is said where one is not there any more.
_GONE: Mapping[FieldType, Any] = {
    FieldType.TEAM: gettext_lazy("a deleted team"),
    FieldType.AGENT: gettext_lazy("a deleted agent"),
    FieldType.AGENTS: gettext_lazy("a deleted agent"),
    FieldType.CATEGORY: gettext_lazy("a deleted category"),
    FieldType.COMPANY: gettext_lazy("a deleted company"),
    FieldType.WEBHOOK: gettext_lazy("a deleted webhook"),
    FieldType.SLA_POLICY: gettext_lazy("a deleted SLA policy"),
    FieldType.MAILBOX: gettext_lazy("a deleted mailbox"),
    FieldType.TEMPLATE: gettext_lazy("a deleted template"),
}


def time_words(seconds: float) -> str:
    """Return "2 days", "90 minutes"."""
    number, unit = in_units(seconds)
    # Not a whole number is more than one in every language that we have.
    count = ceil(float(number))
    if unit == "days":
        return ngettext("%(count)s day", "%(count)s days", count) % {"count": number}
    if unit == "hours":
        return ngettext("%(count)s hour", "%(count)s hours", count) % {"count": number}
    return ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": number}


_PLAIN: Mapping[FieldType, Callable[[Any], str]] = {
    FieldType.DURATION: time_words,
    FieldType.SHARE: lambda value: f"{value * 100:g} %",
    FieldType.LANGUAGE: lambda value: dict(settings.LANGUAGES).get(value, value),
    FieldType.TAGS: str,
}


def _action_words() -> Mapping[str, str]:
    return {
        "assign": _("assign to %(agent_id)s"),
        "assign_team": _("give to %(team_id)s"),
        "add_tags": _("add %(tags)s"),
        "remove_tags": _("take off %(tags)s"),
        "set_priority": _("set priority to %(priority)s"),
        "set_status": _("set to %(status)s"),
        "set_category": _("set category to %(category)s"),
        "note": _("note %(text)s"),
        "reply_template": _("reply with %(template_id)s"),
        "webhook": _("call %(webhook_id)s"),
        "set_sla": _("promise as in %(policy_id)s"),
    }


def _nobody_words() -> Mapping[str, str]:
    """What an action does that is given nobody, or nothing."""
    return {
        "assign": _("assign to no one"),
        "assign_team": _("take out of its team"),
        "set_category": _("take its category off"),
        "set_sla": _("promise by the SLA policy that fits"),
    }


def _snooze_words(one: Mapping[str, Any]) -> str:
    hours = one.get("hours")
    if not isinstance(hours, int | float):
        return _("snooze until a reply")
    return _("snooze for %(time)s") % {"time": time_words(hours * 3600)}


def _cut(text: str) -> str:
    """Return a text on one line, with "…" where it goes on."""
    line = one_line(text, TEXT_CHARS + 1)
    return line if len(line) <= TEXT_CHARS else f"{line[:TEXT_CHARS].rstrip()}…"


def _flag_words(known: RuleField, name: str, *, is_true: bool) -> str:
    if known.name == "hours_open":
        return _("business hours are open") if is_true else _("business hours are closed")
    return name if is_true else _("not: %(field)s") % {"field": name}


def _lower(label: Any) -> str:
    """Return a label as it stands within a sentence."""
    text = str(label)
    return text if text[:2].isalpha() and text[:2].isupper() else text[:1].lower() + text[1:]
