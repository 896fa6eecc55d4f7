"""Each agent has a row for their load; conversations count it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("teams", "0002_teams_at_work")]

    operations = [
        migrations.RunSQL(
            "INSERT INTO teams_agentload (agent_id, current_load) SELECT user_id, 0 FROM teams_agent "
            "ON CONFLICT DO NOTHING",
            migrations.RunSQL.noop,
        ),
    ]
