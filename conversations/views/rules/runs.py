"""What a rule did and why, what it would do in one conversation, and what it would have done in the last weeks."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.decorators import MemberRequest, member_required
from conversations.enums import RuleOutcome
from conversations.models import AutomationRule, RuleRun
from conversations.queries.rules import get_rule, rule_runs
from conversations.views.rules import shapes
from conversations.views.rules.pages import rule_manager
from conversations.views.rules.run_shapes import outcome_tabs, run_rows
from conversations.views.settings_page import render_settings
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


def _page(
    request: MemberRequest, viewer: Viewer, rule: AutomationRule, name: str, context: dict[str, Any]
) -> HttpResponse:
    around = {"rule": shapes.edited_rule(rule), "tabs": shapes.rule_tabs(rule, f"rule-{name}")}
    return render_settings(
        request,
        viewer,
        f"settings/rule_{name}.html",
        {**around, **context},
        page="settings-rules",
        partials=frozenset({"more-rows"}),
    )
