from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_bind_socket_tickets"),
    ]

    operations = [
        migrations.AddField("user", "shortcuts", models.JSONField(blank=True, default=dict)),
        migrations.AddField("user", "shortcuts_enabled", models.BooleanField(default=True)),
    ]
