"""Who may do what: the one table. Views, API and sockets ask `has_permission`."""

from enum import StrEnum

from accounts.enums import Role


class Permission(StrEnum):
    """A right that a role carries; the value is its code in the API."""

    VIEW_CONVERSATIONS_ALL = "view_conversations_all"
    VIEW_CONVERSATIONS_TEAM = "view_conversations_team"
    VIEW_CONVERSATIONS_ASSIGNED = "view_conversations_assigned"
    REPLY = "reply"
    MANAGE_USERS = "manage_users"
    MANAGE_TEAMS = "manage_teams"
    MANAGE_ACCOUNT = "manage_account"
    MANAGE_TEMPLATES = "manage_templates"
    MANAGE_KNOWLEDGE = "manage_knowledge"
    MANAGE_AUTOMATIONS = "manage_automations"
    MANAGE_SLA = "manage_sla"
    VIEW_ANALYTICS_OWN = "view_analytics_own"
    VIEW_ANALYTICS_TEAM = "view_analytics_team"
    VIEW_ANALYTICS_ACCOUNT = "view_analytics_account"
    DELETE_MESSAGES = "delete_messages"
    EXPORT_DATA = "export_data"


_AGENT = frozenset(
    {
        Permission.VIEW_CONVERSATIONS_TEAM,
        Permission.VIEW_CONVERSATIONS_ASSIGNED,
        Permission.REPLY,
        Permission.VIEW_ANALYTICS_OWN,
    }
)
_TEAM_LEADER = _AGENT | {
    Permission.VIEW_CONVERSATIONS_ALL,
    Permission.MANAGE_TEMPLATES,
    Permission.MANAGE_KNOWLEDGE,
    Permission.MANAGE_SLA,
    Permission.VIEW_ANALYTICS_TEAM,
    Permission.DELETE_MESSAGES,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.AGENT: _AGENT,
    Role.TEAM_LEADER: _TEAM_LEADER,
    Role.ACCOUNT_ADMIN: frozenset(Permission),
}


def has_permission(role: Role | str, permission: Permission) -> bool:
    """Return whether the role carries the permission; an unknown role carries none."""
    return permission in permissions_of(role)


def permissions_of(role: Role | str) -> frozenset[Permission]:
    """Return all permissions of a role."""
    try:
        return ROLE_PERMISSIONS[Role(role)]
    except ValueError:
        return frozenset()
