"""What rules did, or would do, as the pages about it show it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.enums import RuleOutcome
from conversations.models import AutomationRule, RuleRun
from conversations.rules.actions import rule_actions
from conversations.rules.fields import field_of
from conversations.views.rules.words import RuleWords
from conversations.views.shapes.shape import Shape

_LOOKS = {
    RuleOutcome.APPLIED: "chip-ok",
    RuleOutcome.CUT: "chip-warn",
    RuleOutcome.FAILED: "chip-danger",
}


def outcome_tabs(url: str, current: str) -> list[Shape]:
    """Return the lists of a log, the one of this outcome marked."""
    labels: list[tuple[str, Any]] = [("", _("All")), *RuleOutcome.choices]
    return [
        {"label": label, "url": f"{url}?outcome={value}" if value else url, "is_current": value == current}
        for value, label in labels
    ]


def run_rows(runs: Sequence[RuleRun]) -> list[Shape]:
    """Return runs as the log shows them."""
    words = RuleWords()
    return [_run_row(run, words) for run in runs]


def _run_row(run: RuleRun, words: RuleWords) -> Shape:
    conversation = run.conversation
    conditions = condition_lines(run.details.get("conditions", ()), words)
    actions = action_lines(run.details.get("actions", ()), words)
    return {
        "number": conversation.display_id,
        "subject": conversation.subject,
        "url": f"{reverse('conversation-detail', args=[conversation.display_id])}?view=all",
        "outcome": RuleOutcome(run.outcome).label,
        "look": _LOOKS.get(RuleOutcome(run.outcome), ""),
        "why": _why(run, conditions, actions),
        "conditions": conditions,
        "actions": actions,
        "at": run.at,
    }


def _why(run: RuleRun, conditions: Sequence[Shape], actions: Sequence[Shape]) -> str:
    """Return the one thing that tells most: what was false, what failed, or what was done."""
    if run.outcome == RuleOutcome.NO_MATCH:
        return next((f"{one['words']}: {one['found']}" for one in conditions if not one["holds"]), "")
    if run.details.get("why"):
        return str(run.details["why"])
    told = [one for one in actions if one["done"] is (run.outcome == RuleOutcome.APPLIED)]
    return " · ".join(one["words"] + (f": {one['why']}" if one["why"] else "") for one in told)


def condition_lines(conditions: Iterable[Mapping[str, Any]], words: RuleWords) -> list[Shape]:
    """Return each comparison in words, with what was found."""
    return [
        {
            "words": _sentence(words.leaf({**one, "value": one.get("wanted")})),
            "found": _found(one, words),
            "holds": one["holds"],
        }
        for one in conditions
    ]


def _found(one: Mapping[str, Any], words: RuleWords) -> str:
    known = field_of(one.get("field"))
    if known is None or (known.is_private and one.get("found") is None):
        return _("what it was is not kept")
    return _("it was %(value)s") % {"value": words.value(known.type, one.get("found"))}


def action_lines(
    actions: Iterable[Mapping[str, Any]], words: RuleWords, rule: AutomationRule | None = None
) -> list[Shape]:
    """Return each action in words, whether it was done, and if not why; with what it sets where `rule` has it still."""
    kept = list(rule.actions) if rule else []
    return [
        {
            "words": _sentence(words.action(kept[place]) if place < len(kept) else _label(one)),
            "done": bool(one.get("done")),
            "why": str(one.get("why") or ""),
        }
        for place, one in enumerate(actions)
    ]


def _label(one: Mapping[str, Any]) -> str:
    known = rule_actions().get(str(one.get("type")))
    return str(known.label) if known else str(one.get("type"))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
