"""Who waits for an agent, and what the router decides by."""

# For `fan_out`: raw, since it looks into many schemas at once. The partial index `inbox_queue` answers it.
QUEUE_MOVES_SQL = (
    "EXISTS (SELECT FROM {schema}.teams_team team WHERE routing <> 'manual'"
    " AND EXISTS (SELECT FROM {schema}.conversations_conversation WHERE team_id = team.id AND folder = 'inbox'"
    " AND merged_into_id IS NULL AND status = 'open' AND assignee_id IS NULL)"
    " AND EXISTS (SELECT FROM {schema}.teams_teammember member"
    " JOIN {schema}.teams_agent agent ON agent.user_id = member.agent_id"
    " JOIN {schema}.teams_agentload load ON load.agent_id = agent.user_id"
    " WHERE member.team_id = team.id AND agent.is_active AND agent.status = 'online'"
    " AND load.current_load < agent.max_capacity))"
)
