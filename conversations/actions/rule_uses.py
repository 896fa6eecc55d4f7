"""What a rule uses stays: whoever deletes something asks here, in the transaction of the deletion."""

from uuid import UUID

from conversations.errors import UsedByRules
from conversations.models import AutomationRule, Tag
from conversations.queries.rules import lock_rules, rules_in_order, rules_using
from conversations.rules.fields import FieldType
from conversations.rules.mentions import renamed


def require_unused_by_rules(type: FieldType, value: UUID | str) -> None:
    """No rule names this row, nor does one until the commit. `value`: its id, a category's slug, a tag's name.

    Raises: UsedByRules, which names them.
    """
    lock_rules()
    if rules := rules_using(type, str(value)):
        raise UsedByRules([(rule.id, rule.name) for rule in rules])


def refuse_used_team(*, team_id: str, **_rest: object) -> None:
    """Raises: UsedByRules for a team that a rule names."""
    require_unused_by_rules(FieldType.TEAM, team_id)


def refuse_used_agent(*, user_id: str, **_rest: object) -> None:
    """Raises: UsedByRules for an agent whom a rule names."""
    require_unused_by_rules(FieldType.AGENT, user_id)


def rename_tag_in_rules(tag: Tag, before: str) -> None:
    """Rules that named a tag by the name that it had name it by its own. In an action."""
    lock_rules()
    for rule in rules_in_order():
        conditions, actions = (renamed(part, before, tag.name) for part in (rule.conditions, rule.actions))
        if (conditions, actions) != (rule.conditions, rule.actions):
            AutomationRule.objects.filter(id=rule.id).update(conditions=conditions, actions=actions)
