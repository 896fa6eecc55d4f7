import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0013_doubted_senders"),
        ("email_channel", "0005_domains_of_mailboxes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="emailmessage",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("subject"), name="gin_trgm_ops"
                ),
                condition=models.Q(("direction", "out")),
                name="sent_mail_by_part_of_subject",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingdelivery",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("recipient"), name="gin_trgm_ops"
                ),
                name="delivery_by_part_of_recipient",
            ),
        ),
    ]
