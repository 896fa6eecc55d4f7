"""Rules as the pages about them show them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.enums import RuleOutcome
from conversations.models import AutomationRule
from conversations.queries.rule_tallies import RuleTally
from conversations.rules.checks import check_rule
from conversations.views.rules.drafts import RuleDraft, rule_input
from conversations.views.rules.words import RuleWords
from conversations.views.shapes.shape import Shape


def rule_rows(rules: Sequence[AutomationRule], tallies: Mapping[UUID, RuleTally], *, focus: str) -> list[Shape]:
    """Return the rules as their list shows them; `focus` is the id of the button that was pressed."""
    words, last = RuleWords(), len(rules) - 1
    rows = [_row(rule, tallies.get(rule.id, RuleTally()), words) for rule in rules]
    for place, row in enumerate(rows):
        row["up"] = place - 1 if place > 0 else None
        row["down"] = place + 1 if place < last else None
        row["focus"] = _focused(row, focus)
    return rows


def _row(rule: AutomationRule, tally: RuleTally, words: RuleWords) -> Shape:
    log_url = reverse("rule-log", args=[rule.id])
    failed_url = f"{log_url}?outcome={RuleOutcome.FAILED}"
    return {
        "id": rule.id,
        "name": rule.name,
        "url": reverse("rule-edit", args=[rule.id]),
        "log_url": log_url,
        "sentence": rule_sentence(rule, words),
        "stops": rule.stops,
        "is_active": rule.is_active,
        "switch_url": reverse("rule-switch", args=[rule.id]),
        "move_url": reverse("rule-move", args=[rule.id]),
        "acted": _acted_words(tally.acted_count),
        "failure": {"at": tally.failed_at, "url": failed_url} if tally.failed_at else None,
    }


def _acted_words(count: int) -> str:
    if not count:
        return _("Not acted in 7 days")
    return ngettext("Acted %(count)d time in 7 days", "Acted %(count)d times in 7 days", count) % {"count": count}


def _focused(row: Shape, focus: str) -> str:
    """Return which of a row's buttons has the keyboard: the one that was pressed, or at an end the other one."""
    verb, _dash, of = focus.partition("-")
    if of != str(row["id"]):
        return ""
    return verb if row.get(verb) is not None else {"up": "down", "down": "up"}.get(verb, "")


def rule_sentence(rule: AutomationRule, words: RuleWords) -> str:
    """Return what a rule does in one sentence."""
    names = ("trigger", "delay_s", "conditions", "actions")
    return words.sentence({name: getattr(rule, name) for name in names})


def typed_sentence(draft: RuleDraft, words: RuleWords) -> str:
    """Return what the rule in a form would do, "" while something of it is wrong."""
    if not draft.head.get("trigger") or (not draft.root.nodes and not any(row.text("type") for row in draft.actions)):
        return ""
    fields = {**rule_input(draft).fields, "name": "-"}
    return "" if check_rule(fields) else words.sentence(fields)


def edited_rule(rule: AutomationRule) -> Shape:
    """Return the rule that a form changes."""
    return {"name": rule.name, "delete_url": reverse("rule-delete", args=[rule.id])}


def rule_tabs(rule: AutomationRule, current: str) -> list[Shape]:
    """Return the pages about one rule, the one with this URL name marked."""
    pages = [
        ("rule-edit", _("Rule")),
        ("rule-log", _("Log")),
        ("rule-try", _("Try it")),
        ("rule-backtest", _("Backtest")),
    ]
    return [
        {"label": label, "url": reverse(name, args=[rule.id]), "is_current": name == current} for name, label in pages
    ]
