import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_add_shortcuts"),
        ("email_provider", "0003_find_failed_mail"),
    ]

    operations = [
        migrations.AddField(
            model_name="systemmail",
            name="account",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.account",
            ),
        ),
        migrations.AddIndex(
            model_name="systemmail",
            index=models.Index(
                condition=models.Q(("state__in", ["bounced", "complained", "suppressed"])),
                fields=["recipient"],
                name="system_mail_not_welcome",
            ),
        ),
    ]
