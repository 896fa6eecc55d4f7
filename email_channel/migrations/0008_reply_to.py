from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("email_channel", "0007_hours_in_use_stay"),
    ]

    operations = [
        migrations.AddField(
            model_name="emailmessage",
            name="reply_to",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="reply_to_token",
            field=models.BooleanField(default=False),
        ),
    ]
