from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_add_api_token"),
    ]

    operations = [
        migrations.AddField("socketticket", "family_id", models.UUIDField(null=True)),
        migrations.AddField("socketticket", "api_token_id", models.UUIDField(null=True)),
        migrations.AddField(
            "socketticket",
            "session_key",
            models.CharField(blank=True, default="", max_length=40),
            preserve_default=False,
        ),
    ]
