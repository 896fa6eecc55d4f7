"""What agents have in hand now is their load."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("conversations", "0014_routing_promises_rules"), ("teams", "0003_loads_of_agents")]

    operations = [
        migrations.RunSQL(
            "UPDATE teams_agentload SET current_load = found.count FROM ("
            "SELECT assignee_id, count(*) FROM conversations_conversation WHERE assignee_id IS NOT NULL"
            " AND folder = 'inbox' AND merged_into_id IS NULL AND status IN ('open', 'pending') GROUP BY assignee_id"
            ") AS found WHERE found.assignee_id = teams_agentload.agent_id",
            migrations.RunSQL.noop,
        ),
    ]
