from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0016_version_categories"),
    ]

    operations = [
        migrations.AddField("notification", "mail_due_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("notification", "mailed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("notificationsetting", "by_mail", models.BooleanField(blank=True, null=True)),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                fields=["mail_due_at"], condition=Q(("mail_due_at__isnull", False)), name="notification_to_mail"
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                fields=["agent", "mailed_at"], condition=Q(("mailed_at__isnull", False)), name="notification_mailed"
            ),
        ),
    ]
