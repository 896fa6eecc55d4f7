"""What a rule did and why, what it would do in one conversation, and what it would have done in the last weeks."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.decorators import MemberRequest, member_required
from conversations.access import get_conversation_for
from conversations.actions.try_rule import backtest_of, dry_run, start_backtest, stop_backtest
from conversations.enums import RuleOutcome
from conversations.models import AutomationRule, RuleRun
from conversations.queries.rules import get_rule, rule_runs
from conversations.views.rules import shapes
from conversations.views.rules.pages import rule_manager
from conversations.views.rules.run_shapes import backtested, outcome_tabs, run_rows, tried
from conversations.views.settings_page import render_settings
from hummdesk.errors import Conflict, NotFound
from hummdesk.http import see_other
from hummdesk.keyset import KeysetPage, keyset_page
from teams.access import Viewer

_ROWS_SHOWN = 50


@member_required
@require_GET
def rule_log(request: MemberRequest, id: UUID) -> HttpResponse:
    """Show what a rule did, the newest first; `outcome` names what alone is shown."""
    viewer = rule_manager(request)
    rule = get_rule(viewer, id)
    asked = request.GET.get("outcome", "")
    outcome = asked if asked in RuleOutcome.values else ""
    page: KeysetPage[RuleRun] = keyset_page(
        rule_runs(rule, outcome), ["-at"], limit=_ROWS_SHOWN, cursor=request.GET.get("cursor", ""), ordering="-at"
    )
    url = reverse("rule-log", args=[rule.id])
    query = {"outcome": outcome, "cursor": page.next_cursor}
    context = {
        "rows": run_rows(page.rows),
        "log_tabs": outcome_tabs(url, outcome),
        "next_url": f"{url}?{urlencode(query)}" if page.next_cursor else "",
        "all_url": url if outcome else "",
    }
    return _page(request, viewer, rule, "log", context)


@member_required
@require_GET
def rule_try(request: MemberRequest, id: UUID) -> HttpResponse:
    """Show what a rule would do in the conversation of this number."""
    viewer = rule_manager(request)
    rule = get_rule(viewer, id)
    asked = request.GET.get("conversation", "").strip().lstrip("#")
    context: dict[str, Any] = {"asked": asked, "result": None, "error": ""}
    try:
        if asked:
            conversation = get_conversation_for(viewer, asked)
            found = dry_run(viewer=viewer, rule_id=rule.id, conversation_id=conversation.id)
            context["result"] = tried(found, conversation)
    except (NotFound, Conflict):
        context["error"] = _("There is no conversation with this number, or it went into another one.")
    return _page(request, viewer, rule, "try", context, status=422 if context["error"] else 200)


@member_required
@require_http_methods(["GET", "POST"])
def rule_backtest(request: MemberRequest, id: UUID) -> HttpResponse:
    """Try a rule on what happened in the last 30 days, and show how far that is and what came of it.

    `do` is `stop` for one that is to go no further; `show` is `matches` for all where it would have acted.
    """
    viewer = rule_manager(request)
    rule = get_rule(viewer, id)
    url = reverse("rule-backtest", args=[rule.id])
    if request.method == "POST":
        do = stop_backtest if request.POST.get("do") == "stop" else start_backtest
        do(viewer=viewer, rule_id=rule.id)
        if not request.htmx:
            return see_other(url)
    test = backtest_of(viewer, rule.id)
    shown = backtested(test, rule, url, show=request.GET.get("show", "")) if test else None
    context = {"url": url, "backtest": shown}
    return _page(request, viewer, rule, "backtest", context)


def _page(
    request: MemberRequest,
    viewer: Viewer,
    rule: AutomationRule,
    name: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    around = {"rule": shapes.edited_rule(rule), "tabs": shapes.rule_tabs(rule, f"rule-{name}")}
    return render_settings(
        request,
        viewer,
        f"settings/rule_{name}.html",
        {**around, **context},
        page="settings-rules",
        partials=frozenset({"more-rows", "backtest"}),
        status=status,
    )
