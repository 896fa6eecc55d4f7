"""Which rows of the account a rule names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conversations.rules.actions import rule_actions
from conversations.rules.conditions import leaves_of
from conversations.rules.fields import FieldType, RuleOp

_ROW_TYPES = frozenset(
    {
        FieldType.CATEGORY,
        FieldType.TEAM,
        FieldType.AGENT,
        FieldType.MAILBOX,
        FieldType.COMPANY,
        FieldType.TEMPLATE,
        FieldType.WEBHOOK,
        FieldType.SLA_POLICY,
        FieldType.TAG,
    }
)
# A type of several → the type of each.
_EACH = {FieldType.AGENTS: FieldType.AGENT, FieldType.TAGS: FieldType.TAG}


@dataclass(frozen=True)
class Mention:
    """A row that a rule names: its id, slug or name, in lower case for tags; `path` is where. `is_made`: the rule puts
    the tag on, so that it is made where there is none."""

    path: str
    type: FieldType
    value: str
    is_made: bool = False


def mentions_in(conditions: Mapping[str, Any], actions: Sequence[Mapping[str, Any]]) -> Iterator[Mention]:
    """Yield what checked conditions and actions name, in their order."""
    for leaf in leaves_of(conditions):
        if leaf.field.type in _ROW_TYPES and leaf.op != RuleOp.IS_EMPTY:
            for one in leaf.wanted if leaf.op == RuleOp.IN else [leaf.wanted]:
                yield _mention(f"{leaf.path}.value", leaf.field.type, one)
    for place, action in enumerate(actions):
        for param in rule_actions()[action["type"]].params:
            value = action.get(param.name)
            type_of_each = _EACH.get(param.type, param.type)
            if value is None or type_of_each not in _ROW_TYPES:
                continue
            for one in value if param.type in _EACH else [value]:
                is_made = action["type"] == "add_tags"
                yield _mention(f"actions.{place}.{param.name}", type_of_each, one, is_made=is_made)


def _mention(path: str, type: FieldType, value: str, *, is_made: bool = False) -> Mention:
    folded = tag_key(value) if type == FieldType.TAG else value if type == FieldType.CATEGORY else value.lower()
    return Mention(path, type, folded, is_made)


def tag_key(name: str) -> str:
    """Return a tag's name as it is compared: on one line, whatever its case."""
    return " ".join(name.split()).lower()


def renamed(part: Any, before: str, after: str) -> Any:
    """Return conditions or actions with another name for a tag, wherever they name it."""
    if isinstance(part, list):
        return [renamed(one, before, after) for one in part]
    if not isinstance(part, Mapping):
        return part
    is_leaf = part.get("field") in ("tags", "before.tags", "after.tags")
    if is_leaf and isinstance(part.get("value"), str) and tag_key(part["value"]) == tag_key(before):
        return {**part, "value": after}
    if part.get("type") in ("add_tags", "remove_tags"):
        return {**part, "tags": [after if tag_key(one) == tag_key(before) else one for one in part["tags"]]}
    return {name: renamed(one, before, after) for name, one in part.items()}
