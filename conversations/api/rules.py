"""Automation rules: for those who manage them."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import HasPermission
from accounts.permissions import Permission
from conversations.actions.save_rule import change_rule, create_rule, delete_rule, move_rule
from conversations.actions.try_rule import backtest_of, dry_run, start_backtest, stop_backtest
from conversations.enums import RuleTrigger
from conversations.queries.rules import all_rules, get_rule, rule_runs
from conversations.rules.actions import rule_actions
from conversations.rules.fields import rule_fields
from conversations.serializers.rules import (
    AutomationRuleInput,
    BacktestOutput,
    RuleChangesInput,
    RuleFieldsOutput,
    RuleOutput,
    RuleRunFilters,
    RuleRunOutput,
    RuleTestInput,
    RuleTestOutput,
    action_fields,
    field_fields,
)
from hummdesk.api.pagination import KeysetPagination
from hummdesk.api.views import ApiView
from hummdesk.errors import NotFound
from teams.authentication import viewer_in

_ManagesRules = HasPermission(Permission.MANAGE_AUTOMATIONS)


class AutomationRulesView(ApiView):
    """The account's rules, in their order."""

    permission_classes = [_ManagesRules]
    pagination_class = KeysetPagination
    orderings = {"position": ("position", "created_at")}

    @extend_schema(operation_id="list_automation_rules", responses=RuleOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the rules."""
        return self.page(all_rules(), RuleOutput)

    @extend_schema(operation_id="create_automation_rule", request=AutomationRuleInput, responses={201: RuleOutput})
    def post(self, request: Request) -> Response:
        """Add a rule, as the last one. 422 names what is wrong by its path, such as `conditions.all.0.value`; a rule
        that sets itself off, and two that set each other off, are refused."""
        rule = create_rule(viewer=viewer_in(request), fields=self.body(AutomationRuleInput))
        return Response(RuleOutput(rule).data, status=201)


class AutomationRuleFieldsView(ApiView):
    """Of what rules are made."""

    permission_classes = [_ManagesRules]

    @extend_schema(operation_id="list_automation_rule_fields", responses=RuleFieldsOutput)
    def get(self, request: Request) -> Response:
        """List the triggers, the fields of conditions and the actions."""
        return Response(
            {
                "triggers": [{"value": value, "label": str(label)} for value, label in RuleTrigger.choices],
                "fields": [field_fields(one) for one in rule_fields().values()],
                "actions": [action_fields(one) for one in rule_actions().values()],
            }
        )


class AutomationRuleView(ApiView):
    """One rule."""

    permission_classes = [_ManagesRules]

    @extend_schema(operation_id="get_automation_rule", responses=RuleOutput)
    def get(self, request: Request, rule_id: UUID) -> Response:
        """Show a rule."""
        return Response(RuleOutput(get_rule(viewer_in(request), rule_id)).data)

    @extend_schema(operation_id="change_automation_rule", request=RuleChangesInput, responses=RuleOutput)
    def patch(self, request: Request, rule_id: UUID) -> Response:
        """Change a rule, switch it on or off, or move it."""
        viewer, changes = viewer_in(request), self.body(RuleChangesInput, partial=True)
        version, position = changes.pop("version", None), changes.pop("position", None)
        if changes or version is not None:
            change_rule(viewer=viewer, rule_id=rule_id, changes=changes, version=version)
        if position is not None:
            move_rule(viewer=viewer, rule_id=rule_id, position=position)
        return Response(RuleOutput(get_rule(viewer, rule_id)).data)

    @extend_schema(operation_id="delete_automation_rule", responses={204: None})
    def delete(self, request: Request, rule_id: UUID) -> Response:
        """Delete a rule with its log; what it did stays."""
        delete_rule(viewer=viewer_in(request), rule_id=rule_id)
        return Response(status=204)


class AutomationRuleTestView(ApiView):
    """A rule without consequences."""

    permission_classes = [_ManagesRules]

    @extend_schema(operation_id="test_automation_rule", request=RuleTestInput, responses={200: RuleTestOutput})
    def post(self, request: Request, rule_id: UUID) -> Response:
        """Say what the rule would make of a conversation now, and why; nothing happens."""
        word = self.body(RuleTestInput)["conversation_id"]
        return Response(dry_run(viewer=viewer_in(request), rule_id=rule_id, conversation_id=word))


class AutomationRuleBacktestView(ApiView):
    """A rule and the last 30 days."""

    permission_classes = [_ManagesRules]

    @extend_schema(operation_id="start_automation_rule_backtest", request=None, responses={202: BacktestOutput})
    def post(self, request: Request, rule_id: UUID) -> Response:
        """Begin to try the rule on what has happened; nothing is changed. One that is under way already stops."""
        test = start_backtest(viewer=viewer_in(request), rule_id=rule_id)
        return Response(BacktestOutput(test).data, status=202)

    @extend_schema(operation_id="get_automation_rule_backtest", responses=BacktestOutput)
    def get(self, request: Request, rule_id: UUID) -> Response:
        """Show the newest result; 404 where none was asked for."""
        test = backtest_of(viewer_in(request), rule_id)
        if test is None:
            raise NotFound
        return Response(BacktestOutput(test).data)

    @extend_schema(operation_id="stop_automation_rule_backtest", responses={204: None})
    def delete(self, request: Request, rule_id: UUID) -> Response:
        """Let the one that is under way go no further; 404 where none was asked for."""
        stop_backtest(viewer=viewer_in(request), rule_id=rule_id)
        return Response(status=204)


class AutomationRuleRunsView(ApiView):
    """What a rule has done."""

    permission_classes = [_ManagesRules]
    pagination_class = KeysetPagination
    orderings = {"-at": ("-at", "-id")}

    @extend_schema(
        operation_id="list_automation_rule_runs", parameters=[RuleRunFilters], responses=RuleRunOutput(many=True)
    )
    def get(self, request: Request, rule_id: UUID) -> Response:
        """List the rule's looks, the newest first: 90 days of what matched, seven of what did not."""
        rule = get_rule(viewer_in(request), rule_id)
        return self.page(rule_runs(rule, self.filters(RuleRunFilters).get("outcome", "")), RuleRunOutput)
