from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0002_actor_rule"),
    ]

    operations = [
        migrations.AddField(
            model_name="loggedevent",
            name="attend_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="loggedevent",
            index=models.Index(
                condition=models.Q(("attend_at__isnull", False)), fields=["seq"], name="event_unattended"
            ),
        ),
    ]
