"""What rules did, or would do, as the pages about it show it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.enums import BacktestState, RuleOutcome
from conversations.models import AutomationRule, Conversation, RuleBacktest, RuleRun
from conversations.queries.rule_tallies import conversations_by_id
from conversations.rules.fields import field_of
from conversations.views.rules.words import RuleWords
from conversations.views.shapes.shape import Shape

LISTED_SHOWN = 200
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
    """Return runs of a rule as its log shows them."""
    words = RuleWords()
    return [_run_row(run, words) for run in runs]


def _run_row(run: RuleRun, words: RuleWords) -> Shape:
    conversation = run.conversation
    conditions = condition_lines(run.details.get("conditions", ()), words)
    actions = action_lines(run.details.get("actions", ()), words)
    return {
        "number": conversation.display_id,
        "subject": conversation.subject or _("(no subject)"),
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
        return next((_not_true(one) for one in conditions if not one["holds"]), "")
    if run.details.get("why"):
        return str(run.details["why"])
    told = [one for one in actions if one["done"] is (run.outcome == RuleOutcome.APPLIED)]
    return " · ".join(one["words"] + (f": {one['why']}" if one["why"] else "") for one in told)


def _not_true(line: Shape) -> str:
    if line["is_kept"]:
        return f"{line['words']}: {line['found']}"
    return _("Not true: %(what)s") % {"what": line["words"]}


def condition_lines(conditions: Iterable[Mapping[str, Any]], words: RuleWords) -> list[Shape]:
    """Return each comparison in words, with what was found; `is_kept`: whether that is known."""
    return [_condition_line(one, words) for one in conditions]


def _condition_line(one: Mapping[str, Any], words: RuleWords) -> Shape:
    known = field_of(one.get("field"))
    is_kept = known is not None and not (known.is_private and one.get("found") is None)
    sentence = words.leaf({**one, "value": one.get("wanted")})
    found = words.found(str(one.get("field")), one.get("found")) if is_kept else ""
    return {
        "words": _sentence(sentence),
        # What is said already is not said again.
        "found": "" if found == sentence else found or _("The log does not keep what people wrote."),
        "holds": one["holds"],
        "is_kept": is_kept,
    }


def action_lines(actions: Iterable[Mapping[str, Any]], words: RuleWords) -> list[Shape]:
    """Return each action in words, as it was then, whether it was done, and if not why."""
    return [
        {
            "words": _sentence(words.action(one)),
            "done": bool(one.get("done")),
            "why": str(one.get("why") or ""),
        }
        for one in actions
    ]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def tried(found: Mapping[str, Any], conversation: Conversation) -> Shape:
    """Return what a rule would do in a conversation."""
    words = RuleWords()
    return {
        "number": conversation.display_id,
        "subject": conversation.subject or _("(no subject)"),
        "url": f"{reverse('conversation-detail', args=[conversation.display_id])}?view=all",
        "matches": found["matches"],
        "why": found["why"],
        "conditions": condition_lines(found["conditions"], words),
        "actions": action_lines(found["actions"], words),
    }


def backtested(test: RuleBacktest, rule: AutomationRule, url: str, *, show: str = "") -> Shape:
    """Return what came of a backtest, or how far it is; `show`: `matches` or `differences`, "" for what tells more."""
    result = test.result
    counts = {"matched": result.get("matched", 0), "differing": result.get("differing_count", 0)}
    shows_all = show == "matches" or (show != "differences" and not counts["differing"])
    rows = result.get("matching" if shows_all else "differing", [])[:LISTED_SHOWN]
    named = conversations_by_id([one["conversation_id"] for one in rows])
    words = RuleWords()
    row = _matching_row if shows_all else _differing_row
    return {
        "is_running": test.state in (BacktestState.QUEUED, BacktestState.RUNNING),
        "is_failed": test.state == BacktestState.FAILED,
        "is_stopped": test.state == BacktestState.STOPPED,
        "seen": result.get("seen", 0),
        "total": result.get("total", 0),
        "summary": _("%(matched)d match; %(differing)d would differ from what people did") % counts,
        "notes": _notes(test, rule, len(rows), counts["matched" if shows_all else "differing"]),
        "tabs": _backtest_tabs(url, counts, shows_all=shows_all),
        "shows_all": shows_all,
        "rows": [row(one, *named[one["conversation_id"]], words) for one in rows],
    }


def _backtest_tabs(url: str, counts: Mapping[str, int], *, shows_all: bool) -> list[Shape]:
    if not counts["matched"]:
        return []
    return [
        {
            "label": _("Differences (%(count)d)") % {"count": counts["differing"]},
            "url": f"{url}?show=differences",
            "is_current": not shows_all,
        },
        {
            "label": _("All matches (%(count)d)") % {"count": counts["matched"]},
            "url": f"{url}?show=matches",
            "is_current": shows_all,
        },
    ]


def _notes(test: RuleBacktest, rule: AutomationRule, shown: int, count: int) -> list[str]:
    """Return what to know of a result before it is trusted."""
    result = test.result
    seen = {"seen": result.get("seen", 0)}
    if result.get("begun") is None:
        notes = [_("Events looked at: %(seen)d.") % seen]
    else:
        counts = {"begun": result["begun"], "ended": result["ended_early"]}
        began = _("How often the state began: %(begun)d. How often it was over in time: %(ended)d.")
        notes = [_("Conversations looked at: %(seen)d.") % seen, began % counts]
    if result.get("is_cut"):
        notes.append(_("There are more; these are the newest."))
    if shown < count:
        notes.append(_("The newest %(count)d are listed.") % {"count": shown})
    if test.version != rule.version:
        notes.append(_("The rule has changed since."))
    return notes


def _matching_row(one: Mapping[str, Any], number: int, subject: str, _words: RuleWords) -> Shape:
    return {**_past_row(one, number, subject), "differs": one["differs"]}


def _past_row(one: Mapping[str, Any], number: int, subject: str) -> Shape:
    """Return where and when the rule would have acted; a conversation that is gone has neither number nor page."""
    return {
        "number": number,
        "subject": (subject or _("(no subject)")) if number else _("A conversation that is gone"),
        "url": f"{reverse('conversation-detail', args=[number])}?view=all" if number else "",
        "at": datetime.fromisoformat(one["at"]),
    }


def _differing_row(one: Mapping[str, Any], number: int, subject: str, words: RuleWords) -> Shape:
    known = field_of(one["field"])
    if one["field"] == "tags":
        put_on = one["did"] == "removed"
        tags = ", ".join(one["set"])
        texts = [_("add %(tags)s"), _("take off %(tags)s")]
        rule_did, person_did = (text % {"tags": tags} for text in (texts if put_on else reversed(texts)))
    else:
        rule_did, person_did = (words.value(known.type if known else "text", one[name]) for name in ("set", "did"))
    return {
        **_past_row(one, number, subject),
        "field": known.label if known else one["field"],
        "set": rule_did,
        "did": person_did,
    }
