"""What the OpenAPI document calls choices whose fields share a name with other choices, by where they are."""

ENUM_NAMES: dict[str, str | list[str]] = {
    "StatusEnum": "conversations.enums.Status",
    "AgentStatusEnum": "teams.enums.AgentStatus",
    "RoleEnum": "accounts.enums.Role",
    "TeamRoleEnum": "teams.enums.TeamRole",
    "ChannelEnum": "conversations.enums.Channel",
    "MessageKindEnum": "conversations.enums.MessageKind",
    "WrittenKindEnum": ["reply", "note"],
    "ActorTypeEnum": "hummdesk.events.actor.ActorKind",
    "AccountStatusEnum": "accounts.enums.AccountStatus",
    "IdentityKindEnum": "conversations.enums.IdentityKind",
    "NotificationKindEnum": "conversations.enums.NotificationKind",
    "DeliveryStateEnum": "conversations.enums.DeliveryState",
    "RoutingStrategyEnum": "teams.enums.RoutingStrategy",
    "ExclusionEnum": "conversations.enums.Exclusion",
    "RuleTriggerEnum": "conversations.enums.RuleTrigger",
    "RuleFieldTypeEnum": "conversations.rules.fields.FieldType",
    "SlaStateEnum": "conversations.enums.SlaState",
    "WebhookStateEnum": "conversations.enums.WebhookState",
}
