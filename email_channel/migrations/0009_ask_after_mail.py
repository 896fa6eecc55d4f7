from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("email_channel", "0008_reply_to"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingdelivery",
            name="asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="outgoingdelivery",
            index=models.Index(
                condition=models.Q(("state__in", ["sent", "delayed"])), fields=["sent_at"], name="delivery_under_way"
            ),
        ),
    ]
